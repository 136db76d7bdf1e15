//! The synthetic voice: sound with the rhythm, pitch and formants of speech, and no words.
//!
//! It exists so that the practice network works without a model. Voice activity hears it as speech; nobody takes it for a
//! person, and no recogniser makes words of it.

use std::f32::consts::TAU;

use carillon_media::SAMPLE_RATE;

/// Pitch of the four voices in Hz.
const PITCH: [f32; 4] = [105.0, 140.0, 190.0, 225.0];
/// First and second formant of the vowels in Hz.
const VOWELS: [(f32, f32); 5] = [(730.0, 1_090.0), (530.0, 1_840.0), (300.0, 2_200.0), (570.0, 840.0), (300.0, 870.0)];
/// Samples of a syllable: 170 ms.
const SYLLABLE: usize = 1_360;
/// Samples between words, and after a sentence or a comma.
const WORD_GAP: usize = 400;
const CLAUSE_GAP: usize = 2_000;
const HARMONICS: usize = 16;
const PEAK: f32 = 9_000.0;

/// Speaks as long as somebody would take for the text, at 8,000 Hz.
pub(crate) fn speak(text: &str, voice: u8) -> Vec<i16> {
    let mut out = Vec::new();
    let mut phase = 0.0f32;
    let base = PITCH[usize::from(voice) % PITCH.len()];
    for word in text.split_whitespace() {
        let letters = word.bytes().filter(u8::is_ascii_alphabetic);
        let syllables = letters.clone().filter(|b| b"aeiouyAEIOUY".contains(b)).count().max(1);
        let seed = letters.fold(0usize, |sum, letter| sum.wrapping_mul(31).wrapping_add(usize::from(letter)));
        for syllable in 0..syllables {
            let vowel = VOWELS[(seed + syllable) % VOWELS.len()];
            // Pitch falls over the line and moves within it, as in speech.
            let pitch = base * (1.1 - 0.15 * ((out.len() / SYLLABLE) as f32 / 12.0).min(1.0));
            self::syllable(&mut out, &mut phase, pitch, vowel);
        }
        let ends = word.ends_with(['.', ',', '?', '!']);
        out.extend(std::iter::repeat_n(0, if ends { CLAUSE_GAP } else { WORD_GAP }));
    }
    out
}

fn syllable(out: &mut Vec<i16>, phase: &mut f32, pitch: f32, (first, second): (f32, f32)) {
    for n in 0..SYLLABLE {
        let at = n as f32 / SYLLABLE as f32;
        let hz = pitch * (1.0 + 0.08 * (TAU * at).sin());
        *phase = (*phase + hz / SAMPLE_RATE as f32).fract();
        let envelope = (std::f32::consts::PI * at).sin().sqrt();
        let mut sample = 0.0;
        for harmonic in 1..=HARMONICS {
            let frequency = hz * harmonic as f32;
            let gain = 0.05
                + (-((frequency - first) / 130.0).powi(2)).exp()
                + 0.6 * (-((frequency - second) / 200.0).powi(2)).exp();
            sample += (TAU * *phase * harmonic as f32).sin() * gain;
        }
        out.push((sample * envelope * PEAK / 3.0) as i16);
    }
}

#[cfg(test)]
mod tests {
    use carillon_media::{Ears, ListenEvent, Listener};

    use super::*;

    #[test]
    fn it_is_heard_as_speech_and_never_as_a_beep() {
        for line in crate::speech::LINES {
            for voice in 0..crate::speech::VOICES {
                let mut audio = vec![0; 1_600];
                audio.extend(speak(line.text, voice));
                audio.extend([0; 8_000]);
                let mut ears = Ears::default();
                let heard: Vec<ListenEvent> =
                    audio.chunks_exact(160).flat_map(|frame| ears.frame(frame.try_into().unwrap(), false)).collect();
                assert!(
                    matches!(heard[..], [ListenEvent::SpeechStarted { .. }, ListenEvent::SpeechStopped { .. }]),
                    "{} in voice {voice}: {heard:?}",
                    line.name
                );
                let per_word = speak(line.text, voice).len() / line.text.split_whitespace().count();
                assert!((1_200..8_000).contains(&per_word), "{}: {per_word} samples a word", line.name);
            }
        }
    }
}
