//! What goes into the store and what comes out of it.

mod access;
mod actions;
mod blocks;
mod calls;
mod campaigns;
mod contacts;
mod doctor;
mod exports;
mod imports;
mod lists;
mod slots;
mod trunks;
mod work;

pub use access::{
    ApiKey, Audit, AuditFilter, Idempotency, IdempotencyEnd, KeptAnswer, LinkUse, NewApiKey, NewAudit, NewLink,
    NewSession, NewUser, OneTimeLink, User, UserSession, Workspace, WorkspaceEdit, WorkspaceSettings,
};
pub use actions::{
    Acted, AlsoIn, CallLine, CallQuery, CampaignControl, CampaignEdit, CampaignOrigin, CampaignQuery, CampaignSort,
    ChangedContact, ContactAction, ContactLine, ContactMark, ContactTarget, CopyOf, FailureGroup, LastCall, Notes,
    Overview, Press, Retry, RetryPreview, RetryScope,
};
pub use blocks::{Block, BlockFilter, Blocked, NewBlock};
pub use calls::{
    BeginCall, Begun, CallRecord, CallUnknown, FinishCall, Finished, InterruptScope, Interrupted, Progress,
};
pub use campaigns::{
    Campaign, EmployeeVersion, NewCampaign, Results, RetryFailed, RetrySettled, StopSettled, StoredEmployee, Totals,
};
pub use contacts::{Claimed, ContactRecord, Event, EventKind, ImportBatch, NewContact};
pub(crate) use contacts::{EventRow, Tried};
pub use doctor::{Finding, Report};
pub(crate) use exports::ExportRow;
pub use exports::{Export, ExportContact, ExportEnd, ExportPage, NewExport};
pub use imports::{DuplicateScope, FileBatch, FileRow, Import, ImportEnd, ImportSource, NewImport, SkippedRow, Upload};
pub(crate) use lists::{Bucket, Search, outcomes_of_status, status_of_outcome};
pub use lists::{
    COUNT_EXACT_MAX, ContactCursor, ContactFilter, ContactList, ContactQuery, ContactSort, Matched, Position,
};
pub use slots::{DatabaseUrl, Slot};
pub use trunks::{EditTrunk, NewTrunk, StoredTrunk, TrunkUse};
pub use work::{Work, WorkKind, WorkState};

use carillon_domain::outcome::CallOutcome;
use carillon_domain::{CallResult, ContactState, FailureCode, SkipReason, Timestamp};

use crate::error::StoreError;

/// Added to a skip reason's number in the column that also holds results (1 to 99) and failure codes (100 to 999).
pub(crate) const SKIP_BASE: i64 = 1000;
const PUT_BACK: i64 = -1;
pub(crate) const WITHDRAWN: i64 = -2;

/// The number kept for a call's outcome.
pub(crate) fn outcome_number(outcome: CallOutcome) -> i64 {
    match outcome {
        CallOutcome::Result(result) => result.number(),
        CallOutcome::Failure(code) => code.number(),
        CallOutcome::PutBack => PUT_BACK,
        CallOutcome::Withdrawn => WITHDRAWN,
    }
}

/// A call's outcome from its number.
pub(crate) fn outcome_from(number: i64) -> Result<CallOutcome, StoreError> {
    let unknown = || StoreError::Corrupt(format!("outcome {number}"));
    match number {
        PUT_BACK => Ok(CallOutcome::PutBack),
        WITHDRAWN => Ok(CallOutcome::Withdrawn),
        1..100 => CallResult::from_number(number).map(CallOutcome::Result).ok_or_else(unknown),
        _ => FailureCode::from_number(number).map(CallOutcome::Failure).ok_or_else(unknown),
    }
}

/// What a settled contact is counted under: its result, failure code or skip reason; `None` while it is not settled, or Canceled.
pub(crate) fn settled_number(state: &ContactState) -> Option<i64> {
    match state {
        ContactState::Completed { result } => Some(result.number()),
        ContactState::Failed { code } => Some(code.number()),
        ContactState::Skipped { reason } => Some(SKIP_BASE + reason.number()),
        ContactState::Pending { .. } | ContactState::InProgress { .. } | ContactState::Canceled => None,
    }
}

/// A contact's state from its columns.
pub(crate) fn contact_state(
    status: i64,
    result: Option<i64>,
    due_at: Option<i64>,
    call: Option<i64>,
) -> Result<ContactState, StoreError> {
    use carillon_domain::{CallId, ContactStatus};
    let broken = || StoreError::Corrupt(format!("contact status {status} with result {result:?}"));
    let status = ContactStatus::from_number(status).ok_or_else(broken)?;
    Ok(match status {
        ContactStatus::Pending => ContactState::Pending { due: due_at.map(Timestamp::from_micros) },
        ContactStatus::InProgress => ContactState::InProgress { call: call.map(CallId::from_raw).ok_or_else(broken)? },
        ContactStatus::Completed => {
            ContactState::Completed { result: result.and_then(CallResult::from_number).ok_or_else(broken)? }
        }
        ContactStatus::Failed => {
            ContactState::Failed { code: result.and_then(FailureCode::from_number).ok_or_else(broken)? }
        }
        ContactStatus::Skipped => ContactState::Skipped {
            reason: result.and_then(|n| SkipReason::from_number(n - SKIP_BASE)).ok_or_else(broken)?,
        },
        ContactStatus::Canceled => ContactState::Canceled,
    })
}

/// Sorts an outcome count into results, failures and skip reasons.
pub(crate) fn add_outcome(into: &mut Results, number: i64, n: i64) -> Result<(), StoreError> {
    let unknown = || StoreError::Corrupt(format!("counted outcome {number}"));
    match number {
        ..100 => *into.results.entry(CallResult::from_number(number).ok_or_else(unknown)?).or_default() += n,
        100..SKIP_BASE => *into.failures.entry(FailureCode::from_number(number).ok_or_else(unknown)?).or_default() += n,
        _ => {
            let reason = SkipReason::from_number(number - SKIP_BASE).ok_or_else(unknown)?;
            *into.skipped.entry(reason.code()).or_default() += n;
        }
    }
    Ok(())
}
