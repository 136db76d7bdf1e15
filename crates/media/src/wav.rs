//! Two-channel recordings: WAV, 16 bits, 8,000 Hz, left the contact as heard, right the employee as sent.
//!
//! The file grows as the call goes. Its header is brought up to date from time to time; a file whose writer died is put
//! right by [`repair`] from its length.

use std::{
    fs::{File, OpenOptions},
    io::{self, BufWriter, Read, Seek, SeekFrom, Write},
    path::Path,
};

use hound::{SampleFormat, WavSpec, WavWriter};

use crate::SAMPLE_RATE;

/// The format of recordings.
const SPEC: WavSpec =
    WavSpec { channels: 2, sample_rate: SAMPLE_RATE, bits_per_sample: 16, sample_format: SampleFormat::Int };
/// Bytes of a RIFF header with a 16-byte format chunk, as recordings have it.
const HEADER_LEN: u64 = 44;
/// Bytes of one sample of both channels.
const BLOCK: u64 = 4;

/// A recording that is being written.
pub struct Recording {
    writer: WavWriter<BufWriter<File>>,
}

impl Recording {
    /// Starts a recording; its folder is made if it is missing. An existing file is overwritten.
    ///
    /// # Errors
    /// What the file system says.
    pub fn create(path: &Path) -> io::Result<Self> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let writer = WavWriter::create(path, SPEC).map_err(to_io)?;
        Ok(Self { writer })
    }

    /// Appends samples, left and right in turn.
    ///
    /// # Errors
    /// What the file system says.
    pub fn append(&mut self, samples: &[i16]) -> io::Result<()> {
        for sample in samples {
            self.writer.write_sample(*sample).map_err(to_io)?;
        }
        Ok(())
    }

    /// Brings the header up to date with what was written.
    ///
    /// # Errors
    /// What the file system says.
    pub fn update_header(&mut self) -> io::Result<()> {
        self.writer.flush().map_err(to_io)
    }

    /// Ends the recording.
    ///
    /// # Errors
    /// What the file system says.
    pub fn finish(self) -> io::Result<()> {
        self.writer.finalize().map_err(to_io)
    }
}

fn to_io(error: hound::Error) -> io::Error {
    match error {
        hound::Error::IoError(error) => error,
        other => io::Error::other(other),
    }
}

/// Puts the header of a recording right whose writer died: the sizes in it follow the length of the file, and a half
/// written sample at the end is cut off. Returns the samples of each channel. A recording in order is not touched.
///
/// # Errors
/// What the file system says; `InvalidData` when the file is no recording of ours.
pub fn repair(path: &Path) -> io::Result<u64> {
    let mut file = OpenOptions::new().read(true).write(true).open(path)?;
    let len = file.metadata()?.len();
    let mut header = [0u8; HEADER_LEN as usize];
    file.read_exact(&mut header)?;
    let ours = &header[..4] == b"RIFF" && &header[8..16] == b"WAVEfmt " && &header[36..40] == b"data";
    if !ours || header[22..24] != 2u16.to_le_bytes() {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "the file is no two-channel recording"));
    }
    let data = (len - HEADER_LEN) / BLOCK * BLOCK;
    let size = u32::try_from(data + HEADER_LEN - 8).map_err(io::Error::other)?;
    let said = u32::from_le_bytes([header[40], header[41], header[42], header[43]]);
    if u64::from(said) != data || data + HEADER_LEN != len {
        file.set_len(HEADER_LEN + data)?;
        file.seek(SeekFrom::Start(4))?;
        file.write_all(&size.to_le_bytes())?;
        file.seek(SeekFrom::Start(40))?;
        file.write_all(&(data as u32).to_le_bytes())?;
    }
    Ok(data / BLOCK)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recording_whose_writer_died_is_whole_after_repair() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/call.wav");
        let mut recording = Recording::create(&path).unwrap();
        let samples: Vec<i16> = (0..20_000).map(|n| n as i16).collect();
        recording.append(&samples).unwrap();
        // What a crash leaves: the file as it was after the last buffer reached it, without an end.
        recording.update_header().unwrap();
        assert_eq!(hound::WavReader::open(&path).unwrap().duration(), 10_000, "readable while it grows");
        recording.append(&samples).unwrap();
        recording.update_header().unwrap();
        let mut bytes = std::fs::read(&path).unwrap();
        drop(recording);
        bytes[40..44].copy_from_slice(&40_000u32.to_le_bytes());
        bytes.truncate(bytes.len() - 3);
        std::fs::write(&path, &bytes).unwrap();
        assert_eq!(repair(&path).unwrap(), 19_999);
        assert_eq!(repair(&path).unwrap(), 19_999, "a second repair changes nothing");
        let reader = hound::WavReader::open(&path).unwrap();
        assert_eq!((reader.duration(), reader.spec()), (19_999, SPEC));
    }

    #[test]
    fn another_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("list.csv");
        std::fs::write(&path, "phone\n".repeat(20)).unwrap();
        assert_eq!(repair(&path).unwrap_err().kind(), io::ErrorKind::InvalidData);
    }
}
