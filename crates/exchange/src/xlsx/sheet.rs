//! The rows of a worksheet.

use std::io::Read;

use quick_xml::events::BytesStart;

use super::date::date_text;
use super::package::Unpack;
use super::part::Part;
use super::shared::SharedTexts;
use super::xml::{Step, Walk, attribute, unescaped};
use crate::ContactFileError;
use crate::records::{COLUMNS_MAX, ROW_BYTES_MAX, Record, VALUE_BYTES_MAX};

/// Rows of a worksheet at most (the format's own limit).
const ROWS_MAX: u64 = 1_048_576;

/// What a cell's text stands for.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Number,
    Shared,
    Boolean,
    Text,
}

struct Cell {
    column: usize,
    kind: Kind,
    date: bool,
    text: String,
}

/// Reads rows from a worksheet; their values as a person sees them, but for number formats.
pub(crate) struct SheetRows<R: Read> {
    walk: Walk<R>,
    texts: SharedTexts,
    dates: Vec<bool>,
    since_1904: bool,
    /// Row read last, and how many there were.
    row: u64,
    rows: u64,
    ended: bool,
    /// Rows that the sheet says it has.
    pub(crate) rows_told: Option<u64>,
}

impl<R: Read> SheetRows<R> {
    pub(super) fn new(part: Part<R>, texts: SharedTexts, dates: Vec<bool>, since_1904: bool) -> Self {
        Self { walk: Walk::new(part), texts, dates, since_1904, row: 0, rows: 0, ended: false, rows_told: None }
    }

    /// Reads the next row that has a cell with a value; false at the end of the sheet.
    pub(crate) fn read(&mut self, record: &mut Record) -> Result<bool, ContactFileError> {
        let mut cell: Option<Cell> = None;
        let (mut collecting, mut phonetic, mut in_row) = (false, false, false);
        while !self.ended {
            match self.walk.step()? {
                Step::Start(tag) => match tag.local_name().as_ref() {
                    b"row" => {
                        let told = attribute(&tag, "r").and_then(|row| row.parse().ok());
                        self.begin_row(told, record)?;
                        in_row = true;
                    }
                    b"c" if !in_row => return Err(self.walk.broken("its sheet has cells outside of rows")),
                    b"c" => {
                        let next = record.len();
                        cell = Some(Cell::new(&tag, next, &self.dates));
                        self.check_column(cell.as_ref(), record)?;
                    }
                    b"v" | b"t" => collecting = true,
                    b"rPh" => phonetic = true,
                    _ => {}
                },
                Step::Empty(tag) => match tag.local_name().as_ref() {
                    b"row" => {
                        let told = attribute(&tag, "r").and_then(|row| row.parse().ok());
                        self.begin_row(told, record)?;
                    }
                    b"dimension" => self.rows_told = rows_told(&tag),
                    b"sheetData" => self.ended = true,
                    _ => {}
                },
                Step::Text(text) => {
                    if let Some(cell) = cell.as_mut().filter(|_| collecting && !phonetic) {
                        cell.text.push_str(&text);
                        if cell.text.len() > VALUE_BYTES_MAX {
                            return Err(too_long(self.row, cell.column));
                        }
                    }
                }
                Step::End(name) => match name.as_slice() {
                    b"v" | b"t" => collecting = false,
                    b"rPh" => phonetic = false,
                    b"c" => {
                        if let Some(cell) = cell.take() {
                            self.end_cell(cell, record)?;
                        }
                    }
                    b"row" if record.len() > 0 => return Ok(true),
                    b"row" => in_row = false,
                    b"sheetData" => self.ended = true,
                    _ => {}
                },
                Step::Eof => return Err(self.walk.broken("its sheet ends in the middle")),
            }
        }
        Ok(false)
    }

    fn begin_row(&mut self, told: Option<u64>, record: &mut Record) -> Result<(), ContactFileError> {
        self.row = told.filter(|row| *row > self.row && *row <= ROWS_MAX).unwrap_or(self.row + 1);
        self.rows += 1;
        self.walk.row = Some(self.row);
        record.clear(self.row);
        if self.rows > ROWS_MAX {
            return Err(self.walk.broken(format!("its sheet has more than {ROWS_MAX} rows")));
        }
        Ok(())
    }

    fn check_column(&self, cell: Option<&Cell>, record: &Record) -> Result<(), ContactFileError> {
        match cell {
            Some(cell) if cell.column < record.len() => {
                Err(self.walk.broken("its sheet has two cells in one place, or cells out of order"))
            }
            _ => Ok(()),
        }
    }

    fn end_cell(&self, cell: Cell, record: &mut Record) -> Result<(), ContactFileError> {
        let value = match cell.kind {
            Kind::Shared => {
                let index = cell.text.trim().parse().unwrap_or(usize::MAX);
                let text = self.texts.get(index).ok_or_else(|| {
                    self.walk.broken(format!("a cell in column {} has a text that is not there", cell.column + 1))
                })?;
                text.to_owned()
            }
            Kind::Boolean => (if cell.text.trim() == "1" { "TRUE" } else { "FALSE" }).to_owned(),
            Kind::Text => unescaped(cell.text),
            Kind::Number => number_text(cell.text.trim(), cell.date, self.since_1904),
        };
        if value.is_empty() {
            return Ok(());
        }
        if value.len() > VALUE_BYTES_MAX {
            return Err(too_long(self.row, cell.column));
        }
        if cell.column >= COLUMNS_MAX {
            return Err(ContactFileError::TooManyColumns { line: self.row, limit: COLUMNS_MAX });
        }
        record.push(cell.column, &value)?;
        if record.bytes() > ROW_BYTES_MAX {
            return Err(ContactFileError::RowTooLong { line: self.row, limit_bytes: ROW_BYTES_MAX });
        }
        Ok(())
    }
}

impl<R: Read> SheetRows<Unpack<R>> {
    /// Packed bytes of the sheet not read yet.
    pub(crate) fn bytes_left(&self) -> u64 {
        self.walk.source().left()
    }
}

impl Cell {
    fn new(tag: &BytesStart<'_>, next: usize, dates: &[bool]) -> Self {
        let kind = match attribute(tag, "t").as_deref() {
            Some("s") => Kind::Shared,
            Some("b") => Kind::Boolean,
            Some("str" | "inlineStr" | "e" | "d") => Kind::Text,
            _ => Kind::Number,
        };
        let column = attribute(tag, "r").and_then(|place| column_of(&place)).unwrap_or(next);
        let style: usize = attribute(tag, "s").and_then(|style| style.parse().ok()).unwrap_or(0);
        Self { column, kind, date: dates.get(style).copied().unwrap_or(false), text: String::new() }
    }
}

fn too_long(row: u64, column: usize) -> ContactFileError {
    ContactFileError::ValueTooLong { line: row, column: column + 1, limit_bytes: VALUE_BYTES_MAX }
}

/// `C5` to 2.
fn column_of(place: &str) -> Option<usize> {
    let letters = place.bytes().take_while(u8::is_ascii_alphabetic).take(4);
    let number = letters.fold(0, |number, letter| number * 26 + usize::from(letter.to_ascii_uppercase() - b'A') + 1);
    number.checked_sub(1)
}

/// `A1:F20` to 20.
fn rows_told(tag: &BytesStart<'_>) -> Option<u64> {
    let range = attribute(tag, "ref")?;
    let last = range.rsplit(':').next()?;
    last.trim_start_matches(|ch: char| ch.is_ascii_alphabetic() || ch == '$').parse().ok()
}

/// A number as a person would type it: whole numbers with all their digits, never in scientific notation.
fn number_text(text: &str, date: bool, since_1904: bool) -> String {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    let plain = text.len() <= 15 && text.bytes().all(|byte| byte.is_ascii_digit());
    if plain && !date {
        return text.to_owned();
    }
    match text.parse::<f64>() {
        Ok(number) if date => date_text(number, since_1904).unwrap_or_else(|| text.to_owned()),
        Ok(number) if number.abs() < EXACT => number.to_string(),
        _ => text.to_owned(),
    }
}
