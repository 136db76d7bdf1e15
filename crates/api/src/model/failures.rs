//! Failures by cause, final statistics, activity.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::Counts;
use crate::codes::{CallResult, FailureCategory, FailureCode, SkipReason};
use crate::ids::{CallId, EventId, Time};

/// The failed contacts of a campaign, grouped by cause, largest first.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Failures {
    /// Failed contacts.
    pub failed: i64,
    /// The causes.
    pub causes: Vec<FailureCause>,
    /// One cause has more than 60 % of the failures: its code.
    pub main_cause: Option<FailureCode>,
}

/// A cause of failures.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FailureCause {
    /// Its code.
    pub code: FailureCode,
    /// Under which it is counted.
    pub category: FailureCategory,
    /// The category as people read it.
    pub category_label: String,
    /// Title.
    pub title: String,
    /// What it means, in one sentence.
    pub meaning: String,
    /// What to do next.
    pub next_step: String,
    /// Whether calling again unchanged may succeed.
    pub may_work: bool,
    /// Whether the phone may have rung although the call failed: to be asked before it is called again.
    pub may_have_rung: bool,
    /// Whether all calls fail with it until somebody mends something.
    pub needs_fix: bool,
    /// Failed contacts with this cause.
    pub count: i64,
    /// Share of all failures, 0 to 1.
    pub share: f64,
    /// When the first call with it ended.
    pub first_seen_at: Option<Time>,
    /// When the last call with it ended.
    pub last_seen_at: Option<Time>,
    /// A contact with it: the last one.
    pub example: Option<FailureExample>,
}

/// A failed contact.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FailureExample {
    /// Its row.
    pub row: i64,
    /// Its name.
    pub name: String,
    /// E.164.
    pub phone: Option<String>,
    /// Its last call.
    pub call: Option<CallId>,
    /// SIP status of that call.
    pub sip_status: Option<u16>,
    /// Its reason phrase.
    pub sip_reason: Option<String>,
}

/// A result with its count.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ResultCount {
    /// The result.
    pub result: CallResult,
    /// What people read.
    pub label: String,
    /// Whether a person answered.
    pub answered_by_person: bool,
    /// Contacts.
    pub count: i64,
    /// Share of the completed contacts, 0 to 1.
    pub share: f64,
}

/// A skip reason with its count.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SkipCount {
    /// The reason.
    pub reason: SkipReason,
    /// What people read.
    pub label: String,
    /// Contacts.
    pub count: i64,
}

/// Final statistics of a campaign; the numbers so far while it runs.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Summary {
    /// The seven numbers.
    pub counts: Counts,
    /// Contacts processed: total less pending, in progress and canceled.
    pub processed: i64,
    /// Of these, attempted: completed and failed.
    pub called: i64,
    /// Of these, skipped.
    pub skipped: i64,
    /// Calls placed.
    pub calls: i64,
    /// Completed contacts that a person answered.
    pub answered: i64,
    /// Failed contacts whose call was cut off because Carillon ended without warning: what was answered and recorded of it counts nowhere else here.
    pub interrupted: i64,
    /// (success + transferred) / completed, 0 to 1; absent when none completed.
    pub success_rate: Option<f64>,
    /// Completed contacts that a person answered / completed, 0 to 1; absent when none completed.
    pub answer_rate: Option<f64>,
    /// Results, in the order of the documentation; those that never came are there with 0.
    pub results: Vec<ResultCount>,
    /// Skip reasons, most frequent first.
    pub skip_reasons: Vec<SkipCount>,
    /// When the first call began.
    pub first_call_at: Option<Time>,
    /// When the last call ended so far.
    pub last_end_at: Option<Time>,
    /// From the first call to the last end, in seconds.
    pub duration_s: Option<f64>,
    /// How long it was paused, in seconds.
    pub paused_s: f64,
    /// Talk time of all calls, in seconds.
    pub talk_s: f64,
    /// Mean talk time of an answered call, in seconds.
    pub mean_talk_s: Option<f64>,
}

/// Which events.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct ActivityQuery {
    /// `next` of the page before.
    pub after: Option<String>,
    /// Rows a page holds: 1 to 250.
    pub per_page: Option<u32>,
    /// True: also what happened to single contacts; else only what happened to the campaign.
    pub contacts: Option<bool>,
}

/// Something that happened, newest first.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ActivityRow {
    /// Which.
    pub id: EventId,
    /// When.
    pub at: Time,
    /// Stable kind, such as `campaign_started`.
    #[schema(example = "campaign_paused")]
    pub kind: String,
    /// In words: "Paused by Ana".
    pub text: String,
    /// The contact, when it is about one.
    pub row: Option<i64>,
    /// The call, when it is about one.
    pub call: Option<CallId>,
    /// Details.
    #[schema(value_type = Option<Object>)]
    pub data: Option<Value>,
}

/// How much of a campaign's calls is told.
#[derive(Debug, Clone, Copy, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct MinutesQuery {
    /// How many minutes before the last call ended, 1 to 1440; without it 180.
    pub minutes: Option<u32>,
}

/// Calls of a campaign minute by minute, for a small chart.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Minutes {
    /// The minutes, oldest first; minutes without calls are left out.
    pub items: Vec<Minute>,
}

/// A minute.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct Minute {
    /// Its begin.
    pub at: Time,
    /// Calls that ended.
    pub ended: i64,
    /// Of these, completed with a result.
    pub completed: i64,
    /// Of these, failed.
    pub failed: i64,
}
