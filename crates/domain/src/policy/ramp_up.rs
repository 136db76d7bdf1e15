//! Gradual scaling (A35): a campaign starts at few lines and doubles them while calls go well.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::pacing::Pacing;
use super::setting_error::{SettingError, within};
use crate::time::Timestamp;

/// How a campaign's lines grow to those of its pacing. As it comes: two lines, doubled every five minutes in which at most 20 of 100 calls
/// failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RampUp {
    /// Lines at the start.
    pub start_lines: u32,
    /// Minutes between two doublings.
    pub double_every_min: u32,
    /// Of 100 calls of such a period, failed ones above which the lines stay as they are.
    pub max_failure_pct: u32,
}

impl Default for RampUp {
    fn default() -> Self {
        Self { start_lines: 2, double_every_min: 5, max_failure_pct: 20 }
    }
}

/// A period with fewer ended calls than lines, or than this, says nothing yet: the lines stay.
const ENDED_MIN: u32 = 10;

impl RampUp {
    /// Refuses what is out of bounds.
    pub fn validate(&self) -> Result<(), SettingError> {
        const CODE: &str = "ramp_bounds";
        within(CODE, "lines at the start of a ramp-up", self.start_lines, 1..=Pacing::LINES_MAX)?;
        within(CODE, "minutes between two doublings", self.double_every_min, 1..=1_440)?;
        within(CODE, "the failure rate up to which lines are doubled", self.max_failure_pct, 0..=100)
    }

    fn period(&self) -> Duration {
        Duration::from_secs(u64::from(self.double_every_min.max(1)) * 60)
    }
}

/// Where a campaign stands on its way up. Kept with the campaign, so that a restart does not begin anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RampState {
    lines: u32,
    period_began: Timestamp,
    ended: u32,
    failed: u32,
}

impl RampState {
    /// At the start of the campaign.
    pub fn new(rule: &RampUp, now: Timestamp) -> RampState {
        RampState { lines: rule.start_lines.max(1), period_began: now, ended: 0, failed: 0 }
    }

    /// A call ended; `failed`: for a technical reason. Calls put back by the trunk or withdrawn are not told.
    pub fn on_outcome(&mut self, rule: &RampUp, now: Timestamp, failed: bool) {
        *self = self.at(rule, now);
        self.ended = self.ended.saturating_add(1);
        self.failed = self.failed.saturating_add(u32::from(failed));
    }

    /// Lines at once at `now`, at most `cap`.
    pub fn lines(&self, rule: &RampUp, cap: u32, now: Timestamp) -> u32 {
        self.at(rule, now).lines.min(cap)
    }

    /// When the lines may grow next.
    pub fn next_step(&self, rule: &RampUp, now: Timestamp) -> Timestamp {
        self.at(rule, now).period_began + rule.period()
    }

    /// The state with the periods over that have passed by `now`. Only the first of them had calls to judge by; a night, a pause or a stopped
    /// process grow nothing.
    fn at(&self, rule: &RampUp, now: Timestamp) -> RampState {
        let period = rule.period();
        let passed = now.since(self.period_began).as_micros() / period.as_micros();
        if passed == 0 {
            return *self;
        }
        let enough = self.ended >= self.lines.min(ENDED_MIN);
        let well = u64::from(self.failed) * 100 <= u64::from(self.ended) * u64::from(rule.max_failure_pct);
        let lines = if enough && well { self.lines.saturating_mul(2).min(Pacing::LINES_MAX) } else { self.lines };
        let over = u64::try_from(passed.saturating_mul(period.as_micros())).unwrap_or(u64::MAX);
        RampState { lines, period_began: self.period_began + Duration::from_micros(over), ended: 0, failed: 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const START: Timestamp = Timestamp::from_secs(1_790_000_000);

    fn minute(n: u64) -> Timestamp {
        START + Duration::from_secs(60 * n)
    }

    #[test]
    fn doubles_while_calls_go_well_and_stays_while_they_fail() {
        let rule = RampUp::default();
        let mut state = RampState::new(&rule, START);
        // Failed calls of 20 in each period of five minutes.
        let lines: Vec<u32> = [0, 4, 5, 20, 0, 0, 0]
            .iter()
            .zip(0_u64..)
            .map(|(&failed, period)| {
                for call in 0..20 {
                    state.on_outcome(&rule, minute(period * 5 + 2), call < failed);
                }
                state.lines(&rule, 50, minute(period * 5 + 5))
            })
            .collect();
        assert_eq!(lines, [4, 8, 8, 8, 16, 32, 50]);
    }

    #[test]
    fn nothing_grows_by_waiting() {
        let rule = RampUp::default();
        let mut state = RampState::new(&rule, START);
        assert_eq!(state.lines(&rule, 50, minute(10_000)), 2, "no call, no growth");
        state.on_outcome(&rule, minute(1), false);
        state.on_outcome(&rule, minute(1), false);
        assert_eq!(
            [4, 5, 6, 5_000].map(|n| state.lines(&rule, 50, minute(n))),
            [2, 4, 4, 4],
            "one step for one period"
        );
        state.on_outcome(&rule, minute(6), false);
        assert_eq!(state.lines(&rule, 50, minute(11)), 4, "one call of four lines says nothing");
        assert_eq!(state.next_step(&rule, minute(7)), minute(10));
        assert_eq!(state.lines(&rule, 50, minute(0)), 4, "a clock set back takes nothing away");
    }

    #[test]
    fn bounds_and_stored_shape() {
        assert_eq!(RampUp::default().validate(), Ok(()));
        for bad in [r#"{"start_lines":0}"#, r#"{"double_every_min":0}"#, r#"{"max_failure_pct":101}"#] {
            let rule: RampUp = serde_json::from_str(bad).expect("reads");
            assert_eq!(rule.validate().expect_err(bad).code(), "ramp_bounds");
        }
        let state = RampState::new(&RampUp::default(), START);
        let json = serde_json::to_string(&state).expect("writes");
        assert_eq!(serde_json::from_str::<RampState>(&json).expect("reads"), state);
    }

    proptest! {
        /// Whatever happens: never above the cap, never fewer lines than before, never more than double in a period; after any history as many
        /// good periods as doublings are missing reach the cap; and what is stored and read goes on the same way.
        #[test]
        fn climbs_within_bounds_and_recovers(
            start in 1_u32..20, every in 1_u32..30, max_pct in 0_u32..=100, cap in 1_u32..5_000,
            events in proptest::collection::vec((0_u64..400, any::<bool>()), 0..200),
        ) {
            let rule = RampUp { start_lines: start, double_every_min: every, max_failure_pct: max_pct };
            let (mut now, mut state) = (START, RampState::new(&rule, START));
            let mut before = (state.lines(&rule, u32::MAX, now), now);
            for (secs, failed) in events {
                now = now + Duration::from_secs(secs);
                let json = serde_json::to_string(&state).expect("writes");
                let mut stored: RampState = serde_json::from_str(&json).expect("reads");
                state.on_outcome(&rule, now, failed);
                stored.on_outcome(&rule, now, failed);
                prop_assert_eq!(state, stored);
                let lines = state.lines(&rule, u32::MAX, now);
                prop_assert!(state.lines(&rule, cap, now) <= cap);
                prop_assert!(lines >= before.0 && lines <= before.0.saturating_mul(2));
                prop_assert!(lines == before.0 || state.next_step(&rule, now).since(before.1) >= rule.period());
                before = (lines, now);
            }
            // The period at hand may have failed calls in it, so one more than the doublings.
            for _ in 0..=14 {
                now = state.next_step(&rule, now);
                for _ in 0..ENDED_MIN {
                    state.on_outcome(&rule, now, false);
                }
            }
            prop_assert_eq!(state.lines(&rule, cap, state.next_step(&rule, now)), cap);
        }
    }
}
