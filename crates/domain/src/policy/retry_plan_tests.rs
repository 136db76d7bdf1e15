//! What comes after each outcome, and when.

use proptest::prelude::*;

use super::*;
use crate::campaign::Gate;
use crate::contact::ContactState;
use crate::outcome::{CallResult, FailureCode};
use crate::policy::{Attempted, CallingWindow, ContactZones, settle, settle_with};

const BUSY: CallOutcome = CallOutcome::Result(CallResult::Busy);
const NO_ANSWER: CallOutcome = CallOutcome::Result(CallResult::NoAnswer);

fn at(text: &str) -> Timestamp {
    serde_json::from_value(text.into()).expect("RFC 3339")
}

fn office(zone: &str) -> OpenHours {
    CallingWindow::default().hours_for(&ContactZones::from_key(zone)).expect("zone")
}

#[test]
fn each_attempt_has_its_delay_and_the_last_one_stays() {
    let plan: RetryPlan = "no_answer=4x1h/4h/1d".parse().expect("reads");
    let ended = Timestamp::from_secs(0);
    let waits: Vec<Option<u64>> =
        (1..=5).map(|tries| Some(plan.next(NO_ANSWER, tries, ended, None)?.due.since(ended).as_secs())).collect();
    assert_eq!(waits, [Some(3_600), Some(14_400), Some(86_400), Some(86_400), None]);
    assert_eq!(plan.next(NO_ANSWER, 1, ended, None).map(|next| next.attempt), Some(2));
    assert_eq!(plan.next(BUSY, 1, ended, None), None, "only what was asked for");
}

#[test]
fn the_next_attempt_is_moved_into_the_hours_and_onto_another_day() {
    for (rule, ended, due, moved) in [
        ("busy=1x15m", "2026-11-24T10:00:00Z", "2026-11-24T10:15:00Z", DueMoved::No),
        // Tuesday 17:50 in Berlin and 15 minutes: Wednesday at nine.
        ("busy=1x15m", "2026-11-24T16:50:00Z", "2026-11-25T08:00:00Z", DueMoved::Hours),
        // Friday evening: Monday.
        ("busy=1x4h", "2026-11-27T14:00:00Z", "2026-11-30T08:00:00Z", DueMoved::Hours),
        ("busy=1x15m+next_day", "2026-11-24T10:00:00Z", "2026-11-25T08:00:00Z", DueMoved::Hours),
        ("busy=1x36h+next_day", "2026-11-24T10:00:00Z", "2026-11-26T08:00:00Z", DueMoved::Hours),
        ("busy=1x26h+next_day", "2026-11-24T10:00:00Z", "2026-11-25T12:00:00Z", DueMoved::No),
    ] {
        let plan: RetryPlan = rule.parse().expect(rule);
        let next = plan.next(BUSY, 1, at(ended), Some(&office("Europe/Berlin"))).expect("another one");
        assert_eq!((next.due, next.moved), (at(due), moved), "{rule} after {ended}");
    }
    // The contact's day, not ours: half past eleven in the evening of the 24th in Los Angeles.
    let open: CallingWindow =
        serde_json::from_str(r#"{"hours":{"wed":["00:00-24:00"],"tue":["00:00-24:00"]}}"#).expect("reads");
    let hours = open.hours_for(&ContactZones::from_key("America/Los_Angeles")).expect("zone");
    let plan: RetryPlan = "busy=1x1m+next_day+other_caller_id".parse().expect("reads");
    let next = plan.next(BUSY, 1, at("2026-11-25T02:30:00Z"), Some(&hours)).expect("another one");
    assert_eq!((next.due, next.moved), (at("2026-11-25T08:00:00Z"), DueMoved::NextDay));
    assert!(next.other_caller_id && plan.other_caller_id(BUSY) && !plan.other_caller_id(NO_ANSWER));
}

#[test]
fn who_must_be_left_alone_is_left_alone_whatever_the_plan() {
    let plan: RetryPlan = "busy=9x1m,no_answer=9x1m,voicemail=9x1m,failed=9x1m".parse().expect("reads");
    for never in [
        CallOutcome::Result(CallResult::Declined),
        CallOutcome::Result(CallResult::OptedOut),
        CallOutcome::Result(CallResult::Success),
        CallOutcome::Result(CallResult::NoSuccess),
        CallOutcome::Failure(FailureCode::Interrupted),
        CallOutcome::Failure(FailureCode::Internal),
        CallOutcome::Failure(FailureCode::NumberNotFound),
        CallOutcome::Withdrawn,
    ] {
        assert_eq!(plan.next(never, 1, Timestamp::from_secs(0), None), None, "{never:?}");
    }
    assert!(plan.next(CallOutcome::Result(CallResult::Voicemail), 1, Timestamp::from_secs(0), None).is_some());
}

#[test]
fn says_what_is_wrong_and_reads_what_is_stored() {
    for bad in ["busy", "busy=2", "busy=x5m", "declined=1x1m", "busy=2x5y", "busy=1x1m+tomorrow", "busy=1x"] {
        assert_eq!(bad.parse::<RetryPlan>().expect_err(bad).code(), "retry_unreadable");
    }
    for bad in ["busy=11x1m", "busy=1x31d", "busy=1x1m/2m"] {
        assert_eq!(bad.parse::<RetryPlan>().expect_err(bad).code(), "retry_bounds");
    }
    let old: RetryPlan = serde_json::from_str(r#"{"busy":{"attempts":2,"delay_s":900}}"#).expect("reads");
    assert_eq!(old, "busy=2x15m".parse().expect("reads"));
    let json = r#"{"no_answer":{"attempts":3,"delays_s":[3600,86400],"next_day":true}}"#;
    let plan: RetryPlan = serde_json::from_str(json).expect("reads");
    assert_eq!(plan.to_string(), "no_answer=3x3600s/86400s+next_day");
    assert!(serde_json::from_str::<RetryPlan>(r#"{"busy":{"attempts":1,"delays_s":[1],"next":true}}"#).is_err());
    let empty: RetryPlan = serde_json::from_str(r#"{"busy":{"attempts":1,"delays_s":[]}}"#).expect("reads");
    assert_eq!(empty.validate().expect_err("no delay").code(), "retry_bounds");
    assert_eq!(empty.next(BUSY, 1, Timestamp::from_secs(0), None), None, "unchecked, it still plans nothing");
}

fn any_plan() -> impl Strategy<Value = RetryPlan> {
    let step = (0_u32..=10, proptest::collection::vec(0_u32..=300_000, 1..4), any::<bool>(), any::<bool>()).prop_map(
        |(attempts, mut delays_s, next_day, other_caller_id)| {
            delays_s.truncate(attempts.max(1) as usize);
            RetryStep { attempts, delays_s, next_day, other_caller_id }
        },
    );
    let step = || proptest::option::of(step.clone());
    (step(), step(), step(), step()).prop_map(|(busy, no_answer, voicemail, failed)| RetryPlan {
        busy,
        no_answer,
        voicemail,
        failed,
    })
}

fn any_outcome() -> impl Strategy<Value = CallOutcome> {
    prop_oneof![
        proptest::sample::select(CallResult::ALL).prop_map(CallOutcome::Result),
        proptest::sample::select(FailureCode::ALL).prop_map(CallOutcome::Failure),
    ]
}

proptest! {
    /// Whatever the plan: never sooner than its delay, never on the same day when so asked, always inside the hours, never more attempts than
    /// asked for; and it reads back as itself.
    #[test]
    fn a_planned_attempt_keeps_every_rule(
        plan in any_plan(), outcome in any_outcome(), tries in 1_u32..12, ended in 1_704_067_200_i64..1_924_991_999,
        zone in proptest::sample::select(vec!["Europe/Berlin", "America/Santiago", "Asia/Kolkata", "Europe/Madrid|Atlantic/Canary"]),
    ) {
        prop_assert_eq!(plan.validate(), Ok(()));
        prop_assert_eq!(&plan.to_string().parse::<RetryPlan>().expect("reads back"), &plan);
        let ended = Timestamp::from_secs(ended);
        let window = CallingWindow { ambiguous: crate::policy::AmbiguousZones::AllOpen, ..CallingWindow::default() };
        let hours = window.hours_for(&ContactZones::from_key(zone)).expect("zone");
        let step = RetryEvent::of(outcome).and_then(|event| plan.step(event));
        match (plan.next(outcome, tries, ended, Some(&hours)), step) {
            (None, None) => {}
            (None, Some(step)) => prop_assert!(tries > step.attempts),
            (Some(_), None) => prop_assert!(false, "planned without a step"),
            (Some(next), Some(step)) => {
                prop_assert!(tries <= step.attempts && next.attempt == tries + 1);
                let delay = step.delays_s[(tries as usize - 1).min(step.delays_s.len() - 1)];
                prop_assert!(next.due.since(ended) >= Duration::from_secs(delay.into()));
                prop_assert!(hours.is_open(next.due));
                for zone in hours.zones() {
                    prop_assert!(!step.next_day || zone.day(next.due) > zone.day(ended));
                }
                prop_assert_eq!(next.moved == DueMoved::No, next.due.since(ended) == Duration::from_secs(delay.into()));
            }
        }
    }

    /// A rule and the plan made of it settle every call alike.
    #[test]
    fn a_plan_made_of_a_rule_decides_as_the_rule(
        outcome in any_outcome(), attempts in 0_u32..5, put_backs in 0_u32..5, unsent in 0_u32..3, sent in any::<bool>(), blocked in any::<bool>(),
        gate in proptest::sample::select(Gate::ALL),
    ) {
        let rule: RetryRule = "busy=2x15m,no_answer=3x1h,failed=1x30s".parse().expect("reads");
        let plan = RetryPlan::from(rule);
        let now = Timestamp::from_secs(1_000);
        let before = Attempted { attempts, put_backs, unsent, withdrawals: 0, last: None };
        let next = |outcome, tries| plan.next(outcome, tries, now, None).map(|next| next.due);
        for outcome in [outcome, CallOutcome::PutBack, CallOutcome::Withdrawn] {
            let by_plan = settle_with(outcome, sent, before, &next, gate, blocked, now);
            prop_assert_eq!(&by_plan, &settle(outcome, sent, before, &rule, gate, blocked, now));
            if gate == Gate::Canceled {
                let settled = !matches!(by_plan.contact, ContactState::Pending { .. });
                prop_assert!(settled);
            }
        }
    }
}
