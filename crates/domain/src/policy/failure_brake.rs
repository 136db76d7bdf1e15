//! A campaign pauses itself when too many of its last calls fail.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;

use serde::{Deserialize, Serialize};

use super::setting_error::{SettingError, within};
use crate::ids::CallId;
use crate::outcome::{CallOutcome, FailureCode};

/// Above which failure rate a campaign pauses itself. As it comes: more than 50 of 100 of the last 50 calls, once 20 have ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FailureBrake {
    /// Of 100 calls, failed ones above which it pauses.
    pub above_pct: u32,
    /// Calls looked back at.
    pub of_last: u32,
    /// Calls that must have ended before anything is said.
    pub at_least: u32,
}

impl Default for FailureBrake {
    fn default() -> Self {
        Self { above_pct: 50, of_last: 50, at_least: 20 }
    }
}

impl FailureBrake {
    /// Refuses what is out of bounds.
    pub fn validate(&self) -> Result<(), SettingError> {
        const CODE: &str = "brake_bounds";
        within(CODE, "the failure rate above which the campaign pauses", self.above_pct, 1..=99)?;
        within(CODE, "the calls looked back at", self.of_last, 5..=1_000)?;
        within(CODE, "the calls before the campaign may pause itself", self.at_least, 5..=self.of_last)
    }
}

/// Failed calls that are named one by one.
const NAMED_MAX: usize = 10;

/// Why a campaign paused itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BrakeTrip {
    /// Failed calls.
    pub failed: u32,
    /// Of these many that ended last.
    pub of: u32,
    /// Of 100, the most that let it go on.
    pub above_pct: u32,
    /// How often for which reason, the most frequent first.
    pub reasons: Vec<(FailureCode, u32)>,
    /// The failed calls that ended last, the latest first; at most ten.
    pub calls: Vec<CallId>,
}

/// `31 of the last 50 calls failed: Carrier couldn't place the call (20), Blocked (11)`.
impl fmt::Display for BrakeTrip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reasons: Vec<String> = self.reasons.iter().map(|(code, times)| format!("{code} ({times})")).collect();
        write!(f, "{} of the last {} calls failed: {}", self.failed, self.of, reasons.join(", "))
    }
}

/// The last calls of a campaign.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BrakeState {
    /// The call that ended last is the last one; `None`: it has a result.
    recent: VecDeque<(CallId, Option<FailureCode>)>,
}

impl BrakeState {
    /// A call ended. The answer says why the campaign must pause, when it must; the calls looked at are forgotten then, so that after Resume it
    /// is judged by new ones. Calls put back by the trunk or withdrawn say nothing about the campaign; an interrupted call is our own fault.
    pub fn on_outcome(&mut self, rule: &FailureBrake, call: CallId, outcome: CallOutcome) -> Option<BrakeTrip> {
        let failure = match outcome {
            CallOutcome::Result(_) => None,
            CallOutcome::Failure(FailureCode::Interrupted) | CallOutcome::PutBack | CallOutcome::Withdrawn => {
                return None;
            }
            CallOutcome::Failure(code) => Some(code),
        };
        self.recent.push_back((call, failure));
        let window = usize::try_from(rule.of_last.max(1)).unwrap_or(usize::MAX);
        while self.recent.len() > window {
            self.recent.pop_front();
        }
        let of = u32::try_from(self.recent.len()).unwrap_or(u32::MAX);
        let failed = self.recent.iter().filter(|(_, failure)| failure.is_some()).count();
        let failed = u32::try_from(failed).unwrap_or(u32::MAX);
        let above = u64::from(failed) * 100 > u64::from(of) * u64::from(rule.above_pct);
        if of < rule.at_least || !above {
            return None;
        }
        let trip = self.trip(rule, failed, of);
        self.recent.clear();
        Some(trip)
    }

    fn trip(&self, rule: &FailureBrake, failed: u32, of: u32) -> BrakeTrip {
        let mut counts: BTreeMap<FailureCode, u32> = BTreeMap::new();
        for code in self.recent.iter().filter_map(|(_, failure)| *failure) {
            *counts.entry(code).or_default() += 1;
        }
        let mut reasons: Vec<(FailureCode, u32)> = counts.into_iter().collect();
        reasons.sort_by_key(|&(code, times)| (std::cmp::Reverse(times), code));
        let failures = self.recent.iter().rev().filter(|(_, failure)| failure.is_some());
        let calls = failures.map(|(call, _)| *call).take(NAMED_MAX).collect();
        BrakeTrip { failed, of, above_pct: rule.above_pct, reasons, calls }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::CallResult;
    use proptest::prelude::*;

    const FAULT: CallOutcome = CallOutcome::Failure(FailureCode::CarrierFault);
    const BLOCKED: CallOutcome = CallOutcome::Failure(FailureCode::Blocked);
    const GOOD: CallOutcome = CallOutcome::Result(CallResult::NoAnswer);

    fn call(number: usize) -> CallId {
        CallId::from_raw(i64::try_from(number).expect("small") + 1)
    }

    fn run(rule: &FailureBrake, outcomes: impl IntoIterator<Item = CallOutcome>) -> Vec<(usize, BrakeTrip)> {
        let mut state = BrakeState::default();
        let trips = outcomes.into_iter().enumerate();
        trips.filter_map(|(n, outcome)| Some((n, state.on_outcome(rule, call(n), outcome)?))).collect()
    }

    #[test]
    fn pauses_once_and_says_which_calls_failed_and_why() {
        let rule = FailureBrake::default();
        let outcomes = (0..20).map(|n| if n % 2 == 0 { FAULT } else { GOOD }).chain([BLOCKED, FAULT]);
        let trips = run(&rule, outcomes);
        assert_eq!(trips.len(), 1, "{trips:?}");
        let (when, trip) = &trips[0];
        assert_eq!((*when, trip.failed, trip.of), (20, 11, 21), "more than half, not half");
        assert_eq!(trip.reasons, [(FailureCode::CarrierFault, 10), (FailureCode::Blocked, 1)]);
        assert_eq!(trip.calls[..2], [call(20), call(18)]);
        assert_eq!(
            trip.to_string(),
            "11 of the last 21 calls failed: Carrier couldn't place the call (10), The carrier's spam filter blocked the call (1)"
        );
        let json = serde_json::to_string(trip).expect("writes");
        assert_eq!(&serde_json::from_str::<BrakeTrip>(&json).expect("reads"), trip);
    }

    #[test]
    fn busy_declined_put_back_and_interrupted_calls_pause_nothing() {
        let rule = FailureBrake { at_least: 5, ..FailureBrake::default() };
        for outcome in [
            CallOutcome::Result(CallResult::Busy),
            CallOutcome::Result(CallResult::Declined),
            CallOutcome::PutBack,
            CallOutcome::Withdrawn,
            CallOutcome::Failure(FailureCode::Interrupted),
        ] {
            assert_eq!(run(&rule, vec![outcome; 100]), [], "{outcome:?}");
        }
        // After Resume nineteen new failures are not enough.
        assert_eq!(run(&FailureBrake::default(), vec![FAULT; 39]).len(), 1);
        assert_eq!(run(&FailureBrake::default(), vec![FAULT; 40]).len(), 2);
    }

    #[test]
    fn bounds() {
        assert_eq!(FailureBrake::default().validate(), Ok(()));
        for bad in [r#"{"above_pct":100}"#, r#"{"of_last":4}"#, r#"{"at_least":51}"#, r#"{"at_least":0}"#] {
            let rule: FailureBrake = serde_json::from_str(bad).expect("reads");
            assert_eq!(rule.validate().expect_err(bad).code(), "brake_bounds");
        }
    }

    proptest! {
        /// It pauses exactly when a slow count over the list of all calls since the last pause says so, and its figures are that count.
        #[test]
        fn pauses_exactly_above_the_rate(above_pct in 1_u32..=99, of_last in 5_u32..40, least in 0_u32..35,
            outcomes in proptest::collection::vec(prop_oneof![Just(FAULT), Just(BLOCKED), Just(GOOD), Just(CallOutcome::PutBack)], 0..300))
        {
            let rule = FailureBrake { above_pct, of_last, at_least: (5 + least).min(of_last) };
            let trips: BTreeMap<usize, BrakeTrip> = run(&rule, outcomes.clone()).into_iter().collect();
            let mut since: Vec<(usize, CallOutcome)> = Vec::new();
            for (n, outcome) in outcomes.into_iter().enumerate() {
                if outcome == CallOutcome::PutBack {
                    prop_assert!(!trips.contains_key(&n));
                    continue;
                }
                since.push((n, outcome));
                let window = &since[since.len().saturating_sub(of_last as usize)..];
                let failed: Vec<usize> = window.iter().filter(|(_, o)| *o != GOOD).map(|(n, _)| *n).collect();
                let pauses = window.len() >= rule.at_least as usize && failed.len() * 100 > window.len() * above_pct as usize;
                let trip = trips.get(&n);
                prop_assert_eq!(trip.is_some(), pauses);
                if let Some(trip) = trip {
                    prop_assert_eq!((trip.failed as usize, trip.of as usize), (failed.len(), window.len()));
                    prop_assert_eq!(trip.reasons.iter().map(|(_, times)| times).sum::<u32>(), trip.failed);
                    prop_assert!(trip.reasons.is_sorted_by_key(|&(_, times)| std::cmp::Reverse(times)));
                    let named: Vec<CallId> = failed.iter().rev().take(NAMED_MAX).map(|&n| call(n)).collect();
                    prop_assert_eq!(&trip.calls, &named);
                    since.clear();
                }
            }
        }
    }
}
