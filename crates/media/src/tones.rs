//! Making and finding tones: call-progress tones, DTMF, and the Goertzel filter that measures one frequency.

use std::f32::consts::TAU;

use crate::SAMPLE_RATE;

/// Frequencies of ringback in North America, in Hz.
pub const RINGBACK_US: [f32; 2] = [440.0, 480.0];
/// Frequencies of busy in North America, in Hz.
pub const BUSY_US: [f32; 2] = [480.0, 620.0];
/// DTMF row frequencies in Hz (ITU-T Q.23).
const ROWS: [f32; 4] = [697.0, 770.0, 852.0, 941.0];
/// DTMF column frequencies in Hz.
const COLUMNS: [f32; 4] = [1_209.0, 1_336.0, 1_477.0, 1_633.0];
/// The DTMF keys by row and column.
const KEYS: [[char; 4]; 4] = [['1', '2', '3', 'A'], ['4', '5', '6', 'B'], ['7', '8', '9', 'C'], ['*', '0', '#', 'D']];

/// `samples` samples of a sine of `hz`, peak `amplitude` (32,767 is full scale), starting at phase zero.
#[must_use]
pub fn sine(hz: f32, amplitude: f32, samples: usize) -> Vec<i16> {
    chord(&[hz], amplitude, samples)
}

/// `samples` samples of several sines at once, each with peak `amplitude`; the sum is clipped to 16 bits.
#[must_use]
pub fn chord(frequencies: &[f32], amplitude: f32, samples: usize) -> Vec<i16> {
    (0..samples)
        .map(|n| {
            let at = n as f32 / SAMPLE_RATE as f32;
            frequencies.iter().map(|hz| (TAU * (hz * at).fract()).sin() * amplitude).sum::<f32>() as i16
        })
        .collect()
}

/// One period of a cadence: `on` samples of the chord, then `off` samples of silence.
#[must_use]
pub fn cadence(frequencies: &[f32], amplitude: f32, on: usize, off: usize) -> Vec<i16> {
    let mut out = chord(frequencies, amplitude, on);
    out.resize(on + off, 0);
    out
}

/// The two frequencies of a DTMF key, or `None` when it is not one of `0-9 * # A-D`.
#[must_use]
pub fn dtmf_frequencies(key: char) -> Option<[f32; 2]> {
    let key = key.to_ascii_uppercase();
    for (row, keys) in KEYS.iter().enumerate() {
        if let Some(column) = keys.iter().position(|k| *k == key) {
            return Some([ROWS[row], COLUMNS[column]]);
        }
    }
    None
}

/// Power of one frequency in `samples`, on the scale of mean squares: a sine of peak `a` at `hz` gives about `a²/2`.
#[must_use]
pub fn power_at(samples: &[i16], hz: f32) -> f32 {
    if samples.is_empty() {
        return 0.0;
    }
    let coefficient = 2.0 * (TAU * hz / SAMPLE_RATE as f32).cos();
    let (mut s1, mut s2) = (0.0f32, 0.0f32);
    for sample in samples {
        let s0 = f32::from(*sample) + coefficient * s1 - s2;
        s2 = s1;
        s1 = s0;
    }
    let energy = s1 * s1 + s2 * s2 - coefficient * s1 * s2;
    let n = samples.len() as f32;
    (2.0 * energy / (n * n)).max(0.0)
}

/// Mean square of the samples; 0 for none.
#[must_use]
pub fn power(samples: &[i16]) -> f32 {
    if samples.is_empty() {
        return 0.0;
    }
    samples.iter().map(|s| f32::from(*s) * f32::from(*s)).sum::<f32>() / samples.len() as f32
}

/// Level in dB below full scale (a full-scale square wave is 0); silence is -96.
#[must_use]
pub fn level_db(samples: &[i16]) -> f32 {
    10.0 * (power(samples) / (32_768.0 * 32_768.0)).max(2.5e-10).log10()
}

/// How much of the power of `samples` lies at `hz`: 0 for none, about 1 for a pure tone. The filter is as wide as the
/// sample is short: 20 ms see 50 Hz.
#[must_use]
pub fn share(samples: &[i16], hz: f32) -> f32 {
    let total = power(samples);
    if total < 1.0 { 0.0 } else { power_at(samples, hz) / total }
}

/// The DTMF key sounding in `samples` (40 ms or more are best), or `None`. Asks for both tones to hold most of the power
/// with a twist under 8 dB, so that speech is not taken for a key.
#[must_use]
pub fn dtmf_key(samples: &[i16]) -> Option<char> {
    let total = power(samples);
    if total < 1_000.0 {
        return None;
    }
    let strongest = |group: &[f32; 4]| {
        let mut best = (0, 0.0f32);
        for (i, hz) in group.iter().enumerate() {
            let power = power_at(samples, *hz);
            if power > best.1 {
                best = (i, power);
            }
        }
        best
    };
    let (row, row_power) = strongest(&ROWS);
    let (column, column_power) = strongest(&COLUMNS);
    let twist = row_power.max(column_power) / row_power.min(column_power).max(1.0);
    (row_power + column_power > 0.8 * total && twist < 6.3).then(|| KEYS[row][column])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::g711;

    #[test]
    fn goertzel_measures_the_tone_and_not_its_neighbours() {
        let tone = sine(1_000.0, 10_000.0, 800);
        assert!((power_at(&tone, 1_000.0) / 5e7 - 1.0).abs() < 0.02);
        assert!(share(&tone, 1_000.0) > 0.98);
        assert!(share(&tone, 1_100.0) < 0.02);
        assert_eq!(share(&[0; 160], 1_000.0), 0.0);
    }

    #[test]
    fn every_key_is_heard_through_both_laws_and_noise_is_no_key() {
        for key in "0123456789*#ABCD".chars() {
            let tone = chord(&dtmf_frequencies(key).unwrap(), 6_000.0, 480);
            for (encode, decode) in [
                (g711::linear_to_ulaw as fn(i16) -> u8, g711::ulaw_to_linear as fn(u8) -> i16),
                (g711::linear_to_alaw, g711::alaw_to_linear),
            ] {
                let heard: Vec<i16> = tone.iter().map(|s| decode(encode(*s))).collect();
                assert_eq!(dtmf_key(&heard), Some(key));
            }
        }
        let mut state = 1u32;
        let noise: Vec<i16> = (0..480)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                ((state >> 16) as i16) / 8
            })
            .collect();
        assert_eq!(dtmf_key(&noise), None);
        assert_eq!(dtmf_key(&sine(697.0, 8_000.0, 480)), None, "one tone alone is no key");
    }
}
