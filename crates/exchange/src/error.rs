//! What can be wrong with a contact file as a whole.

use std::io;
use std::path::{Path, PathBuf};

/// Why a contact file was refused. A refused file calls nobody; single bad rows are no error, see [`crate::ContactRow::phone`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ContactFileError {
    /// There is no such file.
    #[error("there is no file {}: check the path and the spelling", path.display())]
    Missing {
        /// The path that was asked for.
        path: PathBuf,
    },
    /// The file exists but can't be read.
    #[error("{} can't be read: check that it is a file and that you may read it", path.display())]
    Unreadable {
        /// The path that was asked for.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// Reading stopped in the middle.
    #[error("reading the contact file failed at line {line}: nothing after it was taken, try again")]
    Io {
        /// Line in the file, from 1.
        line: u64,
        /// What the operating system said.
        source: io::Error,
    },
    /// It is not the file that was looked at.
    #[error("the contact file was changed since it was looked at: nothing more of it was taken, import it again")]
    Changed,
    /// Nothing but blanks in the file.
    #[error("the contact file is empty: it needs a header row with a phone column, or one phone number a line")]
    Empty,
    /// A header, but no contact under it.
    #[error("the contact file has a header row but no contacts under it")]
    NoRows,
    /// A workbook or a document instead of text.
    #[error("the contact file is {what}, not text: save it as CSV and give that file")]
    WrongFormat {
        /// What it looks like, with its article ("an Excel workbook").
        what: &'static str,
    },
    /// Bytes that no text file holds.
    #[error(
        "line {line}, column {column} of the contact file holds binary data: this is no CSV file, export the contacts as CSV (UTF-8)"
    )]
    Binary {
        /// Line in the file, from 1.
        line: u64,
        /// Column, from 1.
        column: usize,
    },
    /// A header without a column that is known to hold phone numbers.
    #[error("no column of the contact file is called phone (columns found: {}): name the column that holds the numbers \"phone\"{}", columns.join(", "), .looks_like.as_ref().map(|name| format!("; {name} looks like it")).unwrap_or_default())]
    NoPhoneColumn {
        /// The columns found, as written in the file but for characters that can't be shown.
        columns: Vec<String>,
        /// The column whose values look like phone numbers.
        looks_like: Option<String>,
    },
    /// No header, and not one column of which the values are phone numbers, but none or several.
    #[error(
        "the contact file has no header row, and {found} of its columns hold phone numbers: put a row such as \"phone,first_name,last_name\" on top, or say which column it is"
    )]
    NoHeader {
        /// Columns that hold phone numbers.
        found: usize,
    },
    /// The encoding that was asked for does not exist.
    #[error("there is no encoding {label:?}: write utf-8, utf-16le, windows-1252 or another name of the WHATWG list")]
    UnknownEncoding {
        /// What was asked for.
        label: String,
    },
    /// What the columns were said to be does not fit.
    #[error(transparent)]
    Mapping(#[from] crate::MappingError),
    /// A workbook that can't be read.
    #[error("the workbook can't be read: {what}{}; open it in a spreadsheet, save it again as .xlsx or CSV and give that file", .line.map(|line| format!(" (row {line})")).unwrap_or_default())]
    Workbook {
        /// What is wrong with it.
        what: String,
        /// Row of the sheet, from 1.
        line: Option<u64>,
    },
    /// A part of a workbook unpacks to far more than any contact list holds.
    #[error("{what} unpacks to more than {limit_mb} MB: this is no contact list, nothing of it was taken")]
    TooLargeInside {
        /// What does: a part of the workbook, or one text of it.
        what: String,
        /// The limit in megabytes.
        limit_mb: u64,
    },
    /// No such worksheet.
    #[error("the workbook has no sheet {name:?} (sheets found: {})", sheets.join(", "))]
    NoSheet {
        /// What was asked for.
        name: String,
        /// The sheets it has.
        sheets: Vec<String>,
    },
    /// A quoted value that does not end where it should.
    #[error(
        "the quote opened in line {line}, column {column} of the contact file is broken: it must be closed right before the next separator, and a quote inside a value is written twice (\"\")"
    )]
    BrokenQuote {
        /// Line in which the quote was opened, from 1.
        line: u64,
        /// Column of the value, from 1.
        column: usize,
    },
    /// One value is longer than any contact's.
    #[error(
        "the value in line {line}, column {column} of the contact file is longer than {limit_bytes} bytes: look for a missing quote there, or shorten it"
    )]
    ValueTooLong {
        /// Line in which the value begins, from 1.
        line: u64,
        /// Its column, from 1.
        column: usize,
        /// Most bytes of one value.
        limit_bytes: usize,
    },
    /// One row is longer than any contact's.
    #[error(
        "the row in line {line} of the contact file is longer than {limit_bytes} bytes: look for a missing quote there"
    )]
    RowTooLong {
        /// Line in which the row begins, from 1.
        line: u64,
        /// Most bytes of one row.
        limit_bytes: usize,
    },
    /// More columns than any contact list has.
    #[error("line {line} of the contact file has more than {limit} columns: keep those that the calls need")]
    TooManyColumns {
        /// Line in which the row begins, from 1.
        line: u64,
        /// Most columns.
        limit: usize,
    },
    /// More rows than a row number can count.
    #[error("the contact file has more than {limit} rows: split it into several campaigns")]
    TooManyRows {
        /// Most rows.
        limit: u32,
    },
}

impl ContactFileError {
    /// The error of opening `path`.
    pub fn opening(path: &Path, source: io::Error) -> Self {
        match source.kind() {
            io::ErrorKind::NotFound => Self::Missing { path: path.to_owned() },
            _ => Self::Unreadable { path: path.to_owned(), source },
        }
    }

    /// Stable code, for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Missing { .. } => "contact_file_missing",
            Self::Unreadable { .. } => "contact_file_unreadable",
            Self::Io { .. } => "contact_file_read_failed",
            Self::Changed => "contact_file_changed",
            Self::Empty => "contact_file_empty",
            Self::NoRows => "contact_file_no_rows",
            Self::WrongFormat { .. } => "contact_file_wrong_format",
            Self::Binary { .. } => "contact_file_binary",
            Self::NoPhoneColumn { .. } => "contact_file_no_phone_column",
            Self::NoHeader { .. } => "contact_file_no_header",
            Self::UnknownEncoding { .. } => "contact_file_unknown_encoding",
            Self::Mapping(error) => error.code(),
            Self::Workbook { .. } => "contact_file_broken_workbook",
            Self::TooLargeInside { .. } => "contact_file_too_large_inside",
            Self::NoSheet { .. } => "contact_file_no_sheet",
            Self::BrokenQuote { .. } => "contact_file_broken_quote",
            Self::ValueTooLong { .. } => "contact_file_value_too_long",
            Self::RowTooLong { .. } => "contact_file_row_too_long",
            Self::TooManyColumns { .. } => "contact_file_too_many_columns",
            Self::TooManyRows { .. } => "contact_file_too_many_rows",
        }
    }

    /// Line in the file (from 1) where there is one to look at.
    pub fn line(&self) -> Option<u64> {
        match self {
            Self::Io { line, .. }
            | Self::Binary { line, .. }
            | Self::BrokenQuote { line, .. }
            | Self::ValueTooLong { line, .. }
            | Self::RowTooLong { line, .. }
            | Self::TooManyColumns { line, .. } => Some(*line),
            Self::Workbook { line, .. } => *line,
            _ => None,
        }
    }

    /// Column in the file (from 1) where there is one to look at.
    pub fn column(&self) -> Option<usize> {
        match self {
            Self::Binary { column, .. } | Self::BrokenQuote { column, .. } | Self::ValueTooLong { column, .. } => {
                Some(*column)
            }
            _ => None,
        }
    }
}
