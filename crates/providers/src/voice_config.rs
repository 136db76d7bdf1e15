//! The JSON file beside a Piper voice: sample rate, language, noise, and the id of each phoneme.

use std::collections::HashMap;

use serde::Deserialize;

/// What is read of the file.
#[derive(Debug, Deserialize)]
pub(crate) struct VoiceConfig {
    pub(crate) audio: Audio,
    pub(crate) espeak: Espeak,
    pub(crate) inference: Inference,
    pub(crate) phoneme_id_map: HashMap<char, Vec<i32>>,
    #[serde(default = "one")]
    pub(crate) num_speakers: u32,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Audio {
    /// Samples a second of what the model gives.
    pub(crate) sample_rate: u32,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Espeak {
    /// Language whose phonemes the voice was trained on.
    pub(crate) voice: String,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Inference {
    pub(crate) noise_scale: f32,
    pub(crate) length_scale: f32,
    pub(crate) noise_w: f32,
}

fn one() -> u32 {
    1
}

const START: char = '^';
const END: char = '$';
const PAD: char = '_';

impl VoiceConfig {
    /// Reads the file's text.
    pub(crate) fn parse(json: &str) -> Result<Self, String> {
        let config: Self = serde_json::from_str(json).map_err(|error| error.to_string())?;
        if config.num_speakers != 1 {
            return Err(format!("a voice of {} speakers; Carillon speaks with voices of one", config.num_speakers));
        }
        if !(8_000..=96_000).contains(&config.audio.sample_rate) {
            return Err(format!("a sample rate of {} Hz", config.audio.sample_rate));
        }
        match [START, END, PAD].iter().find(|mark| config.ids(**mark).is_empty()) {
            Some(mark) => Err(format!("no id for the phoneme {mark:?}")),
            None => Ok(config),
        }
    }

    fn ids(&self, phoneme: char) -> &[i32] {
        self.phoneme_id_map.get(&phoneme).map_or(&[], Vec::as_slice)
    }

    /// The ids a Piper model takes for a text of phonemes: start, each phoneme with a pad after it, end. Phonemes that the voice does not
    /// know are left out, as Piper does.
    pub(crate) fn phoneme_ids(&self, phonemes: &str) -> Vec<i32> {
        let mut ids = Vec::with_capacity(phonemes.len() * 2 + 4);
        let mut unknown = String::new();
        for phoneme in std::iter::once(START).chain(phonemes.chars()) {
            match self.ids(phoneme) {
                [] => unknown.push(phoneme),
                known => {
                    ids.extend(known);
                    ids.extend(self.ids(PAD));
                }
            }
        }
        ids.extend(self.ids(END));
        if !unknown.is_empty() {
            tracing::debug!(phonemes.unknown = unknown, "the voice does not know some phonemes and leaves them out");
        }
        ids
    }
}

#[cfg(test)]
pub(crate) const SMALL_VOICE: &str = r#"{
    "audio": {"sample_rate": 22050, "quality": "medium"},
    "espeak": {"voice": "en-us"},
    "inference": {"noise_scale": 0.667, "length_scale": 1, "noise_w": 0.8},
    "phoneme_id_map": {"_": [0], "^": [1], "$": [2], " ": [3], ",": [8], "h": [20], "ə": [59], "ˈ": [120], "ʦ": [31, 32]},
    "num_speakers": 1
}"#;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phonemes_become_ids_with_pads_between() {
        let voice = VoiceConfig::parse(SMALL_VOICE).unwrap();
        assert_eq!(voice.phoneme_ids("hˈə, "), [1, 0, 20, 0, 120, 0, 59, 0, 8, 0, 3, 0, 2]);
        assert_eq!(voice.phoneme_ids("h?x"), [1, 0, 20, 0, 2], "unknown phonemes are left out");
        assert_eq!(voice.phoneme_ids("ʦ"), [1, 0, 31, 32, 0, 2], "one phoneme may have several ids");
        assert_eq!(voice.phoneme_ids(""), [1, 0, 2]);
    }

    #[test]
    fn a_voice_that_can_not_be_spoken_with_is_refused_with_the_reason() {
        for (from, to, reason) in [
            ("\"^\": [1], ", "", "no id for the phoneme '^'"),
            ("22050", "0", "sample rate of 0 Hz"),
            ("\"num_speakers\": 1", "\"num_speakers\": 904", "904 speakers"),
            ("\"espeak\"", "\"text\"", "espeak"),
        ] {
            let error = VoiceConfig::parse(&SMALL_VOICE.replace(from, to)).unwrap_err();
            assert!(error.contains(reason), "{error}");
        }
    }
}
