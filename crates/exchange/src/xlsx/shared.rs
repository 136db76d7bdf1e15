//! The table of shared texts: most cells with text hold only a number into it.

use std::io::Read;

use super::part::{Part, SHARED_KEPT_MAX};
use super::xml::{Step, Walk, unescaped};
use crate::ContactFileError;
use crate::records::VALUE_BYTES_MAX;

/// All texts in one string.
#[derive(Default)]
pub(super) struct SharedTexts {
    text: String,
    /// Where each ends; fits, as the part is bounded far below 4 GB.
    ends: Vec<u32>,
}

impl SharedTexts {
    pub(super) fn read<R: Read>(part: Part<R>) -> Result<Self, ContactFileError> {
        let mut walk = Walk::new(part);
        let mut texts = Self::default();
        let (mut value, mut in_text, mut phonetic) = (String::new(), false, false);
        loop {
            match walk.step()? {
                Step::Start(tag) => match tag.local_name().as_ref() {
                    b"t" => in_text = true,
                    b"rPh" => phonetic = true,
                    b"si" => value.clear(),
                    _ => {}
                },
                Step::Empty(tag) if tag.local_name().as_ref() == b"si" => texts.push("")?,
                Step::End(name) => match name.as_slice() {
                    b"t" => in_text = false,
                    b"rPh" => phonetic = false,
                    b"si" => texts.push(&unescaped(std::mem::take(&mut value)))?,
                    b"sst" => return Ok(texts),
                    _ => {}
                },
                // A text that is too long is cut one byte above the limit: the cell that uses it is refused, with its place.
                Step::Text(text) if in_text && !phonetic && value.len() <= VALUE_BYTES_MAX => value.push_str(&text),
                Step::Empty(_) | Step::Text(_) => {}
                Step::Eof => return Err(walk.broken("its table of texts ends in the middle")),
            }
        }
    }

    fn push(&mut self, text: &str) -> Result<(), ContactFileError> {
        self.text.push_str(text);
        self.ends.push(u32::try_from(self.text.len()).unwrap_or(u32::MAX));
        if self.text.len() + size_of_val(self.ends.as_slice()) > SHARED_KEPT_MAX {
            let limit_mb = (SHARED_KEPT_MAX >> 20) as u64;
            return Err(ContactFileError::TooLargeInside {
                what: "the workbook's table of texts".to_owned(),
                limit_mb,
            });
        }
        Ok(())
    }

    pub(super) fn get(&self, index: usize) -> Option<&str> {
        let end = *self.ends.get(index)? as usize;
        let start = if index == 0 { 0 } else { self.ends[index - 1] as usize };
        self.text.get(start..end)
    }
}
