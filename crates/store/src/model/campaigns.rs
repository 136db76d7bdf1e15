use std::collections::BTreeMap;

use carillon_domain::campaign::CampaignSettings;
use carillon_domain::employee::Employee;
use carillon_domain::{
    CallResult, CampaignId, CampaignState, Counts, EmployeeId, FailureCategory, FailureCode, Timestamp, TrunkId,
    WorkspaceId,
};

/// One version of an employee: what a campaign pins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct EmployeeVersion {
    /// The employee.
    pub id: EmployeeId,
    /// 1, 2, 3, ...
    pub version: i64,
}

/// A stored version of an employee.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEmployee {
    /// Which.
    pub version: EmployeeVersion,
    /// Its settings.
    pub employee: Employee,
    /// When this version was saved.
    pub created_at: Timestamp,
}

/// A campaign to be made, as Draft.
#[derive(Debug, Clone, PartialEq)]
pub struct NewCampaign {
    /// Owner.
    pub workspace: WorkspaceId,
    /// Made by `Store::next_id`.
    pub id: CampaignId,
    /// Unique in the workspace.
    pub name: String,
    /// The pinned version of the employee.
    pub employee: EmployeeVersion,
    /// By which it calls.
    pub trunk: TrunkId,
    /// What a person chose.
    pub settings: CampaignSettings,
    /// SHA-256 of the contact file in hexadecimal digits, when it came from one.
    pub file_hash: Option<String>,
    /// Names of the custom properties, in the order of the file.
    pub property_names: Vec<String>,
    /// When.
    pub now: Timestamp,
}

/// A campaign as stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Campaign {
    /// Owner.
    pub workspace: WorkspaceId,
    /// Which.
    pub id: CampaignId,
    /// Unique in the workspace.
    pub name: String,
    /// Its state.
    pub state: CampaignState,
    /// What a person chose.
    pub settings: CampaignSettings,
    /// The pinned version of the employee.
    pub employee: EmployeeVersion,
    /// By which it calls.
    pub trunk: TrunkId,
    /// SHA-256 of its contact file.
    pub file_hash: Option<String>,
    /// Names of the custom properties, in the order of the file.
    pub property_names: Vec<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When its last contact was imported; `None` while the import is unfinished.
    pub imported_at: Option<Timestamp>,
    /// When it was first started.
    pub started_at: Option<Timestamp>,
    /// When it became Completed or Canceled.
    pub ended_at: Option<Timestamp>,
    /// How long it was paused, a pause in progress not counted.
    pub paused: std::time::Duration,
    /// Moves with status, name and settings only.
    pub control_version: i64,
    /// Rises with every change of the campaign itself; its numbers have their own ([`Totals::version`]).
    pub version: i64,
    /// The campaign it came from, and how.
    pub parent: Option<(CampaignId, super::CampaignOrigin)>,
    /// Who made it.
    pub created_by: Option<String>,
    /// Who started it first.
    pub started_by: Option<String>,
}

/// Sums over a campaign's count rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    /// Contacts by status.
    pub counts: Counts,
    /// Pending contacts that wait for another attempt.
    pub waiting: i64,
    /// Calls that were begun and not withdrawn.
    pub calls: i64,
    /// Of these, answered.
    pub answered: i64,
    /// Talk time in milliseconds.
    pub talk_ms: i64,
    /// When the first call began.
    pub first_call_at: Option<Timestamp>,
    /// When the last call ended so far.
    pub last_end_at: Option<Timestamp>,
    /// Rises with every change of these numbers.
    pub version: i64,
}

/// How many contacts have which result, failure and skip reason.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Results {
    /// Of Completed contacts.
    pub results: BTreeMap<CallResult, i64>,
    /// Of Failed contacts.
    pub failures: BTreeMap<FailureCode, i64>,
    /// Of Skipped contacts, by the code of the reason.
    pub skipped: BTreeMap<&'static str, i64>,
}

impl Results {
    /// The failures by category.
    pub fn categories(&self) -> BTreeMap<FailureCategory, i64> {
        let mut sums = BTreeMap::new();
        for (code, n) in &self.failures {
            *sums.entry(code.category()).or_default() += n;
        }
        sums
    }
}

/// What Retry Failed did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetryFailed {
    /// The campaign's state after it.
    pub state: CampaignState,
    /// Contacts that are Pending again.
    pub retried: i64,
    /// Failed contacts that a later batch puts back (`retry_settle_batch`).
    pub remaining: i64,
}

/// What a further batch of Retry Failed did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetrySettled {
    /// Contacts that this batch made Pending again.
    pub retried: i64,
    /// Failed contacts that may be left to put back, at most: those that failed again meanwhile are among them. 0: nothing is left to do.
    pub remaining: i64,
}

/// What a batch after Stop did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StopSettled {
    /// Contacts settled by this batch.
    pub settled: i64,
    /// Pending contacts left.
    pub remaining: i64,
}
