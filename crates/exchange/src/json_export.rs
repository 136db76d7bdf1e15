//! Results as one JSON document, written contact by contact.

use std::io::{BufWriter, Write};

use crate::{ExportError, ExportRow, ExportSummary};

/// Writes a campaign as `{"campaign","counts","results","failures","contacts":[...]}`, a contact a line. Statuses, results and reasons are
/// codes in lower snake case, times RFC 3339 in UTC. A document without its end (the process died) is no valid JSON, on purpose.
pub struct JsonExport<W: Write> {
    writer: BufWriter<W>,
    rows: u64,
}

impl<W: Write> JsonExport<W> {
    /// Writes the head.
    ///
    /// # Errors
    ///
    /// When writing fails.
    pub fn new(writer: W, summary: &ExportSummary) -> Result<Self, ExportError> {
        let mut writer = BufWriter::new(writer);
        let head = serde_json::to_string(summary)?;
        // The summary is an object: the list of contacts goes in before its closing brace.
        writer.write_all(head.strip_suffix('}').unwrap_or(&head).as_bytes())?;
        writer.write_all(b",\"contacts\":[")?;
        Ok(Self { writer, rows: 0 })
    }

    /// Writes one contact.
    ///
    /// # Errors
    ///
    /// When writing fails.
    pub fn row(&mut self, row: &ExportRow) -> Result<(), ExportError> {
        self.writer.write_all(if self.rows == 0 { b"\n" } else { b",\n" })?;
        serde_json::to_writer(&mut self.writer, row)?;
        self.rows += 1;
        Ok(())
    }

    /// Writes the end and gives the writer back.
    ///
    /// # Errors
    ///
    /// When writing fails.
    pub fn finish(mut self) -> Result<W, ExportError> {
        self.writer.write_all(b"\n]}\n")?;
        self.writer.into_inner().map_err(|error| ExportError::Io(error.into_error()))
    }
}
