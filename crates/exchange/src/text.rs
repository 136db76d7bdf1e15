//! Bytes of a contact file to text: UTF-8 with and without BOM, UTF-16 with and without BOM, Windows-1252.

use std::io::{self, Read};

use encoding_rs::{Decoder, Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

const BLOCK_BYTES: usize = 16 * 1024;

enum Decoding {
    /// UTF-8; bytes that are not UTF-8 are read as Windows-1252 one by one. A streaming reader can't look at the whole file before
    /// it decides, and text in Windows-1252 practically never forms a valid UTF-8 sequence, so this reads both kinds right.
    Utf8OrWindows1252 {
        /// Whether bytes were met that are not UTF-8.
        fell_back: bool,
    },
    Named(Box<Decoder>),
}

/// Reads blocks of text from a byte stream.
pub(crate) struct TextReader<R> {
    source: R,
    decoding: Decoding,
    /// Bytes read but not decoded yet: the first block, later at most an incomplete UTF-8 sequence.
    pending: Vec<u8>,
    ended: bool,
    bytes_read: u64,
}

/// What the first bytes say: text, or the name of another format.
pub(crate) enum Opened<R> {
    Text(TextReader<R>),
    Other(&'static str),
}

impl<R: Read> TextReader<R> {
    /// Reads the first block and decides how to decode the rest: as `named`, else as its mark or its look says.
    pub(crate) fn open(mut source: R, named: Option<&'static Encoding>) -> io::Result<Opened<R>> {
        let mut head = Vec::with_capacity(BLOCK_BYTES);
        source.by_ref().take(BLOCK_BYTES as u64).read_to_end(&mut head)?;
        if let Some(what) = other_format(&head) {
            return Ok(Opened::Other(what));
        }
        let bytes_read = head.len() as u64;
        let marked = Encoding::for_bom(&head);
        let skip =
            marked.filter(|(encoding, _)| named.is_none_or(|named| named == *encoding)).map_or(0, |(_, bytes)| bytes);
        let encoding = named.or(marked.map(|(encoding, _)| encoding)).or_else(|| utf16_without_bom(&head));
        let decoding = match encoding {
            None => Decoding::Utf8OrWindows1252 { fell_back: false },
            Some(encoding) if encoding == UTF_8 => Decoding::Utf8OrWindows1252 { fell_back: false },
            Some(encoding) => Decoding::Named(Box::new(encoding.new_decoder_without_bom_handling())),
        };
        head.drain(..skip);
        Ok(Opened::Text(Self { source, decoding, pending: head, ended: false, bytes_read }))
    }

    /// Name of the encoding (WHATWG), as far as the text was read.
    pub(crate) fn encoding(&self) -> &'static str {
        match &self.decoding {
            Decoding::Utf8OrWindows1252 { fell_back: false } => UTF_8.name(),
            Decoding::Utf8OrWindows1252 { fell_back: true } => WINDOWS_1252.name(),
            Decoding::Named(decoder) => decoder.encoding().name(),
        }
    }

    /// Bytes taken from the source so far.
    pub(crate) fn bytes_read(&self) -> u64 {
        self.bytes_read
    }

    /// Appends the next block of text to `out`; false at the end of the file.
    pub(crate) fn read_block(&mut self, out: &mut String) -> io::Result<bool> {
        loop {
            if self.ended {
                return Ok(false);
            }
            let before = out.len();
            // The first block is pending from `open`; it is decoded before anything more is read.
            if self.pending.len() <= 3 {
                let read = self.source.by_ref().take(BLOCK_BYTES as u64).read_to_end(&mut self.pending)?;
                self.bytes_read += read as u64;
                self.ended = read == 0;
            }
            self.decode(out);
            if out.len() > before {
                return Ok(true);
            }
        }
    }

    fn decode(&mut self, out: &mut String) {
        match &mut self.decoding {
            Decoding::Utf8OrWindows1252 { fell_back } => {
                let keep = decode_utf8(&self.pending, self.ended, out, fell_back);
                self.pending.drain(..self.pending.len() - keep);
            }
            Decoding::Named(decoder) => {
                out.reserve(decoder.max_utf8_buffer_length(self.pending.len()).unwrap_or(self.pending.len() * 3 + 16));
                // The room reserved is the decoder's own maximum, so the whole block fits.
                let (_, read, _) = decoder.decode_to_string(&self.pending, out, self.ended);
                self.pending.drain(..read);
            }
        }
    }
}

/// Decodes all of `bytes` but an incomplete last sequence, whose length is returned.
fn decode_utf8(bytes: &[u8], last: bool, out: &mut String, fell_back: &mut bool) -> usize {
    let mut left = bytes.len();
    for chunk in bytes.utf8_chunks() {
        out.push_str(chunk.valid());
        left -= chunk.valid().len();
        let invalid = chunk.invalid();
        let incomplete = std::str::from_utf8(invalid).is_err_and(|e| e.error_len().is_none());
        if incomplete && left == invalid.len() && !last {
            return invalid.len();
        }
        left -= invalid.len();
        *fell_back |= !invalid.is_empty();
        out.push_str(&WINDOWS_1252.decode_without_bom_handling(invalid).0);
    }
    0
}

/// Excel's "Unicode text" saved without its mark: at least nine of ten characters are ASCII, so every other byte is zero.
fn utf16_without_bom(head: &[u8]) -> Option<&'static Encoding> {
    let sample = &head[..head.len().min(512) & !1];
    let zeros = |offset: usize| sample.iter().skip(offset).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd, most) = (zeros(0), zeros(1), sample.len() / 2 * 9 / 10);
    match (even, odd) {
        (0, odd) if odd > 0 && odd >= most => Some(UTF_16LE),
        (even, 0) if even > 0 && even >= most => Some(UTF_16BE),
        _ => None,
    }
}

fn other_format(head: &[u8]) -> Option<&'static str> {
    const KINDS: [(&[u8], &str); 9] = [
        (b"\xD0\xCF\x11\xE0", "an old Excel workbook (.xls), or one with a password"),
        (b"{\\rtf", "a text document"),
        (b"<?xml", "an XML document"),
        (b"<!DOCTYPE html", "a web page"),
        (b"%PDF", "a PDF document"),
        (b"\x1F\x8B", "a gzip archive"),
        (b"\x89PNG", "a picture"),
        (b"\xFF\xD8\xFF", "a picture"),
        (b"SQLite format 3\0", "a database"),
    ];
    KINDS.iter().find(|(magic, _)| head.starts_with(magic)).map(|(_, what)| *what)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives one byte at a time, so that every sequence is cut everywhere.
    struct OneByOne<'a>(&'a [u8]);

    impl Read for OneByOne<'_> {
        fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
            self.0.take(1).read(buf).inspect(|n| self.0 = &self.0[*n..])
        }
    }

    fn text(bytes: &[u8]) -> String {
        let Opened::Text(mut reader) = TextReader::open(OneByOne(bytes), None).unwrap() else {
            panic!("taken for another format")
        };
        let mut out = String::new();
        while reader.read_block(&mut out).unwrap() {}
        out
    }

    #[test]
    fn every_encoding_gives_the_same_text() {
        let wanted = "phone;name\n+491701;Jürgen Müßig – “Çelik”\n";
        let utf16 = |bytes: fn(u16) -> [u8; 2], mark: bool| -> Vec<u8> {
            mark.then_some(0xFEFF).into_iter().chain(wanted.encode_utf16()).flat_map(bytes).collect()
        };
        assert_eq!(text(wanted.as_bytes()), wanted);
        assert_eq!(text(&["\u{FEFF}".as_bytes(), wanted.as_bytes()].concat()), wanted);
        assert_eq!(text(&WINDOWS_1252.encode(wanted).0), wanted);
        assert_eq!(text(&utf16(u16::to_le_bytes, true)), wanted);
        assert_eq!(text(&utf16(u16::to_be_bytes, true)), wanted);
        let ascii = "phone\n+14155550123\n";
        let plain: Vec<u8> = ascii.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(text(&plain), ascii);
    }

    #[test]
    fn sequences_cut_by_the_end_of_a_block_stay_whole() {
        for shift in 0..4 {
            let wanted = format!("{}{}", "x".repeat(shift), "€".repeat(BLOCK_BYTES));
            assert_eq!(text(wanted.as_bytes()), wanted);
        }
        assert_eq!(text(b"caf\xC3"), "cafÃ", "a sequence cut by the end of the file is one Windows-1252 letter");
    }
}
