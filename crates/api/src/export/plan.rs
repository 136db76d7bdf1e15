//! What is written: format, which contacts, which columns.

use carillon_exchange::{Column, ResultsFormat, TableOptions};
use carillon_store::ContactFilter;
use serde::{Deserialize, Serialize};

use crate::model::{ExportColumn, ExportFormat};
use crate::problem::Problem;

/// What an export holds; kept with its job.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// The file's format.
    pub format: ExportFormat,
    /// Which contacts; all unless given.
    pub filter: Option<ContactFilter>,
    /// Which columns; all unless given.
    pub columns: Option<Vec<ExportColumn>>,
    /// Begin a CSV with a byte order mark.
    pub byte_order_mark: bool,
}

impl Plan {
    /// Refuses what makes no file.
    ///
    /// # Errors
    ///
    /// [`crate::problem::Code::Invalid`] with the field.
    pub fn check(&self) -> Result<(), Problem> {
        if self.format == ExportFormat::Pdf {
            if self.filter.is_some() || self.columns.is_some() {
                let field = if self.filter.is_some() { "filter" } else { "columns" };
                return Err(Problem::field(field, "A report is of the whole campaign; leave filter and columns out."));
            }
            if cfg!(not(feature = "pdf")) {
                return Err(Problem::field(
                    "format",
                    "This Carillon was built without the PDF report; take another format.",
                ));
            }
        }
        if self.columns.as_ref().is_some_and(Vec::is_empty) {
            return Err(Problem::field("columns", "Choose at least one column, or leave columns out for all."));
        }
        Ok(())
    }

    /// The format, when it lists contacts.
    pub(super) fn results_format(&self) -> Option<ResultsFormat> {
        match self.format {
            ExportFormat::Csv => Some(ResultsFormat::Csv),
            ExportFormat::Json => Some(ResultsFormat::Json),
            ExportFormat::Jsonl => Some(ResultsFormat::Lines),
            ExportFormat::Xlsx => Some(ResultsFormat::Xlsx),
            ExportFormat::Pdf => None,
        }
    }

    /// The columns as the file has them; `changing`: the campaign is not over, so that each row says when it was read.
    pub(super) fn table(&self, zone: &str, changing: bool) -> TableOptions {
        let wanted = self.columns.as_deref().unwrap_or(&ExportColumn::ALL);
        let mut columns: Vec<Column> = Vec::new();
        for column in ExportColumn::ALL.iter().filter(|column| wanted.contains(column)) {
            columns.extend(columns_of(*column));
        }
        if changing {
            columns.push(Column::ReadAt);
        }
        TableOptions {
            columns: Some(columns),
            properties: (!wanted.contains(&ExportColumn::Properties)).then(Vec::new),
            zone: Some(zone.to_owned()),
            bom: self.byte_order_mark,
        }
    }
}

fn columns_of(column: ExportColumn) -> &'static [Column] {
    match column {
        ExportColumn::Row => &[Column::Row],
        ExportColumn::Name => &[Column::FirstName, Column::LastName],
        ExportColumn::Phone => &[Column::Phone],
        ExportColumn::Status => &[Column::Status],
        ExportColumn::Result => &[Column::Result],
        ExportColumn::Reason => &[Column::ReasonCategory, Column::ReasonCode, Column::Reason],
        ExportColumn::Attempts => &[Column::Attempts],
        ExportColumn::AttemptDetails => &[Column::Calls],
        ExportColumn::ProcessedAt => &[Column::FirstCallAt, Column::LastCallAt],
        ExportColumn::Zone => &[Column::Zone],
        ExportColumn::Duration => &[Column::TalkSeconds],
        ExportColumn::Link => &[Column::Call, Column::Link, Column::Recording],
        ExportColumn::Handled => &[Column::HandledAt, Column::HandledBy, Column::HandledNote],
        // They follow all others.
        ExportColumn::Properties => &[],
    }
}
