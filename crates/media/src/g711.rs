//! G.711 µ-law (PCMU) and A-law (PCMA), ITU-T G.711: 8 bits a sample, logarithmic.
//!
//! Decoding is one look-up in a 256-entry table made at compile time. Encoding is a handful of integer operations; the
//! tests compare it with the tables over all 65,536 inputs.

/// µ-law code of zero: what silence looks like on the wire.
pub const ULAW_SILENCE: u8 = 0xFF;
/// A-law code of the smallest positive value: what silence looks like on the wire.
pub const ALAW_SILENCE: u8 = 0xD5;

/// G.711's µ-law offset, scaled from 14 to 16 bits: it makes every segment start at a power of two.
const ULAW_BIAS: i32 = 0x84;
/// Largest magnitude that still fits the top µ-law segment after the offset was added.
const ULAW_CLIP: i32 = 32_635;

static ULAW_TABLE: [i16; 256] = {
    let mut table = [0i16; 256];
    let mut code = 0;
    while code < 256 {
        table[code] = expand_ulaw(code as u8);
        code += 1;
    }
    table
};

static ALAW_TABLE: [i16; 256] = {
    let mut table = [0i16; 256];
    let mut code = 0;
    while code < 256 {
        table[code] = expand_alaw(code as u8);
        code += 1;
    }
    table
};

const fn expand_ulaw(code: u8) -> i16 {
    // All bits travel inverted, so that silence has many ones for line clocks.
    let code = !code as i32;
    let segment = (code >> 4) & 7;
    let magnitude = ((((code & 0x0F) << 3) + ULAW_BIAS) << segment) - ULAW_BIAS;
    if code & 0x80 != 0 { -magnitude as i16 } else { magnitude as i16 }
}

const fn expand_alaw(code: u8) -> i16 {
    // Even bits travel inverted.
    let code = (code ^ 0x55) as i32;
    let segment = (code >> 4) & 7;
    let step = ((code & 0x0F) << 4) + 8;
    let magnitude = if segment == 0 { step } else { (step + 0x100) << (segment - 1) };
    if code & 0x80 != 0 { magnitude as i16 } else { -magnitude as i16 }
}

/// The linear value of a µ-law code.
#[inline]
#[must_use]
pub fn ulaw_to_linear(code: u8) -> i16 {
    ULAW_TABLE[code as usize]
}

/// The linear value of an A-law code.
#[inline]
#[must_use]
pub fn alaw_to_linear(code: u8) -> i16 {
    ALAW_TABLE[code as usize]
}

/// The µ-law code of a linear sample; values beyond ±32,635 are clipped.
#[inline]
#[must_use]
pub fn linear_to_ulaw(sample: i16) -> u8 {
    let sign = if sample < 0 { 0x80 } else { 0 };
    let magnitude = i32::from(sample).abs().min(ULAW_CLIP) + ULAW_BIAS;
    // The offset puts the top bit at 7..=14, which names the segment.
    let segment = 31 - magnitude.leading_zeros() as i32 - 7;
    let step = (magnitude >> (segment + 3)) & 0x0F;
    !(sign | (segment << 4) | step) as u8
}

/// The A-law code of a linear sample.
#[inline]
#[must_use]
pub fn linear_to_alaw(sample: i16) -> u8 {
    let value = i32::from(sample) >> 4;
    // Ones' complement for the negative half, so that -1 mirrors 0 and no value overflows.
    let (magnitude, mask) = if value >= 0 { (value, 0xD5) } else { (!value, 0x55) };
    let top = 31 - (magnitude | 1).leading_zeros() as i32;
    let code = if top < 4 { magnitude } else { ((top - 3) << 4) | ((magnitude >> (top - 4)) & 0x0F) };
    (code ^ mask) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    /// G.711 defines each level as the middle of its decision interval; `step` is the standard's unit in 16-bit samples.
    fn check_law(encode: fn(i16) -> u8, decode: fn(u8) -> i16, step: i32) {
        let mut intervals = [(i32::MAX, i32::MIN, 0u32); 256];
        let mut last = i32::MIN;
        for sample in i16::MIN..=i16::MAX {
            let code = encode(sample);
            let level = i32::from(decode(code));
            assert!(level >= last, "monotone at {sample}");
            last = level;
            let interval = &mut intervals[usize::from(code)];
            *interval = (interval.0.min(sample.into()), interval.1.max(sample.into()), interval.2 + 1);
        }
        let widest = i32::from(decode(encode(i16::MAX)));
        for (code, (low, high, count)) in intervals.into_iter().enumerate() {
            let level = i32::from(decode(code as u8));
            assert_eq!(count as i32, high - low + 1, "code {code:#x} is one interval");
            // The two outermost levels also take what is clipped.
            assert!(level.abs() >= widest || ((low + high) / 2 - level).abs() <= step, "code {code:#x}: {low}..{high}");
        }
    }

    #[test]
    fn every_sample_gets_the_nearest_ulaw_level() {
        check_law(linear_to_ulaw, ulaw_to_linear, 4);
        for code in 0..=255u8 {
            // 0x7F is minus zero: G.711 has two zeros, and the encoder always answers the positive one.
            let wanted = if code == 0x7F { 0xFF } else { code };
            assert_eq!(linear_to_ulaw(ulaw_to_linear(code)), wanted, "code {code:#x}");
        }
    }

    #[test]
    fn every_sample_gets_the_nearest_alaw_level() {
        check_law(linear_to_alaw, alaw_to_linear, 16);
        for code in 0..=255u8 {
            assert_eq!(linear_to_alaw(alaw_to_linear(code)), code, "code {code:#x}");
        }
    }

    #[test]
    fn known_values_of_the_standard() {
        assert_eq!(linear_to_ulaw(0), ULAW_SILENCE);
        assert_eq!(linear_to_alaw(0), ALAW_SILENCE);
        assert_eq!((ulaw_to_linear(0x80), ulaw_to_linear(0x00)), (32_124, -32_124));
        assert_eq!((alaw_to_linear(0xAA), alaw_to_linear(0x2A)), (32_256, -32_256));
    }
}
