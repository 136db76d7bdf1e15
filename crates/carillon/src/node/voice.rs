//! The employee's voice: texts of a call to sound, each sentence rendered once.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use carillon_providers::{EspeakVoice, PiperOptions, SpeechCache, SpeechError, TextToSpeech, models, sentences};

/// Speech kept in memory: about 65 minutes of it.
const MEMORY_BYTES_MAX: usize = 64 << 20;
/// Speech kept on disk: about nine hours of it.
const DISK_BYTES_MAX: u64 = 512 << 20;

/// Texts remembered before those that no call holds any more are forgotten.
const SHARED_MIN: usize = 64;

/// A voice with its cache.
pub struct Voice {
    speech: Box<dyn TextToSpeech>,
    cache: SpeechCache,
    shared: Mutex<SharedTexts>,
    /// What a person should know about it, such as that the good voice is missing.
    pub notice: Option<String>,
}

/// The sound of texts of several sentences, for as long as some call holds it: calls that say the same hold one copy. A call's texts are
/// some 400 KB of sound.
#[derive(Default)]
struct SharedTexts {
    sounds: HashMap<String, Weak<[i16]>>,
    /// Length at which the forgotten ones are swept out.
    sweep_at: usize,
}

impl SharedTexts {
    fn get(&self, text: &str) -> Option<Arc<[i16]>> {
        self.sounds.get(text).and_then(Weak::upgrade)
    }

    fn put(&mut self, text: &str, sound: &Arc<[i16]>) {
        if self.sounds.len() >= self.sweep_at {
            self.sounds.retain(|_, sound| sound.strong_count() > 0);
            self.sweep_at = SHARED_MIN.max(2 * self.sounds.len());
        }
        self.sounds.insert(text.to_owned(), Arc::downgrade(sound));
    }
}

impl Voice {
    /// The installed voice; without it the robotic one of espeak-ng, with a notice. `folder` keeps rendered speech.
    pub fn open(models_folder: &Path, folder: &Path) -> Result<Voice, SpeechError> {
        let cache = SpeechCache::open(folder, MEMORY_BYTES_MAX, DISK_BYTES_MAX)?;
        match models::voice(models_folder, PiperOptions::default()) {
            Ok(voice) => Ok(Voice { speech: Box::new(voice), cache, shared: Mutex::default(), notice: None }),
            Err(missing @ SpeechError::ModelMissing { .. }) => {
                let notice = format!("{missing}. Until then the employee speaks with the robotic voice of espeak-ng.");
                Ok(Voice {
                    speech: Box::new(EspeakVoice::new("en-us")),
                    cache,
                    shared: Mutex::default(),
                    notice: Some(notice),
                })
            }
            Err(broken) => Err(broken),
        }
    }

    /// The sound of a text, 8 kHz mono. A sentence that was spoken before comes from the cache, so that only what differs from contact to
    /// contact (the name) costs anything.
    pub async fn speak(&self, text: &str) -> Result<Arc<[i16]>, SpeechError> {
        if let Some(sound) = self.shared.lock().unwrap_or_else(PoisonError::into_inner).get(text) {
            return Ok(sound);
        }
        let sentences = sentence_texts(text);
        if let [one] = sentences.as_slice() {
            return self.cache.speech(self.speech.as_ref(), one).await;
        }
        let mut sound = Vec::new();
        for sentence in &sentences {
            sound.extend_from_slice(&self.cache.speech(self.speech.as_ref(), sentence).await?);
        }
        let sound = sound.into();
        self.shared.lock().unwrap_or_else(PoisonError::into_inner).put(text, &sound);
        Ok(sound)
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
    fn calls_that_say_the_same_hold_one_copy_and_a_text_of_no_call_is_forgotten() {
        let mut shared = SharedTexts::default();
        let kept: Arc<[i16]> = vec![1; 8].into();
        shared.put("kept", &kept);
        for n in 0..10 * SHARED_MIN {
            shared.put(&format!("gone {n}"), &vec![0; 8].into());
        }
        assert!(shared.get("kept").is_some_and(|again| Arc::ptr_eq(&again, &kept)));
        assert!(shared.get("gone 1").is_none());
        assert!(shared.sounds.len() <= SHARED_MIN, "{}", shared.sounds.len());
    }

    #[test]
    fn the_name_stands_in_a_sentence_of_its_own() {
        let texts = sentence_texts(
            &carillon_domain::employee::Employee::sample().greeting.replace("{{first_name|there}}", "Dr. Ada"),
        );
        assert_eq!(texts[0], "Hello Dr. Ada!");
        assert!(texts.len() >= 3, "{texts:?}");
    }
}
