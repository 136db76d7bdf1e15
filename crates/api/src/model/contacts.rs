//! The contacts of a campaign.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::CallRow;
use crate::codes::{CallResult, ContactStatus, FailureCode, SkipReason};
use crate::ids::{CallId, Time};

/// Which contacts, and in which order.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct ContactQuery {
    /// Only with these statuses, separated by commas: `failed,skipped`.
    pub status: Option<String>,
    /// Only with these results, separated by commas: `voicemail,no_answer`.
    pub result: Option<String>,
    /// Only with this failure code or skip reason: `number_not_found`.
    pub reason: Option<String>,
    /// Only (`true`) those handled by hand, or (`false`) not.
    pub handled: Option<bool>,
    /// Processed not before.
    #[param(value_type = Option<Time>)]
    pub from: Option<Time>,
    /// Processed before.
    #[param(value_type = Option<Time>)]
    pub to: Option<Time>,
    /// Part of the name, or digits that the phone number begins or ends with.
    pub q: Option<String>,
    /// `row`, `status`, `name`, `processed`, `result`, with `-` in front for descending. Unless given: `row`; with a status, result or reason
    /// `-processed`, or `processed` where nobody was called. `row` is for all contacts only, not with a status, result or reason.
    pub sort: Option<String>,
    /// Which page, from 1. Far pages need a single status or result as filter, or none.
    pub page: Option<u32>,
    /// Rows a page holds: 1 to 250.
    pub per_page: Option<u32>,
    /// `next` of the page before this one.
    pub after: Option<String>,
    /// `previous` of the page after this one.
    pub before: Option<String>,
}

/// Which contacts, for an action or a new campaign. Everything given must hold.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ContactFilter {
    /// One of these statuses; empty: any.
    pub status: Vec<ContactStatus>,
    /// One of these results; empty: any.
    pub result: Vec<CallResult>,
    /// This failure code or skip reason.
    pub reason: Option<String>,
    /// Handled by hand, or not.
    pub handled: Option<bool>,
    /// Processed not before.
    pub from: Option<Time>,
    /// Processed before.
    pub to: Option<Time>,
    /// Part of the name, or digits that the phone number begins or ends with.
    pub q: Option<String>,
}

/// A row of the contacts table.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ContactRow {
    /// Its number in the campaign, from 1: "row 4,102".
    pub row: i64,
    /// First and last name.
    #[schema(example = "Ada Byron")]
    pub name: String,
    /// E.164; absent when the row has no usable number.
    #[schema(example = "+14155550123")]
    pub phone: Option<String>,
    /// The number as the file writes it.
    pub phone_text: String,
    /// Its status.
    pub status: ContactStatus,
    /// Of Completed contacts.
    pub result: Option<CallResult>,
    /// Of Failed contacts.
    pub failure: Option<FailureCode>,
    /// Of Skipped contacts.
    pub skip_reason: Option<SkipReason>,
    /// What stands in the Result column, in words: the result, the failure's title, the skip's details, or what it waits for.
    #[schema(example = "Number doesn't exist")]
    pub result_text: Option<String>,
    /// Not before, when another attempt waits.
    pub due_at: Option<Time>,
    /// When its last call ended, or was begun when it is in progress.
    pub processed_at: Option<Time>,
    /// Talk time of its last call in seconds.
    pub talk_s: Option<f64>,
    /// Attempts so far.
    pub attempts: u32,
    /// Its last call.
    pub call: Option<CallId>,
    /// Whether that call has a recording.
    pub has_recording: bool,
    /// The mark "handled by hand".
    pub handled: Option<Handled>,
}

/// The mark "handled by hand".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Handled {
    /// Who.
    pub by: String,
    /// When.
    pub at: Time,
    /// What came of it.
    pub note: String,
}

/// What a person may do with a contact now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ContactAbility {
    /// Call it again.
    Retry,
    /// Take it out.
    Exclude,
    /// Undo the exclusion.
    Restore,
    /// Mark it handled by hand, or take the mark off.
    Handled,
    /// Put its number on the do-not-call list.
    DoNotCall,
}

/// A contact with its history.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Contact {
    /// As in the table.
    #[serde(flatten)]
    pub contact: ContactRow,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// Line of the file on which it begins, from 1.
    pub line: i64,
    /// Custom properties.
    pub properties: BTreeMap<String, String>,
    /// Why it failed, explained.
    pub explanation: Option<super::FailureWord>,
    /// Whether its number is on the do-not-call list.
    pub do_not_call: bool,
    /// Its calls, newest first.
    pub calls: Vec<CallRow>,
    /// What a person may do with it now.
    pub actions: Vec<ContactAbility>,
    /// Other contacts with the same number, in other campaigns, at most 20.
    pub also_in: Vec<AlsoIn>,
}

/// A contact with the same number in another campaign.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AlsoIn {
    /// The campaign.
    pub campaign: crate::ids::CampaignId,
    /// Its name.
    pub campaign_name: String,
    /// The contact's row there.
    pub row: i64,
    /// Its status there.
    pub status: ContactStatus,
    /// Its result there.
    pub result: Option<CallResult>,
}

/// Marks a contact as handled by hand, or takes the mark off.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MarkHandled {
    /// True: mark it; false: take the mark off.
    pub handled: bool,
    /// What came of it.
    #[serde(default)]
    pub note: String,
}

/// What to do with many contacts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BulkAction {
    /// Call the failed ones again.
    Retry,
    /// Take the pending and failed ones out.
    Exclude,
    /// Undo exclusions.
    Restore,
    /// Put their numbers on the do-not-call list.
    DoNotCall,
    /// Mark them handled by hand.
    Handled,
}

/// An action on many contacts: `rows` or `filter`, not both.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BulkContacts {
    /// What to do.
    pub action: BulkAction,
    /// These rows, at most 1,000.
    #[serde(default)]
    pub rows: Option<Vec<i64>>,
    /// All that match.
    #[serde(default)]
    pub filter: Option<ContactFilter>,
    /// For `handled` and `do_not_call`: a note or reason.
    #[serde(default)]
    pub note: Option<String>,
}

/// What an action on many contacts did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct BulkResult {
    /// Contacts changed.
    pub changed: i64,
    /// Contacts whose status did not allow it.
    pub unchanged: i64,
    /// Contacts that follow in the background.
    pub remaining: i64,
}
