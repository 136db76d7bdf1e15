//! How often one number may be called, by all campaigns of a workspace together.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::local::{Day, Zone};
use super::setting_error::{SettingError, within};
use crate::time::Timestamp;

/// Days that count as a week: the day at hand and the six before it.
const WEEK: usize = 7;

/// The limits of a workspace for each number. As they come: ten minutes between two calls, three calls a day, seven a week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NumberLimits {
    /// Seconds from one call to the next, both counted at their beginning; 0: no gap.
    pub min_gap_s: u32,
    /// Calls on one day of the workspace's calendar; `None`: no limit.
    pub per_day: Option<u32>,
    /// Calls on seven days that follow each other; `None`: no limit.
    pub per_week: Option<u32>,
}

impl Default for NumberLimits {
    fn default() -> Self {
        Self { min_gap_s: 600, per_day: Some(3), per_week: Some(7) }
    }
}

impl NumberLimits {
    /// No limit at all: for practice and tests.
    pub const NONE: NumberLimits = NumberLimits { min_gap_s: 0, per_day: None, per_week: None };

    /// Refuses what is out of bounds. Zero calls a day is no limit but a stop, and is refused: pause the campaigns instead.
    pub fn validate(&self) -> Result<(), SettingError> {
        const CODE: &str = "limits_bounds";
        within(CODE, "seconds between two calls to a number", self.min_gap_s, 0..=30 * 86_400)?;
        within(CODE, "calls a day to a number", self.per_day.unwrap_or(1), 1..=100)?;
        within(CODE, "calls a week to a number", self.per_week.unwrap_or(1), 1..=700)
    }
}

/// The calls to one number as its row keeps them: the last one, and how many on each of the last seven days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct NumberHistory {
    /// When the last call began.
    pub last_call_at: Option<Timestamp>,
    /// The day of `calls[0]`, by the workspace's calendar; without any call of no meaning.
    pub day: Day,
    /// Calls on that day, the day before, and so on.
    pub calls: [u32; WEEK],
}

impl NumberHistory {
    /// The counts as they stand on `day`. A day before that of the row (a clock was set back, or the workspace moved) changes nothing.
    fn on(&self, day: Day) -> NumberHistory {
        let passed = usize::try_from(day.number().saturating_sub(self.day.number())).unwrap_or(0);
        let mut calls = [0; WEEK];
        for (old, count) in self.calls.iter().enumerate() {
            if let Some(slot) = calls.get_mut(old.saturating_add(passed)) {
                *slot = *count;
            }
        }
        NumberHistory { last_call_at: self.last_call_at, day: self.day.max(day), calls }
    }

    /// The history with a call that begins at `now`; `zone` is the workspace's.
    pub fn with_call(&self, zone: &Zone, now: Timestamp) -> NumberHistory {
        let mut history = self.on(zone.day(now));
        history.calls[0] = history.calls[0].saturating_add(1);
        history.last_call_at = history.last_call_at.max(Some(now));
        history
    }

    fn week(&self) -> u32 {
        self.calls.iter().fold(0, |sum, &count| sum.saturating_add(count))
    }
}

/// A limit that is used up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum LimitReached {
    /// The last call is too short a time ago.
    MinGap {
        /// When it began.
        last_call_at: Timestamp,
    },
    /// As many calls today as allowed.
    PerDay {
        /// Calls today.
        calls: u32,
    },
    /// As many calls in seven days as allowed.
    PerWeek {
        /// Calls in the last seven days.
        calls: u32,
    },
}

/// Whether a number may be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MayCall {
    /// Yes.
    Now,
    /// Not before `until`, at which it may when nobody calls it meanwhile.
    Wait {
        /// The first instant at which every limit holds.
        until: Timestamp,
        /// The limit that lasts longest.
        why: LimitReached,
    },
}

/// Whether the number of this history may be called at `now`; `zone` is the workspace's.
pub fn may_call(history: &NumberHistory, limits: &NumberLimits, zone: &Zone, now: Timestamp) -> MayCall {
    let today = history.on(zone.day(now));
    let gap = today.last_call_at.map(|last_call_at| {
        (last_call_at + Duration::from_secs(limits.min_gap_s.into()), LimitReached::MinGap { last_call_at })
    });
    let day = limits
        .per_day
        .filter(|&limit| today.calls[0] >= limit.max(1))
        .map(|_| (zone.day_begins(now, today.day.after(1)), LimitReached::PerDay { calls: today.calls[0] }));
    let week = limits.per_week.filter(|&limit| today.week() >= limit.max(1)).map(|limit| {
        let enough = (1_i64..=7).find(|&days| today.on(today.day.after(days)).week() < limit.max(1)).unwrap_or(7);
        (zone.day_begins(now, today.day.after(enough)), LimitReached::PerWeek { calls: today.week() })
    });
    let longest =
        [gap, day, week].into_iter().flatten().filter(|&(until, _)| until > now).max_by_key(|&(until, _)| until);
    longest.map_or(MayCall::Now, |(until, why)| MayCall::Wait { until, why })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(text: &str) -> Timestamp {
        serde_json::from_value(text.into()).expect("RFC 3339")
    }

    fn berlin() -> Zone {
        Zone::named("Europe/Berlin").expect("zone")
    }

    fn history(calls: &[&str]) -> NumberHistory {
        calls.iter().fold(NumberHistory::default(), |history, call| history.with_call(&berlin(), at(call)))
    }

    #[test]
    fn each_limit_says_until_when_and_why() {
        let limits = NumberLimits { min_gap_s: 600, per_day: Some(2), per_week: Some(3) };
        let asked = |calls: &[&str], now| may_call(&history(calls), &limits, &berlin(), at(now));
        let wait = |until, why| MayCall::Wait { until: at(until), why };
        let nine = "2026-11-24T08:00:00Z";
        assert_eq!(asked(&[], nine), MayCall::Now);
        assert_eq!(
            asked(&[nine], "2026-11-24T08:05:00Z"),
            wait("2026-11-24T08:10:00Z", LimitReached::MinGap { last_call_at: at(nine) })
        );
        assert_eq!(asked(&[nine], "2026-11-24T08:10:00Z"), MayCall::Now);
        let twice = [nine, "2026-11-24T10:00:00Z"];
        assert_eq!(
            asked(&twice, "2026-11-24T12:00:00Z"),
            wait("2026-11-24T23:00:00Z", LimitReached::PerDay { calls: 2 })
        );
        let thrice = [nine, "2026-11-24T10:00:00Z", "2026-11-26T10:00:00Z"];
        assert_eq!(
            asked(&thrice, "2026-11-28T12:00:00Z"),
            wait("2026-11-30T23:00:00Z", LimitReached::PerWeek { calls: 3 })
        );
        assert_eq!(asked(&thrice, "2026-11-30T23:00:00Z"), MayCall::Now);
        // One minute to midnight: the day is over before the gap is.
        assert_eq!(
            asked(&["2026-11-24T22:00:00Z", "2026-11-24T22:59:00Z"], "2026-11-24T22:59:30Z"),
            wait("2026-11-24T23:09:00Z", LimitReached::MinGap { last_call_at: at("2026-11-24T22:59:00Z") })
        );
    }

    /// Two days back: the calls of that later day still count, until that day is over.
    #[test]
    fn calls_of_a_day_that_has_not_come_yet_count() {
        let limits = NumberLimits { per_day: Some(1), ..NumberLimits::NONE };
        let called = history(&["2026-11-24T12:00:00Z"]);
        let until = at("2026-11-24T23:00:00Z");
        let why = LimitReached::PerDay { calls: 1 };
        assert_eq!(may_call(&called, &limits, &berlin(), at("2026-11-22T12:00:00Z")), MayCall::Wait { until, why });
        let twice = called.with_call(&berlin(), at("2026-11-22T12:00:00Z"));
        assert_eq!((twice.day, twice.calls[0], twice.last_call_at), (called.day, 2, called.last_call_at));
    }

    #[test]
    fn bounds() {
        assert_eq!(NumberLimits::default().validate(), Ok(()));
        assert_eq!(NumberLimits::NONE.validate(), Ok(()));
        for bad in [r#"{"per_day":0}"#, r#"{"per_week":701}"#, r#"{"min_gap_s":9999999}"#] {
            let limits: NumberLimits = serde_json::from_str(bad).expect("reads");
            assert_eq!(limits.validate().expect_err(bad).code(), "limits_bounds");
        }
        assert_eq!(serde_json::from_str::<NumberLimits>("{}").expect("reads"), NumberLimits::default());
    }

    proptest! {
        /// Whoever calls whenever it is allowed, for weeks and over changes of clock, never goes over a limit counted from the list of calls;
        /// and `until` is the very first instant.
        #[test]
        fn who_asks_first_never_goes_over_a_limit(
            gap in 0_u32..200_000, per_day in proptest::option::of(1_u32..5), per_week in proptest::option::of(1_u32..9),
            waits in proptest::collection::vec(0_u64..60_000, 1..200), start in 1_767_225_600_i64..1_798_761_600,
            zone in proptest::sample::select(vec!["Europe/Berlin", "America/Santiago", "Pacific/Auckland", "UTC"]),
        ) {
            let zone = Zone::named(zone).expect("zone");
            let limits = NumberLimits { min_gap_s: gap, per_day, per_week };
            let (mut now, mut history) = (Timestamp::from_secs(start), NumberHistory::default());
            let mut calls: Vec<Timestamp> = Vec::new();
            for wait in waits {
                now = now + Duration::from_secs(wait);
                if let MayCall::Wait { until, .. } = may_call(&history, &limits, &zone, now) {
                    prop_assert!(until > now);
                    let before = until - Duration::from_micros(1);
                    let waits = matches!(may_call(&history, &limits, &zone, before), MayCall::Wait { .. });
                    prop_assert!(waits);
                    prop_assert_eq!(may_call(&history, &limits, &zone, until), MayCall::Now);
                    if wait % 3 == 0 { now = until } else { continue }
                }
                history = history.with_call(&zone, now);
                calls.push(now);
                let same_day = calls.iter().filter(|&&call| zone.day(call) == zone.day(now)).count();
                let same_week = calls.iter().filter(|&&call| zone.day(call) > zone.day(now).after(-7)).count();
                prop_assert!(per_day.is_none_or(|limit| same_day <= limit as usize));
                prop_assert!(per_week.is_none_or(|limit| same_week <= limit as usize));
                if let [.., before, last] = calls[..] {
                    prop_assert!(last.since(before) >= Duration::from_secs(gap.into()));
                }
            }
        }

        /// A clock that is set back never lets a call through that it would not have let through before.
        #[test]
        fn a_clock_set_back_is_no_way_round(back in 0_u64..2_000_000) {
            let now = at("2026-11-24T12:00:00Z");
            let limits = NumberLimits { min_gap_s: 3_600, per_day: Some(1), per_week: Some(1) };
            let history = NumberHistory::default().with_call(&berlin(), now);
            let earlier = now - Duration::from_secs(back);
            let waits = matches!(may_call(&history, &limits, &berlin(), earlier), MayCall::Wait { until, .. } if until > now);
            prop_assert!(waits);
        }
    }
}
