//! Results as CSV (RFC 4180, UTF-8), row by row.

use std::borrow::Cow;
use std::io::Write;

use crate::guard::guarded;
use crate::table::{Cell, Layout, TableOptions, seconds};
use crate::{ExportError, ExportRow};

/// Writes a campaign's contacts as CSV. Statuses are written as people read them (`In Progress`), results and reasons by their code, times
/// as RFC 3339. A text that a spreadsheet would take for a formula gets a `'` before it; phone numbers and plain numbers do not.
pub struct CsvExport<W: Write> {
    writer: csv::Writer<W>,
    layout: Layout,
}

impl<W: Write> CsvExport<W> {
    /// Writes the header. `property_names` are all names that rows may have; one that is also another column's gets `property_` before it.
    ///
    /// # Errors
    ///
    /// When writing fails, or the options name a zone that does not exist.
    pub fn new(mut writer: W, property_names: &[String], options: &TableOptions) -> Result<Self, ExportError> {
        let layout = Layout::new(property_names, options)?;
        if options.bom {
            writer.write_all("\u{feff}".as_bytes())?;
        }
        let mut writer = csv::Writer::from_writer(writer);
        writer.write_record(layout.header.iter().map(|name| guarded(name).into_owned()))?;
        Ok(Self { writer, layout })
    }

    /// Writes one contact.
    ///
    /// # Errors
    ///
    /// When writing fails, or the row has a property that was not named: nothing of the row is written then.
    pub fn row(&mut self, row: &ExportRow) -> Result<(), ExportError> {
        for cell in self.layout.cells(row)? {
            let text: Cow<'_, str> = match cell {
                Cell::Text(text) => text,
                Cell::Integer(number) => number.to_string().into(),
                Cell::Seconds(ms) => seconds(ms).into(),
                Cell::Empty => "".into(),
            };
            self.writer.write_field(guarded(&text).as_bytes())?;
        }
        self.writer.write_record(None::<&[u8]>)?;
        Ok(())
    }

    /// Writes out what is buffered and gives the writer back.
    ///
    /// # Errors
    ///
    /// When writing fails.
    pub fn finish(self) -> Result<W, ExportError> {
        self.writer.into_inner().map_err(|error| ExportError::Io(error.into_error()))
    }
}
