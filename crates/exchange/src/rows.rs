//! Rows of a contact file of any kind.

use std::io::{Read, Seek, SeekFrom};

use crate::ContactFileError;
use crate::format::{FileFormat, FileKind, FormatChoice};
use crate::records::{Record, Records};
use crate::text::{Opened, TextReader};
use crate::xlsx::{SheetRows, Unpack, Workbook};

const ZIP: [u8; 4] = *b"PK\x03\x04";

enum Source<R: Read> {
    Text(Box<Records<R>>),
    Sheet(Box<SheetRows<Unpack<R>>>),
}

/// Where a contact file's rows come from.
pub(crate) struct Rows<R: Read> {
    source: Source<R>,
    /// Bytes of the whole file.
    pub(crate) bytes: u64,
    sheet: Option<String>,
    sheets: Vec<String>,
}

impl<R: Read + Seek> Rows<R> {
    pub(crate) fn open(mut source: R, choice: &FormatChoice) -> Result<Self, ContactFileError> {
        let io = |source| ContactFileError::Io { line: 1, source };
        let encoding = choice.encoding()?;
        let bytes = source.seek(SeekFrom::End(0)).map_err(io)?;
        source.seek(SeekFrom::Start(0)).map_err(io)?;
        let mut head = Vec::with_capacity(ZIP.len());
        source.by_ref().take(ZIP.len() as u64).read_to_end(&mut head).map_err(io)?;
        source.seek(SeekFrom::Start(0)).map_err(io)?;
        if head == ZIP {
            let workbook = Workbook::open(source)?;
            let sheets = workbook.sheet_names();
            let (rows, sheet) = workbook.rows(choice.sheet.as_deref())?;
            return Ok(Self { source: Source::Sheet(Box::new(rows)), bytes, sheet: Some(sheet), sheets });
        }
        let text = match TextReader::open(source, encoding).map_err(io)? {
            Opened::Text(text) => text,
            Opened::Other(what) => return Err(ContactFileError::WrongFormat { what }),
        };
        let records = Records::open(text, choice.separator)?;
        Ok(Self { source: Source::Text(Box::new(records)), bytes, sheet: None, sheets: Vec::new() })
    }
}

impl<R: Read> Rows<R> {
    /// Reads the next row in which any cell holds something; false at the end of the file.
    pub(crate) fn read(&mut self, record: &mut Record) -> Result<bool, ContactFileError> {
        loop {
            let more = match &mut self.source {
                Source::Text(records) => records.read(record)?,
                Source::Sheet(rows) => rows.read(record)?,
            };
            if !more || record.iter().any(|value| !value.trim().is_empty()) {
                return Ok(more);
            }
        }
    }

    /// Bytes of the file read so far.
    pub(crate) fn bytes_read(&self) -> u64 {
        match &self.source {
            Source::Text(records) => records.bytes_read(),
            Source::Sheet(rows) => self.bytes.saturating_sub(rows.bytes_left()),
        }
    }

    /// Rows that a workbook says it has, header included.
    pub(crate) fn rows_told(&self) -> Option<u64> {
        match &self.source {
            Source::Text(_) => None,
            Source::Sheet(rows) => rows.rows_told,
        }
    }

    pub(crate) fn format(&self, header_line: Option<u64>) -> FileFormat {
        let (kind, encoding, separator) = match &self.source {
            Source::Text(records) => (FileKind::Csv, Some(records.encoding().to_owned()), Some(records.separator())),
            Source::Sheet(_) => (FileKind::Xlsx, None, None),
        };
        FileFormat { kind, encoding, separator, header_line, sheet: self.sheet.clone(), sheets: self.sheets.clone() }
    }
}
