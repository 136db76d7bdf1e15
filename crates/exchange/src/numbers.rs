//! A list of numbers, pasted or a file of them: for the do-not-call list, where the wrong column would block the wrong people.

use std::io::Cursor;

use carillon_domain::PhoneNumber;
use carillon_domain::phone::Country;

use crate::columns::value;
use crate::fields::{Field, is_known_header};
use crate::format::FormatChoice;
use crate::guard::{guarded, unguarded};
use crate::head::Head;
use crate::records::Record;
use crate::rows::Rows;
use crate::suggest::{self, shown};
use crate::{ContactFileError, ExportError};

/// Characters shown of a line without a number.
const SHOWN_CHARS: usize = 80;

/// A line of a list of numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberLine {
    /// Where it begins, from 1.
    pub line: u64,
    /// Its number, or why there is none, in words.
    pub number: Result<PhoneNumber, String>,
    /// What it says, shortened.
    pub written: String,
}

/// Reads a list of numbers: of the column that the header, or else what stands in it, says to be the phone number; without such a column
/// a line's only value that is a number.
///
/// # Errors
///
/// When it can't be read: a quote that is never closed, a value without end.
pub fn read_numbers(
    text: &str,
    country: Option<Country>,
    mut each: impl FnMut(NumberLine),
) -> Result<(), ContactFileError> {
    let (mut rows, mut head) = open(text, None)?;
    let known = |name: &String| is_known_header(name) || !name.bytes().any(|byte| byte.is_ascii_digit());
    if head.header_line.is_some()
        && !head.headers.iter().all(known)
        && !head.headers.iter().any(|name| is_known_header(name))
    {
        // A first line that looks like no phone number but has digits is a wrong number, not a header.
        (rows, head) = open(text, Some(false))?;
    }
    let first: Vec<Record> = head.rows.into();
    let column = suggest::suggest(&head.headers, &first, head.header_line.is_some())
        .into_iter()
        .find(|suggestion| suggestion.field == Field::Phone)
        .map(|suggestion| suggestion.column - 1);
    for record in &first {
        each(line(record, column, country));
    }
    if let Some(error) = head.failed {
        return Err(error);
    }
    let mut record = Record::default();
    while !head.all && rows.read(&mut record)? {
        each(line(&record, column, country));
    }
    Ok(())
}

type TextRows<'a> = Rows<Cursor<&'a [u8]>>;

fn open(text: &str, header: Option<bool>) -> Result<(TextRows<'_>, Head), ContactFileError> {
    let choice = FormatChoice { encoding: Some("utf-8".to_owned()), header, ..FormatChoice::default() };
    let mut rows = Rows::open(Cursor::new(text.as_bytes()), &choice)?;
    let head = Head::read(&mut rows, &choice)?;
    Ok((rows, head))
}

fn line(record: &Record, column: Option<usize>, country: Option<Country>) -> NumberLine {
    let read = |text: &str| PhoneNumber::parse(unguarded(text), country).map_err(|error| error.to_string());
    let number = match column {
        Some(column) => match value(record, Some(column)) {
            "" => Err(format!("there is no number in column {}", column + 1)),
            text => read(text),
        },
        None => only(record, read),
    };
    let written: Vec<&str> = record.iter().map(str::trim).collect();
    NumberLine { line: record.line, number, written: shown(written.join(" ").trim(), SHOWN_CHARS) }
}

/// The only value that is a number: of two nobody can say which is meant.
fn only(record: &Record, read: impl Fn(&str) -> Result<PhoneNumber, String>) -> Result<PhoneNumber, String> {
    let (mut found, mut first_error) = (None, None);
    for text in (0..record.len()).map(|column| value(record, Some(column))).filter(|text| !text.is_empty()) {
        match read(text) {
            Ok(number) if found.is_none_or(|other| other == number) => found = Some(number),
            Ok(_) => {
                return Err(
                    "several values of this line could be the number: name its column \"phone\" in line 1".to_owned()
                );
            }
            Err(error) => {
                first_error.get_or_insert(error);
            }
        }
    }
    found.ok_or_else(|| first_error.unwrap_or_else(|| "there is no number in this line".to_owned()))
}

/// One row of CSV (RFC 4180), guarded against formulas like every export.
///
/// # Errors
///
/// When it can't be written.
pub fn csv_row<'a>(values: impl IntoIterator<Item = &'a str>) -> Result<Vec<u8>, ExportError> {
    let mut row = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    for value in values {
        row.write_field(guarded(value).as_bytes())?;
    }
    row.write_record(None::<&[u8]>)?;
    row.into_inner().map_err(|error| ExportError::Io(error.into_error()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<Result<i64, (u64, String)>> {
        let mut lines = Vec::new();
        let each = |line: NumberLine| {
            lines.push(line.number.map(|number| number.digits()).map_err(|why| (line.line, why)));
        };
        read_numbers(text, "US".parse().ok(), each).unwrap();
        lines
    }

    #[test]
    fn the_column_that_is_called_phone_is_blocked_and_no_other() {
        // Ten digits of a customer number are a US number, too.
        assert_eq!(read("customer_id,phone\n2025550123,+14155550199\n"), [Ok(14_155_550_199)]);
        assert_eq!(read("phone1;id\n(415) 555-0124;2025550123\n"), [Ok(14_155_550_124)], "a header may have a digit");
        assert_eq!(read("name,phone\n\"Doe, \"\"J\"\" 2025550123\",415-555-0125\n"), [Ok(14_155_550_125)]);
        let empty = read("phone,id\n,2025550123\n+14155550126,2\n");
        assert_eq!((empty[0].as_ref().unwrap_err().0, &empty[1]), (2, &Ok(14_155_550_126)));
        // What stands in it tells where no header does; where neither does, nobody guesses.
        assert_eq!(
            read("2025550123,+14155550199\n2025550124,+14155550198\n"),
            [Ok(14_155_550_199), Ok(14_155_550_198)]
        );
        let unsure = read("2025550123,4155550199\n2025550124,4155550198\n");
        assert!(unsure.iter().all(|line| line.as_ref().is_err_and(|(_, why)| why.contains("several values"))));
    }

    #[test]
    fn a_pasted_list_is_read_line_by_line() {
        let text = "\u{feff}Number;Name\r\n+1 415 555 0123;Ada\r\n\r\n(415) 555-0124\n'+14155550125;x\nhello;12\n";
        let lines = read(text);
        assert_eq!(lines[..3], [Ok(14_155_550_123), Ok(14_155_550_124), Ok(14_155_550_125)]);
        assert_eq!((lines.len(), lines[3].as_ref().unwrap_err().0), (4, 6));
        assert_eq!(read("4155550123"), [Ok(14_155_550_123)], "a first line that is a number is no header");
        assert_eq!(read("hello 12\n4155550123")[1], Ok(14_155_550_123));
        assert!(read("hello 12\n4155550123")[0].is_err(), "a wrong number is told, not taken for a header");
        assert!(read_numbers("\"4155550123\n4155550124", None, |_| {}).is_err(), "a quote without end");
    }
}
