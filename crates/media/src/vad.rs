//! Voice activity by energy, with a noise floor that follows the line.
//!
//! The floor is the quietest 20 ms of the last one and a half seconds: speech has gaps, a noisy line has none. A frame is
//! active when it lies clearly above the floor. Speech starts when most of the last frames were active and stops when none
//! was for the hangover.

use std::time::Duration;

use crate::{FRAME_TIME, Frame, tones};

/// Where the thresholds lie.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct VadConfig {
    /// Speech must be this far above the noise floor, in dB.
    pub above_floor_db: f32,
    /// Nothing below this level is speech, in dB below full scale.
    pub least_level_db: f32,
    /// Active time until speech has started.
    pub start: Duration,
    /// Quiet time until speech has stopped.
    pub hangover: Duration,
}

impl Default for VadConfig {
    fn default() -> Self {
        Self {
            above_floor_db: 10.0,
            least_level_db: -48.0,
            start: Duration::from_millis(60),
            hangover: Duration::from_millis(700),
        }
    }
}

/// A change of voice activity; `ago` is how long before the end of the frame it really happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VoiceChange {
    /// Somebody started to speak.
    Started {
        /// Time since the first active frame.
        ago: Duration,
    },
    /// Somebody stopped speaking.
    Stopped {
        /// Time since the last active frame.
        ago: Duration,
    },
}

const BUCKETS: usize = 3;
/// Frames in one bucket of the noise floor: half a second.
const BUCKET_FRAMES: u32 = 25;
/// Floor before anything was heard: a clean line.
const FIRST_FLOOR_DB: f32 = -65.0;

/// Energy voice activity over frames of 20 ms.
#[derive(Debug, Clone)]
pub struct EnergyVad {
    config: VadConfig,
    buckets: [f32; BUCKETS],
    bucket: f32,
    bucket_frames: u32,
    /// Bit n: the frame n before this one was active.
    recent: u32,
    quiet_frames: u32,
    speaking: bool,
}

impl EnergyVad {
    /// A listener with these thresholds.
    #[must_use]
    pub fn new(config: VadConfig) -> Self {
        Self {
            config,
            buckets: [FIRST_FLOOR_DB; BUCKETS],
            bucket: f32::MAX,
            bucket_frames: 0,
            recent: 0,
            quiet_frames: 0,
            speaking: false,
        }
    }

    /// Whether speech has started and not stopped.
    #[must_use]
    pub fn speaking(&self) -> bool {
        self.speaking
    }

    /// Takes one frame. `usable` is false for frames that must not count as speech (made up, or a tone).
    pub fn frame(&mut self, frame: &Frame, usable: bool) -> Option<VoiceChange> {
        let level = tones::level_db(frame);
        if usable {
            self.follow_floor(level);
        }
        let threshold = (self.floor() + self.config.above_floor_db).max(self.config.least_level_db);
        let active = usable && level > threshold;
        self.recent = (self.recent << 1) | u32::from(active);
        self.quiet_frames = if active { 0 } else { self.quiet_frames.saturating_add(1) };
        if self.speaking {
            let hangover = frames(self.config.hangover);
            if self.quiet_frames < hangover {
                return None;
            }
            self.speaking = false;
            return Some(VoiceChange::Stopped { ago: FRAME_TIME * self.quiet_frames });
        }
        // One inactive frame among the wanted ones is forgiven: a stop consonant is no end of speech.
        let wanted = frames(self.config.start).clamp(1, 30);
        let window = self.recent & ((1 << (wanted + 1)) - 1);
        if !active || window.count_ones() < wanted {
            return None;
        }
        self.speaking = true;
        Some(VoiceChange::Started { ago: FRAME_TIME * (32 - window.leading_zeros()) })
    }

    fn floor(&self) -> f32 {
        self.buckets.iter().copied().fold(f32::MAX, f32::min).max(-75.0)
    }

    fn follow_floor(&mut self, level: f32) {
        self.bucket = self.bucket.min(level);
        self.bucket_frames += 1;
        if self.bucket_frames == BUCKET_FRAMES {
            self.buckets.rotate_left(1);
            self.buckets[BUCKETS - 1] = self.bucket;
            self.bucket = f32::MAX;
            self.bucket_frames = 0;
        }
    }
}

fn frames(time: Duration) -> u32 {
    (time.as_millis() / FRAME_TIME.as_millis()) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Line {
        state: u32,
    }

    impl Line {
        fn noise(&mut self, amplitude: f32) -> Frame {
            std::array::from_fn(|_| {
                self.state = self.state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                ((self.state >> 16) as i16 as f32 / 32_768.0 * amplitude) as i16
            })
        }
    }

    fn run(vad: &mut EnergyVad, line: &mut Line, amplitudes: &[f32]) -> Vec<(usize, VoiceChange)> {
        amplitudes.iter().enumerate().filter_map(|(i, a)| vad.frame(&line.noise(*a), true).map(|c| (i, c))).collect()
    }

    #[test]
    fn speech_on_a_clean_line_starts_after_60_ms_and_stops_after_the_hangover() {
        let mut vad = EnergyVad::new(VadConfig::default());
        let mut line = Line { state: 1 };
        let mut amplitudes = vec![10.0; 50];
        amplitudes.extend([3_000.0; 40]);
        amplitudes.extend([10.0; 60]);
        let changes = run(&mut vad, &mut line, &amplitudes);
        let ms = Duration::from_millis;
        assert_eq!(
            changes,
            [(52, VoiceChange::Started { ago: ms(60) }), (124, VoiceChange::Stopped { ago: ms(700) })],
            "the moments are told back to the frame where they happened"
        );
    }

    #[test]
    fn a_noisy_line_is_learnt_and_speech_above_it_is_heard() {
        let mut vad = EnergyVad::new(VadConfig::default());
        let mut line = Line { state: 2 };
        run(&mut vad, &mut line, &[700.0; 200]);
        assert!(!vad.speaking(), "steady noise is no speech once it is known");
        let changes = run(&mut vad, &mut line, &[8_000.0; 20]);
        assert!(matches!(changes[..], [(2, VoiceChange::Started { .. })]), "{changes:?}");
    }

    #[test]
    fn a_click_is_no_speech_and_a_short_pause_is_no_end() {
        let mut vad = EnergyVad::new(VadConfig::default());
        let mut line = Line { state: 3 };
        let mut amplitudes = vec![10.0; 30];
        amplitudes.extend([9_000.0; 2]);
        amplitudes.extend([10.0; 30]);
        assert_eq!(run(&mut vad, &mut line, &amplitudes), []);
        let mut amplitudes = vec![3_000.0; 20];
        amplitudes.extend([10.0; 30]);
        amplitudes.extend([3_000.0; 20]);
        assert_eq!(run(&mut vad, &mut line, &amplitudes).len(), 1, "600 ms of pause lie within the hangover");
    }
}
