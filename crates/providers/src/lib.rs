//! Speech from this machine, and the models it needs.
//!
//! [`TextToSpeech`] turns a text into telephone audio: 8 kHz, mono, 16-bit. [`PiperVoice`] is the default voice, [`EspeakVoice`] the
//! fallback that needs no model. [`SpeechCache`] renders each text once. [`models`] fetches and checks model files.

mod audio;
mod cache;
mod espeak;
pub mod models;
mod piper;
mod speech;
mod split;
mod voice_config;

pub use audio::{rms_dbfs, wav_bytes};
pub use cache::SpeechCache;
pub use espeak::EspeakVoice;
pub use piper::{PiperOptions, PiperVoice, Pitch};
pub use speech::{Pcm, Rendering, SAMPLE_RATE_HZ, SpeechError, TEXT_CHARS_MAX, TextToSpeech};
pub use split::{Clause, clauses, sentences};
