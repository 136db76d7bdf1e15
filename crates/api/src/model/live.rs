//! Live numbers: the same snapshot from `GET …/stats` and from the event stream.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{CampaignState, Counts};
use crate::codes::{CallResult, ContactStatus};
use crate::ids::{CampaignId, Time};

/// A snapshot of a campaign's numbers, never a difference.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Stats {
    /// Which campaign.
    pub id: CampaignId,
    /// Apply a frame only when this is higher than that of the frame before; the first frame of a connection always.
    pub version: i64,
    /// Moves with status and settings only; for If-Match.
    pub control_version: i64,
    /// Its status.
    pub state: CampaignState,
    /// The seven numbers.
    pub counts: Counts,
    /// Pending contacts that wait for another attempt.
    pub waiting: i64,
    /// Calls that finish, while it is paused or stopped; else 0.
    pub finishing: i64,
    /// Contacts that Stop or Retry Failed still has to mark in the background.
    pub settling: i64,
    /// Lines in use by it.
    pub lines_in_use: i64,
    /// Lines it may use.
    pub lines: u32,
    /// Calls per second over the last minute.
    pub calls_per_second: f64,
    /// Seconds of calling left at this pace; absent until 50 calls have finished.
    pub eta_s: Option<f64>,
    /// Completed contacts that a person answered.
    pub answered: i64,
    /// Skipped contacts that are duplicates.
    pub duplicates: i64,
    /// When it was read.
    pub at: Time,
}

/// Which events to stream.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct EventsQuery {
    /// Separated by commas: `campaigns` (numbers of every campaign that is not over), `campaign:ID` (numbers of one), `rows:ID` (changed contacts of one),
    /// `import:ID`, `export:ID`.
    #[param(example = "campaigns,campaign:camp_0d3f5n8q00000,rows:camp_0d3f5n8q00000")]
    pub topics: String,
}

/// `event: rows`: contacts of a campaign that changed.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct RowsFrame {
    /// Which campaign.
    pub campaign: CampaignId,
    /// The changed contacts, at most 100.
    pub rows: Vec<ChangedRow>,
    /// More than 100 changed: read the page again.
    pub many: bool,
}

/// A contact that changed.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ChangedRow {
    /// Its row.
    pub row: i64,
    /// Its status.
    pub status: ContactStatus,
    /// Of Completed contacts.
    pub result: Option<CallResult>,
    /// What stands in the Result column, in words.
    pub result_text: Option<String>,
    /// When its last call ended or began.
    pub processed_at: Option<Time>,
    /// Apply only when higher than what is shown.
    pub version: i64,
}

/// `event: ping`, every 10 seconds.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Ping {
    /// The server's time.
    pub at: Time,
}
