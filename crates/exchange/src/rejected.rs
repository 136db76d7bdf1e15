//! The rows of a contact file that are not called, as a file to download, correct and upload again.

use std::io::Write;

use serde::{Deserialize, Serialize};

use crate::guard::guarded;
use crate::{ContactRow, ExportError};

/// A row that is skipped, as it is kept and downloaded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RejectedRow {
    /// Row, from 1.
    pub row: u32,
    /// Line of the file, from 1.
    pub line: u64,
    /// Column of the cause, from 1.
    pub column: usize,
    /// Its header.
    pub header: String,
    /// The value, shortened.
    pub value: String,
    /// Stable code of the reason.
    pub reason_code: String,
    /// The reason in a sentence.
    pub reason: String,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
}

impl RejectedRow {
    /// Of a row that is skipped; `None` for one that is called.
    pub fn of(row: &ContactRow, headers: &[String]) -> Option<Self> {
        let skip = row.phone.as_ref().err()?;
        Some(Self {
            row: row.row,
            line: row.line,
            column: skip.column,
            header: headers.get(skip.column.saturating_sub(1)).cloned().unwrap_or_default(),
            value: skip.value.clone(),
            reason_code: skip.reason.code().to_owned(),
            reason: skip.text.clone(),
            first_name: row.first_name.clone(),
            last_name: row.last_name.clone(),
        })
    }
}

/// Writes rejected rows as CSV (UTF-8 with BOM, so that a spreadsheet reads it right).
pub struct RejectedExport<W: Write>(csv::Writer<W>);

impl<W: Write> RejectedExport<W> {
    /// Writes the header.
    ///
    /// # Errors
    ///
    /// When writing fails.
    pub fn new(mut writer: W) -> Result<Self, ExportError> {
        writer.write_all("\u{feff}".as_bytes())?;
        let mut csv = csv::Writer::from_writer(writer);
        csv.write_record([
            "row",
            "line",
            "column",
            "header",
            "value",
            "reason_code",
            "reason",
            "first_name",
            "last_name",
        ])?;
        Ok(Self(csv))
    }

    /// Goes on with a list whose header was written before: rows alone.
    pub fn going_on(writer: W) -> Self {
        Self(csv::Writer::from_writer(writer))
    }

    /// Writes one row.
    ///
    /// # Errors
    ///
    /// When writing fails.
    pub fn row(&mut self, row: &RejectedRow) -> Result<(), ExportError> {
        let numbers = [row.row.to_string(), row.line.to_string(), row.column.to_string()];
        let texts = [&row.header, &row.value, &row.reason_code, &row.reason, &row.first_name, &row.last_name];
        for cell in numbers.iter().chain(texts) {
            self.0.write_field(guarded(cell).as_bytes())?;
        }
        self.0.write_record(None::<&[u8]>)?;
        Ok(())
    }

    /// Writes out what is buffered and gives the writer back.
    ///
    /// # Errors
    ///
    /// When writing fails.
    pub fn finish(self) -> Result<W, ExportError> {
        self.0.into_inner().map_err(|error| ExportError::Io(error.into_error()))
    }
}

/// A contact file to begin with: the header that is known by itself, and two rows of numbers kept for fiction.
pub const TEMPLATE_CSV: &str = "\u{feff}phone,first_name,last_name,time_zone,external_id,appointment\r\n\
    +12125550101,Ada,Larsen,America/New_York,C-1001,Friday at ten\r\n\
    +13105550102,Ben,Okafor,America/Los_Angeles,C-1002,Monday at noon\r\n";
