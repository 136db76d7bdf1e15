//! Contact files in, results out: pure and streaming.
//!
//! [`read_contacts`] turns a CSV file into [`ContactRow`]s one at a time, each with a number to call or the reason why it is skipped.
//! [`CsvExport`] and [`JsonExport`] write [`ExportRow`]s one at a time. Nothing here knows where contacts are kept; memory does not grow
//! with the file, but for the set of numbers already seen in it.

mod columns;
mod contacts;
mod csv_export;
mod error;
mod export;
mod guard;
mod hash;
mod json_export;
mod phone;
mod records;
mod text;

pub use columns::Columns;
pub use contacts::{
    ContactRow, Contacts, FileCheck, ReadOptions, SKIPPED_SHOWN_MAX, check_contacts, open_contacts, read_contacts,
};
pub use csv_export::{CsvExport, FIXED_COLUMNS};
pub use error::ContactFileError;
pub use export::{ExportCall, ExportCampaign, ExportCounts, ExportError, ExportReason, ExportRow, ExportSummary};
pub use hash::ContentHash;
pub use json_export::JsonExport;
pub use phone::RowSkip;
pub use records::{COLUMNS_MAX, ROW_BYTES_MAX, VALUE_BYTES_MAX};
