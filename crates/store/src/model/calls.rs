use std::time::Instant;

use carillon_domain::call::CallPhase;
use carillon_domain::policy::RetryRule;
use carillon_domain::{
    CallEnding, CallId, CallOutcome, CampaignId, ContactState, EndedBy, PhoneNumber, Timestamp, TrunkId, WorkspaceId,
};
use serde_json::Value;

/// A call to be begun, of a contact that `contacts_claim` gave.
#[derive(Debug, Clone, PartialEq)]
pub struct BeginCall {
    /// Owner.
    pub workspace: WorkspaceId,
    /// Made by `Store::next_id`.
    pub call: CallId,
    /// Of which campaign.
    pub campaign: CampaignId,
    /// Of which contact.
    pub row: i64,
    /// Whom: must be the contact's number.
    pub phone: PhoneNumber,
    /// By which trunk.
    pub trunk: TrunkId,
    /// The rules and values on which it was decided.
    pub decision: Value,
    /// When.
    pub now: Timestamp,
}

/// A call that may be placed now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Begun {
    /// When COMMIT was sent: the INVITE must leave within 500 ms of it, or the call is withdrawn.
    pub committed: Instant,
}

/// How far a call has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// The far end rings.
    Ringing,
    /// Answered.
    Answered,
}

/// The end of a call.
#[derive(Debug, Clone, PartialEq)]
pub struct FinishCall {
    /// Owner.
    pub workspace: WorkspaceId,
    /// Which.
    pub call: CallId,
    /// How it ended.
    pub ending: CallEnding,
    /// The campaign's retry rule.
    pub retry: RetryRule,
    /// Path of the recording, below the data folder.
    pub recording: Option<String>,
    /// What was said.
    pub turns: Option<Value>,
    /// The SIP messages.
    pub ladder: Option<Value>,
    /// When.
    pub now: Timestamp,
}

/// What the end of a call made of its contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finished {
    /// The contact's state after it. After a late ending this may belong to a later attempt.
    pub contact: ContactState,
    /// The call had ended before: nothing was changed.
    pub repeated: bool,
    /// Nothing of the campaign is pending or in progress: it is Completed now.
    pub campaign_done: bool,
}

/// What became of a call whose COMMIT had no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallUnknown {
    /// It stood, and is withdrawn now.
    Withdrawn,
    /// It did not stand; the contact's lease is released.
    Released,
}

/// Which unfinished calls are given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InterruptScope {
    /// This process is the only one that dials with this database (it holds the folder's lock): all but its own.
    OnlyDialer,
    /// Those of slots whose lease ran out (they are marked dead in the same transaction), and those of earlier holders of our slot.
    DeadSlots,
}

/// What reconciling found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Interrupted {
    /// Calls that became Unconfirmed, their contacts Failed (`interrupted`).
    pub calls: i64,
    /// Which: their recordings may lie on this machine.
    pub given_up: Vec<(CampaignId, CallId)>,
    /// Pending contacts whose lease was released; they are called as if nothing had been.
    pub released: i64,
}

/// A call as stored.
#[derive(Debug, Clone, PartialEq)]
pub struct CallRecord {
    /// Which.
    pub id: CallId,
    /// Of which campaign.
    pub campaign: CampaignId,
    /// Of which contact.
    pub row: i64,
    /// Whom.
    pub phone: PhoneNumber,
    /// By which trunk.
    pub trunk: TrunkId,
    /// By which slot.
    pub slot: i64,
    /// How far it has come.
    pub phase: CallPhase,
    /// When it was committed to be placed.
    pub placed_at: Timestamp,
    /// When it rang first.
    pub ringing_at: Option<Timestamp>,
    /// When it was answered.
    pub answered_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// What came of it.
    pub outcome: Option<CallOutcome>,
    /// Who ended it.
    pub ended_by: Option<EndedBy>,
    /// Whether an INVITE left; `None` when not known.
    pub sent: Option<bool>,
    /// Its ending came after its process had been given up.
    pub late: bool,
    /// Final SIP status.
    pub sip_status: Option<u16>,
    /// Its reason phrase.
    pub sip_reason: Option<String>,
    /// Q.850 cause.
    pub q850_cause: Option<u16>,
    /// Path of the recording, below the data folder.
    pub recording: Option<String>,
    /// The rules and values on which it was decided.
    pub decision: Value,
    /// What was said; only by `call_fetch`.
    pub turns: Option<Value>,
    /// The SIP messages; only by `call_fetch`.
    pub ladder: Option<Value>,
}
