//! Which cell formats show a date.

use std::collections::HashMap;
use std::io::Read;

use super::part::Part;
use super::xml::{Step, Walk, attribute};
use crate::ContactFileError;

/// Cell formats of a workbook at most (the format's own limit).
const FORMATS_MAX: usize = 65_536;

/// For each cell format (`s` of a cell), whether it shows a date.
pub(super) fn date_formats<R: Read>(part: Part<R>) -> Result<Vec<bool>, ContactFileError> {
    let mut walk = Walk::new(part);
    let mut own: HashMap<u32, bool> = HashMap::new();
    let (mut formats, mut in_cells) = (Vec::new(), false);
    loop {
        match walk.step()? {
            Step::Start(tag) | Step::Empty(tag) => match tag.local_name().as_ref() {
                b"numFmt" if own.len() < FORMATS_MAX => {
                    let id = attribute(&tag, "numFmtId").and_then(|id| id.parse().ok());
                    if let (Some(id), Some(code)) = (id, attribute(&tag, "formatCode")) {
                        own.insert(id, shows_date(&code));
                    }
                }
                b"cellXfs" => in_cells = true,
                b"xf" if in_cells && formats.len() < FORMATS_MAX => {
                    let id: u32 = attribute(&tag, "numFmtId").and_then(|id| id.parse().ok()).unwrap_or(0);
                    let built_in = matches!(id, 14..=22 | 27..=36 | 45..=47 | 50..=58);
                    formats.push(own.get(&id).copied().unwrap_or(built_in));
                }
                _ => {}
            },
            Step::End(name) if name == b"cellXfs" => in_cells = false,
            Step::Eof => return Ok(formats),
            Step::End(_) | Step::Text(_) => {}
        }
    }
}

/// A format code with a part of a date outside quotes, brackets and escapes.
fn shows_date(code: &str) -> bool {
    let (mut quoted, mut bracketed, mut escaped) = (false, false, false);
    for ch in code.chars() {
        match ch {
            _ if escaped => escaped = false,
            '"' => quoted = !quoted,
            _ if quoted => {}
            '\\' | '_' | '*' => escaped = true,
            '[' => bracketed = true,
            ']' => bracketed = false,
            'd' | 'm' | 'y' | 'h' | 's' | 'D' | 'M' | 'Y' | 'H' | 'S' if !bracketed => return true,
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    #[test]
    fn date_formats_are_told_from_number_formats() {
        for code in ["dd.mm.yyyy", "yyyy-mm-dd;@", "[$-407]d. mmm yy", "hh:mm"] {
            assert!(super::shows_date(code), "{code}");
        }
        for code in ["0.00", "#,##0 \"days\"", "[Red]0", "General", "0\\d", "@"] {
            assert!(!super::shows_date(code), "{code}");
        }
    }
}
