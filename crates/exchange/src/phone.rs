//! A phone cell of a contact file to a phone number, or to the reason why the row is skipped.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use carillon_domain::phone::Country;
use carillon_domain::{PhoneError, PhoneNumber, SkipReason};

/// Why a row is skipped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowSkip {
    /// The reason that is counted.
    pub reason: SkipReason,
    /// The reason in a sentence, with its details ("duplicate of row 3").
    pub text: String,
}

/// Reads the phone cell.
pub(crate) fn parse(text: &str, default_country: Option<Country>) -> Result<PhoneNumber, RowSkip> {
    PhoneNumber::parse(text, default_country).map_err(|error| {
        let reason = match error {
            PhoneError::Empty => SkipReason::NoNumber,
            PhoneError::Mangled => SkipReason::MangledNumber,
            PhoneError::Forbidden => SkipReason::ForbiddenNumber,
            PhoneError::NotANumber
            | PhoneError::NoCountryCode
            | PhoneError::UnknownCountryCode
            | PhoneError::WrongLength => SkipReason::InvalidNumber,
        };
        RowSkip { reason, text: error.to_string() }
    })
}

/// The numbers seen so far in a file, with the row of each: 16 bytes a number plus the table's slack.
#[derive(Debug, Default)]
pub(crate) struct Seen(HashMap<i64, u32>);

impl Seen {
    /// Takes a number; refused when an earlier row has it.
    pub(crate) fn take(&mut self, phone: PhoneNumber, row: u32) -> Result<PhoneNumber, RowSkip> {
        match self.0.entry(phone.digits()) {
            Entry::Occupied(first) => {
                Err(RowSkip { reason: SkipReason::Duplicate, text: format!("duplicate of row {}", first.get()) })
            }
            Entry::Vacant(free) => {
                free.insert(row);
                Ok(phone)
            }
        }
    }
}
