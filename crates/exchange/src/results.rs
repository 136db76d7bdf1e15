//! Results in any format by one writer.

use std::io::Write;
use std::path::Path;

use crate::{
    CsvExport, ExportError, ExportRow, ExportSummary, JsonExport, LinesExport, ReadSpan, TableOptions, XlsxExport,
};

/// Formats that list contacts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResultsFormat {
    /// A row per contact.
    Csv,
    /// One document.
    Json,
    /// An object a line.
    Lines,
    /// A workbook.
    Xlsx,
}

/// Writes a campaign's contacts in one of the formats.
pub struct ResultsExport<W: Write + Send>(Kind<W>);

enum Kind<W: Write> {
    Csv(Box<CsvExport<W>>),
    Json(JsonExport<W>),
    Lines(LinesExport<W>),
    /// Its writer is needed at the end only.
    Xlsx(Box<XlsxExport>, W),
}

impl<W: Write + Send> ResultsExport<W> {
    /// Begins the file. `property_names` are all names that rows may have; a workbook's rows wait in nameless files of the folder `scratch`
    /// (the system's for temporary files unless given).
    ///
    /// # Errors
    ///
    /// When writing fails, or the options name a zone that does not exist.
    pub fn new(
        format: ResultsFormat,
        writer: W,
        summary: &ExportSummary,
        property_names: &[String],
        options: &TableOptions,
        scratch: Option<&Path>,
    ) -> Result<Self, ExportError> {
        Ok(Self(match format {
            ResultsFormat::Csv => Kind::Csv(Box::new(CsvExport::new(writer, property_names, options)?)),
            ResultsFormat::Json => Kind::Json(JsonExport::new(writer, summary, options)?),
            ResultsFormat::Lines => Kind::Lines(LinesExport::new(writer, summary, options)?),
            ResultsFormat::Xlsx => {
                Kind::Xlsx(Box::new(XlsxExport::new(summary, property_names, options, scratch)?), writer)
            }
        }))
    }

    /// Writes one contact.
    ///
    /// # Errors
    ///
    /// When writing fails, or the row has a property that was not named.
    pub fn row(&mut self, row: &ExportRow) -> Result<(), ExportError> {
        match &mut self.0 {
            Kind::Csv(csv) => csv.row(row),
            Kind::Json(json) => json.row(row),
            Kind::Lines(lines) => lines.row(row),
            Kind::Xlsx(workbook, _) => workbook.row(row),
        }
    }

    /// Writes the end and gives the writer back. `read`: from when to when, for a campaign that is not over; a CSV says it in each row only.
    ///
    /// # Errors
    ///
    /// When writing fails.
    pub fn finish(self, read: Option<ReadSpan>) -> Result<W, ExportError> {
        match self.0 {
            Kind::Csv(csv) => csv.finish(),
            Kind::Json(json) => json.finish(read),
            Kind::Lines(lines) => lines.finish(read),
            Kind::Xlsx(workbook, writer) => workbook.finish(writer, read),
        }
    }
}
