//! The first rows of a contact file: the header, if there is one, and enough contacts to know the columns by.

use std::collections::VecDeque;
use std::io::{Read, Seek};

use crate::ContactFileError;
use crate::columns::{headers, trimmed};
use crate::fields::{is_known_header, is_phone_header};
use crate::format::FormatChoice;
use crate::records::Record;
use crate::rows::Rows;
use crate::suggest::looks_like_phone;

/// Rows that are looked at.
const ROWS: usize = 200;
/// Bytes of their values at most, so that long rows are not kept.
const BYTES: usize = 1 << 20;
/// A header stands in one of the first rows; above it may be a title.
const TITLE_ROWS: usize = 10;

/// What was read ahead.
pub(crate) struct Head {
    /// Names of the columns.
    pub(crate) headers: Vec<String>,
    /// Line of the header, from 1.
    pub(crate) header_line: Option<u64>,
    /// The first contacts.
    pub(crate) rows: VecDeque<Record>,
    /// Whether these are all.
    pub(crate) all: bool,
    /// What is wrong with the row after them.
    pub(crate) failed: Option<ContactFileError>,
}

impl Head {
    pub(crate) fn read<R: Read + Seek>(rows: &mut Rows<R>, choice: &FormatChoice) -> Result<Self, ContactFileError> {
        let mut ahead = VecDeque::new();
        let (mut bytes, mut all, mut failed) = (0, false, None);
        while ahead.len() < ROWS && bytes < BYTES {
            let mut record = Record::default();
            match rows.read(&mut record) {
                Ok(true) => {
                    bytes += record.bytes();
                    ahead.push_back(record);
                }
                Ok(false) => {
                    all = true;
                    break;
                }
                Err(error) if ahead.is_empty() => return Err(error),
                Err(error) => {
                    failed = Some(error);
                    break;
                }
            }
        }
        if ahead.is_empty() {
            return Err(ContactFileError::Empty);
        }
        let header = header_place(&ahead, choice.header);
        let (names, header_line) = match header {
            Some(place) => {
                let row = ahead.drain(..=place).next_back().unwrap_or_default();
                let written: Vec<&str> = row.iter().take(used(&row)).map(trimmed).collect();
                (headers(&written), Some(row.line))
            }
            None => (headers(&vec![""; ahead.iter().map(used).max().unwrap_or(0)]), None),
        };
        Ok(Self { headers: names, header_line, rows: ahead, all, failed })
    }
}

/// A separator at the end of each line makes no column.
fn used(row: &Record) -> usize {
    (0..row.len())
        .rev()
        .find(|column| row.get(*column).is_some_and(|value| !trimmed(value).is_empty()))
        .map_or(0, |last| last + 1)
}

/// Which of the first rows is the header.
fn header_place(rows: &VecDeque<Record>, given: Option<bool>) -> Option<usize> {
    if given == Some(false) {
        return None;
    }
    let any = |row: &Record, test: &dyn Fn(&str) -> bool| row.iter().any(|value| test(trimmed(value)));
    for (place, row) in rows.iter().enumerate().take(TITLE_ROWS) {
        if any(row, &is_phone_header) {
            return Some(place);
        }
        if any(row, &looks_like_phone) {
            break;
        }
    }
    let contact = rows.front().is_some_and(|row| any(row, &looks_like_phone) && !any(row, &is_known_header));
    (given == Some(true) || !contact).then_some(0)
}
