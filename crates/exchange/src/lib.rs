//! Contact files in, results out: pure and streaming.
//!
//! [`inspect`] looks at a file for a person: format, columns, numbers. [`read_contacts`] turns CSV or a workbook into [`ContactRow`]s one at a
//! time, each with a number to call or the reason why it is skipped. [`ResultsExport`] writes [`ExportRow`]s one at a time.
//! Nothing here knows where contacts are kept; memory does not grow with the file, but for the set of numbers already seen in it and a
//! workbook's table of texts.

mod columns;
mod contacts;
mod csv_export;
mod error;
mod export;
mod fields;
mod file_name;
mod format;
mod guard;
mod hash;
mod head;
mod inspect;
mod json_export;
mod json_row;
mod numbers;
mod phone;
mod records;
mod rejected;
#[cfg(feature = "pdf")]
mod report;
mod results;
mod rows;
mod separator;
mod suggest;
mod table;
mod text;
mod xlsx;
mod xlsx_export;
mod zone;

pub use columns::Columns;
pub use contacts::{
    ContactRow, Contacts, Cursor, FileCheck, ReadOptions, SKIPPED_SHOWN_MAX, check_contacts, check_each, open_contacts,
    open_file, read_contacts,
};
pub use csv_export::CsvExport;
pub use error::ContactFileError;
pub use export::{
    ExportCall, ExportCampaign, ExportCounts, ExportError, ExportHandled, ExportReason, ExportRow, ExportSummary,
    ReadSpan,
};
pub use fields::{Field, Mapping, MappingError, missing_variables};
pub use file_name::export_file_name;
pub use format::{FileFormat, FileKind, FormatChoice, Separator};
pub use hash::ContentHash;
pub use inspect::{Preview, inspect};
pub use json_export::{JsonExport, LinesExport};
pub use numbers::{NumberLine, csv_row, read_numbers};
pub use phone::{Repair, RowSkip};
pub use records::{COLUMNS_MAX, ROW_BYTES_MAX, VALUE_BYTES_MAX};
pub use rejected::{RejectedExport, RejectedRow, TEMPLATE_CSV};
#[cfg(feature = "pdf")]
pub use report::{CONVERSATIONS_MAX, Report, ReportBucket, ReportCause, ReportConversation, ReportTurn, write_report};
pub use results::{ResultsExport, ResultsFormat};
pub use suggest::{ColumnSuggestion, Confidence, NumberPreview};
pub use table::{Column, DEFAULT_COLUMNS, TableOptions};
pub use xlsx_export::XlsxExport;
