use carillon_domain::{CampaignId, ExportId, Timestamp, WorkspaceId};

use super::{CallRecord, ContactMark, ContactRecord, WorkState};
use crate::error::StoreError;

/// Results to be written to a file.
#[derive(Debug, Clone, PartialEq)]
pub struct NewExport {
    /// Owner.
    pub workspace: WorkspaceId,
    /// Made by `Store::next_id`; the file lies under it.
    pub id: ExportId,
    /// Of which campaign.
    pub campaign: CampaignId,
    /// The data folder in which the file will lie.
    pub folder: i64,
    /// Format, filter and columns, as the one who writes it understands them.
    pub plan: serde_json::Value,
    /// The name under which people get the file.
    pub file_name: String,
    /// Who asked for it.
    pub by: String,
    /// When.
    pub now: Timestamp,
}

/// Results written to a file, or being written.
#[derive(Debug, Clone, PartialEq)]
pub struct Export {
    /// Which.
    pub id: ExportId,
    /// Of which campaign.
    pub campaign: CampaignId,
    /// The data folder in which the file lies.
    pub folder: i64,
    /// Format, filter and columns.
    pub plan: serde_json::Value,
    /// The name under which people get the file.
    pub file_name: String,
    /// How far.
    pub state: WorkState,
    /// Contacts written so far.
    pub rows_done: i64,
    /// Contacts to be written, as far as known.
    pub rows_total: Option<i64>,
    /// Size of the file, when it is done.
    pub bytes: Option<i64>,
    /// From when to when a campaign that was not over was read.
    pub read: Option<(Timestamp, Timestamp)>,
    /// Why it failed: stable code and words.
    pub error: Option<(String, String)>,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// Who asked for it.
    pub created_by: String,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Until when it is kept.
    pub expires_at: Option<Timestamp>,
    /// Rises with every change.
    pub version: i64,
}

/// How an export ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExportEnd {
    /// Its file is there.
    Done {
        /// Contacts in it.
        rows: i64,
        /// Its size.
        bytes: i64,
        /// From when to when a campaign that was not over was read.
        read: Option<(Timestamp, Timestamp)>,
    },
    /// It can't be made.
    Failed {
        /// Stable code.
        code: String,
        /// In words.
        text: String,
    },
}

/// A contact with all that an export tells of it.
#[derive(Debug, Clone, PartialEq)]
pub struct ExportContact {
    /// The contact.
    pub contact: ContactRecord,
    /// What people did to it.
    pub mark: ContactMark,
    /// Its calls, oldest first, without turns and SIP messages.
    pub calls: Vec<CallRecord>,
}

/// A page of an export: one moment of the database.
#[derive(Debug, Clone, PartialEq)]
pub struct ExportPage {
    /// In file order.
    pub contacts: Vec<ExportContact>,
    /// The row up to which contacts were looked at.
    pub seen: i64,
}

/// An export's columns.
#[derive(Debug, sqlx::FromRow)]
pub(crate) struct ExportRow {
    id: i64,
    campaign_id: i64,
    folder: i64,
    plan: sqlx::types::Json<serde_json::Value>,
    file_name: String,
    state: i64,
    rows_done: i64,
    rows_total: Option<i64>,
    bytes: Option<i64>,
    read_from: Option<i64>,
    read_to: Option<i64>,
    error_code: Option<String>,
    error: Option<String>,
    created_at: i64,
    created_by: String,
    ended_at: Option<i64>,
    expires_at: Option<i64>,
    version: i64,
}

impl TryFrom<ExportRow> for Export {
    type Error = StoreError;

    fn try_from(r: ExportRow) -> Result<Export, StoreError> {
        let state = WorkState::from_number(r.state);
        Ok(Export {
            id: ExportId::from_raw(r.id),
            campaign: CampaignId::from_raw(r.campaign_id),
            folder: r.folder,
            plan: r.plan.0,
            file_name: r.file_name,
            state: state.ok_or_else(|| StoreError::Corrupt(format!("state {} of an export", r.state)))?,
            rows_done: r.rows_done,
            rows_total: r.rows_total,
            bytes: r.bytes,
            read: r.read_from.map(Timestamp::from_micros).zip(r.read_to.map(Timestamp::from_micros)),
            error: r.error_code.zip(r.error),
            created_at: Timestamp::from_micros(r.created_at),
            created_by: r.created_by,
            ended_at: r.ended_at.map(Timestamp::from_micros),
            expires_at: r.expires_at.map(Timestamp::from_micros),
            version: r.version,
        })
    }
}
