//! Rows of a delimited text (RFC 4180 with the usual liberties), one at a time, within bounds.
//!
//! Not the `csv` crate's reader: that takes a quote which is never closed for the rest of the file as one value, silently and without
//! a bound, and here such a file must be refused with the line. A property test holds the two equal on files that are not broken.

use std::io::Read;

use crate::ContactFileError;
use crate::format::Separator;
use crate::separator::{self, first_line};
use crate::text::TextReader;

/// Most bytes of one value.
pub const VALUE_BYTES_MAX: usize = 64 * 1024;
/// Most bytes of all values of one row together.
pub const ROW_BYTES_MAX: usize = 512 * 1024;
/// Most columns of a row.
pub const COLUMNS_MAX: usize = 1_000;

/// The values of one row, as written (quotes resolved, nothing trimmed).
#[derive(Debug, Default, Clone)]
pub(crate) struct Record {
    text: String,
    ends: Vec<usize>,
    /// Line in which the row begins, from 1.
    pub(crate) line: u64,
}

impl Record {
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(crate) fn get(&self, column: usize) -> Option<&str> {
        let end = *self.ends.get(column)?;
        let start = if column == 0 { 0 } else { self.ends[column - 1] };
        Some(&self.text[start..end])
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).filter_map(|column| self.get(column))
    }

    /// Column of the value that is being read, from 1.
    fn column(&self) -> usize {
        self.ends.len() + 1
    }

    /// Bytes of all values.
    pub(crate) fn bytes(&self) -> usize {
        self.text.len()
    }

    /// Appends a whole value; empty ones fill up to its column (0-based).
    pub(crate) fn push(&mut self, column: usize, value: &str) -> Result<(), ContactFileError> {
        while self.ends.len() < column {
            self.end_value()?;
        }
        self.text.push_str(value);
        self.end_value()
    }

    pub(crate) fn clear(&mut self, line: u64) {
        self.text.clear();
        self.ends.clear();
        self.line = line;
    }

    fn value_start(&self) -> usize {
        self.ends.last().copied().unwrap_or(0)
    }

    fn end_value(&mut self) -> Result<(), ContactFileError> {
        if self.ends.len() == COLUMNS_MAX {
            return Err(ContactFileError::TooManyColumns { line: self.line, limit: COLUMNS_MAX });
        }
        self.ends.push(self.text.len());
        Ok(())
    }
}

enum State {
    /// At the start of a value; blanks before a quote belong to neither.
    Start,
    Bare,
    Quoted,
    /// A quote inside a quoted value: the value's end, or the first of two.
    Quote,
    /// Blanks between the closing quote and the separator.
    AfterQuote,
}

/// Reads rows from a text.
pub(crate) struct Records<R> {
    text: TextReader<R>,
    block: String,
    at: usize,
    separator: Separator,
    delimiter: char,
    /// Line of the next character, from 1.
    line: u64,
    /// Line of the value that is being read, from 1: where a missing quote is to be looked for.
    value_line: u64,
    after_cr: bool,
    state: State,
}

impl<R: Read> Records<R> {
    /// Looks at the first lines to find the separator, unless it is given.
    pub(crate) fn open(text: TextReader<R>, given: Option<Separator>) -> Result<Self, ContactFileError> {
        let mut records = Self {
            text,
            block: String::new(),
            at: 0,
            separator: Separator::Comma,
            delimiter: ',',
            line: 1,
            value_line: 1,
            after_cr: false,
            state: State::Start,
        };
        while records.more()? && first_line(&records.block).is_none() && records.block.len() < ROW_BYTES_MAX {}
        if let Some((line, column)) = binary_at(&records.block) {
            return Err(ContactFileError::Binary { line, column });
        }
        records.separator = separator::detect(&records.block);
        if let Some((separator, bytes)) = separator::named(&records.block) {
            // Excel's own way to name the separator: a first line such as "sep=;".
            records.at = bytes;
            records.line = 2;
            records.separator = separator;
        }
        records.separator = given.unwrap_or(records.separator);
        records.delimiter = records.separator.char();
        Ok(records)
    }

    /// The separator of the values.
    pub(crate) fn separator(&self) -> Separator {
        self.separator
    }

    /// Name of the text's encoding, as far as it was read.
    pub(crate) fn encoding(&self) -> &'static str {
        self.text.encoding()
    }

    /// Bytes of the file read so far; what waits in the block counts as long as its text is.
    pub(crate) fn bytes_read(&self) -> u64 {
        self.text.bytes_read().saturating_sub((self.block.len() - self.at) as u64)
    }

    fn more(&mut self) -> Result<bool, ContactFileError> {
        self.text.read_block(&mut self.block).map_err(|source| ContactFileError::Io { line: self.line, source })
    }

    fn next_char(&mut self) -> Result<Option<char>, ContactFileError> {
        loop {
            if let Some(ch) = self.block[self.at..].chars().next() {
                self.at += ch.len_utf8();
                return Ok(Some(ch));
            }
            self.block.clear();
            self.at = 0;
            if !self.more()? {
                return Ok(None);
            }
        }
    }

    /// Reads the next row that is not blank; false at the end of the file.
    pub(crate) fn read(&mut self, record: &mut Record) -> Result<bool, ContactFileError> {
        record.clear(self.line);
        self.state = State::Start;
        self.value_line = self.line;
        loop {
            let Some(ch) = self.next_char()? else {
                if matches!(self.state, State::Quoted) {
                    return Err(ContactFileError::BrokenQuote { line: self.value_line, column: record.column() });
                }
                if blank(record) {
                    return Ok(false);
                }
                record.end_value()?;
                return Ok(true);
            };
            if ch == '\n' && std::mem::take(&mut self.after_cr) {
                // The second half of CR LF: counted with the first. Inside a quote it still belongs to the value.
                if matches!(self.state, State::Quoted) {
                    record.text.push(ch);
                } else {
                    record.line = self.line;
                }
                continue;
            }
            let ends_line = matches!(ch, '\n' | '\r');
            self.after_cr = ch == '\r';
            self.line += u64::from(ends_line);
            if ch == '\0' {
                return Err(ContactFileError::Binary { line: self.line, column: record.column() });
            }
            // Old programs mark the end of a text file with it.
            if ch == '\u{1a}' {
                continue;
            }
            if self.step(ch, record)? {
                if !blank(record) {
                    record.end_value()?;
                    return Ok(true);
                }
                record.clear(self.line);
                self.value_line = self.line;
                self.state = State::Start;
            }
            self.check_bounds(record)?;
        }
    }

    /// Takes one character; true when it ends the row.
    fn step(&mut self, ch: char, record: &mut Record) -> Result<bool, ContactFileError> {
        let ends_line = matches!(ch, '\n' | '\r');
        if matches!(self.state, State::Quoted) {
            if ch == '"' {
                self.state = State::Quote;
            } else {
                record.text.push(ch);
            }
            return Ok(false);
        }
        if ends_line {
            return Ok(true);
        }
        if ch == self.delimiter {
            record.end_value()?;
            self.state = State::Start;
            self.value_line = self.line;
            return Ok(false);
        }
        let broken = ContactFileError::BrokenQuote { line: self.value_line, column: record.column() };
        self.state = match (&self.state, ch) {
            (State::Start, '"') => {
                record.text.truncate(record.value_start());
                State::Quoted
            }
            (State::Quote, '"') => {
                record.text.push('"');
                State::Quoted
            }
            (State::Quote | State::AfterQuote, ' ' | '\t') => State::AfterQuote,
            (State::Quote | State::AfterQuote, _) => return Err(broken),
            (State::Start, ' ') => {
                record.text.push(' ');
                State::Start
            }
            _ => {
                record.text.push(ch);
                State::Bare
            }
        };
        Ok(false)
    }

    fn check_bounds(&self, record: &Record) -> Result<(), ContactFileError> {
        if record.text.len() - record.value_start() > VALUE_BYTES_MAX {
            return Err(ContactFileError::ValueTooLong {
                line: self.value_line,
                column: record.column(),
                limit_bytes: VALUE_BYTES_MAX,
            });
        }
        if record.text.len() > ROW_BYTES_MAX {
            return Err(ContactFileError::RowTooLong { line: record.line, limit_bytes: ROW_BYTES_MAX });
        }
        Ok(())
    }
}

/// A row of one value with nothing in it: a blank line.
fn blank(record: &Record) -> bool {
    record.ends.is_empty() && record.text.trim().is_empty()
}

/// Where a text shows that it is none: one character in fifty is a control character. Line and column (of a comma-separated file), from 1.
fn binary_at(text: &str) -> Option<(u64, usize)> {
    let control = |ch: char| ch.is_control() && !matches!(ch, '\t' | '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{1a}');
    let (all, controls) =
        text.chars().fold((0usize, 0usize), |(all, found), ch| (all + 1, found + usize::from(control(ch))));
    if controls < 2 || controls * 50 < all {
        return None;
    }
    let before = &text[..text.find(control)?];
    let line = before.rfind('\n').map_or(before, |at| &before[at + 1..]);
    Some((before.matches('\n').count() as u64 + 1, line.matches(',').count() + 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Opened;
    use proptest::prelude::*;

    fn rows(bytes: &[u8]) -> Result<Vec<Vec<String>>, ContactFileError> {
        let Ok(Opened::Text(text)) = TextReader::open(bytes, None) else { panic!("no text") };
        let mut records = Records::open(text, None)?;
        let (mut record, mut rows) = (Record::default(), Vec::new());
        while records.read(&mut record)? {
            rows.push(record.iter().map(str::to_owned).collect());
        }
        Ok(rows)
    }

    proptest! {
        /// What the `csv` crate writes, with every separator and line end, is read back as it was.
        #[test]
        fn reads_what_the_csv_crate_writes(
            table in (2usize..6).prop_flat_map(|width| prop::collection::vec(prop::collection::vec("[a-z\",;|\t\r\n é]{0,6}", width), 1..6)),
            delimiter in prop::sample::select(Separator::ALL.to_vec()),
            always in any::<bool>(), crlf in any::<bool>(),
        ) {
            let mut writer = csv::WriterBuilder::new()
                .delimiter(delimiter.char() as u8)
                .quote_style(if always { csv::QuoteStyle::Always } else { csv::QuoteStyle::Necessary })
                .terminator(if crlf { csv::Terminator::CRLF } else { csv::Terminator::Any(b'\n') })
                .from_writer(Vec::new());
            let header: Vec<String> = (0..table[0].len()).map(|n| if n == 0 { "phone".to_owned() } else { format!("c{n}") }).collect();
            writer.write_record(&header).unwrap();
            for row in &table {
                writer.write_record(row).unwrap();
            }
            let bytes = writer.into_inner().unwrap();
            let read = rows(&bytes).unwrap();
            let wanted: Vec<Vec<String>> = std::iter::once(header).chain(table).collect();
            prop_assert_eq!(read, wanted);
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            if let Ok(Opened::Text(text)) = TextReader::open(&bytes[..], None)
                && let Ok(mut records) = Records::open(text, None) {
                let mut record = Record::default();
                while records.read(&mut record).unwrap_or(false) {}
            }
        }
    }

    #[test]
    fn a_quote_that_is_never_closed_names_its_line_and_is_bounded() {
        let endless = format!("phone,note\n1,a\n2,\"b\n{}", "3,c\n".repeat(100_000));
        assert!(matches!(rows(endless.as_bytes()), Err(ContactFileError::ValueTooLong { line: 3, .. })));
        assert!(matches!(
            rows(b"phone,note\n1,a\n2,\"b\n3,c\n"),
            Err(ContactFileError::BrokenQuote { line: 3, column: 2 })
        ));
        assert!(
            matches!(rows(b"phone,note\n2,\"b\n3,\"c\"\n"), Err(ContactFileError::BrokenQuote { line: 2, column: 2 })),
            "closed by the next row's quote"
        );
    }

    #[test]
    fn bounds_hold() {
        let wide = format!("phone{}\n", ",x".repeat(COLUMNS_MAX));
        assert!(matches!(rows(wide.as_bytes()), Err(ContactFileError::TooManyColumns { line: 1, .. })));
        let long = format!("phone\n1\n{}", format!("{},", "x".repeat(60_000)).repeat(10));
        assert!(matches!(rows(long.as_bytes()), Err(ContactFileError::RowTooLong { line: 3, .. })));
    }
}
