//! Concealment of lost audio: the last pitch period is repeated and faded out over 60 ms.
//!
//! Simpler than G.711 Appendix I, with the same idea: a short repeat of what was said sounds like a held sound, a hole
//! sounds like a click.

use crate::{Frame, SAMPLES_PER_FRAME};

const HISTORY: usize = 320;
/// Pitch lags searched: 200 Hz down to 66 Hz at 8,000 Hz.
const MIN_LAG: usize = 40;
const MAX_LAG: usize = 120;
/// Frames until the repeat has faded to silence.
const FADE_FRAMES: u32 = 3;
/// Samples over which the first good frame is blended with the repeat.
const BLEND: usize = 24;

/// Keeps what was played and makes up what is missing.
#[derive(Debug, Clone)]
pub struct Concealer {
    history: [i16; HISTORY],
    lag: usize,
    phase: usize,
    lost: u32,
}

impl Default for Concealer {
    fn default() -> Self {
        Self { history: [0; HISTORY], lag: MIN_LAG, phase: 0, lost: FADE_FRAMES }
    }
}

impl Concealer {
    /// Takes a frame that arrived; after a gap its first samples are blended with the repeat, so that nothing clicks.
    pub fn good(&mut self, frame: &mut Frame) {
        if self.lost > 0 && self.lost < FADE_FRAMES {
            let gain = self.gain();
            for (i, sample) in frame.iter_mut().take(BLEND).enumerate() {
                let weight = i as f32 / BLEND as f32;
                let repeat = f32::from(self.repeat()) * gain;
                *sample = (f32::from(*sample) * weight + repeat * (1.0 - weight)) as i16;
            }
        }
        self.lost = 0;
        self.history.copy_within(SAMPLES_PER_FRAME.., 0);
        self.history[HISTORY - SAMPLES_PER_FRAME..].copy_from_slice(frame);
    }

    /// Fills a frame that is missing. Returns whether there was still something to repeat (else it is silence).
    pub fn missing(&mut self, frame: &mut Frame) -> bool {
        if self.lost >= FADE_FRAMES {
            frame.fill(0);
            return false;
        }
        if self.lost == 0 {
            self.lag = self.find_lag();
            self.phase = 0;
        }
        let from = self.gain();
        self.lost += 1;
        let to = self.gain();
        for (i, sample) in frame.iter_mut().enumerate() {
            let gain = from + (to - from) * i as f32 / SAMPLES_PER_FRAME as f32;
            *sample = (f32::from(self.repeat()) * gain) as i16;
        }
        true
    }

    /// Forgets what was played: what comes next belongs to another sound.
    pub fn reset(&mut self) {
        *self = Self::default();
    }

    fn gain(&self) -> f32 {
        1.0 - self.lost.min(FADE_FRAMES) as f32 / FADE_FRAMES as f32
    }

    fn repeat(&mut self) -> i16 {
        let sample = self.history[HISTORY - self.lag + self.phase];
        self.phase = (self.phase + 1) % self.lag;
        sample
    }

    /// The lag at which the end of the history is most like what came before it.
    fn find_lag(&self) -> usize {
        let tail = &self.history[HISTORY - MAX_LAG..];
        let mut best = (MIN_LAG, f32::MIN);
        for lag in MIN_LAG..=MAX_LAG {
            let before = &self.history[HISTORY - MAX_LAG - lag..HISTORY - lag];
            let (mut product, mut energy) = (0.0f32, 1.0f32);
            for (a, b) in tail.iter().zip(before) {
                product += f32::from(*a) * f32::from(*b);
                energy += f32::from(*b) * f32::from(*b);
            }
            let likeness = product / energy.sqrt();
            if likeness > best.1 {
                best = (lag, likeness);
            }
        }
        best.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tones::{share, sine};

    #[test]
    fn one_lost_frame_of_a_tone_stays_the_tone_and_a_long_gap_fades_to_silence() {
        let tone = sine(100.0, 8_000.0, 800);
        let mut concealer = Concealer::default();
        let mut frame: Frame = tone[..160].try_into().unwrap();
        concealer.good(&mut frame);
        frame.copy_from_slice(&tone[160..320]);
        concealer.good(&mut frame);
        assert!(concealer.missing(&mut frame));
        assert!(share(&frame, 100.0) > 0.8, "the made-up frame carries the same tone");
        assert!(concealer.missing(&mut frame));
        assert!(concealer.missing(&mut frame));
        assert!(frame[159].abs() < 200, "faded out");
        assert!(!concealer.missing(&mut frame));
        assert_eq!(frame, [0; 160]);
    }
}
