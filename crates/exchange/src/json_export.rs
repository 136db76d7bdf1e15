//! Results as one JSON document, written contact by contact.

use std::io::{BufWriter, Write};

use serde_json::json;

use crate::json_row::{Chosen, Fields};
use crate::{ExportError, ExportRow, ExportSummary, ReadSpan, TableOptions};

/// Writes a campaign as `{"campaign","counts","results","failures","contacts":[...]}`, a contact a line. Statuses, results and reasons are
/// codes in lower snake case, times RFC 3339 in UTC. A document without its end (the process died) is no valid JSON, on purpose.
pub struct JsonExport<W: Write> {
    writer: BufWriter<W>,
    fields: Fields,
    rows: u64,
}

impl<W: Write> JsonExport<W> {
    /// Writes the head.
    ///
    /// # Errors
    ///
    /// When writing fails, or the options name a zone that does not exist.
    pub fn new(writer: W, summary: &ExportSummary, options: &TableOptions) -> Result<Self, ExportError> {
        let fields = Fields::new(options)?;
        let mut writer = BufWriter::new(writer);
        let head = serde_json::to_string(summary)?;
        // The summary is an object: the list of contacts goes in before its closing brace.
        writer.write_all(head.strip_suffix('}').unwrap_or(&head).as_bytes())?;
        writer.write_all(b",\"contacts\":[")?;
        Ok(Self { writer, fields, rows: 0 })
    }

    /// Writes one contact.
    ///
    /// # Errors
    ///
    /// When writing fails.
    pub fn row(&mut self, row: &ExportRow) -> Result<(), ExportError> {
        self.writer.write_all(if self.rows == 0 { b"\n" } else { b",\n" })?;
        serde_json::to_writer(&mut self.writer, &Chosen { kind: None, fields: &self.fields, row })?;
        self.rows += 1;
        Ok(())
    }

    /// Writes the end and gives the writer back. `read`: from when to when, for a campaign that still runs.
    ///
    /// # Errors
    ///
    /// When writing fails.
    pub fn finish(mut self, read: Option<ReadSpan>) -> Result<W, ExportError> {
        self.writer.write_all(b"\n]")?;
        if let Some(read) = read {
            self.writer.write_all(b",\"read\":")?;
            serde_json::to_writer(&mut self.writer, &read)?;
        }
        self.writer.write_all(b"}\n")?;
        self.writer.into_inner().map_err(|error| ExportError::Io(error.into_error()))
    }
}

/// Writes a campaign as JSON lines: `{"type":"campaign",..}` with the summary, a `{"type":"contact",..}` each, and `{"type":"end"}` with their
/// number. A file without its last line is not complete.
pub struct LinesExport<W: Write> {
    writer: BufWriter<W>,
    fields: Fields,
    rows: u64,
}

/// An object with its kind before its own fields.
#[derive(serde::Serialize)]
struct Line<'a, T> {
    r#type: &'static str,
    #[serde(flatten)]
    value: &'a T,
}

impl<W: Write> LinesExport<W> {
    /// Writes the campaign's line.
    ///
    /// # Errors
    ///
    /// When writing fails, or the options name a zone that does not exist.
    pub fn new(writer: W, summary: &ExportSummary, options: &TableOptions) -> Result<Self, ExportError> {
        let mut lines = Self { writer: BufWriter::new(writer), fields: Fields::new(options)?, rows: 0 };
        lines.line(&Line { r#type: "campaign", value: summary })?;
        Ok(lines)
    }

    fn line<T: serde::Serialize>(&mut self, line: &T) -> Result<(), ExportError> {
        serde_json::to_writer(&mut self.writer, line)?;
        self.writer.write_all(b"\n")?;
        Ok(())
    }

    /// Writes one contact.
    ///
    /// # Errors
    ///
    /// When writing fails.
    pub fn row(&mut self, row: &ExportRow) -> Result<(), ExportError> {
        self.rows += 1;
        serde_json::to_writer(&mut self.writer, &Chosen { kind: Some("contact"), fields: &self.fields, row })?;
        self.writer.write_all(b"\n")?;
        Ok(())
    }

    /// Writes the last line and gives the writer back. `read`: from when to when, for a campaign that still runs.
    ///
    /// # Errors
    ///
    /// When writing fails.
    pub fn finish(mut self, read: Option<ReadSpan>) -> Result<W, ExportError> {
        let end = match read {
            Some(read) => json!({ "contacts": self.rows, "read": read }),
            None => json!({ "contacts": self.rows }),
        };
        self.line(&Line { r#type: "end", value: &end })?;
        self.writer.into_inner().map_err(|error| ExportError::Io(error.into_error()))
    }
}
