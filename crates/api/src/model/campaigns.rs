//! Campaigns.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{EmployeeRef, ImportRef, TrunkRef};
use crate::codes::{CampaignStatus, WaitingFor};
use crate::ids::{CampaignId, EmployeeId, Time, TrunkId};

/// Which campaigns, and in which order.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct CampaignQuery {
    /// Only with these statuses, separated by commas: `running,paused`.
    pub status: Option<String>,
    /// Only whose name contains this.
    pub q: Option<String>,
    /// Only with this AI employee.
    #[param(value_type = Option<EmployeeId>)]
    pub employee: Option<EmployeeId>,
    /// Made not before.
    #[param(value_type = Option<Time>)]
    pub from: Option<Time>,
    /// Made before.
    #[param(value_type = Option<Time>)]
    pub to: Option<Time>,
    /// `name`, `status`, `created`, `started`, with `-` in front for descending; `-created` unless given.
    pub sort: Option<String>,
    /// Which page, from 1.
    pub page: Option<u32>,
    /// Rows a page holds: 1 to 250; 25 unless given.
    pub per_page: Option<u32>,
}

/// The seven numbers of a campaign. The six always add up to `total`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, ToSchema)]
pub struct Counts {
    /// All rows.
    pub total: i64,
    /// In the queue.
    pub pending: i64,
    /// With a call in progress.
    pub in_progress: i64,
    /// With a result.
    pub completed: i64,
    /// Without one, for a technical reason.
    pub failed: i64,
    /// Excluded before calling.
    pub skipped: i64,
    /// Never attempted: the campaign was stopped.
    pub canceled: i64,
}

impl From<carillon_domain::Counts> for Counts {
    fn from(c: carillon_domain::Counts) -> Counts {
        Counts {
            total: c.total(),
            pending: c.pending,
            in_progress: c.in_progress,
            completed: c.completed,
            failed: c.failed,
            skipped: c.skipped,
            canceled: c.canceled,
        }
    }
}

/// A campaign's status with what belongs to it; what does not belong to the status is absent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CampaignState {
    /// The status.
    pub status: CampaignStatus,
    /// What it waits for: always when Queued, sometimes when Running.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waiting_for: Option<WaitingFor>,
    /// The same in words: "Waiting for a free line (20 of 20 in use by 2 campaigns)".
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waiting_text: Option<String>,
    /// Who paused or stopped it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// Why it is paused, when a reason was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// When it became Paused, Completed or Canceled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<Time>,
}

/// A row of the list of campaigns.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CampaignRow {
    /// Which.
    pub id: CampaignId,
    /// Its name.
    #[schema(example = "March renewals")]
    pub name: String,
    /// Its status.
    pub state: CampaignState,
    /// Its AI employee.
    pub employee: EmployeeRef,
    /// The seven numbers.
    pub counts: Counts,
    /// (total - pending - in progress) / total, from 0 to 1; 0 without contacts.
    #[schema(example = 0.61)]
    pub progress: f64,
    /// The import into it that runs.
    pub import: Option<ImportRef>,
    /// Version of the numbers; see `events`.
    pub version: i64,
    /// When it was made.
    pub created_at: Time,
    /// When it was first started.
    pub started_at: Option<Time>,
    /// When it became Completed or Canceled.
    pub ended_at: Option<Time>,
}

/// In which order contacts are called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CallOrder {
    /// First row first.
    #[default]
    AsUploaded,
    /// Last row first.
    NewestFirst,
}

/// Automatic further attempts after one kind of outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RetrySetting {
    /// Further attempts after the first one: up to 10.
    pub attempts: u32,
    /// Seconds from the end of one attempt to the next: up to 30 days.
    pub delay_s: u32,
}

/// Automatic further attempts; absent: none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RetryRule {
    /// After busy.
    pub busy: Option<RetrySetting>,
    /// After no answer.
    pub no_answer: Option<RetrySetting>,
    /// After a technical failure that passes by itself.
    pub failed: Option<RetrySetting>,
}

/// Everything about a campaign that a person chooses. What is absent takes the default.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CampaignSettings {
    /// Lines at once: 1 to 10,000.
    #[schema(default = 10, minimum = 1, maximum = 10000)]
    pub lines: u32,
    /// New calls per second.
    #[schema(default = 5.0)]
    pub calls_per_second: f64,
    /// In which order contacts are called. It can't be changed once contacts are imported.
    pub order: CallOrder,
    /// Automatic further attempts.
    pub retry: RetryRule,
    /// Longest ringing in seconds: 1 to 180.
    #[schema(default = 30, minimum = 1, maximum = 180)]
    pub ring_timeout_s: u32,
    /// Longest call in seconds, counted from the answer: 1 to 14,400.
    #[schema(default = 300, minimum = 1, maximum = 14400)]
    pub max_call_s: u32,
    /// Whether calls are recorded.
    #[schema(default = true)]
    pub recording: bool,
}

impl Default for CampaignSettings {
    fn default() -> Self {
        carillon_domain::campaign::CampaignSettings::default().into()
    }
}

impl From<carillon_domain::campaign::CampaignSettings> for CampaignSettings {
    fn from(s: carillon_domain::campaign::CampaignSettings) -> Self {
        use carillon_domain::policy;
        let setting =
            |s: Option<policy::RetrySetting>| s.map(|s| RetrySetting { attempts: s.attempts, delay_s: s.delay_s });
        CampaignSettings {
            lines: s.pacing.lines,
            calls_per_second: s.pacing.calls_per_second,
            order: match s.order {
                policy::CallOrder::AsUploaded => CallOrder::AsUploaded,
                policy::CallOrder::NewestFirst => CallOrder::NewestFirst,
            },
            retry: RetryRule {
                busy: setting(s.retry.busy),
                no_answer: setting(s.retry.no_answer),
                failed: setting(s.retry.failed),
            },
            ring_timeout_s: s.ring_timeout_s,
            max_call_s: s.max_call_s,
            recording: s.recording,
        }
    }
}

impl From<CampaignSettings> for carillon_domain::campaign::CampaignSettings {
    fn from(s: CampaignSettings) -> Self {
        use carillon_domain::policy;
        let setting =
            |s: Option<RetrySetting>| s.map(|s| policy::RetrySetting { attempts: s.attempts, delay_s: s.delay_s });
        carillon_domain::campaign::CampaignSettings {
            pacing: policy::Pacing { lines: s.lines, calls_per_second: s.calls_per_second },
            order: match s.order {
                CallOrder::AsUploaded => policy::CallOrder::AsUploaded,
                CallOrder::NewestFirst => policy::CallOrder::NewestFirst,
            },
            retry: policy::RetryRule {
                busy: setting(s.retry.busy),
                no_answer: setting(s.retry.no_answer),
                failed: setting(s.retry.failed),
            },
            ring_timeout_s: s.ring_timeout_s,
            max_call_s: s.max_call_s,
            recording: s.recording,
        }
    }
}

/// What a person may press now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CampaignAction {
    /// Begin calling.
    Start,
    /// No new calls.
    Pause,
    /// Go on.
    Resume,
    /// End for good.
    Stop,
    /// Call the failed contacts again.
    Retry,
    /// Change name, employee, trunk, settings.
    Edit,
    /// Delete the draft.
    Delete,
    /// Upload contacts.
    Import,
    /// Make a draft with the same settings.
    Duplicate,
    /// Make a campaign from some of its contacts.
    FromFilter,
    /// Make a campaign from its first rows, to try it.
    Sample,
}

/// Why a Draft can't be started yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Blocker {
    /// Stable code: `no_contacts`, `importing`, `no_trunk`, `missing_variable`.
    #[schema(example = "no_contacts")]
    pub code: String,
    /// The same in words.
    #[schema(example = "This campaign has no contacts.")]
    pub text: String,
}

/// How a campaign came from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CampaignLinkKind {
    /// Its settings were copied.
    Duplicate,
    /// Some of its contacts were taken.
    Filter,
    /// Its first rows were taken to try it.
    Sample,
}

/// Another campaign that this one came from, or that came from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CampaignLink {
    /// Which.
    pub id: CampaignId,
    /// Its name.
    pub name: String,
    /// How.
    pub kind: CampaignLinkKind,
}

/// A campaign.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Campaign {
    /// Which.
    pub id: CampaignId,
    /// Its name.
    pub name: String,
    /// Its status.
    pub state: CampaignState,
    /// Its AI employee, with the version it pins.
    pub employee: EmployeeRef,
    /// By which it calls.
    pub trunk: TrunkRef,
    /// What a person chose.
    pub settings: CampaignSettings,
    /// The seven numbers.
    pub counts: Counts,
    /// What a person may press now.
    pub actions: Vec<CampaignAction>,
    /// Why a Draft can't be started yet; empty when it can.
    pub blockers: Vec<Blocker>,
    /// Names of the custom properties, in the order of the file.
    pub property_names: Vec<String>,
    /// The import that runs, or ran last.
    pub import: Option<ImportRef>,
    /// The campaign it came from.
    pub parent: Option<CampaignLink>,
    /// The campaigns that came from it, newest first, at most 20.
    pub children: Vec<CampaignLink>,
    /// Moves with status and settings only; also in the ETag, for If-Match.
    pub control_version: i64,
    /// Version of the numbers; see `events`.
    pub version: i64,
    /// Who made it.
    pub created_by: Option<String>,
    /// When it was made.
    pub created_at: Time,
    /// When its last contact was imported.
    pub imported_at: Option<Time>,
    /// Who started it first.
    pub started_by: Option<String>,
    /// When it was first started.
    pub started_at: Option<Time>,
    /// When it became Completed or Canceled.
    pub ended_at: Option<Time>,
    /// How long it was paused, in seconds; a pause in progress is not counted.
    pub paused_s: f64,
}

/// A campaign to be made, as Draft.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCampaign {
    /// Its name, unique in the workspace.
    pub name: String,
    /// Its AI employee; the newest version is pinned. The first employee by name unless given.
    #[serde(default)]
    pub employee: Option<EmployeeId>,
    /// By which it calls. The first trunk by name unless given.
    #[serde(default)]
    pub trunk: Option<TrunkId>,
    /// What a person chose.
    #[serde(default)]
    pub settings: CampaignSettings,
}

/// Changes of a campaign; what is absent stays. Once it was started only `name` and `settings` (for the calls to come) can change.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct EditCampaign {
    /// Its name.
    pub name: Option<String>,
    /// Another AI employee, or the newest version of the same.
    pub employee: Option<EmployeeId>,
    /// Another trunk.
    pub trunk: Option<TrunkId>,
    /// All settings together, in place of the earlier ones.
    pub settings: Option<CampaignSettings>,
}

/// The notes ("learnings") of a campaign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Notes {
    /// The text; empty at first.
    pub text: String,
    /// Raised by each change; also in the ETag, for If-Match.
    pub version: i64,
    /// Who changed it last.
    pub updated_by: Option<String>,
    /// When.
    pub updated_at: Option<Time>,
}

/// New text of the notes.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EditNotes {
    /// The text, at most 20,000 characters.
    pub text: String,
}
