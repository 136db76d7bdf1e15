//! The employee's voice: texts of a call to sound, each sentence rendered once.

use std::path::Path;
use std::sync::Arc;

use carillon_providers::{EspeakVoice, PiperOptions, SpeechCache, SpeechError, TextToSpeech, models, sentences};

/// Speech kept in memory: about 65 minutes of it.
const MEMORY_BYTES_MAX: usize = 64 << 20;
/// Speech kept on disk: about nine hours of it.
const DISK_BYTES_MAX: u64 = 512 << 20;

/// A voice with its cache.
pub struct Voice {
    speech: Box<dyn TextToSpeech>,
    cache: SpeechCache,
    /// What a person should know about it, such as that the good voice is missing.
    pub notice: Option<String>,
}

impl Voice {
    /// The installed voice; without it the robotic one of espeak-ng, with a notice. `folder` keeps rendered speech.
    pub fn open(models_folder: &Path, folder: &Path) -> Result<Voice, SpeechError> {
        let cache = SpeechCache::open(folder, MEMORY_BYTES_MAX, DISK_BYTES_MAX)?;
        match models::voice(models_folder, PiperOptions::default()) {
            Ok(voice) => Ok(Voice { speech: Box::new(voice), cache, notice: None }),
            Err(missing @ SpeechError::ModelMissing { .. }) => {
                let notice = format!("{missing}. Until then the employee speaks with the robotic voice of espeak-ng.");
                Ok(Voice { speech: Box::new(EspeakVoice::new("en-us")), cache, notice: Some(notice) })
            }
            Err(broken) => Err(broken),
        }
    }

    /// The sound of a text, 8 kHz mono. A sentence that was spoken before comes from the cache, so that only what differs from contact to
    /// contact (the name) costs anything.
    pub async fn speak(&self, text: &str) -> Result<Arc<[i16]>, SpeechError> {
        let sentences = sentence_texts(text);
        if let [one] = sentences.as_slice() {
            return self.cache.speech(self.speech.as_ref(), one).await;
        }
        let mut sound = Vec::new();
        for sentence in &sentences {
            sound.extend_from_slice(&self.cache.speech(self.speech.as_ref(), sentence).await?);
        }
        Ok(sound.into())
    }
}

fn sentence_texts(text: &str) -> Vec<String> {
    let sentence = |clauses: Vec<carillon_providers::Clause>| {
        clauses.into_iter().map(|c| format!("{}{}", c.text, c.mark)).collect::<Vec<_>>().join(" ")
    };
    sentences(text).into_iter().map(sentence).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_stands_in_a_sentence_of_its_own() {
        let texts = sentence_texts(
            &carillon_domain::employee::Employee::sample().greeting.replace("{{first_name|there}}", "Dr. Ada"),
        );
        assert_eq!(texts[0], "Hello Dr. Ada!");
        assert!(texts.len() >= 3, "{texts:?}");
    }
}
