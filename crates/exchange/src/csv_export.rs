//! Results as CSV (RFC 4180, UTF-8), row by row.

use std::collections::HashMap;
use std::io::Write;

use crate::guard::guarded;
use crate::{ExportError, ExportRow};

/// The columns before the custom properties, in order.
pub const FIXED_COLUMNS: [&str; 15] = [
    "row",
    "first_name",
    "last_name",
    "phone",
    "status",
    "result",
    "reason_category",
    "reason_code",
    "reason",
    "attempts",
    "first_call_at",
    "last_call_at",
    "talk_seconds",
    "call",
    "recording",
];

/// Writes a campaign's contacts as CSV. Statuses are written as people read them (`In Progress`), results and reasons by their code, times
/// as RFC 3339 in UTC. A text that a spreadsheet would take for a formula gets a `'` before it; phone numbers and plain numbers do not.
pub struct CsvExport<W: Write> {
    writer: csv::Writer<W>,
    property_names: Vec<String>,
    /// Where each property's value stands among the properties.
    places: HashMap<String, usize>,
    cells: Vec<String>,
}

impl<W: Write> CsvExport<W> {
    /// Writes the header. `property_names` are all names that rows may have; one that is also a fixed column's gets `property_` before it.
    ///
    /// # Errors
    ///
    /// When writing fails.
    pub fn new(writer: W, property_names: &[String]) -> Result<Self, ExportError> {
        let mut writer = csv::Writer::from_writer(writer);
        let mut header: Vec<String> = FIXED_COLUMNS.map(str::to_owned).into();
        for name in property_names {
            let mut column = name.clone();
            while header.contains(&column) || column.is_empty() {
                column.insert_str(0, "property_");
            }
            header.push(column);
        }
        writer.write_record(header.iter().map(|name| guarded(name).into_owned()))?;
        let places = property_names.iter().enumerate().map(|(place, name)| (name.clone(), place)).collect();
        let cells = vec![String::new(); property_names.len()];
        Ok(Self { writer, property_names: property_names.to_vec(), places, cells })
    }

    /// Names of the properties, as given.
    pub fn property_names(&self) -> &[String] {
        &self.property_names
    }

    /// Writes one contact. Its `calls` are not part of a CSV file.
    ///
    /// # Errors
    ///
    /// When writing fails, or the row has a property that the header does not name: nothing of the row is written then.
    pub fn row(&mut self, row: &ExportRow) -> Result<(), ExportError> {
        self.cells.iter_mut().for_each(String::clear);
        for (name, value) in &row.properties {
            let place = *self
                .places
                .get(name)
                .ok_or_else(|| ExportError::UnknownProperty { row: row.row, name: name.clone() })?;
            self.cells[place].clone_from(value);
        }
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let time = |at: Option<carillon_domain::Timestamp>| at.map(|at| at.to_string()).unwrap_or_default();
        let fixed: [String; FIXED_COLUMNS.len()] = [
            row.row.to_string(),
            row.first_name.clone(),
            row.last_name.clone(),
            row.phone.clone(),
            row.status.label().to_owned(),
            row.result.map(|result| result.code().to_owned()).unwrap_or_default(),
            row.reason.category.map(|category| category.code().to_owned()).unwrap_or_default(),
            text(&row.reason.code),
            text(&row.reason.text),
            row.attempts.to_string(),
            time(row.first_call_at),
            time(row.last_call_at),
            seconds(row.talk_ms),
            text(&row.call),
            text(&row.recording),
        ];
        for cell in fixed.iter().chain(&self.cells) {
            self.writer.write_field(guarded(cell).as_bytes())?;
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

/// Seconds with as many decimals as there are, without a float's noise.
fn seconds(ms: u64) -> String {
    let text = format!("{}.{:03}", ms / 1000, ms % 1000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
