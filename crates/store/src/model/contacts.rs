use std::collections::BTreeMap;

use carillon_domain::policy::Attempted;
use carillon_domain::{CallId, CallOutcome, ContactState, ContactStatus, Counts, PhoneNumber, SkipReason, Timestamp};

use super::{SKIP_BASE, outcome_from};
use crate::error::StoreError;

/// A row of a contact file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NewContact {
    /// Number of the contact in its campaign, from 1: the key people can say.
    pub row: i64,
    /// Line of the file on which it begins, from 1.
    pub line: i64,
    /// Its number; `None` only when it is skipped.
    pub phone: Option<PhoneNumber>,
    /// The number as the file writes it.
    pub phone_text: String,
    /// First name, or the whole name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// All other columns.
    pub properties: BTreeMap<String, String>,
    /// Why it is not called, with details in words.
    pub skip: Option<(SkipReason, String)>,
    /// Interned set of time zones; 0 until zones matter.
    pub zone_key: i64,
    /// Time zone by its IANA name, when the file gives it.
    pub time_zone: Option<String>,
    /// Id in another system, when the file gives it.
    pub external_id: Option<String>,
}

impl NewContact {
    /// First and last name as shown and sorted by.
    pub(crate) fn name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name).trim().to_owned()
    }
}

/// What an import batch did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ImportBatch {
    /// New contacts by status.
    pub added: Counts,
    /// Rows that were there already.
    pub existing: i64,
}

/// What was tried for a contact, as its columns say.
#[derive(Debug, Clone, Copy, sqlx::FromRow)]
pub(crate) struct Tried {
    pub(crate) attempts: i64,
    pub(crate) put_backs: i64,
    pub(crate) unsent: i64,
    pub(crate) withdrawals: i64,
    pub(crate) last_outcome: Option<i64>,
}

impl Tried {
    pub(crate) fn attempted(self) -> Result<Attempted, StoreError> {
        let small = |n: i64| u32::try_from(n).unwrap_or(u32::MAX);
        Ok(Attempted {
            attempts: small(self.attempts),
            put_backs: small(self.put_backs),
            unsent: small(self.unsent),
            withdrawals: small(self.withdrawals),
            last: self.last_outcome.map(outcome_from).transpose()?,
        })
    }
}

/// A contact leased to this process, to be called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimed {
    /// Which.
    pub row: i64,
    /// Whom to call.
    pub phone: PhoneNumber,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// Custom properties, for the greeting.
    pub properties: BTreeMap<String, String>,
    /// What was tried so far.
    pub attempted: Attempted,
}

/// A contact as stored, with what an export shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactRecord {
    /// Which.
    pub row: i64,
    /// Line of the file.
    pub line: i64,
    /// Its number, when it is one.
    pub phone: Option<PhoneNumber>,
    /// The number as the file writes it.
    pub phone_text: String,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// Its state.
    pub state: ContactState,
    /// Details of a skip or a wait, in words.
    pub reason: Option<String>,
    /// Attempts: calls of which an INVITE left (or may have left, when interrupted) and that were not put back.
    pub attempts: u32,
    /// Put-backs by the trunk since the last Retry Failed.
    pub put_backs: u32,
    /// What the last attempt ended with.
    pub last_outcome: Option<CallOutcome>,
    /// The last call.
    pub call: Option<CallId>,
    /// When the last call began.
    pub last_call_at: Option<Timestamp>,
    /// The slot that holds it for calling.
    pub lease_slot: Option<i64>,
    /// Interned set of time zones.
    pub zone_key: i64,
    /// Time zone by its IANA name, when the file gave it.
    pub time_zone: Option<String>,
    /// Id in another system, when the file gave it.
    pub external_id: Option<String>,
    /// Custom properties.
    pub properties: BTreeMap<String, String>,
}

/// What an event records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EventKind {
    /// A campaign was made.
    CampaignCreated,
    /// A campaign's state changed.
    CampaignState,
    /// A batch of contacts was imported.
    Imported,
    /// A call began.
    CallBegun,
    /// A call ended and its contact was settled or put back.
    CallEnded,
    /// A call's process died.
    CallInterrupted,
    /// The ending of an interrupted call came late.
    CallEndedLate,
    /// A contact was skipped when it was to be called.
    ContactSkipped,
    /// A batch of contacts was settled after Stop.
    StopSettled,
    /// A batch of failed contacts was put back by Retry Failed.
    Retried,
    /// A number was blocked.
    NumberBlocked,
    /// A number was unblocked.
    NumberUnblocked,
    /// People, or a sample campaign, took contacts out.
    Excluded,
    /// Exclusions were undone.
    Restored,
    /// Contacts were marked as handled by hand, or the mark was taken off.
    Handled,
    /// Name, settings, employee or trunk were changed.
    CampaignEdited,
    /// The notes were changed.
    NotesEdited,
}

impl EventKind {
    const TABLE: [(EventKind, i64, &'static str); 17] = [
        (EventKind::CampaignCreated, 1, "campaign_created"),
        (EventKind::CampaignState, 2, "campaign_state"),
        (EventKind::Imported, 3, "imported"),
        (EventKind::CallBegun, 4, "call_begun"),
        (EventKind::CallEnded, 5, "call_ended"),
        (EventKind::CallInterrupted, 6, "call_interrupted"),
        (EventKind::CallEndedLate, 7, "call_ended_late"),
        (EventKind::ContactSkipped, 8, "contact_skipped"),
        (EventKind::StopSettled, 9, "stop_settled"),
        (EventKind::Retried, 10, "retried"),
        (EventKind::NumberBlocked, 11, "number_blocked"),
        (EventKind::NumberUnblocked, 12, "number_unblocked"),
        (EventKind::Excluded, 13, "excluded"),
        (EventKind::Restored, 14, "restored"),
        (EventKind::Handled, 15, "handled"),
        (EventKind::CampaignEdited, 16, "campaign_edited"),
        (EventKind::NotesEdited, 17, "notes_edited"),
    ];

    fn entry(self) -> (EventKind, i64, &'static str) {
        Self::TABLE.into_iter().find(|(kind, ..)| *kind == self).unwrap_or(Self::TABLE[0])
    }

    /// The number the database keeps.
    pub(crate) fn number(self) -> i64 {
        self.entry().1
    }

    /// The stable code.
    pub fn code(self) -> &'static str {
        self.entry().2
    }

    fn from_number(number: i64) -> Option<Self> {
        Self::TABLE.into_iter().find(|(_, n, _)| *n == number).map(|(kind, ..)| kind)
    }
}

/// An entry of the record.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Sorted by time.
    pub id: i64,
    /// When.
    pub at: Timestamp,
    /// What.
    pub kind: EventKind,
    /// Which contact.
    pub row: Option<i64>,
    /// Which call.
    pub call: Option<CallId>,
    /// The contact's status before and after.
    pub moved: Option<(ContactStatus, ContactStatus)>,
    /// What came of the call.
    pub outcome: Option<CallOutcome>,
    /// Details; for batches the change of each status's count.
    pub data: Option<serde_json::Value>,
}

/// An event's columns.
#[derive(Debug, sqlx::FromRow)]
pub(crate) struct EventRow {
    pub(crate) id: i64,
    pub(crate) at: i64,
    pub(crate) kind: i64,
    pub(crate) row: Option<i64>,
    pub(crate) call_id: Option<i64>,
    pub(crate) from_status: Option<i64>,
    pub(crate) to_status: Option<i64>,
    pub(crate) outcome: Option<i64>,
    pub(crate) data: Option<sqlx::types::Json<serde_json::Value>>,
}

impl TryFrom<EventRow> for Event {
    type Error = StoreError;

    fn try_from(row: EventRow) -> Result<Event, StoreError> {
        let status = |n: Option<i64>| n.and_then(ContactStatus::from_number);
        Ok(Event {
            id: row.id,
            at: Timestamp::from_micros(row.at),
            kind: EventKind::from_number(row.kind)
                .ok_or_else(|| StoreError::Corrupt(format!("event kind {}", row.kind)))?,
            row: row.row,
            call: row.call_id.map(CallId::from_raw),
            moved: status(row.from_status).zip(status(row.to_status)),
            outcome: row.outcome.filter(|n| *n < SKIP_BASE).map(outcome_from).transpose()?,
            data: row.data.map(|d| d.0),
        })
    }
}
