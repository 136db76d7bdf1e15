//! What the end of a call means for its contact: one pure decision, taken inside the transaction that writes it.

use std::time::Duration;

use crate::campaign::Gate;
use crate::contact::{ContactState, SkipReason};
use crate::outcome::{CallOutcome, CallResult, FailureCode};
use crate::policy::RetryRule;
use crate::time::Timestamp;

/// How often the trunk may put one contact back before it fails.
pub const PUT_BACKS_MAX: u32 = 3;

/// The wait after the n-th put-back (1-based): 5, 10, 20 s.
pub fn put_back_delay(put_backs: u32) -> Duration {
    Duration::from_secs(5 << put_backs.saturating_sub(1).min(2))
}

/// What was tried for a contact so far, the ending call not counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Attempted {
    /// Attempts: calls of which an INVITE left and that were not put back.
    pub attempts: u32,
    /// Put-backs by the trunk.
    pub put_backs: u32,
    /// What the last attempt ended with, when there was one.
    pub last: Option<CallOutcome>,
}

/// What to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settlement {
    /// The contact's next state.
    pub contact: ContactState,
    /// What was tried, the ended call counted.
    pub attempted: Attempted,
}

/// Settles a contact whose call ended with `outcome` at `now`, under the campaign's gate and the number's block as they are in the same
/// transaction. `hung_up_by_stop`: the operator asked to hang up when stopping.
pub fn settle(
    outcome: CallOutcome,
    before: Attempted,
    rule: &RetryRule,
    gate: Gate,
    blocked: bool,
    now: Timestamp,
) -> Settlement {
    let mut attempted = before;
    let state = match outcome {
        CallOutcome::Withdrawn => ContactState::Pending { due: None },
        CallOutcome::PutBack => {
            attempted.put_backs += 1;
            if attempted.put_backs > PUT_BACKS_MAX {
                attempted.attempts += 1;
                attempted.last = Some(CallOutcome::Failure(FailureCode::CarrierOverloaded));
                ContactState::Failed { code: FailureCode::CarrierOverloaded }
            } else {
                ContactState::Pending { due: Some(now + put_back_delay(attempted.put_backs)) }
            }
        }
        CallOutcome::Result(_) | CallOutcome::Failure(_) => {
            attempted.attempts += 1;
            attempted.last = Some(outcome);
            match rule.next_attempt(outcome, attempted.attempts) {
                Some(delay) => ContactState::Pending { due: Some(now + delay) },
                None => final_state(outcome),
            }
        }
    };
    let contact = match state {
        ContactState::Pending { .. } if gate == Gate::Canceled => settle_on_stop(attempted),
        // A block has no time at which it ends: a contact that a call puts back is skipped.
        ContactState::Pending { .. } if blocked && attempted.last.is_none() => {
            ContactState::Skipped { reason: SkipReason::DoNotCall }
        }
        ContactState::Pending { .. } if blocked => attempted.last.map_or(ContactState::Canceled, final_state),
        other => other,
    };
    Settlement { contact, attempted }
}

/// What Stop makes of a Pending contact: never attempted becomes Canceled; one waiting for another attempt settles as its last call ended;
/// one only put back by the trunk settles as Failed.
pub fn settle_on_stop(attempted: Attempted) -> ContactState {
    match attempted.last {
        Some(outcome) => final_state(outcome),
        None if attempted.put_backs > 0 => ContactState::Failed { code: FailureCode::CarrierOverloaded },
        None => ContactState::Canceled,
    }
}

/// What the death of the node makes of the contact of a call in progress.
pub fn interrupted() -> ContactState {
    ContactState::Failed { code: FailureCode::Interrupted }
}

fn final_state(outcome: CallOutcome) -> ContactState {
    match outcome {
        CallOutcome::Result(result) => ContactState::Completed { result },
        CallOutcome::Failure(code) => ContactState::Failed { code },
        // An attempt is never recorded with these two; if it were, nobody may be called again for it.
        CallOutcome::PutBack => ContactState::Failed { code: FailureCode::CarrierOverloaded },
        CallOutcome::Withdrawn => ContactState::Completed { result: CallResult::NoAnswer },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_secs(1_000);
    const BUSY: CallOutcome = CallOutcome::Result(CallResult::Busy);

    fn rule() -> RetryRule {
        "busy=1x1m".parse().expect("reads")
    }

    fn pending(secs: u64) -> ContactState {
        ContactState::Pending { due: Some(NOW + Duration::from_secs(secs)) }
    }

    #[test]
    fn a_contact_put_back_four_times_fails_and_the_waits_grow() {
        let mut attempted = Attempted::default();
        let mut states = Vec::new();
        for _ in 0..4 {
            let s = settle(CallOutcome::PutBack, attempted, &RetryRule::default(), Gate::Open, false, NOW);
            attempted = s.attempted;
            states.push(s.contact);
        }
        assert_eq!(
            states,
            [pending(5), pending(10), pending(20), ContactState::Failed { code: FailureCode::CarrierOverloaded }]
        );
        assert_eq!(attempted.attempts, 1);
    }

    #[test]
    fn after_stop_everything_settles_for_good() {
        let none = Attempted::default();
        let busy_once = Attempted { attempts: 1, put_backs: 0, last: Some(BUSY) };
        let put_back = Attempted { attempts: 0, put_backs: 1, last: None };
        let settled = |outcome, before| settle(outcome, before, &rule(), Gate::Canceled, false, NOW).contact;
        assert_eq!(settled(BUSY, none), ContactState::Completed { result: CallResult::Busy }, "no retry is planned");
        assert_eq!(settled(CallOutcome::Withdrawn, none), ContactState::Canceled);
        assert_eq!(settled(CallOutcome::Withdrawn, busy_once), ContactState::Completed { result: CallResult::Busy });
        assert_eq!(settled(CallOutcome::PutBack, none), ContactState::Failed { code: FailureCode::CarrierOverloaded });
        assert_eq!(settle_on_stop(put_back), ContactState::Failed { code: FailureCode::CarrierOverloaded });
        assert_eq!(settle_on_stop(none), ContactState::Canceled);
    }

    #[test]
    fn a_number_blocked_during_the_call_is_not_called_again() {
        let blocked = |outcome, before| settle(outcome, before, &rule(), Gate::Open, true, NOW).contact;
        assert_eq!(
            blocked(CallOutcome::Withdrawn, Attempted::default()),
            ContactState::Skipped { reason: SkipReason::DoNotCall }
        );
        assert_eq!(blocked(BUSY, Attempted::default()), ContactState::Completed { result: CallResult::Busy });
    }

    #[test]
    fn a_withdrawn_call_is_no_attempt_and_a_paused_campaign_keeps_its_retry() {
        let s = settle(CallOutcome::Withdrawn, Attempted::default(), &rule(), Gate::Closed, false, NOW);
        assert_eq!((s.contact, s.attempted), (ContactState::Pending { due: None }, Attempted::default()));
        assert_eq!(settle(BUSY, Attempted::default(), &rule(), Gate::Closed, false, NOW).contact, pending(60));
    }
}
