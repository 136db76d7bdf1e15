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

/// Longest wait after a withdrawn call.
const WITHDRAWN_DELAY_MAX: Duration = Duration::from_secs(60);

/// The wait after the n-th withdrawn call in a row (1-based): 1 s, doubling to 60 s, so that a database too slow to place calls in time is
/// not asked at full speed for calls that are then withdrawn again.
pub fn withdrawn_delay(withdrawals: u32) -> Duration {
    Duration::from_secs(1 << withdrawals.saturating_sub(1).min(6)).min(WITHDRAWN_DELAY_MAX)
}

/// What was tried for a contact so far, the ending call not counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Attempted {
    /// Attempts: calls of which an INVITE left and that were not put back.
    pub attempts: u32,
    /// Put-backs by the trunk.
    pub put_backs: u32,
    /// Calls that failed before an INVITE left: no attempts, but the retry rule counts them as tries.
    pub unsent: u32,
    /// Calls withdrawn in a row, since the last one that was not.
    pub withdrawals: u32,
    /// What the last attempt ended with; while there was none, the last failure before an INVITE left.
    pub last: Option<CallOutcome>,
}

impl Attempted {
    /// Whether the contact, when Pending, waits for another try: a call of it was made or failed already.
    pub fn any(&self) -> bool {
        self.attempts > 0 || self.put_backs > 0 || self.unsent > 0
    }

    /// Counts a call that ended with `outcome`; `sent`: an INVITE left.
    pub fn count(&mut self, outcome: CallOutcome, sent: bool) {
        if sent {
            self.attempts += 1;
        } else {
            self.unsent += 1;
        }
        // Stop settles a contact as its last attempt ended: what was never sent does not hide a busy line.
        if sent || self.attempts == 0 {
            self.last = Some(outcome);
        }
    }
}

/// What to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settlement {
    /// The contact's next state.
    pub contact: ContactState,
    /// What was tried, the ended call counted.
    pub attempted: Attempted,
}

/// Settles a contact whose call ended with `outcome` at `now`; `sent`: an INVITE left. `gate` and `blocked` are the campaign's gate and the
/// number's block as they are in the same transaction. An open and a closed gate give the same status; only a withdrawn call waits
/// differently.
pub fn settle(
    outcome: CallOutcome,
    sent: bool,
    before: Attempted,
    rule: &RetryRule,
    gate: Gate,
    blocked: bool,
    now: Timestamp,
) -> Settlement {
    settle_with(
        outcome,
        sent,
        before,
        &|outcome, tries| rule.next_attempt(outcome, tries).map(|d| now + d),
        gate,
        blocked,
        now,
    )
}

/// As [`settle`], with any rule: `next` says when the contact is due again after `outcome` and that many tries, and `None` when it is not
/// tried again. [`super::RetryPlan::next`] is made for it.
pub fn settle_with(
    outcome: CallOutcome,
    sent: bool,
    before: Attempted,
    next: &dyn Fn(CallOutcome, u32) -> Option<Timestamp>,
    gate: Gate,
    blocked: bool,
    now: Timestamp,
) -> Settlement {
    let mut attempted = Attempted { withdrawals: 0, ..before };
    let state = match outcome {
        CallOutcome::Withdrawn => {
            // A pause says nothing about the database.
            let slow = u32::from(gate != Gate::Closed);
            attempted.withdrawals = before.withdrawals.saturating_add(slow);
            let in_a_row = if gate == Gate::Closed { 1 } else { attempted.withdrawals };
            ContactState::Pending { due: Some(now + withdrawn_delay(in_a_row)) }
        }
        CallOutcome::PutBack => {
            attempted.put_backs += 1;
            if attempted.put_backs > PUT_BACKS_MAX {
                let overloaded = CallOutcome::Failure(FailureCode::CarrierOverloaded);
                attempted.count(overloaded, true);
                match next(overloaded, attempted.attempts + attempted.unsent) {
                    Some(due) => {
                        attempted.put_backs = 0;
                        ContactState::Pending { due: Some(due) }
                    }
                    None => final_state(overloaded),
                }
            } else {
                ContactState::Pending { due: Some(now + put_back_delay(attempted.put_backs)) }
            }
        }
        CallOutcome::Result(_) | CallOutcome::Failure(_) => {
            attempted.count(outcome, sent);
            let tries = match outcome {
                CallOutcome::Failure(_) => attempted.attempts + attempted.unsent,
                _ => attempted.attempts,
            };
            match next(outcome, tries) {
                Some(due) => ContactState::Pending { due: Some(due) },
                None => final_state(outcome),
            }
        }
    };
    let contact = match state {
        ContactState::Pending { .. } if gate == Gate::Canceled => settle_on_stop(attempted),
        // A block has no time at which it ends: a contact that a call puts back is skipped.
        ContactState::Pending { .. } if blocked && attempted.attempts == 0 => {
            ContactState::Skipped { reason: SkipReason::DoNotCall }
        }
        ContactState::Pending { .. } if blocked => attempted.last.map_or(ContactState::Canceled, final_state),
        other => other,
    };
    Settlement { contact, attempted }
}

/// What Stop makes of a Pending contact: never attempted becomes Canceled; one waiting for another attempt settles as its last attempt
/// ended; one without any attempt settles as Failed when its last call failed before an INVITE left, or when the trunk put it back.
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
    use crate::policy::RetrySetting;

    const NOW: Timestamp = Timestamp::from_secs(1_000);
    const BUSY: CallOutcome = CallOutcome::Result(CallResult::Busy);
    const MUTE: CallOutcome = CallOutcome::Failure(FailureCode::SpeechFailed);

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
            let s = settle(CallOutcome::PutBack, true, attempted, &RetryRule::default(), Gate::Open, false, NOW);
            attempted = s.attempted;
            states.push(s.contact);
        }
        assert_eq!(
            states,
            [pending(5), pending(10), pending(20), ContactState::Failed { code: FailureCode::CarrierOverloaded }]
        );
        assert_eq!(attempted.attempts, 1);
        let rule = RetryRule { failed: Some(RetrySetting { attempts: 1, delay_s: 300 }), ..RetryRule::default() };
        let before = Attempted { put_backs: 3, ..Attempted::default() };
        let again = settle(CallOutcome::PutBack, true, before, &rule, Gate::Open, false, NOW);
        assert_eq!(
            again.contact,
            pending(300),
            "a rule for technical failures holds for an overloaded carrier as well"
        );
        let last = settle(
            CallOutcome::PutBack,
            true,
            Attempted { put_backs: 3, ..again.attempted },
            &rule,
            Gate::Open,
            false,
            NOW,
        );
        assert_eq!(
            (again.attempted.put_backs, last.contact),
            (0, ContactState::Failed { code: FailureCode::CarrierOverloaded })
        );
    }

    #[test]
    fn after_stop_everything_settles_for_good() {
        let none = Attempted::default();
        let busy_once = Attempted { attempts: 1, last: Some(BUSY), ..none };
        let put_back = Attempted { put_backs: 1, ..none };
        let settled = |outcome, before| settle(outcome, true, before, &rule(), Gate::Canceled, false, NOW).contact;
        assert_eq!(settled(BUSY, none), ContactState::Completed { result: CallResult::Busy }, "no retry is planned");
        assert_eq!(settled(CallOutcome::Withdrawn, none), ContactState::Canceled);
        assert_eq!(settled(CallOutcome::Withdrawn, busy_once), ContactState::Completed { result: CallResult::Busy });
        assert_eq!(settled(CallOutcome::PutBack, none), ContactState::Failed { code: FailureCode::CarrierOverloaded });
        assert_eq!(settle_on_stop(put_back), ContactState::Failed { code: FailureCode::CarrierOverloaded });
        assert_eq!(settle_on_stop(none), ContactState::Canceled);
    }

    #[test]
    fn a_number_blocked_during_the_call_is_not_called_again() {
        let blocked = |outcome, sent| {
            let rule = "busy=1x1m,failed=2x1m".parse().expect("reads");
            settle(outcome, sent, Attempted::default(), &rule, Gate::Open, true, NOW).contact
        };
        let skipped = ContactState::Skipped { reason: SkipReason::DoNotCall };
        assert_eq!(blocked(CallOutcome::Withdrawn, false), skipped);
        assert_eq!(blocked(MUTE, false), skipped);
        assert_eq!(blocked(BUSY, true), ContactState::Completed { result: CallResult::Busy });
    }

    #[test]
    fn withdrawn_calls_are_no_attempts_and_wait_longer_each_time() {
        let withdrawn = |before, gate| settle(CallOutcome::Withdrawn, false, before, &rule(), gate, false, NOW);
        let mut tried = Attempted::default();
        let mut waits = Vec::new();
        for _ in 0..8 {
            let s = withdrawn(tried, Gate::Open);
            tried = s.attempted;
            waits.push(s.contact);
        }
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60].map(pending));
        assert_eq!(tried, Attempted { withdrawals: 8, ..Attempted::default() });
        let paused = withdrawn(tried, Gate::Closed);
        assert_eq!((paused.contact, paused.attempted), (pending(1), tried), "a pause is not the database's fault");
        let sent = settle(BUSY, true, tried, &rule(), Gate::Closed, false, NOW);
        assert_eq!((sent.contact, sent.attempted.withdrawals), (pending(60), 0), "a paused campaign keeps its retry");
    }

    #[test]
    fn what_failed_before_it_was_sent_is_no_attempt_but_is_not_tried_for_ever() {
        let rule: RetryRule = "busy=1x1m,failed=2x30s".parse().expect("reads");
        let end = |outcome, sent, before| settle(outcome, sent, before, &rule, Gate::Open, false, NOW);
        let once = end(MUTE, false, Attempted::default());
        assert_eq!(once.contact, pending(30));
        assert_eq!((once.attempted.attempts, once.attempted.unsent, once.attempted.any()), (0, 1, true));
        let failed = ContactState::Failed { code: FailureCode::SpeechFailed };
        assert_eq!(settle_on_stop(once.attempted), failed, "nobody was called, and Stop says why");
        let twice = end(MUTE, false, once.attempted);
        assert_eq!(twice.contact, pending(30));
        assert_eq!(end(MUTE, false, twice.attempted).contact, failed, "two further tries were asked for");
        // The person's own retries are not used up by it, and a busy line is what Stop tells of.
        let busy = end(BUSY, true, twice.attempted);
        assert_eq!((busy.contact, busy.attempted.attempts), (pending(60), 1));
        let again = end(MUTE, false, busy.attempted);
        assert_eq!(again.contact, failed);
        assert_eq!(settle_on_stop(again.attempted), ContactState::Completed { result: CallResult::Busy });
    }
}
