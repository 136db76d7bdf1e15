//! Samples: resampling, level, WAV.

use std::io::Cursor;

use rubato::audioadapter_buffers::direct::InterleavedSlice;
use rubato::{Async, FixedAsync, Resampler, SincInterpolationParameters, WindowFunction};

use crate::SAMPLE_RATE_HZ;

/// Level that speech is brought to, as RMS of its louder parts below full scale. Leaves 18 dB for peaks, as telephone networks expect.
const SPEECH_DBFS: f32 = -20.0;
/// Highest peak, so that no sample is clipped.
const PEAK_MAX: f32 = 0.89;

/// Samples at `rate_hz` to samples at [`SAMPLE_RATE_HZ`], filtered so that nothing above 4 kHz folds back. Fewer than one sample gives none.
pub(crate) fn to_telephone_rate(samples: &[f32], rate_hz: f64) -> Result<Vec<f32>, String> {
    let ratio = f64::from(SAMPLE_RATE_HZ) / rate_hz;
    if samples.is_empty() {
        return Ok(Vec::new());
    }
    let parameters = SincInterpolationParameters::new(192, WindowFunction::BlackmanHarris2);
    let mut resampler =
        Async::<f32>::new_sinc(ratio, 1.0, &parameters, 1024, 1, FixedAsync::Input).map_err(|e| e.to_string())?;
    let input = InterleavedSlice::new(samples, 1, samples.len()).map_err(|e| e.to_string())?;
    let output = resampler.process_all(&input, samples.len(), None).map_err(|e| e.to_string())?;
    Ok(output.take_data())
}

/// Brings speech to one level and to 16 bits. Silence stays silence.
pub(crate) fn levelled(samples: &[f32]) -> Vec<i16> {
    let peak = samples.iter().fold(0.0_f32, |peak, sample| peak.max(sample.abs()));
    let loud = loud_rms(samples);
    let gain =
        if loud < 1e-4 { 1.0 } else { (10.0_f32.powf(SPEECH_DBFS / 20.0) / loud).min(PEAK_MAX / peak.max(1e-9)) };
    #[expect(clippy::cast_possible_truncation, reason = "clamped to the range of i16")]
    let sample = |sample: &f32| (sample * gain * 32_767.0).round().clamp(-32_768.0, 32_767.0) as i16;
    samples.iter().map(sample).collect()
}

/// RMS of the 20 ms frames that are within 20 dB of the loudest: pauses must not make a sentence louder.
fn loud_rms(samples: &[f32]) -> f32 {
    #[expect(clippy::cast_precision_loss, reason = "a frame has at most 160 samples")]
    let powers: Vec<f32> =
        samples.chunks(160).map(|frame| frame.iter().map(|s| s * s).sum::<f32>() / frame.len() as f32).collect();
    let threshold = powers.iter().fold(0.0_f32, |max, power| max.max(*power)) / 100.0;
    let (sum, count) =
        powers.iter().filter(|power| **power >= threshold).fold((0.0, 0.0), |(sum, n), power| (sum + power, n + 1.0));
    if count > 0.0 { f32::sqrt(sum / count) } else { 0.0 }
}

/// RMS level of samples in dB below full scale; negative infinity for digital silence.
pub fn rms_dbfs(samples: &[i16]) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "no clip has 2^52 samples")]
    let mean =
        samples.iter().map(|sample| (f64::from(*sample) / 32_768.0).powi(2)).sum::<f64>() / samples.len().max(1) as f64;
    10.0 * mean.log10()
}

const WAV: hound::WavSpec = hound::WavSpec {
    channels: 1,
    sample_rate: SAMPLE_RATE_HZ,
    bits_per_sample: 16,
    sample_format: hound::SampleFormat::Int,
};

/// A WAV file of telephone audio, as bytes.
///
/// # Errors
///
/// When it would be larger than a WAV file can be (4 GiB).
pub fn wav_bytes(samples: &[i16]) -> Result<Vec<u8>, hound::Error> {
    let mut bytes = Cursor::new(Vec::with_capacity(44 + samples.len() * 2));
    let mut writer = hound::WavWriter::new(&mut bytes, WAV)?;
    samples.iter().try_for_each(|sample| writer.write_sample(*sample))?;
    writer.finalize()?;
    Ok(bytes.into_inner())
}

/// The samples of a WAV file that [`wav_bytes`] wrote; `None` when it is another kind of file or cut off.
pub(crate) fn read_wav(bytes: &[u8]) -> Option<Vec<i16>> {
    let mut reader = hound::WavReader::new(bytes).ok()?;
    (reader.spec() == WAV).then(|| reader.samples::<i16>().collect::<Result<_, _>>().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[expect(clippy::cast_precision_loss, reason = "small numbers")]
    fn tone(hz: f32, rate_hz: f32, seconds: f32) -> Vec<f32> {
        (0..)
            .map(|n| n as f32 / rate_hz)
            .take_while(|t| *t < seconds)
            .map(|t| 0.5 * (t * hz * std::f32::consts::TAU).sin())
            .collect()
    }

    fn rms_db(samples: &[f32]) -> f32 {
        // The ends are the filter's run-in.
        let middle = &samples[400..samples.len() - 400];
        #[expect(clippy::cast_precision_loss, reason = "small numbers")]
        let mean = middle.iter().map(|s| s * s).sum::<f32>() / middle.len() as f32;
        10.0 * mean.log10()
    }

    #[test]
    fn resampling_keeps_what_a_telephone_carries_and_folds_nothing_back() {
        for rate in [22_050.0_f32, 22_050.0 * 0.88, 22_050.0 * 1.3, 16_000.0] {
            let kept = to_telephone_rate(&tone(1_000.0, rate, 1.0), f64::from(rate)).unwrap();
            assert!((7_990..=8_010).contains(&kept.len()), "one second stays one second: {}", kept.len());
            assert!((rms_db(&kept) - -9.03).abs() < 0.1, "{rate} Hz: 1 kHz at {} dB", rms_db(&kept));
            // Without a filter 5 kHz would be heard at 3 kHz, as loud.
            let folded = to_telephone_rate(&tone(5_000.0, rate, 1.0), f64::from(rate)).unwrap();
            assert!(rms_db(&folded) < -70.0, "{rate} Hz: 5 kHz at {} dB", rms_db(&folded));
        }
        assert!(to_telephone_rate(&[], 22_050.0).unwrap().is_empty());
        assert_eq!(to_telephone_rate(&[0.1; 3], 22_050.0).unwrap().len(), 2);
    }

    #[test]
    fn speech_gets_one_level_and_is_never_clipped() {
        for loudness in [0.02, 0.4, 3.0] {
            let mut speech: Vec<f32> = tone(300.0, 8_000.0, 1.0).iter().map(|s| s * loudness).collect();
            speech.extend([0.0; 8_000]);
            let level = rms_dbfs(&levelled(&speech)[..8_000]);
            assert!((level - f64::from(SPEECH_DBFS)).abs() < 0.2, "{level} dBFS");
        }
        let mut click = vec![0.0; 1_600];
        click[800] = 1.0;
        click[100..200].fill(0.01);
        assert!(levelled(&click).iter().all(|s| s.unsigned_abs() <= 29_200));
        assert_eq!(levelled(&[0.0; 4]), [0; 4]);
    }

    #[test]
    fn wav_reads_back_and_a_cut_one_does_not() {
        let samples = [0, 1, -1, i16::MAX, i16::MIN];
        let bytes = wav_bytes(&samples).unwrap();
        assert_eq!(read_wav(&bytes).unwrap(), samples);
        assert_eq!(read_wav(&bytes[..bytes.len() - 3]), None);
        assert_eq!(read_wav(b"no wav"), None);
    }
}
