//! Hours and limits together: may this contact be called now, and if not, when next.

use super::calling_window::{OpenHours, WindowState};
use super::limits::{MayCall, NumberHistory, NumberLimits, may_call};
use super::local::Zone;
use super::why_contact::WhyWaiting;
use super::zones::ZoneHold;
use crate::time::Timestamp;

/// What refuses a call, and when it can next be allowed.
#[derive(Debug, Clone, PartialEq)]
pub struct Held {
    /// The reason: of hours and limits the one that lasts longer.
    pub why: WhyWaiting,
    /// The first instant at which hours and limits both allow the call, when nobody else calls the number meanwhile: the contact's due time.
    /// `None`: none within 400 days, or the zone has to be mended first.
    pub due: Option<Timestamp>,
}

/// The limits of a workspace with the calls made to a number.
#[derive(Debug, Clone, Copy)]
pub struct NumberRules<'a> {
    /// The limits.
    pub limits: &'a NumberLimits,
    /// The workspace's zone.
    pub zone: &'a Zone,
    /// The calls so far.
    pub history: &'a NumberHistory,
}

/// Whether a contact may be called at `now`. `hours`: of its zones, or why it has none ([`super::CallingWindow::hours_for`]).
pub fn may_begin(hours: Result<&OpenHours, &ZoneHold>, number: NumberRules<'_>, now: Timestamp) -> Result<(), Held> {
    let hours = hours.map_err(|hold| Held { why: WhyWaiting::Zone { hold: hold.clone() }, due: None })?;
    let limit = match may_call(number.history, number.limits, number.zone, now) {
        MayCall::Now => None,
        MayCall::Wait { until, why } => Some((until, WhyWaiting::Limit { limit: why, until })),
    };
    let opens = match hours.state(now) {
        WindowState::Open { .. } => Some(now),
        WindowState::Closed { opens } => opens,
        WindowState::NoCall(hold) => return Err(Held { why: WhyWaiting::Zone { hold }, due: None }),
    };
    match (limit, opens) {
        (None, Some(opens)) if opens == now => Ok(()),
        // The limit lasts longer than the hours are closed.
        (Some((until, why)), Some(opens)) if until >= opens => Err(Held { why, due: hours.opens(until) }),
        (_, opens) => {
            let zone = hours.zones().iter().map(Zone::name).collect::<Vec<_>>().join(", ");
            Err(Held { why: WhyWaiting::HoursClosed { zone, opens }, due: opens })
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::policy::{AmbiguousZones, CallingWindow, ContactZones, LimitReached};
    use proptest::prelude::*;

    fn at(text: &str) -> Timestamp {
        serde_json::from_value(text.into()).expect("RFC 3339")
    }

    fn berlin() -> Zone {
        Zone::named("Europe/Berlin").expect("zone")
    }

    #[test]
    fn the_longer_lasting_reason_is_told_and_the_due_time_keeps_both() {
        let window = CallingWindow::default();
        let limits = NumberLimits { min_gap_s: 3_600, per_day: Some(2), per_week: None };
        let held = |contact: &str, calls: &[&str], now: &str| {
            let history = calls.iter().fold(NumberHistory::default(), |h, call| h.with_call(&berlin(), at(call)));
            let hours = window.hours_for(&ContactZones::from_key(contact));
            let number = NumberRules { limits: &limits, zone: &berlin(), history: &history };
            may_begin(hours.as_ref(), number, at(now)).map_err(|held| (held.due, held.why))
        };
        let ten = "2026-11-24T09:00:00Z";
        assert_eq!(held("Europe/Berlin", &[], ten), Ok(()));
        let gap = |until: &str| WhyWaiting::Limit {
            limit: LimitReached::MinGap { last_call_at: at(until) - Duration::from_secs(3_600) },
            until: at(until),
        };
        assert_eq!(
            held("Europe/Berlin", &["2026-11-24T08:30:00Z"], ten),
            Err((Some(at("2026-11-24T09:30:00Z")), gap("2026-11-24T09:30:00Z")))
        );
        // Four in the morning in New York: the hours last longer than the gap.
        let closed =
            WhyWaiting::HoursClosed { zone: "America/New_York".into(), opens: Some(at("2026-11-24T14:00:00Z")) };
        assert_eq!(
            held("America/New_York", &["2026-11-24T08:30:00Z"], ten),
            Err((Some(at("2026-11-24T14:00:00Z")), closed))
        );
        // Twice today: the day ends at midnight, the call can follow at nine.
        let (due, why) =
            held("Europe/Berlin", &[ten, "2026-11-24T11:00:00Z"], "2026-11-24T13:00:00Z").expect_err("held");
        assert_eq!(due, Some(at("2026-11-25T08:00:00Z")));
        assert_eq!(why.until(), Some(at("2026-11-24T23:00:00Z")));
        let unknown = WhyWaiting::Zone { hold: ZoneHold::Unknown };
        assert_eq!(held("", &[], ten), Err((None, unknown)));
    }

    proptest! {
        /// Whoever is held may be called at the due time, and at no quarter of an hour before it.
        #[test]
        fn the_due_time_is_the_first_that_is_allowed(
            calls in proptest::collection::vec(0_u64..40_000, 0..8), wait in 0_u64..200_000, gap in 0_u32..100_000, per_day in 1_u32..4, per_week in 1_u32..7,
            contact in proptest::sample::select(vec!["Europe/Berlin", "America/Santiago", "Europe/Madrid|Atlantic/Canary", "Asia/Tokyo"]),
            start in 1_767_225_600_i64..1_798_761_600,
        ) {
            let window = CallingWindow { ambiguous: AmbiguousZones::AllOpen, ..CallingWindow::default() };
            let limits = NumberLimits { min_gap_s: gap, per_day: Some(per_day), per_week: Some(per_week) };
            let (mut now, mut history) = (Timestamp::from_secs(start), NumberHistory::default());
            for call in calls {
                now = now + Duration::from_secs(call);
                history = history.with_call(&berlin(), now);
            }
            now = now + Duration::from_secs(wait);
            let hours = window.hours_for(&ContactZones::from_key(contact)).expect("zone");
            let zone = berlin();
            let number = NumberRules { limits: &limits, zone: &zone, history: &history };
            let asked = |at| may_begin(Ok(&hours), number, at);
            if let Err(Held { due, why }) = asked(now) {
                let due = due.expect("offices open within 400 days");
                prop_assert!(due > now && asked(due).is_ok());
                prop_assert!(why.until().is_some_and(|until| until > now && until <= due));
                for quarter in 0..due.since(now).as_secs().div_ceil(900) {
                    prop_assert!(asked(now + Duration::from_secs(quarter * 900)).is_err());
                }
            }
        }
    }
}
