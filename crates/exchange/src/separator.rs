//! Which character separates the values of a text file.

use crate::fields::is_phone_header;
use crate::format::Separator;
use crate::suggest::looks_like_phone;

/// Lines looked at.
const LINES: usize = 10;

/// The first line that is not blank, when its end is there; line ends inside quotes do not count.
pub(crate) fn first_line(text: &str) -> Option<&str> {
    let text = text.trim_start_matches(['\r', '\n', ' ']);
    let mut quoted = false;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' | b'\r' if !quoted => return Some(&text[..at]),
            _ => {}
        }
    }
    None
}

/// Excel's line `sep=;`: the separator and the bytes of the line.
pub(crate) fn named(text: &str) -> Option<(Separator, usize)> {
    let (line, _) = text.split_once('\n')?;
    let mut named = line.trim_end_matches('\r').strip_prefix("sep=")?.chars();
    let delimiter = named.next()?;
    let separator = Separator::ALL.into_iter().find(|separator| separator.char() == delimiter)?;
    named.next().is_none().then_some((separator, line.len() + 1))
}

/// The separator under which one of the first lines has a phone column or a phone number; else the one that gives most columns.
pub(crate) fn detect(text: &str) -> Separator {
    let mut lines = Vec::new();
    let mut rest = text;
    while let Some(line) = first_line(rest).filter(|_| lines.len() < LINES) {
        rest = &rest[line.as_ptr() as usize - rest.as_ptr() as usize + line.len()..];
        lines.push(line);
    }
    if lines.is_empty() {
        lines.push(text);
    }
    // `max_by_key` takes the last of equals: the comma, being first in the list, must come last.
    Separator::ALL.into_iter().rev().max_by_key(|separator| score(&lines, separator.char())).unwrap_or(Separator::Comma)
}

fn score(lines: &[&str], delimiter: char) -> (bool, usize, usize) {
    let (mut header, mut phones, mut widest) = (false, 0, 0);
    for line in lines {
        let mut quoted = false;
        let values: Vec<&str> = line
            .split(|ch: char| {
                quoted ^= ch == '"';
                ch == delimiter && !quoted
            })
            .map(|value| value.trim().trim_matches('"'))
            .collect();
        header |= values.iter().any(|value| is_phone_header(value));
        phones += usize::from(values.iter().any(|value| looks_like_phone(value)));
        widest = widest.max(values.len());
    }
    (header, phones, widest)
}
