//! A first look at a contact file, for a person: what it is written in, what its columns probably are, how its numbers come out.

use std::io::{Read, Seek};

use carillon_domain::phone::Country;
use serde::{Deserialize, Serialize};

use crate::ContactFileError;
use crate::columns::value;
use crate::fields::{Field, Mapping};
use crate::format::{FileFormat, FormatChoice};
use crate::head::Head;
use crate::records::Record;
use crate::rows::Rows;
use crate::suggest::{self, ColumnSuggestion, NumberPreview};

/// Numbers shown in a preview.
const NUMBERS: usize = 5;

/// What [`inspect`] found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preview {
    /// What the file is written in; any of it can be said otherwise by a [`FormatChoice`].
    pub format: FileFormat,
    /// A suggestion for each column, with samples.
    pub columns: Vec<ColumnSuggestion>,
    /// Contacts in the file.
    pub rows: u64,
    /// Whether `rows` was counted; else it is estimated from the first rows.
    pub rows_exact: bool,
    /// Bytes of the file.
    pub bytes: u64,
    /// The first numbers of the phone column as they would be called.
    pub numbers: Vec<NumberPreview>,
    /// Numbers among the first rows that need a default country.
    pub needs_country: usize,
}

impl Preview {
    /// The suggestions as a mapping, to be checked by a person.
    pub fn suggested(&self) -> Mapping {
        suggest::mapping(&self.columns)
    }
}

/// Looks at the first rows of a file. `mapping` is the choice made so far, if any: it decides which numbers are shown.
///
/// # Errors
///
/// When the file can't be read, is empty, or is neither text nor workbook. A file without a known phone column is no error here.
pub fn inspect<R: Read + Seek>(
    reader: R,
    choice: &FormatChoice,
    mapping: Option<&Mapping>,
    country: Option<Country>,
) -> Result<Preview, ContactFileError> {
    let mut rows = Rows::open(reader, choice)?;
    let head = Head::read(&mut rows, choice)?;
    if let Some(error) = head.failed {
        return Err(error);
    }
    let first: Vec<Record> = head.rows.into();
    if first.is_empty() {
        return Err(ContactFileError::NoRows);
    }
    let columns = suggest::suggest(&head.headers, &first, head.header_line.is_some());
    let suggested = suggest::mapping(&columns);
    let phone = mapping.unwrap_or(&suggested).place(&Field::Phone);
    let numbers: Vec<NumberPreview> = phone.map_or_else(Vec::new, |phone| {
        let written = first.iter().map(|row| value(row, Some(phone))).filter(|written| !written.is_empty());
        written.map(|written| NumberPreview::of(written, country)).collect()
    });
    let format = rows.format(head.header_line);
    let counted = first.len() as u64;
    Ok(Preview {
        rows: if head.all { counted } else { estimate(&rows, counted, head.header_line.is_some()) },
        rows_exact: head.all,
        bytes: rows.bytes,
        needs_country: numbers.iter().filter(|number| number.needs_country).count(),
        numbers: numbers.into_iter().take(NUMBERS).collect(),
        columns,
        format,
    })
}

fn estimate<R: Read>(rows: &Rows<R>, counted: u64, header: bool) -> u64 {
    if let Some(told) = rows.rows_told() {
        return told.saturating_sub(u64::from(header)).max(counted);
    }
    let read = rows.bytes_read().max(1);
    u64::try_from(u128::from(counted) * u128::from(rows.bytes) / u128::from(read)).unwrap_or(u64::MAX).max(counted)
}
