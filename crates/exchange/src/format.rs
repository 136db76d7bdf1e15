//! What a contact file is written in: found by the reader, shown to people, and overridable by them.

use encoding_rs::Encoding;
use serde::{Deserialize, Serialize};

use crate::ContactFileError;

/// The character between the values of a text file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Separator {
    /// `,`
    Comma,
    /// `;`
    Semicolon,
    /// Tab.
    Tab,
    /// `|`
    Pipe,
}

impl Separator {
    /// All, the commonest first.
    pub const ALL: [Self; 4] = [Self::Comma, Self::Semicolon, Self::Tab, Self::Pipe];

    /// The character.
    pub const fn char(self) -> char {
        match self {
            Self::Comma => ',',
            Self::Semicolon => ';',
            Self::Tab => '\t',
            Self::Pipe => '|',
        }
    }
}

/// Kind of a contact file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileKind {
    /// Delimited text.
    Csv,
    /// An Office Open XML workbook (ECMA-376).
    Xlsx,
}

/// What the reader found, or was told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileFormat {
    /// Kind.
    pub kind: FileKind,
    /// Encoding of a text by its WHATWG name (`UTF-8`, `UTF-16LE`, `windows-1252`).
    pub encoding: Option<String>,
    /// Separator of a text.
    pub separator: Option<Separator>,
    /// Line (of a workbook: row) of the header, from 1; none when the first row is a contact.
    pub header_line: Option<u64>,
    /// The worksheet that is read.
    pub sheet: Option<String>,
    /// All worksheets of the workbook.
    #[serde(default)]
    pub sheets: Vec<String>,
}

/// What a person said about the file; what is `None` is found out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FormatChoice {
    /// Encoding by any of its WHATWG labels.
    pub encoding: Option<String>,
    /// Separator.
    pub separator: Option<Separator>,
    /// Whether the first row is a header.
    pub header: Option<bool>,
    /// Worksheet by name.
    pub sheet: Option<String>,
}

impl FormatChoice {
    pub(crate) fn encoding(&self) -> Result<Option<&'static Encoding>, ContactFileError> {
        let known = |label: &String| {
            Encoding::for_label(label.as_bytes())
                .ok_or_else(|| ContactFileError::UnknownEncoding { label: label.chars().take(40).collect() })
        };
        self.encoding.as_ref().map(known).transpose()
    }
}
