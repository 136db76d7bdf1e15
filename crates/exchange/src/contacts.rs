//! Contacts from a file, one row at a time.

use std::collections::{BTreeMap, VecDeque};
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;

use carillon_domain::phone::Country;
use carillon_domain::template::variable_key;
use carillon_domain::{PhoneNumber, SkipReason};
use serde::{Deserialize, Serialize};

use crate::columns::Columns;
use crate::fields::{Mapping, MappingError};
use crate::format::{FileFormat, FormatChoice};
use crate::head::Head;
use crate::phone::{self, Repair, RowSkip, Seen};
use crate::records::Record;
use crate::rows::Rows;
use crate::suggest::{self, ColumnSuggestion, Confidence, shown};
use crate::{ContactFileError, ContentHash, Field, zone};

/// How a contact file is read.
#[derive(Debug, Clone, Default)]
pub struct ReadOptions {
    /// Country of numbers written without a country code; without it such numbers are skipped.
    pub default_country: Option<Country>,
    /// What was said about the file; the rest is found out.
    pub format: FormatChoice,
    /// What each column is. Without it the suggestions are taken, if the phone column is sure.
    pub mapping: Option<Mapping>,
    /// Variables without a default: a row without a value for one is skipped.
    pub required_variables: Vec<String>,
    /// Contacts that the campaign has already: the file's rows are numbered behind them.
    pub rows_before: u32,
    /// Whoever takes the rows finds numbers that stand twice, among more than this file: no set of them is kept here.
    pub numbers_may_repeat: bool,
}

impl ReadOptions {
    /// Everything found out, with a default country.
    pub fn for_country(default_country: Option<Country>) -> Self {
        Self { default_country, ..Self::default() }
    }
}

/// One row of a contact file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactRow {
    /// Number of the contact, from 1, or behind those that were there before; the header and blank rows do not count.
    pub row: u32,
    /// Line of the file (of a workbook: row of the sheet) in which the row begins, from 1.
    pub line: u64,
    /// First name; empty when the file has none.
    pub first_name: String,
    /// Last name; empty when the file has none.
    pub last_name: String,
    /// The phone cell as written.
    pub phone_written: String,
    /// The number to call, or why the row is skipped.
    pub phone: Result<PhoneNumber, RowSkip>,
    /// What a spreadsheet had done to the number.
    pub repair: Option<Repair>,
    /// Time zone by its IANA name.
    pub time_zone: Option<String>,
    /// What stands in the time zone column when that is no time zone: the contact is called by the zone of its number.
    pub unknown_zone: Option<String>,
    /// Id in another system.
    pub external_id: Option<String>,
    /// The values of all property columns under their names, in the file's order; empty ones are left out.
    pub properties: Vec<(Arc<str>, String)>,
}

/// Where a reader stands: what a job keeps with each batch, to go on after a crash.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// Row of the last contact read; 0, or the contacts before the file, when none was.
    pub row: u32,
    /// Line of the last, from 1.
    pub line: u64,
    /// Bytes of the file read, for showing progress; a little ahead of the row.
    pub bytes: u64,
}

/// The contacts of a file: an iterator of [`ContactRow`], with bounded memory but for the set of numbers already seen. After an error it
/// is at its end.
pub struct Contacts<R: Read> {
    rows: Rows<R>,
    columns: Columns,
    options: ReadOptions,
    required: Vec<String>,
    /// The first contacts, read ahead to know the columns by.
    ahead: VecDeque<Record>,
    /// What is wrong with the row after those.
    failed: Option<ContactFileError>,
    header_line: Option<u64>,
    seen: Seen,
    cursor: Cursor,
    ended: bool,
}

/// Reads the header and the first contacts. Takes CSV with `,`, `;`, tab or `|` (found from the first lines, or named by Excel's `sep=;`), in
/// UTF-8, UTF-16 or Windows-1252 (others when they are named), with or without BOM and header; and workbooks (`.xlsx`). Reads in blocks:
/// `reader` needs no buffer.
///
/// # Errors
///
/// When the file can't be read, is empty, is neither text nor workbook, or it is not clear which column is the phone. Errors of later rows
/// come from the iterator.
pub fn read_contacts<R: Read + Seek>(reader: R, options: ReadOptions) -> Result<Contacts<R>, ContactFileError> {
    let mut rows = Rows::open(reader, &options.format)?;
    let head = Head::read(&mut rows, &options.format)?;
    let mapping = match &options.mapping {
        Some(mapping) if mapping.0.len() != head.headers.len() => {
            return Err(MappingError::Width { columns: head.headers.len(), fields: mapping.0.len() }.into());
        }
        Some(mapping) => mapping.clone(),
        None => unasked(&head)?,
    };
    mapping.validate()?;
    if head.rows.is_empty() && head.failed.is_none() {
        return Err(ContactFileError::NoRows);
    }
    let required = options.required_variables.iter().map(|name| variable_key(name)).collect();
    Ok(Contacts {
        columns: Columns::new(head.headers, mapping),
        rows,
        cursor: Cursor { row: options.rows_before, ..Cursor::default() },
        options,
        required,
        ahead: head.rows,
        failed: head.failed,
        header_line: head.header_line,
        seen: Seen::default(),
        ended: false,
    })
}

/// The mapping when nobody was asked: a header must say which column is the phone; without a header one column alone must hold phone numbers.
/// Anything less sure could call strangers at their customer numbers.
fn unasked(head: &Head) -> Result<Mapping, ContactFileError> {
    let rows: Vec<Record> = head.rows.iter().cloned().collect();
    let suggestions = suggest::suggest(&head.headers, &rows, head.header_line.is_some());
    let phone = suggestions.iter().find(|suggestion| suggestion.field == Field::Phone);
    match phone {
        Some(phone) if phone.confidence == Confidence::Certain || head.header_line.is_none() => {
            Ok(suggest::mapping(&suggestions))
        }
        _ if head.header_line.is_none() => {
            Err(ContactFileError::NoHeader { found: suggest::phone_columns(head.headers.len(), &rows) })
        }
        phone => Err(ContactFileError::NoPhoneColumn {
            columns: shown_headers(&suggestions),
            looks_like: phone.map(|phone| shown(&phone.header, 40)),
        }),
    }
}

/// Enough of the header to recognise it.
fn shown_headers(suggestions: &[ColumnSuggestion]) -> Vec<String> {
    const MOST: usize = 12;
    let mut names: Vec<String> = suggestions.iter().take(MOST).map(|column| shown(&column.header, 40)).collect();
    if suggestions.len() > MOST {
        names.push(format!("and {} more", suggestions.len() - MOST));
    }
    names
}

/// [`read_contacts`] of a file.
///
/// # Errors
///
/// As [`read_contacts`]; also when there is no such file or it can't be opened.
pub fn open_contacts(path: &Path, options: ReadOptions) -> Result<Contacts<File>, ContactFileError> {
    read_contacts(open_file(path)?, options)
}

/// Opens a contact file.
///
/// # Errors
///
/// When there is no such file, it is a folder, or it can't be opened.
pub fn open_file(path: &Path) -> Result<File, ContactFileError> {
    let file = File::open(path).map_err(|source| ContactFileError::opening(path, source))?;
    // Opening a folder works on Unix; only reading fails, with a poor message.
    if file.metadata().is_ok_and(|about| about.is_dir()) {
        return Err(ContactFileError::opening(path, io::ErrorKind::IsADirectory.into()));
    }
    Ok(file)
}

impl<R: Read> Contacts<R> {
    /// What each column of the file is.
    pub fn columns(&self) -> &Columns {
        &self.columns
    }

    /// What the file is written in, as far as it was read.
    pub fn format(&self) -> FileFormat {
        self.rows.format(self.header_line)
    }

    /// Where the reader stands.
    pub fn cursor(&self) -> Cursor {
        Cursor { bytes: self.rows.bytes_read(), ..self.cursor }
    }

    /// Bytes of the whole file.
    pub fn bytes(&self) -> u64 {
        self.rows.bytes
    }

    /// Goes on after the last committed batch. The rows before it are read again, as the numbers in them make later rows duplicates: about
    /// 5 s for a million.
    ///
    /// # Errors
    ///
    /// As the iterator; a file that ends before the cursor is at its end.
    pub fn skip_to(&mut self, cursor: Cursor) -> Result<(), ContactFileError> {
        while self.cursor.row < cursor.row {
            match self.next() {
                Some(row) => drop(row?),
                None => break,
            }
        }
        Ok(())
    }

    fn next_record(&mut self) -> Result<Option<Record>, ContactFileError> {
        if let Some(ahead) = self.ahead.pop_front() {
            return Ok(Some(ahead));
        }
        if let Some(failed) = self.failed.take() {
            return Err(failed);
        }
        let mut record = Record::default();
        Ok(self.rows.read(&mut record)?.then_some(record))
    }

    fn contact(&mut self, record: &Record) -> Result<ContactRow, ContactFileError> {
        let row = self.cursor.row.checked_add(1).ok_or(ContactFileError::TooManyRows { limit: u32::MAX })?;
        (self.cursor.row, self.cursor.line) = (row, record.line);
        let (first_name, last_name) = self.columns.names(record);
        let zone = self.columns.time_zone(record).map(|(written, _)| (zone::known(written), written));
        let mut contact = ContactRow {
            row,
            line: record.line,
            first_name,
            last_name,
            phone_written: self.columns.phone(record).to_owned(),
            phone: Err(RowSkip::new(SkipReason::NoNumber, "", self.columns.phone_column(), "")),
            repair: None,
            unknown_zone: zone.as_ref().filter(|(known, _)| known.is_none()).map(|(_, written)| shown(written, 80)),
            time_zone: zone.and_then(|(known, _)| known),
            external_id: self.columns.external_id(record),
            properties: self.columns.properties(record),
        };
        contact.phone = self.number(record, &contact).map(|(number, repair)| {
            contact.repair = repair;
            number
        });
        Ok(contact)
    }

    /// The number to call, unless something in the row says that it is skipped.
    fn number(&mut self, record: &Record, contact: &ContactRow) -> Result<(PhoneNumber, Option<Repair>), RowSkip> {
        let column = self.columns.phone_column();
        if let Some((columns, values)) = self.columns.overflow(record) {
            let text = format!(
                "{values} values in a file of {columns} columns; put quotes around a value that holds the separator"
            );
            let value = record.get(values - 1).unwrap_or("");
            return Err(RowSkip::new(SkipReason::BadRow, text, values, value));
        }
        let written = &contact.phone_written;
        let (number, repair) = phone::parse(written, self.options.default_country, column)?;
        if let Some(missing) = self.required.iter().position(|key| !has_value(contact, key)) {
            let name = &self.options.required_variables[missing];
            let text = format!("no value for {{{{{name}}}}} and no default");
            let place = self.columns.place_of(&self.required[missing]);
            return Err(RowSkip::new(SkipReason::MissingVariable, text, place, ""));
        }
        if self.options.numbers_may_repeat {
            return Ok((number, repair));
        }
        // Last, so that only a row that is called takes its number.
        match self.seen.take(number, contact.row) {
            None => Ok((number, repair)),
            Some(first) => {
                Err(RowSkip::new(SkipReason::Duplicate, format!("duplicate of row {first}"), column, written))
            }
        }
    }
}

/// Whether a contact that can be called has a value for a variable.
fn has_value(contact: &ContactRow, key: &str) -> bool {
    match key {
        "firstname" => !contact.first_name.is_empty(),
        "lastname" => !contact.last_name.is_empty(),
        "name" => !contact.first_name.is_empty() || !contact.last_name.is_empty(),
        "phone" => true,
        _ => contact.properties.iter().any(|(name, _)| variable_key(name) == key),
    }
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
    /// What it is written in.
    pub format: FileFormat,
    /// Contacts in the file.
    pub rows: u32,
    /// Of these, contacts that can be called.
    pub callable: u32,
    /// The others by reason; with the callable ones they add up to the rows.
    pub skipped_by_reason: BTreeMap<SkipReason, u32>,
    /// The first rows that are skipped: row, line and why. At most [`SKIPPED_SHOWN_MAX`].
    pub skipped: Vec<(u32, u64, RowSkip)>,
    /// Callable contacts whose number a spreadsheet had changed.
    pub repaired: BTreeMap<Repair, u32>,
    /// Contacts whose time zone is not known.
    pub unknown_zones: u32,
    /// The first of them: its row, and what stands there.
    pub unknown_zone: Option<(u32, String)>,
    /// Names of the columns kept as properties, in the file's order.
    pub property_names: Vec<String>,
}

/// Most skipped rows that a [`FileCheck`] lists.
pub const SKIPPED_SHOWN_MAX: usize = 100;

impl FileCheck {
    /// Takes a row into the counts.
    pub fn count(&mut self, row: &ContactRow) {
        self.rows += 1;
        if let Some(written) = &row.unknown_zone {
            self.unknown_zones += 1;
            self.unknown_zone.get_or_insert_with(|| (row.row, written.clone()));
        }
        match &row.phone {
            Ok(_) => {
                self.callable += 1;
                if let Some(repair) = row.repair {
                    *self.repaired.entry(repair).or_default() += 1;
                }
            }
            Err(skip) => {
                *self.skipped_by_reason.entry(skip.reason).or_default() += 1;
                if self.skipped.len() < SKIPPED_SHOWN_MAX {
                    self.skipped.push((row.row, row.line, skip.clone()));
                }
            }
        }
    }
}

/// Reads a whole contact file without keeping it. Done before an import, it makes sure that a file which is broken in its last line calls
/// nobody.
///
/// # Errors
///
/// Everything that is wrong with the file as a whole.
pub fn check_contacts<R: Read + Seek>(reader: R, options: ReadOptions) -> Result<FileCheck, ContactFileError> {
    check_each(reader, options, |_, _| {})
}

/// [`check_contacts`], showing each row as it is read, with the reader's place.
///
/// # Errors
///
/// As [`check_contacts`].
pub fn check_each<R: Read + Seek>(
    mut reader: R,
    options: ReadOptions,
    mut each: impl FnMut(&ContactRow, Cursor),
) -> Result<FileCheck, ContactFileError> {
    let io = |source| ContactFileError::Io { line: 1, source };
    reader.seek(SeekFrom::Start(0)).map_err(io)?;
    let hash = ContentHash::of(&mut reader).map_err(io)?;
    let mut contacts = read_contacts(reader, options)?;
    let mut check = FileCheck {
        hash,
        format: contacts.format(),
        rows: 0,
        callable: 0,
        skipped_by_reason: BTreeMap::new(),
        skipped: Vec::new(),
        repaired: BTreeMap::new(),
        unknown_zones: 0,
        unknown_zone: None,
        property_names: contacts.columns().property_names().map(str::to_owned).collect(),
    };
    while let Some(row) = contacts.next() {
        let row = row?;
        check.count(&row);
        each(&row, contacts.cursor());
    }
    check.format = contacts.format();
    Ok(check)
}
