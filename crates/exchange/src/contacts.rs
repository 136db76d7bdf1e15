//! Contacts from a file, one row at a time.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use carillon_domain::phone::Country;
use carillon_domain::{PhoneNumber, SkipReason};
use sha2::{Digest, Sha256};

use crate::columns::{Columns, FirstRow};
use crate::phone::{self, RowSkip, Seen};
use crate::records::{Record, Records};
use crate::text::{Opened, TextReader};
use crate::{ContactFileError, ContentHash};

/// How a contact file is read.
#[derive(Debug, Clone, Copy, Default)]
pub struct ReadOptions {
    /// Country of numbers written without a country code; without it such numbers are skipped.
    pub default_country: Option<Country>,
}

/// One row of a contact file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactRow {
    /// Number of the contact in the file, from 1; the header and blank rows do not count.
    pub row: u32,
    /// Line of the file in which the row begins, from 1.
    pub line: u64,
    /// First name; empty when the file has none.
    pub first_name: String,
    /// Last name; empty when the file has none.
    pub last_name: String,
    /// The phone cell as written.
    pub phone_written: String,
    /// The number to call, or why the row is skipped.
    pub phone: Result<PhoneNumber, RowSkip>,
    /// The values of all other columns under the names of the header, in the file's order; empty ones are left out.
    pub properties: Vec<(Arc<str>, String)>,
}

/// The contacts of a file: an iterator of [`ContactRow`], with bounded memory but for the set of numbers already seen. After an error it
/// is at its end.
pub struct Contacts<R> {
    records: Records<R>,
    columns: Columns,
    default_country: Option<Country>,
    /// The first contact, read ahead so that a file without any is refused at once.
    ahead: Option<Record>,
    seen: Seen,
    row: u32,
    ended: bool,
}

/// Reads the header and the first contact. Takes CSV with `,`, `;` or tab (found from the header, or named by Excel's `sep=;` line), in UTF-8,
/// UTF-16 or Windows-1252, with or without BOM; or one bare phone number a line, without a header. Reads in blocks: `reader` needs no buffer.
///
/// # Errors
///
/// When the file can't be read, is empty, is no text, or has no phone column. Errors of later rows come from the iterator.
pub fn read_contacts<R: Read>(reader: R, options: ReadOptions) -> Result<Contacts<R>, ContactFileError> {
    let text = match TextReader::open(reader).map_err(|source| ContactFileError::Io { line: 1, source })? {
        Opened::Text(text) => text,
        Opened::Other(what) => return Err(ContactFileError::WrongFormat { what }),
    };
    let mut records = Records::open(text)?;
    let mut first = Record::default();
    while !holds_something(&first) {
        if !records.read(&mut first)? {
            return Err(ContactFileError::Empty);
        }
    }
    let (columns, ahead) = match Columns::of(&first)? {
        FirstRow::Contact(columns) => (columns, Some(first)),
        FirstRow::Header(columns) => (columns, None),
    };
    let mut contacts = Contacts {
        records,
        columns,
        default_country: options.default_country,
        ahead,
        seen: Seen::default(),
        row: 0,
        ended: false,
    };
    if contacts.ahead.is_none() {
        contacts.ahead = Some(contacts.next_record()?.ok_or(ContactFileError::NoRows)?);
    }
    Ok(contacts)
}

/// [`read_contacts`] of a file.
///
/// # Errors
///
/// As [`read_contacts`]; also when there is no such file or it can't be opened.
pub fn open_contacts(path: &Path, options: ReadOptions) -> Result<Contacts<File>, ContactFileError> {
    let file = File::open(path).map_err(|source| ContactFileError::opening(path, source))?;
    // Opening a folder works on Unix; only reading fails, with a poor message.
    if file.metadata().is_ok_and(|about| about.is_dir()) {
        return Err(ContactFileError::opening(path, io::ErrorKind::IsADirectory.into()));
    }
    read_contacts(file, options)
}

impl<R: Read> Contacts<R> {
    /// What each column of the file is.
    pub fn columns(&self) -> &Columns {
        &self.columns
    }

    /// The next row in which any cell holds something.
    fn next_record(&mut self) -> Result<Option<Record>, ContactFileError> {
        if let Some(ahead) = self.ahead.take() {
            return Ok(Some(ahead));
        }
        let mut record = Record::default();
        while self.records.read(&mut record)? {
            if holds_something(&record) {
                return Ok(Some(record));
            }
        }
        Ok(None)
    }

    fn contact(&mut self, record: &Record) -> Result<ContactRow, ContactFileError> {
        self.row = self.row.checked_add(1).ok_or(ContactFileError::TooManyRows { limit: u32::MAX })?;
        let written = self.columns.phone(record);
        let phone = match self.columns.overflow(record) {
            Some((columns, values)) => {
                let text = format!(
                    "{values} values in a file of {columns} columns; put quotes around a value that holds the separator"
                );
                Err(RowSkip { reason: SkipReason::BadRow, text })
            }
            None => phone::parse(written, self.default_country).and_then(|phone| self.seen.take(phone, self.row)),
        };
        let (first_name, last_name) = self.columns.names(record);
        Ok(ContactRow {
            row: self.row,
            line: record.line,
            first_name,
            last_name,
            phone_written: written.to_owned(),
            phone,
            properties: self.columns.properties(record),
        })
    }
}

fn holds_something(record: &Record) -> bool {
    record.iter().any(|value| !value.trim().is_empty())
}

impl<R: Read> Iterator for Contacts<R> {
    type Item = Result<ContactRow, ContactFileError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let row = match self.next_record() {
            Ok(Some(record)) => self.contact(&record),
            Ok(None) => {
                self.ended = true;
                return None;
            }
            Err(error) => Err(error),
        };
        self.ended = row.is_err();
        Some(row)
    }
}

/// What a contact file holds, from reading all of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileCheck {
    /// Hash of the file's bytes: the same hash is the same file.
    pub hash: ContentHash,
    /// Contacts in the file.
    pub rows: u32,
    /// Of these, contacts that can be called.
    pub callable: u32,
    /// The first rows that are skipped: row, line and why. At most [`SKIPPED_SHOWN_MAX`].
    pub skipped: Vec<(u32, u64, RowSkip)>,
    /// Names of the columns kept as properties, in the file's order.
    pub property_names: Vec<String>,
}

/// Most skipped rows that a [`FileCheck`] lists.
pub const SKIPPED_SHOWN_MAX: usize = 100;

/// Reads a whole contact file without keeping it. Done before an import, it makes sure that a file which is broken in its last line calls
/// nobody.
///
/// # Errors
///
/// Everything that is wrong with the file as a whole.
pub fn check_contacts<R: Read>(reader: R, options: ReadOptions) -> Result<FileCheck, ContactFileError> {
    let mut hashing = HashingReader { inner: reader, hasher: Sha256::new() };
    let mut contacts = read_contacts(&mut hashing, options)?;
    let property_names = contacts.columns().property_names().map(str::to_owned).collect();
    let (mut rows, mut callable, mut skipped) = (0, 0, Vec::new());
    for row in &mut contacts {
        let row = row?;
        rows = row.row;
        match row.phone {
            Ok(_) => callable += 1,
            Err(skip) if skipped.len() < SKIPPED_SHOWN_MAX => skipped.push((row.row, row.line, skip)),
            Err(_) => {}
        }
    }
    // The end of the text is the end of the file: the reader stops only after it read 0 bytes.
    let hash = ContentHash(hashing.hasher.finalize().into());
    Ok(FileCheck { hash, rows, callable, skipped, property_names })
}

struct HashingReader<R> {
    inner: R,
    hasher: Sha256,
}

impl<R: Read> Read for HashingReader<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buf)?;
        self.hasher.update(&buf[..read]);
        Ok(read)
    }
}
