//! Results out.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{ContactFilter, JobState};
use crate::ids::{CampaignId, ExportId, Time};

/// Formats of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExportFormat {
    /// A row per contact.
    Csv,
    /// One document: summary and contacts with every attempt.
    Json,
    /// A JSON object per line.
    Jsonl,
    /// A workbook.
    Xlsx,
    /// A report.
    Pdf,
}

impl ExportFormat {
    /// How the file's name ends, without the dot.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Json => "json",
            Self::Jsonl => "jsonl",
            Self::Xlsx => "xlsx",
            Self::Pdf => "pdf",
        }
    }

    /// The file's media type.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Json => "application/json",
            Self::Jsonl => "application/jsonl",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Pdf => "application/pdf",
        }
    }
}

/// Columns of an export, in the file's order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExportColumn {
    /// Number of the contact in its campaign.
    Row,
    /// First name, last name.
    Name,
    /// E.164.
    Phone,
    /// Status.
    Status,
    /// Result.
    Result,
    /// Category and code of a failure, code of a skip reason, and the reason in words.
    Reason,
    /// Attempts.
    Attempts,
    /// All attempts, with time and outcome: in a table one cell, in a workbook a sheet of their own.
    AttemptDetails,
    /// When it was first and last called, with offset.
    ProcessedAt,
    /// Time zone of the times.
    Zone,
    /// Talk time of the last call in seconds.
    Duration,
    /// The last call: its id, the address of its page and its recording's place in the data folder.
    Link,
    /// Mark "handled by hand".
    Handled,
    /// All custom properties.
    Properties,
}

impl ExportColumn {
    /// All, in the file's order.
    pub const ALL: [Self; 14] = [
        Self::Row,
        Self::Name,
        Self::Phone,
        Self::Status,
        Self::Result,
        Self::Reason,
        Self::Attempts,
        Self::AttemptDetails,
        Self::ProcessedAt,
        Self::Zone,
        Self::Duration,
        Self::Link,
        Self::Handled,
        Self::Properties,
    ];
}

/// An export to be made.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewExport {
    /// The file's format.
    pub format: ExportFormat,
    /// Which contacts; all unless given. A report is always of all.
    #[serde(default)]
    pub filter: Option<ContactFilter>,
    /// Which columns; all unless given. Not for a report.
    #[serde(default)]
    pub columns: Option<Vec<ExportColumn>>,
    /// Begin a CSV with a byte order mark, for spreadsheets.
    #[serde(default)]
    pub byte_order_mark: bool,
}

/// An export.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Export {
    /// Which.
    pub id: ExportId,
    /// Of which campaign.
    pub campaign: CampaignId,
    /// The file's format.
    pub format: ExportFormat,
    /// How far.
    pub state: JobState,
    /// Contacts written so far.
    pub rows_done: i64,
    /// Contacts to be written, as far as known.
    pub rows_total: Option<i64>,
    /// Name of the file.
    #[schema(example = "march-renewals-2026-11-24.csv")]
    pub file_name: String,
    /// Size of the file in bytes, when done.
    pub bytes: Option<u64>,
    /// Where the file is, when done.
    #[schema(example = "/api/v1/exports/export_0d3f5n8q00000/file")]
    pub download: Option<String>,
    /// The campaign ran while it was read: then the contacts are as they were between these two times.
    pub read_from: Option<Time>,
    /// End of that time.
    pub read_to: Option<Time>,
    /// Why it failed, in words.
    pub error: Option<String>,
    /// Who asked for it.
    pub created_by: String,
    /// When it was asked for.
    pub created_at: Time,
    /// Until when the file is kept.
    pub expires_at: Option<Time>,
}

/// Exports of a campaign, newest first.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ExportList {
    /// The exports.
    pub items: Vec<Export>,
}
