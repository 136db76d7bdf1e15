//! What the people of the practice network say, in the installed voice at four pitches. Rendered once for this user and kept in the cache
//! folder: the second demo starts at once.

use std::path::{Path, PathBuf};

use carillon_practice::speech::{LINES, VOICES, file_name};
use carillon_providers::{PiperOptions, Pitch, SpeechError, TextToSpeech, models, wav_bytes};
use tokio::task::JoinSet;

use crate::error::{CliError, OrFail};

/// The folder with one file for each line and voice; files that are there already stay. `None` when no voice is installed: the practice
/// network then uses its synthetic voice.
pub async fn render(models_folder: &Path) -> Result<Option<PathBuf>, CliError> {
    let voice = match models::voice(models_folder, PiperOptions::default()) {
        Ok(voice) => voice,
        Err(SpeechError::ModelMissing { .. }) => return Ok(None),
        Err(broken) => return Err(broken).or_fail("speech"),
    };
    let folder = models_folder.join("practice").join(voice.version().replace('/', "-"));
    std::fs::create_dir_all(&folder).or_fail("speech")?;
    let mut tasks = JoinSet::new();
    for (n, pitch) in (0..VOICES).zip(Pitch::ALL) {
        let voice = voice.with_pitch(pitch);
        for line in &LINES {
            let (path, voice) = (folder.join(file_name(line, n)), voice.clone());
            if !path.exists() {
                tasks.spawn(async move { render_line(&voice, line.text, &path).await });
            }
        }
    }
    while let Some(done) = tasks.join_next().await {
        done.or_fail("internal")??;
    }
    Ok(Some(folder))
}

/// Written beside its place and moved there, so that a file that exists is whole.
async fn render_line(voice: &dyn TextToSpeech, text: &str, path: &Path) -> Result<(), CliError> {
    let sound = voice.render(text).await.or_fail("speech")?;
    let partial = path.with_extension("part");
    std::fs::write(&partial, wav_bytes(&sound).or_fail("speech")?).or_fail("speech")?;
    std::fs::rename(&partial, path).or_fail("speech")
}
