//! A pasted list of numbers, or a CSV.

use std::collections::HashSet;

use carillon_domain::PhoneNumber;
use carillon_domain::phone::Country;
use carillon_exchange::{ContactFileError, read_numbers};

use crate::model::RejectedLine;

/// Rejected lines that an answer shows.
const SHOWN: usize = 100;

/// What stands in a pasted text.
#[derive(Debug, Default)]
pub(super) struct Pasted {
    pub(super) lines: i64,
    pub(super) phones: Vec<PhoneNumber>,
    pub(super) repeated: i64,
    pub(super) rejected: i64,
    pub(super) rejected_lines: Vec<RejectedLine>,
}

/// Reads all lines; each number once.
pub(super) fn read(text: &str, country: Option<Country>) -> Result<Pasted, ContactFileError> {
    let mut pasted = Pasted::default();
    let mut seen = HashSet::new();
    let read = read_numbers(text, country, |line| {
        pasted.lines += 1;
        match line.number {
            Ok(phone) if seen.insert(phone.digits()) => pasted.phones.push(phone),
            Ok(_) => pasted.repeated += 1,
            Err(reason) => {
                pasted.rejected += 1;
                if pasted.rejected_lines.len() < SHOWN {
                    let number = i64::try_from(line.line).unwrap_or(i64::MAX);
                    pasted.rejected_lines.push(RejectedLine { line: number, value: line.written, reason });
                }
            }
        }
    });
    match read {
        Ok(()) | Err(ContactFileError::Empty) => Ok(pasted),
        Err(error) => Err(error),
    }
}
