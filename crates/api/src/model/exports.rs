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

/// Columns of an export, in the file's order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExportColumn {
    /// Number of the contact in its campaign.
    Row,
    /// First and last name.
    Name,
    /// E.164.
    Phone,
    /// Status.
    Status,
    /// Result.
    Result,
    /// Failure code or skip reason, with details.
    Reason,
    /// Attempts.
    Attempts,
    /// All attempts, with time and outcome.
    AttemptDetails,
    /// When it was last called, with offset.
    ProcessedAt,
    /// Time zone of the times.
    Zone,
    /// Talk time in seconds.
    Duration,
    /// Link to the conversation.
    Link,
    /// Mark "handled by hand".
    Handled,
    /// All custom properties.
    Properties,
}

/// An export to be made.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewExport {
    /// The file's format.
    pub format: ExportFormat,
    /// Which contacts; all unless given.
    #[serde(default)]
    pub filter: Option<ContactFilter>,
    /// Which columns; all unless given.
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
