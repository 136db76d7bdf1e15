//! The beep of an answering machine: one pure tone of 400 to 2,000 Hz for 120 ms to 2.5 s.
//!
//! Speech is never that pure for that long. Call-progress tones are left out: two tones at once (ringback, busy, dial tone
//! of North America) beat, so their level is not steady; the single 425 Hz of Europe and its neighbours are excluded.

use std::time::Duration;

use crate::{FRAME_TIME, Frame, SAMPLE_RATE, tones};

/// Frequencies of a beep in Hz.
const LOWEST_HZ: f32 = 400.0;
const HIGHEST_HZ: f32 = 2_000.0;
/// Single-tone call progress of Europe and Asia in Hz: never a beep.
const PROGRESS_HZ: std::ops::RangeInclusive<f32> = 410.0..=440.5;
/// Frames a beep lasts at least and at most.
const LEAST_FRAMES: u32 = 6;
const MOST_FRAMES: u32 = 125;
/// Share of the power in the one tone.
const PURITY: f32 = 0.85;
/// Level below which no beep is believed, in dB below full scale.
const LEAST_LEVEL_DB: f32 = -42.0;
/// Samples of a block whose level must be steady: 5 ms.
const BLOCK: usize = 40;

/// A beep that has just ended.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Beep {
    /// Its frequency in Hz.
    pub hz: f32,
    /// How long it sounded, to 20 ms.
    pub length: Duration,
}

/// One 20 ms frame that is a single pure tone.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PureTone {
    /// Frequency in Hz.
    pub hz: f32,
    /// Level in dB below full scale.
    pub level_db: f32,
}

/// Measures whether a frame is one pure, steady tone of 300 Hz or more. Cheap on speech: most frames fail at the first
/// test, counting zero crossings.
#[must_use]
pub fn pure_tone(frame: &Frame) -> Option<PureTone> {
    let level_db = tones::level_db(frame);
    if level_db < LEAST_LEVEL_DB {
        return None;
    }
    let hz = crossing_frequency(frame)?;
    if tones::share(frame, hz) < PURITY {
        return None;
    }
    let levels = frame.chunks_exact(BLOCK).map(tones::power);
    let (low, high) = levels.fold((f32::MAX, 0.0f32), |(low, high), p| (low.min(p), high.max(p)));
    // Four blocks of few periods vary a little; a beat of two tones varies by far more.
    (high < 2.5 * low).then_some(PureTone { hz, level_db })
}

/// The frequency by the time between the first and the last upward zero crossing, when all periods are alike.
fn crossing_frequency(frame: &Frame) -> Option<f32> {
    let (mut first, mut last, mut count) = (0.0f32, 0.0f32, 0u32);
    let (mut shortest, mut longest) = (f32::MAX, 0.0f32);
    for (i, pair) in frame.windows(2).enumerate() {
        let (a, b) = (f32::from(pair[0]), f32::from(pair[1]));
        if a < 0.0 && b >= 0.0 {
            let at = i as f32 + a / (a - b);
            if count == 0 {
                first = at;
            } else {
                shortest = shortest.min(at - last);
                longest = longest.max(at - last);
            }
            last = at;
            count += 1;
        }
    }
    if count < 6 || longest > shortest + 1.0 + shortest * 0.1 {
        return None;
    }
    Some(SAMPLE_RATE as f32 * (count - 1) as f32 / (last - first))
}

/// Finds beeps; told when the tone has ended, because that is the moment to speak.
#[derive(Debug, Clone, Default)]
pub struct BeepDetector {
    run: Option<Run>,
}

#[derive(Debug, Clone, Copy)]
struct Run {
    hz: f32,
    frames: u32,
    misses: u32,
}

impl BeepDetector {
    /// Takes one frame and says whether a beep ended just before it, and whether the frame itself is a pure tone.
    pub fn frame(&mut self, frame: &Frame) -> (Option<Beep>, bool) {
        let tone = pure_tone(frame);
        let Some(run) = &mut self.run else {
            self.run = tone.map(|tone| Run { hz: tone.hz, frames: 1, misses: 0 });
            return (None, tone.is_some());
        };
        match tone {
            Some(tone) if (tone.hz / run.hz - 1.0).abs() < 0.025 => {
                run.frames += 1 + run.misses;
                run.misses = 0;
                return (None, true);
            }
            // One frame may be damaged by loss; two are the end.
            None if run.misses == 0 && run.frames >= 2 => {
                run.misses = 1;
                return (None, false);
            }
            _ => {}
        }
        let ended = *run;
        self.run = tone.map(|tone| Run { hz: tone.hz, frames: 1, misses: 0 });
        let beep = (LEAST_FRAMES..=MOST_FRAMES).contains(&ended.frames)
            && (LOWEST_HZ..=HIGHEST_HZ).contains(&ended.hz)
            && !PROGRESS_HZ.contains(&ended.hz);
        (beep.then(|| Beep { hz: ended.hz, length: FRAME_TIME * ended.frames }), tone.is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        g711,
        tones::{BUSY_US, RINGBACK_US, cadence, chord, sine},
    };

    fn beeps(audio: &[i16]) -> Vec<Beep> {
        let mut detector = BeepDetector::default();
        let mut line: Vec<i16> = audio.iter().map(|s| g711::ulaw_to_linear(g711::linear_to_ulaw(*s))).collect();
        line.extend([0; 640]);
        line.chunks_exact(160).filter_map(|frame| detector.frame(frame.try_into().unwrap()).0).collect()
    }

    fn with_noise(mut audio: Vec<i16>, amplitude: i32) -> Vec<i16> {
        let mut state = 5u32;
        for sample in &mut audio {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            *sample = (i32::from(*sample) + (state >> 16) as i16 as i32 * amplitude / 32_768) as i16;
        }
        audio
    }

    #[test]
    fn beeps_of_usual_machines_are_found_also_in_noise() {
        for hz in [450.0, 500.0, 620.0, 850.0, 1_000.0, 1_400.0, 1_850.0] {
            for (ms, amplitude) in [(160, 2_000.0), (400, 8_000.0), (1_000, 12_000.0)] {
                let mut audio = vec![0; 77];
                audio.extend(sine(hz, amplitude, ms * 8));
                let found = beeps(&with_noise(audio, 120));
                assert_eq!(found.len(), 1, "{hz} Hz, {ms} ms: {found:?}");
                assert!((found[0].hz / hz - 1.0).abs() < 0.02, "{found:?}");
                let length = found[0].length.as_millis() as i64;
                assert!((length - ms as i64).abs() <= 40, "{found:?}");
            }
        }
    }

    #[test]
    fn call_progress_short_long_and_low_tones_are_no_beep() {
        for audio in [
            cadence(&RINGBACK_US, 6_000.0, 16_000, 8_000),
            cadence(&BUSY_US, 6_000.0, 4_000, 4_000),
            chord(&[350.0, 440.0], 6_000.0, 16_000),
            cadence(&[425.0], 8_000.0, 8_000, 8_000),
            sine(1_000.0, 8_000.0, 640),
            sine(1_000.0, 8_000.0, 40_000),
            sine(2_500.0, 8_000.0, 4_000),
            sine(1_000.0, 100.0, 4_000),
            chord(&[697.0, 1_209.0], 6_000.0, 4_000),
        ] {
            assert_eq!(beeps(&audio), []);
        }
    }

    #[test]
    fn voices_are_no_beep() {
        // Vowels: harmonics of a gliding pitch with the weights of three formants.
        for (f0, formants) in
            [(110.0, [700.0, 1_200.0, 2_500.0]), (210.0, [300.0, 870.0, 2_240.0]), (320.0, [400.0, 2_000.0, 2_600.0])]
        {
            let mut phase = 0.0f32;
            let audio: Vec<i16> = (0..16_000)
                .map(|n| {
                    let pitch = f0 * (1.0 + 0.12 * (n as f32 / 2_000.0).sin());
                    phase += pitch / 8_000.0;
                    (1..=12)
                        .map(|h| {
                            let hz = h as f32 * pitch;
                            let gain: f32 = formants.iter().map(|f| (-((hz - f) / 150.0).powi(2)).exp()).sum();
                            (std::f32::consts::TAU * phase * h as f32).sin() * (gain + 0.03) * 5_000.0
                        })
                        .sum::<f32>() as i16
                })
                .collect();
            assert_eq!(beeps(&audio), [], "pitch {f0}");
        }
    }
}
