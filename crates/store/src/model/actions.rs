//! What people do to contacts and campaigns.

use std::collections::BTreeMap;

use carillon_domain::ids::JobId;
use carillon_domain::{
    Actor, CallId, CampaignId, CampaignState, FailureCategory, FailureCode, PhoneNumber, Timestamp, WaitingFor,
};
use serde::{Deserialize, Serialize};

use super::{ContactFilter, ContactRecord};

/// Which failed contacts are called again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RetryScope {
    /// Every one, also those whose phone may have rung.
    All,
    /// Those whose number is not at fault and whose phone did not ring.
    MayWork,
    /// Those whose number is not at fault, also if their phone may have rung.
    WithInterrupted,
    /// Those with one cause.
    Code(FailureCode),
}

impl RetryScope {
    /// The causes it takes.
    pub fn codes(self) -> Vec<FailureCode> {
        let takes = |code: FailureCode| match self {
            RetryScope::All => true,
            RetryScope::MayWork => code.may_work() && !code.may_have_rung(),
            RetryScope::WithInterrupted => code.may_work(),
            RetryScope::Code(only) => code == only,
        };
        FailureCode::ALL.iter().copied().filter(|code| takes(*code)).collect()
    }
}

/// Retry Failed, pressed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retry {
    /// Which contacts.
    pub scope: RetryScope,
    /// What a Completed campaign then waits for.
    pub waiting_for: Option<WaitingFor>,
    /// Who.
    pub by: Actor,
    /// The control version that was seen; another one is refused.
    pub expected: Option<i64>,
}

/// A control.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CampaignControl {
    /// Start (A23): Running, or Queued with what it waits for.
    Start {
        /// What it waits for.
        waiting_for: Option<WaitingFor>,
    },
    /// Pause (A24).
    Pause {
        /// Why, in words.
        why: String,
    },
    /// Resume (A25).
    Resume {
        /// What it waits for.
        waiting_for: Option<WaitingFor>,
    },
    /// Stop (A26).
    Stop,
}

/// A control, pressed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Press {
    /// Which.
    pub control: CampaignControl,
    /// Who.
    pub by: Actor,
    /// The control version that was seen; another one is refused, but never for Pause and Stop.
    pub expected: Option<i64>,
}

/// Changes of a campaign; `None` leaves as it is.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CampaignEdit {
    /// Its name.
    pub name: Option<String>,
    /// Its settings, all together.
    pub settings: Option<carillon_domain::campaign::CampaignSettings>,
    /// Its employee; Draft only.
    pub employee: Option<super::EmployeeVersion>,
    /// Its trunk; Draft only.
    pub trunk: Option<carillon_domain::TrunkId>,
    /// The control version that was seen; another one is refused.
    pub expected: Option<i64>,
}

/// How a campaign came from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CampaignOrigin {
    /// Its settings were copied.
    Duplicate,
    /// Some of its contacts were taken.
    Filter,
    /// A few of its contacts were taken, to try it.
    Sample,
}

impl CampaignOrigin {
    const TABLE: [(CampaignOrigin, i64); 3] =
        [(CampaignOrigin::Duplicate, 1), (CampaignOrigin::Filter, 2), (CampaignOrigin::Sample, 3)];

    pub(crate) fn number(self) -> i64 {
        Self::TABLE.iter().find(|(origin, _)| *origin == self).map_or(0, |(_, n)| *n)
    }

    pub(crate) fn from_number(number: i64) -> Option<CampaignOrigin> {
        Self::TABLE.iter().find(|(_, n)| *n == number).map(|(origin, _)| *origin)
    }
}

/// What a campaign made from another takes from it.
#[derive(Debug, Clone, PartialEq)]
pub enum CopyOf {
    /// No contacts.
    Settings,
    /// These contacts, copied in the background.
    Contacts(ContactFilter),
    /// The first contacts of the queue that were never tried, copied at once: 1 to 1,000.
    Sample {
        /// How many.
        rows: u32,
        /// They become Skipped (`called_in_sample`) in the other campaign.
        skip_in_parent: bool,
    },
}

/// What to do with contacts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContactAction {
    /// Call failed ones again.
    Retry {
        /// What a Completed campaign then waits for.
        waiting_for: Option<WaitingFor>,
    },
    /// Take pending and failed ones out: Skipped (`excluded`).
    Exclude,
    /// Undo exclusions; refused once the campaign is Completed or Canceled.
    Restore,
    /// Mark as handled by hand.
    Handled {
        /// What came of it.
        note: String,
    },
    /// Take that mark off.
    NotHandled,
}

/// Which contacts an action is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ContactTarget {
    /// These rows, at most 5,000.
    Rows(Vec<i64>),
    /// All that match, in batches.
    Filter(ContactFilter),
}

/// What an action on contacts did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Acted {
    /// Contacts changed so far.
    pub changed: i64,
    /// Contacts whose status did not allow it.
    pub unchanged: i64,
    /// The job that does the rest in the background; see `jobs_work`.
    pub job: Option<JobId>,
    /// Rows of the campaign that the job has not looked at yet.
    pub unseen: i64,
}

/// What people did to a contact.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ContactMark {
    /// Handled by hand: when, by whom, what came of it.
    pub handled: Option<(Timestamp, String, String)>,
    /// Excluded: when, by whom.
    pub excluded: Option<(Timestamp, String)>,
    /// The sample campaign it was taken into.
    pub sample: Option<CampaignId>,
}

/// A contact's last call, as a list shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LastCall {
    /// Which.
    pub id: CallId,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Talk time in milliseconds; `None` when it was not answered or goes on.
    pub talk_ms: Option<i64>,
    /// Whether it has a recording.
    pub recorded: bool,
}

/// A contact as a list shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct ContactLine {
    /// The contact.
    pub contact: ContactRecord,
    /// Its last call.
    pub last_call: Option<LastCall>,
    /// What people did to it.
    pub mark: ContactMark,
}

/// Failed contacts with one cause.
#[derive(Debug, Clone, PartialEq)]
pub struct FailureGroup {
    /// The cause.
    pub code: FailureCode,
    /// Failed contacts.
    pub count: i64,
    /// When the first of their calls began.
    pub first_at: Option<Timestamp>,
    /// When the last of their calls began.
    pub last_at: Option<Timestamp>,
    /// The contact that failed last.
    pub example: Option<ContactRecord>,
    /// SIP status and reason phrase of its call.
    pub sip: Option<(u16, String)>,
}

impl FailureGroup {
    /// The category under which it is counted.
    pub fn category(&self) -> FailureCategory {
        self.code.category()
    }
}

/// How many contacts each way of Retry Failed takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RetryPreview {
    /// Failed contacts.
    pub all: i64,
    /// Whose number is not at fault and whose phone did not ring.
    pub may_work: i64,
    /// Whose phone may have rung.
    pub interrupted: i64,
    /// Whose number is at fault.
    pub number_wrong: i64,
    /// That fail again until something is mended.
    pub needs_fix: i64,
}

impl RetryPreview {
    /// From the number of contacts with each cause.
    pub fn of(failures: &BTreeMap<FailureCode, i64>) -> RetryPreview {
        let sum = |takes: &dyn Fn(FailureCode) -> bool| -> i64 {
            failures.iter().filter(|(code, _)| takes(**code)).map(|(_, n)| *n).sum()
        };
        RetryPreview {
            all: sum(&|_| true),
            may_work: sum(&|c| c.may_work() && !c.may_have_rung()),
            interrupted: sum(&|c| c.may_have_rung()),
            number_wrong: sum(&|c| !c.may_work()),
            needs_fix: sum(&FailureCode::needs_fix),
        }
    }
}

/// The notes of a campaign.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Notes {
    /// The text.
    pub text: String,
    /// 0 when nothing was ever written.
    pub version: i64,
    /// Who wrote it last.
    pub updated_by: Option<String>,
    /// When.
    pub updated_at: Option<Timestamp>,
}

/// By what campaigns are sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CampaignSort {
    /// When they were made.
    #[default]
    Created,
    /// By name.
    Name,
    /// By status.
    Status,
    /// When they were first started; those never started before all others.
    Started,
}

/// Which campaigns.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CampaignQuery {
    /// One of these statuses; empty: any.
    pub statuses: Vec<carillon_domain::CampaignStatus>,
    /// Part of the name.
    pub search: String,
    /// With this employee.
    pub employee: Option<carillon_domain::EmployeeId>,
    /// Made at or after it.
    pub from: Option<Timestamp>,
    /// Made before it.
    pub to: Option<Timestamp>,
    /// By what they are sorted.
    pub sort: CampaignSort,
    /// Whether from last to first.
    pub descending: bool,
    /// The n-th page, from 1.
    pub page: u32,
    /// Campaigns on a page.
    pub per_page: u32,
}

/// A campaign with its numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct Overview {
    /// The campaign.
    pub campaign: super::Campaign,
    /// Its numbers.
    pub totals: super::Totals,
    /// Rises with every change of either.
    pub version: i64,
    /// The name of its employee's version.
    pub employee_name: String,
}

impl Overview {
    /// Its state.
    pub fn state(&self) -> &CampaignState {
        &self.campaign.state
    }
}

/// Which calls, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CallQuery {
    /// Of this campaign.
    pub campaign: Option<CampaignId>,
    /// Of this contact of the campaign.
    pub row: Option<i64>,
    /// With one of these results; empty: any.
    pub results: Vec<carillon_domain::CallResult>,
    /// In progress, or ended.
    pub live: Option<bool>,
    /// With a recording, or without.
    pub recorded: Option<bool>,
    /// Placed at or after it.
    pub from: Option<Timestamp>,
    /// Placed before it.
    pub to: Option<Timestamp>,
    /// Digits that the number begins or ends with.
    pub search: String,
    /// Before this call.
    pub before: Option<CallId>,
    /// At most so many.
    pub limit: u32,
}

/// A call as a list shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct CallLine {
    /// The call, without turns and SIP messages.
    pub call: super::CallRecord,
    /// The contact's name.
    pub name: String,
    /// Which of the contact's calls it is, from 1.
    pub attempt: i64,
}

/// A contact with the same number in another campaign.
#[derive(Debug, Clone, PartialEq)]
pub struct AlsoIn {
    /// The campaign.
    pub campaign: CampaignId,
    /// Its name.
    pub name: String,
    /// The contact's row there.
    pub row: i64,
    /// Its state there.
    pub state: carillon_domain::ContactState,
}

/// A contact that changed.
#[derive(Debug, Clone, PartialEq)]
pub struct ChangedContact {
    /// Its row.
    pub row: i64,
    /// Its state now.
    pub state: carillon_domain::ContactState,
    /// Details of a skip or a wait.
    pub reason: Option<String>,
    /// When its last call began.
    pub last_call_at: Option<Timestamp>,
    /// Its number, when it is one.
    pub phone: Option<PhoneNumber>,
    /// Id of the event: rises with each change of the contact.
    pub version: i64,
}
