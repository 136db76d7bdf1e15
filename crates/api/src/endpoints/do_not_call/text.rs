//! A pasted list of numbers, or a CSV.

use std::collections::HashSet;

use carillon_domain::PhoneNumber;
use carillon_domain::phone::Country;

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

/// Reads a number a line; of a line with several fields the first one that is a number. A first line without any digit is a header.
pub(super) fn read(text: &str, country: Option<Country>) -> Pasted {
    let mut pasted = Pasted::default();
    let mut seen = HashSet::new();
    let text = text.trim_start_matches('\u{feff}');
    let separator = separator(text);
    for (n, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        if n == 0 && !line.bytes().any(|byte| byte.is_ascii_digit()) {
            continue;
        }
        pasted.lines += 1;
        match number(line, separator, country) {
            Ok(phone) if seen.insert(phone.digits()) => pasted.phones.push(phone),
            Ok(_) => pasted.repeated += 1,
            Err(reason) => {
                pasted.rejected += 1;
                if pasted.rejected_lines.len() < SHOWN {
                    let line_number = i64::try_from(n).unwrap_or(i64::MAX - 1) + 1;
                    let value = line.trim().chars().take(80).collect();
                    pasted.rejected_lines.push(RejectedLine { line: line_number, value, reason });
                }
            }
        }
    }
    pasted
}

fn separator(text: &str) -> char {
    let first = text.lines().next().unwrap_or("");
    [';', '\t', '|'].into_iter().find(|separator| first.contains(*separator)).unwrap_or(',')
}

fn number(line: &str, separator: char, country: Option<Country>) -> Result<PhoneNumber, String> {
    let mut first_error = None;
    for field in line.split(separator) {
        let field = field.trim().trim_matches('"').trim();
        if field.is_empty() {
            continue;
        }
        // A spreadsheet's guard against formulas.
        match PhoneNumber::parse(field.trim_start_matches('\''), country) {
            Ok(phone) => return Ok(phone),
            Err(error) => {
                first_error.get_or_insert_with(|| error.to_string());
            }
        }
    }
    Err(first_error.unwrap_or_else(|| "there is no number in this line".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pasted_list_is_read_line_by_line() {
        let us = Some("US".parse().expect("a country"));
        let text = "\u{feff}Number;Name\r\n+1 415 555 0123;Ada\r\n\r\n;(415) 555-0124\n'+14155550125;x\n+14155550123;again\nhello;12\n";
        let pasted = read(text, us);
        let digits: Vec<i64> = pasted.phones.iter().map(|phone| phone.digits()).collect();
        assert_eq!(digits, [14_155_550_123, 14_155_550_124, 14_155_550_125]);
        assert_eq!((pasted.lines, pasted.repeated, pasted.rejected), (5, 1, 1));
        assert_eq!(pasted.rejected_lines[0].line, 7);
        assert_eq!(read("4155550123", us).phones.len(), 1, "a first line with digits is no header");
        assert_eq!(read("4155550123", None).rejected, 1, "without a country it is no number");
    }
}
