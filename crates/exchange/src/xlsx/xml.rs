//! A walk through the XML of a part: tags and texts, within bounds.

use std::io::Read;

use quick_xml::Reader;
use quick_xml::events::{BytesRef, BytesStart, Event};

use super::part::Part;
use crate::ContactFileError;

/// No part of a workbook is deeper; the library's list of open tags grows with each.
const DEPTH_MAX: usize = 64;

/// What a walk meets. Names are without their namespace prefix.
pub(super) enum Step<'a> {
    Start(BytesStart<'a>),
    /// A tag without content: no `End` follows.
    Empty(BytesStart<'a>),
    End(Vec<u8>),
    Text(String),
    Eof,
}

pub(super) struct Walk<R: Read> {
    reader: Reader<Part<R>>,
    buffer: Vec<u8>,
    depth: usize,
    /// Row of the sheet, for messages.
    pub(super) row: Option<u64>,
}

impl<R: Read> Walk<R> {
    pub(super) fn new(part: Part<R>) -> Self {
        let mut reader = Reader::from_reader(part);
        reader.config_mut().check_end_names = false;
        reader.config_mut().allow_unmatched_ends = true;
        Self { reader, buffer: Vec::new(), depth: 0, row: None }
    }

    pub(super) fn source(&self) -> &R {
        self.reader.get_ref().source()
    }

    pub(super) fn broken(&self, what: impl Into<String>) -> ContactFileError {
        ContactFileError::Workbook { what: what.into(), line: self.row }
    }

    pub(super) fn step(&mut self) -> Result<Step<'_>, ContactFileError> {
        loop {
            self.buffer.clear();
            self.reader.get_mut().begin_event();
            // Read twice over: the borrow of an event that is returned must not reach into the next turn of the loop.
            let (part, row) = (self.reader.get_ref().name, self.row);
            let event = match self.reader.read_event_into(&mut self.buffer) {
                Ok(event) => event.into_owned(),
                Err(error) => {
                    let what = format!("its {part} is damaged ({error})");
                    return Err(self.reader.get_ref().over().unwrap_or(ContactFileError::Workbook { what, line: row }));
                }
            };
            let unreadable = |error: &dyn std::fmt::Display| ContactFileError::Workbook {
                what: format!("its {part} holds text that can't be read ({error})"),
                line: row,
            };
            match event {
                Event::Start(tag) => {
                    self.depth += 1;
                    if self.depth > DEPTH_MAX {
                        return Err(self.broken(format!("its {part} is nested too deeply")));
                    }
                    return Ok(Step::Start(tag));
                }
                Event::Empty(tag) => return Ok(Step::Empty(tag)),
                Event::End(tag) => {
                    self.depth = self.depth.saturating_sub(1);
                    return Ok(Step::End(tag.local_name().as_ref().to_vec()));
                }
                Event::Text(text) => {
                    return Ok(Step::Text(text.decode().map_err(|error| unreadable(&error))?.into_owned()));
                }
                Event::CData(text) => {
                    return Ok(Step::Text(text.decode().map_err(|error| unreadable(&error))?.into_owned()));
                }
                Event::GeneralRef(reference) => {
                    return Ok(Step::Text(resolved(&reference).ok_or_else(|| unreadable(&"an unknown &entity;"))?));
                }
                Event::Eof => return Ok(Step::Eof),
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
            }
        }
    }
}

fn resolved(reference: &BytesRef<'_>) -> Option<String> {
    if let Some(ch) = reference.resolve_char_ref().ok()? {
        return Some(ch.to_string());
    }
    quick_xml::escape::resolve_predefined_entity(&reference.decode().ok()?).map(str::to_owned)
}

/// An attribute of a tag by its local name.
pub(super) fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = tag
        .attributes()
        .with_checks(false)
        .flatten()
        .find(|found| found.key.local_name().as_ref() == name.as_bytes())?;
    let text = std::str::from_utf8(&found.value).ok()?;
    quick_xml::escape::unescape(text).ok().map(std::borrow::Cow::into_owned)
}

/// `_x000D_` and the like: how the format writes characters that XML can't hold.
pub(super) fn unescaped(text: String) -> String {
    if !text.contains("_x") {
        return text;
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(at) = rest.find("_x") {
        out.push_str(&rest[..at]);
        let code = rest.get(at + 2..at + 6).filter(|_| rest.as_bytes().get(at + 6) == Some(&b'_'));
        match code.and_then(|code| u32::from_str_radix(code, 16).ok()).and_then(char::from_u32) {
            Some(ch) => {
                out.push(ch);
                rest = &rest[at + 7..];
            }
            None => {
                out.push_str("_x");
                rest = &rest[at + 2..];
            }
        }
    }
    out + rest
}
