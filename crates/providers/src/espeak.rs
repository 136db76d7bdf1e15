//! The program `espeak-ng` as a child process: phonemes for voice models, and a robotic voice of its own.
//!
//! A separate program on purpose: espeak-ng is GPL-3-or-later, and linking it would make Carillon so too.

use std::io::ErrorKind;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use crate::speech::{Rendering, SpeechError, TextToSpeech, check_length};
use crate::split::sentences;
use crate::{Pcm, audio};

/// A clause takes about 10 ms; a child that takes this long hangs.
const CHILD_TIME_MAX: Duration = Duration::from_secs(20);

/// IPA phonemes of a clause, with stress marks, words apart by blanks. `voice` is espeak-ng's name of the language ("en-us").
pub(crate) async fn phonemes(clause: &str, voice: &str) -> Result<String, SpeechError> {
    let out = run(&["-q", "--ipa", "-v", voice, "--stdin"], clause).await?;
    let text = String::from_utf8(out).map_err(|_| failed("its phonemes are not UTF-8"))?;
    // One line for each part that espeak-ng itself sees in the clause.
    Ok(without_language_switches(&text.split_whitespace().collect::<Vec<_>>().join(" ")))
}

/// Foreign words are marked ("(fr)bɔ̃ʒˈuːɹ(en-us)"); the marks are no sounds.
fn without_language_switches(phonemes: &str) -> String {
    let mut depth = 0_u32;
    let sound = |ch: &char| {
        match ch {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => return depth == 0,
        }
        false
    };
    phonemes.chars().filter(sound).collect()
}

fn failed(said: impl Into<String>) -> SpeechError {
    SpeechError::EspeakFailed { said: said.into() }
}

/// Runs the program with the text on its standard input: a text can't be taken for an option.
async fn run(arguments: &[&str], text: &str) -> Result<Vec<u8>, SpeechError> {
    let mut child = Command::new("espeak-ng")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| match error.kind() {
            ErrorKind::NotFound => SpeechError::EspeakMissing,
            _ => failed(error.to_string()),
        })?;
    let stdin = child.stdin.take();
    let work = async {
        if let Some(mut stdin) = stdin {
            // The text is far smaller than a pipe's buffer, so writing all of it before reading can't block for ever.
            stdin.write_all(text.as_bytes()).await?;
        }
        child.wait_with_output().await
    };
    let output = tokio::time::timeout(CHILD_TIME_MAX, work)
        .await
        .map_err(|_| failed(format!("no answer in {} s", CHILD_TIME_MAX.as_secs())))?
        .map_err(|error| failed(error.to_string()))?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let said: String = String::from_utf8_lossy(&output.stderr).trim().chars().take(200).collect();
    Err(failed(if said.is_empty() { output.status.to_string() } else { said }))
}

/// The voice of `espeak-ng` itself: robotic, but there is nothing to install beyond the program. The fallback.
#[derive(Debug, Clone)]
pub struct EspeakVoice {
    language: String,
    name: String,
    version: String,
}

impl EspeakVoice {
    /// `language` is espeak-ng's name of a language or voice ("en-us").
    pub fn new(language: &str) -> Self {
        Self {
            language: language.to_owned(),
            name: format!("eSpeak {language}"),
            version: format!("espeak/{language}/1"),
        }
    }
}

impl TextToSpeech for EspeakVoice {
    fn name(&self) -> &str {
        &self.name
    }

    fn version(&self) -> &str {
        &self.version
    }

    fn render<'a>(&'a self, text: &'a str) -> Rendering<'a> {
        Box::pin(async move {
            check_length(text)?;
            if sentences(text).is_empty() {
                return Ok(Pcm::from([]));
            }
            let wav = run(&["-v", &self.language, "--stdin", "--stdout"], text).await?;
            let (samples, rate_hz) = streamed_wav(&wav).ok_or_else(|| failed("its sound is no WAV"))?;
            let telephone = audio::to_telephone_rate(&samples, f64::from(rate_hz)).map_err(failed)?;
            Ok(audio::levelled(&telephone).into())
        })
    }
}

/// Samples and rate of a mono 16-bit WAV whose header was written before its length was known, so that the length in it means nothing.
fn streamed_wav(bytes: &[u8]) -> Option<(Vec<f32>, u32)> {
    let word = |at: usize| Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?));
    let long = |at: usize| Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
    let plain = bytes.starts_with(b"RIFF") && bytes.get(8..16)? == b"WAVEfmt " && word(22)? == 1 && word(34)? == 16;
    if !plain || bytes.get(36..40)? != b"data" {
        return None;
    }
    let samples = bytes[44..].chunks_exact(2).map(|pair| f32::from(i16::from_le_bytes([pair[0], pair[1]])) / 32_768.0);
    Some((samples.collect(), long(24)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn phonemes_are_one_line_without_marks_of_language() {
        assert_eq!(phonemes("Hello Peter", "en-us").await.unwrap(), "həlˈoʊ pˈiːɾɚ");
        assert!(!phonemes("--version", "en-us").await.unwrap().contains("1."), "a text is never an option");
        assert_eq!(without_language_switches("ɐ (fr)bɔ̃ʒˈuːɹ(en-us) jˈuː"), "ɐ bɔ̃ʒˈuːɹ jˈuː");
    }

    #[tokio::test]
    async fn the_fallback_voice_speaks_at_the_level_of_a_call() {
        let voice = EspeakVoice::new("en-us");
        let pcm = voice.render("Good morning, this is a test of the line.").await.unwrap();
        assert!((8_000 * 3 / 2..8_000 * 6).contains(&pcm.len()), "{} samples", pcm.len());
        assert!((-30.0..-15.0).contains(&audio::rms_dbfs(&pcm)), "{} dBFS", audio::rms_dbfs(&pcm));
        assert!(voice.render(" … ").await.unwrap().is_empty());
        assert_eq!(voice.render(&"x".repeat(6_000)).await.unwrap_err().code(), "speech_text_too_long");
    }
}
