//! A phone cell of a contact file to a phone number, or to the reason why the row is skipped.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use carillon_domain::phone::Country;
use carillon_domain::{PhoneError, PhoneNumber, SkipReason};
use serde::{Deserialize, Serialize};

use crate::suggest::shown;

/// Characters kept of the value that a row is skipped for.
const VALUE_CHARS: usize = 200;

/// Why a row is skipped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowSkip {
    /// The reason that is counted.
    pub reason: SkipReason,
    /// The reason in a sentence, with its details ("duplicate of row 3").
    pub text: String,
    /// Column of the value that is the cause, from 1.
    pub column: usize,
    /// The value, shortened.
    pub value: String,
}

impl RowSkip {
    pub(crate) fn new(reason: SkipReason, text: impl Into<String>, column: usize, value: &str) -> Self {
        Self { reason, text: text.into(), column, value: shown(value, VALUE_CHARS) }
    }
}

/// What a spreadsheet did to a number that could be undone for sure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Repair {
    /// `4155550123.0`: decimals behind a whole number.
    Decimals,
    /// `4.915123456789E+12` with every digit there.
    Exponent,
    /// `491512345678`: the plus was dropped, and the digits are no number of the default country.
    Plus,
    /// `1512345678` in a country whose numbers begin with 0: the zero was dropped.
    Zero,
}

impl Repair {
    /// What was done, in words.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Decimals => "decimals behind the number were taken off",
            Self::Exponent => "scientific notation that kept every digit was written out",
            Self::Plus => "the dropped + was put back",
            Self::Zero => "the dropped leading zero was put back",
        }
    }
}

/// Reads the phone cell of a column (from 1).
pub(crate) fn parse(
    text: &str,
    default_country: Option<Country>,
    column: usize,
) -> Result<(PhoneNumber, Option<Repair>), RowSkip> {
    let written_out = exponent_written_out(text);
    PhoneNumber::parse(written_out.as_deref().unwrap_or(text), default_country)
        .map(|number| (number, repair(text, written_out.is_some(), number, default_country)))
        .map_err(|error| {
            let reason = match error {
                PhoneError::Empty => SkipReason::NoNumber,
                PhoneError::Mangled => SkipReason::MangledNumber,
                PhoneError::Forbidden => SkipReason::ForbiddenNumber,
                PhoneError::NotANumber
                | PhoneError::NoCountryCode
                | PhoneError::UnknownCountryCode
                | PhoneError::WrongLength => SkipReason::InvalidNumber,
            };
            RowSkip::new(reason, error.to_string(), column, text)
        })
}

/// `4.915123456789E+12` has thirteen digits and says so: nothing is lost. `4.91512E+12` has lost seven.
fn exponent_written_out(text: &str) -> Option<String> {
    let (mantissa, exponent) = text.trim().split_once(['e', 'E'])?;
    let exponent: usize = exponent.strip_prefix('+').unwrap_or(exponent).parse().ok()?;
    let (whole, decimals) = mantissa.split_once(['.', ','])?;
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let complete = whole.len() == 1 && digits(whole) && digits(decimals) && decimals.len() == exponent;
    complete.then(|| format!("{whole}{decimals}"))
}

fn repair(text: &str, exponent: bool, number: PhoneNumber, country: Option<Country>) -> Option<Repair> {
    let text = text.trim();
    if exponent {
        return Some(Repair::Exponent);
    }
    if text.ends_with(".0") {
        return Some(Repair::Decimals);
    }
    // What people type has punctuation; what a spreadsheet took for a number is bare digits.
    if !text.bytes().all(|byte| byte.is_ascii_digit()) || text.starts_with('0') {
        return None;
    }
    if text == number.digits().to_string() {
        return Some(Repair::Plus);
    }
    country.filter(|country| country.dials_zero_first()).map(|_| Repair::Zero)
}

/// Tables of numbers seen. A table that grows holds its old and its new place at once; many small ones do so one after another.
const TABLES: usize = 61;

/// The numbers seen so far in a file, with the row of each: 16 bytes a number plus the tables' slack.
#[derive(Debug)]
pub(crate) struct Seen([HashMap<i64, u32>; TABLES]);

impl Default for Seen {
    fn default() -> Self {
        Self(std::array::from_fn(|_| HashMap::new()))
    }
}

impl Seen {
    /// Takes a number for a row; gives the earlier row that has it.
    pub(crate) fn take(&mut self, phone: PhoneNumber, row: u32) -> Option<u32> {
        let digits = phone.digits();
        match self.0[usize::try_from(digits).unwrap_or(0) % TABLES].entry(digits) {
            Entry::Occupied(first) => Some(*first.get()),
            Entry::Vacant(free) => {
                free.insert(row);
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_spreadsheet_did_is_undone_where_no_digit_is_lost_and_named() {
        let read = |text: &str, country: Option<&str>| {
            let country = country.map(|country| country.parse().unwrap());
            parse(text, country, 1).map(|(number, repair)| (number.to_string(), repair)).map_err(|skip| skip.reason)
        };
        let taken = |number: &str, repair| Ok((number.to_owned(), repair));
        assert_eq!(read("4.915123456789E+12", None), taken("+4915123456789", Some(Repair::Exponent)));
        assert_eq!(read("4,915123456789E12", None), taken("+4915123456789", Some(Repair::Exponent)));
        assert_eq!(read("4.91512E+12", None), Err(SkipReason::MangledNumber));
        assert_eq!(read("4155550123.0", Some("US")), taken("+14155550123", Some(Repair::Decimals)));
        assert_eq!(read("14155550123", None), taken("+14155550123", Some(Repair::Plus)));
        assert_eq!(read("491512345678", Some("DE")), taken("+491512345678", Some(Repair::Plus)));
        assert_eq!(read("1512345678", Some("DE")), taken("+491512345678", Some(Repair::Zero)));
        assert_eq!(read("4155550123", Some("US")), taken("+14155550123", None));
        assert_eq!(read("01512 345678", Some("DE")), taken("+491512345678", None));
        assert_eq!(read("+49 1512 345678", Some("DE")), taken("+491512345678", None));
    }
}
