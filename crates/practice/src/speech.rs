//! What people say, and where it comes from.
//!
//! A folder of speech holds WAV files (one channel, 16 bits, 8,000 Hz) named `LINE-VOICE.wav`: the line's name from
//! [`LINES`] and the voice, 0 to 3, as in `hello_a-2.wav`. Whoever renders them speaks [`Line::text`] with four different
//! voices. Missing files are fine: that line is spoken by the synthetic voice.

use std::{
    collections::BTreeMap,
    io,
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
};

use crate::voice;

/// Voices that people have.
pub const VOICES: u8 = 4;
/// Longest line that is read: one minute.
const MOST_SAMPLES: u32 = 60 * 8_000;

/// Something that is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// Its name, the first part of its file's name.
    pub name: &'static str,
    /// Its words.
    pub text: &'static str,
}

const fn line(name: &'static str, text: &'static str) -> Line {
    Line { name, text }
}

/// Everything that people say.
pub const LINES: [Line; 15] = [
    line("hello_a", "Hello?"),
    line("hello_b", "Yes, hello, who is this?"),
    line("hello_c", "Good morning, how can I help you?"),
    line("anybody", "Hello? Is anybody there?"),
    line("reply_a", "Yes, that is fine with me."),
    line("reply_b", "Thursday at two works for me, thank you."),
    line("reply_c", "No, thank you, I am not interested."),
    line("more_a", "All right, and could you send me that in writing, please?"),
    line("more_b", "Okay. I think that is everything."),
    line("ask_back", "Sorry, I did not understand that. Could you say it again?"),
    line("interrupt", "Wait, wait. What is this about?"),
    line("opt_out", "Please do not call me again. Take me off your list."),
    line("bye_a", "Goodbye."),
    line("bye_b", "Okay, thank you, bye."),
    line(
        "voicemail",
        "You have reached the voice mail of this number. Nobody can take your call right now. Please leave a message after the tone.",
    ),
];

/// The file of a line in a voice.
#[must_use]
pub fn file_name(line: &Line, voice: u8) -> String {
    format!("{}-{voice}.wav", line.name)
}

/// A speech file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SpeechError {
    /// It cannot be read.
    #[error("the speech file {path} cannot be read: {source}; render the practice speech again")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is not in the one format.
    #[error(
        "the speech file {path} is not a WAV file of one channel, 16 bits and 8,000 Hz of at most a minute; \
         render the practice speech again"
    )]
    Format {
        /// The file.
        path: PathBuf,
    },
    /// The folder is not there.
    #[error("the folder {path} with the practice speech is not there; leave it out to use the synthetic voice")]
    NoFolder {
        /// The folder.
        path: PathBuf,
    },
}

/// All lines in all voices. Files are read at the start, synthetic speech is made when it is first wanted and kept.
pub(crate) struct Speech {
    clips: BTreeMap<(&'static str, u8), OnceLock<Arc<[i16]>>>,
}

impl Speech {
    /// Reads what the folder has; the rest is synthetic.
    pub(crate) fn load(folder: Option<&Path>) -> Result<Self, SpeechError> {
        if let Some(folder) = folder
            && !folder.is_dir()
        {
            return Err(SpeechError::NoFolder { path: folder.to_owned() });
        }
        let mut clips = BTreeMap::new();
        for line in &LINES {
            for voice in 0..VOICES {
                let path = folder.map(|folder| folder.join(file_name(line, voice))).filter(|path| path.exists());
                let clip = match path {
                    Some(path) => OnceLock::from(Arc::from(read(&path)?)),
                    None => OnceLock::new(),
                };
                clips.insert((line.name, voice), clip);
            }
        }
        let synthetic = clips.values().filter(|clip| clip.get().is_none()).count();
        if synthetic > 0 {
            tracing::info!("{synthetic} of {} practice lines are spoken by the synthetic voice", clips.len());
        }
        Ok(Self { clips })
    }

    /// A line in a voice; nothing for an unknown name.
    pub(crate) fn clip(&self, name: &str, voice: u8) -> Arc<[i16]> {
        let voice = voice % VOICES;
        let Some(line) = LINES.iter().find(|line| line.name == name) else { return Arc::default() };
        let Some(clip) = self.clips.get(&(line.name, voice)) else { return Arc::default() };
        Arc::clone(clip.get_or_init(|| voice::speak(line.text, voice).into()))
    }
}

fn read(path: &Path) -> Result<Vec<i16>, SpeechError> {
    let wrong = || SpeechError::Format { path: path.to_owned() };
    let to_error = |error| match error {
        hound::Error::IoError(source) => SpeechError::Read { path: path.to_owned(), source },
        _ => wrong(),
    };
    let mut reader = hound::WavReader::open(path).map_err(to_error)?;
    let spec = reader.spec();
    if (spec.channels, spec.bits_per_sample, spec.sample_rate) != (1, 16, 8_000) || reader.duration() > MOST_SAMPLES {
        return Err(wrong());
    }
    reader.samples::<i16>().collect::<Result<_, _>>().map_err(to_error)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(path: &Path, channels: u16, samples: &[i16]) {
        let spec = hound::WavSpec {
            channels,
            sample_rate: 8_000,
            bits_per_sample: 16,
            sample_format: hound::SampleFormat::Int,
        };
        let mut writer = hound::WavWriter::create(path, spec).unwrap();
        for sample in samples {
            writer.write_sample(*sample).unwrap();
        }
        writer.finalize().unwrap();
    }

    #[test]
    fn files_are_used_where_they_are_and_the_rest_is_synthetic() {
        let folder = tempfile::tempdir().unwrap();
        write(&folder.path().join("hello_a-2.wav"), 1, &[7; 500]);
        let speech = Speech::load(Some(folder.path())).unwrap();
        assert_eq!(*speech.clip("hello_a", 2), [7; 500]);
        assert!(speech.clip("hello_a", 1).len() > 1_600, "spoken, though no file is there");
        assert!(speech.clip("voicemail", 0).len() > 4 * 8_000);
        write(&folder.path().join("bye_a-0.wav"), 2, &[7; 500]);
        let error = Speech::load(Some(folder.path())).err().unwrap();
        assert!(error.to_string().contains("bye_a-0.wav"), "{error}");
        assert!(matches!(Speech::load(Some(&folder.path().join("none"))), Err(SpeechError::NoFolder { .. })));
    }
}
