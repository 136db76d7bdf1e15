//! The boundary to any text-to-speech.

use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;

/// Sample rate of all telephone speech.
pub const SAMPLE_RATE_HZ: u32 = 8_000;

/// Most characters of one text: half an hour of speech is no sentence of a call.
pub const TEXT_CHARS_MAX: usize = 5_000;

/// Telephone audio: mono samples at [`SAMPLE_RATE_HZ`], 16-bit linear. Shared, since one greeting is played in many calls at once.
pub type Pcm = Arc<[i16]>;

/// A rendering that is under way.
pub type Rendering<'a> = Pin<Box<dyn Future<Output = Result<Pcm, SpeechError>> + Send + 'a>>;

/// A voice.
pub trait TextToSpeech: Send + Sync {
    /// What people read, for example in the record of a call ("Piper joe").
    fn name(&self) -> &str;

    /// Changes whenever the same text would sound otherwise: model, variant, settings, version of the rendering. Part of the cache's key.
    fn version(&self) -> &str;

    /// Renders a text of any length up to [`TEXT_CHARS_MAX`]; nothing to say gives no samples. Dropping the future gives up.
    fn render<'a>(&'a self, text: &'a str) -> Rendering<'a>;
}

/// Why a text could not be spoken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SpeechError {
    /// The program `espeak-ng` is not there.
    #[error(
        "the program espeak-ng is not installed, so nothing can be spoken: install it (Debian and Ubuntu: apt-get install espeak-ng)"
    )]
    EspeakMissing,
    /// The program `espeak-ng` failed.
    #[error("espeak-ng could not pronounce a text ({said}): try the text with espeak-ng on the command line")]
    EspeakFailed {
        /// What it said, or how it ended.
        said: String,
    },
    /// The voice's model is not there.
    #[error("the voice model {} is not installed: run `carillon models install`", path.display())]
    ModelMissing {
        /// Where it should be.
        path: PathBuf,
    },
    /// The voice's model can't be used.
    #[error("the voice model {} can't be used ({said}): run `carillon models install` to fetch it anew", path.display())]
    ModelBroken {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        said: String,
    },
    /// The model failed on a text.
    #[error("the voice model failed ({said}): report it together with the text")]
    RenderFailed {
        /// What it said.
        said: String,
    },
    /// Too long a text.
    #[error("a text of {chars} characters is too long to be spoken: at most {TEXT_CHARS_MAX}, split it")]
    TextTooLong {
        /// Characters of the text.
        chars: usize,
    },
    /// The cache can't be written or read.
    #[error("the folder {} of rendered speech can't be used: check that it exists, may be written and has room", path.display())]
    Cache {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
}

impl SpeechError {
    /// Stable code, for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::EspeakMissing => "speech_espeak_missing",
            Self::EspeakFailed { .. } => "speech_espeak_failed",
            Self::ModelMissing { .. } => "speech_model_missing",
            Self::ModelBroken { .. } => "speech_model_broken",
            Self::RenderFailed { .. } => "speech_render_failed",
            Self::TextTooLong { .. } => "speech_text_too_long",
            Self::Cache { .. } => "speech_cache_unusable",
        }
    }
}

/// Refuses a text that is too long.
pub(crate) fn check_length(text: &str) -> Result<(), SpeechError> {
    match text.chars().count() {
        chars if chars > TEXT_CHARS_MAX => Err(SpeechError::TextTooLong { chars }),
        _ => Ok(()),
    }
}
