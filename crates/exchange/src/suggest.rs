//! What each column of a file probably is, and why: for a person to look at and change.

use carillon_domain::phone::Country;
use carillon_domain::{PhoneError, PhoneNumber};
use serde::{Deserialize, Serialize};

use crate::columns::{trimmed, value};
use crate::fields::{Field, Known, Mapping};
use crate::guard::unguarded;
use crate::records::Record;
use crate::zone;

/// Samples shown of a column.
const SAMPLES: usize = 3;
/// Characters shown of a sample.
const SAMPLE_CHARS: usize = 80;

/// How sure a suggestion is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// Nothing speaks for another field.
    Low,
    /// The values look like it.
    Likely,
    /// The header says it.
    Certain,
}

/// What a column probably is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnSuggestion {
    /// Column, from 1.
    pub column: usize,
    /// Its header; `column_N` when it has none.
    pub header: String,
    /// Up to three of its values, shortened.
    pub samples: Vec<String>,
    /// What it probably is.
    pub field: Field,
    /// How sure that is.
    pub confidence: Confidence,
    /// Why, in words.
    pub reason: String,
}

/// Whether a value can only be a phone number: digits with the usual punctuation, or what a spreadsheet made of one.
pub(crate) fn looks_like_phone(value: &str) -> bool {
    let value = trimmed(value);
    if value.len() > 40 {
        return false;
    }
    let digits = value.chars().filter(char::is_ascii_digit).count();
    let dotted = value.bytes().filter(|byte| *byte == b'.').count() == 1 && !value.ends_with(".0");
    // 2026-11-24 and 24.11.2026 are dates, 12345.67 is money.
    let date = digits == 8
        && value.len() == 10
        && value.bytes().filter(|byte| matches!(byte, b'-' | b'.' | b'/')).count() == 2;
    (7..=15).contains(&digits)
        && !date
        && !dotted
        && unguarded(value).chars().all(|ch| ch.is_ascii_digit() || "+-()./ \u{a0}".contains(ch))
        || PhoneNumber::parse(value, None) == Err(PhoneError::Mangled)
}

/// Values of a column in the first rows: all that hold something, and those that look like a phone number or are a time zone.
#[derive(Default, Clone, Copy)]
struct Look {
    filled: usize,
    phones: usize,
    plus: usize,
    zones: usize,
}

fn look(rows: &[Record], column: usize) -> Look {
    let mut look = Look::default();
    for row in rows {
        let value = value(row, Some(column));
        if !value.is_empty() {
            look.filled += 1;
            look.phones += usize::from(looks_like_phone(value));
            look.plus += usize::from(value.starts_with('+') && looks_like_phone(value));
            look.zones += usize::from(value.contains('/') && zone::known(value).is_some());
        }
    }
    look
}

impl Look {
    /// At least four of five.
    fn mostly(self, count: usize) -> bool {
        self.filled > 0 && count * 5 >= self.filled * 4
    }
}

/// A suggestion for each header, from the header and the first rows.
pub(crate) fn suggest(headers: &[String], rows: &[Record], with_header: bool) -> Vec<ColumnSuggestion> {
    let known = if with_header { Known::of(headers) } else { Known::default() };
    let looks: Vec<Look> = (0..headers.len()).map(|column| look(rows, column)).collect();
    let has = |field: &Field| known.fields.iter().any(|(_, other)| other == field);
    let by_content = (!has(&Field::Phone)).then(|| phone_by_content(&looks)).flatten();
    let zone_by_content =
        (!has(&Field::TimeZone)).then(|| looks.iter().position(|look| look.mostly(look.zones))).flatten();
    let mut suggestions = Vec::with_capacity(headers.len());
    for (column, header) in headers.iter().enumerate() {
        let named = known.fields.iter().find(|(other, _)| *other == column).map(|(_, field)| field.clone());
        let property = || Field::Property { name: header.clone() };
        let look = looks[column];
        let (field, confidence, reason) = match named {
            Some(field) => {
                let reason = doubts(&field, look).unwrap_or_else(|| format!("the column is called {header}"));
                (field, Confidence::Certain, reason)
            }
            None if by_content == Some(column) => {
                let reason = format!("{} of {} values look like phone numbers", look.phones, look.filled);
                (Field::Phone, Confidence::Likely, reason)
            }
            None if zone_by_content == Some(column) => {
                (Field::TimeZone, Confidence::Likely, "the values are time zones".to_owned())
            }
            None => match known.also.iter().find(|(other, _)| *other == column) {
                Some((_, field)) => {
                    let reason = format!("also looks like {}, but only one column can be it", field.code());
                    (property(), Confidence::Likely, reason)
                }
                None => (property(), Confidence::Low, "kept as a property".to_owned()),
            },
        };
        let samples = samples(rows, column);
        suggestions.push(ColumnSuggestion {
            column: column + 1,
            header: header.clone(),
            samples,
            field,
            confidence,
            reason,
        });
    }
    suggestions
}

/// What speaks against a field that the header names.
fn doubts(field: &Field, look: Look) -> Option<String> {
    match field {
        Field::Phone if look.filled > 0 && look.phones == 0 => {
            Some("the header says phone, but none of the first values looks like a phone number".to_owned())
        }
        Field::TimeZone if look.filled > 0 && look.zones == 0 => {
            Some("the header says time zone, but the first values are not of the kind Europe/Berlin".to_owned())
        }
        _ => None,
    }
}

/// The only column that holds phone numbers; of several the only one that writes them with `+`.
fn phone_by_content(looks: &[Look]) -> Option<usize> {
    let the_only = |fits: &dyn Fn(&Look) -> bool| {
        let mut found = looks.iter().enumerate().filter(|(_, look)| fits(look)).map(|(column, _)| column);
        found.next().filter(|_| found.next().is_none())
    };
    the_only(&|look| look.mostly(look.phones)).or_else(|| the_only(&|look| look.mostly(look.plus)))
}

/// How many columns hold phone numbers by their values.
pub(crate) fn phone_columns(width: usize, rows: &[Record]) -> usize {
    (0..width).map(|column| look(rows, column)).filter(|look| look.mostly(look.phones)).count()
}

fn samples(rows: &[Record], column: usize) -> Vec<String> {
    let filled = rows.iter().map(|row| value(row, Some(column))).filter(|value| !value.is_empty());
    filled.take(SAMPLES).map(|value| shown(value, SAMPLE_CHARS)).collect()
}

/// The start of a text in one line, without characters that can't be shown.
pub(crate) fn shown(text: &str, chars: usize) -> String {
    let mut out: String = text.chars().take(chars).map(|ch| if ch.is_control() { ' ' } else { ch }).collect();
    if text.chars().nth(chars).is_some() {
        out.push('…');
    }
    out
}

/// All suggestions taken as they are.
pub(crate) fn mapping(suggestions: &[ColumnSuggestion]) -> Mapping {
    Mapping(suggestions.iter().map(|suggestion| suggestion.field.clone()).collect())
}

/// A phone cell as it would be called, for the preview of a default country.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NumberPreview {
    /// As written in the file.
    pub written: String,
    /// As people read it (`+49 1512 345678`), when it can be called.
    pub number: Option<String>,
    /// Why it can't be called, in words.
    pub problem: Option<String>,
    /// Whether a default country would help.
    pub needs_country: bool,
}

impl NumberPreview {
    /// Reads one number.
    pub fn of(written: &str, country: Option<Country>) -> Self {
        let parsed = PhoneNumber::parse(written, country);
        Self {
            written: shown(written, SAMPLE_CHARS),
            number: parsed.ok().map(PhoneNumber::international_format),
            problem: parsed.err().map(|error| error.to_string()),
            needs_country: parsed == Err(PhoneError::NoCountryCode),
        }
    }
}
