//! Every reason has a code of its own, one sentence with its facts, and comes back from JSON as it was.

use std::collections::BTreeSet;

use super::super::limits::LimitReached;
use super::super::why_contact::{WhySkipped, WhyWaiting};
use super::super::zones::ZoneHold;
use super::*;
use crate::contact::SkipReason;
use crate::outcome::{CallOutcome, CallResult, FailureCode};

const T: Timestamp = Timestamp::from_secs(1_790_000_000);

fn say<R>(speak: impl Fn(Wording<'_>) -> R) -> R {
    speak(Wording {
        time: &|at| if at == T { "at NOON".to_owned() } else { "at another time".to_owned() },
        money: &|amount, currency| format!("{} {currency}", amount.minor_rounded_up()),
    })
}

fn trip() -> BrakeTrip {
    BrakeTrip { failed: 3, of: 5, above_pct: 50, reasons: vec![(FailureCode::Blocked, 3)], calls: vec![] }
}

fn of_status() -> Vec<WhyIdle> {
    let ann = || Actor::User("Ann".to_owned());
    vec![
        WhyIdle::Draft,
        WhyIdle::Paused { by: ann(), why: "lunch".to_owned() },
        WhyIdle::PausedByFailures { trip: trip() },
        WhyIdle::Canceled { by: ann(), at: T },
        WhyIdle::Completed { at: T },
        WhyIdle::NoDialer,
        WhyIdle::Draining,
        WhyIdle::NoContacts,
        WhyIdle::Importing { rows: 1 },
        WhyIdle::LastCalls { in_progress: 2 },
        WhyIdle::StartTime { at: T },
        WhyIdle::HoursClosed { opens: Some(T), contacts: 312 },
        WhyIdle::ZonesHeld { ambiguous: 3, unknown: 1, broken: 0 },
        WhyIdle::NextDue { at: T, contacts: 1 },
    ]
}

fn of_capacity() -> Vec<WhyIdle> {
    let trunk = || "Main".to_owned();
    let money = Money::from_minor;
    vec![
        WhyIdle::NoTrunk,
        WhyIdle::TrunkDown { trunk: trunk(), why: "wrong password".to_owned() },
        WhyIdle::TrunkSilent { trunk: trunk(), until: T },
        WhyIdle::TrunkSlowed { trunk: trunk(), rate: 2.5, cap: 10.0 },
        WhyIdle::LinesBusy { lines: 10 },
        WhyIdle::RampUp { lines: 2, of: 10, next: T },
        WhyIdle::TrunkLinesBusy { trunk: trunk(), lines: 30 },
        WhyIdle::SpeechLinesBusy { lines: 1 },
        WhyIdle::RateReached { calls_per_second: 5.0 },
        WhyIdle::BudgetSpent {
            limit: money(5_000),
            spent: money(4_990),
            reserved: money(5),
            needed: money(12),
            currency: "EUR".to_owned(),
        },
        WhyIdle::CallerIdsResting {
            until: T,
            why: Some(RestReason::AnswerRate { answered: 4, calls: 50, min_pct: 10 }),
        },
        WhyIdle::DatabaseSlow,
    ]
}

fn waiting() -> Vec<WhyWaiting> {
    vec![
        WhyWaiting::InQueue { ahead: Some(1) },
        WhyWaiting::InProgress { since: T },
        WhyWaiting::HoursClosed { zone: "Europe/Berlin".to_owned(), opens: Some(T) },
        WhyWaiting::Zone { hold: ZoneHold::Broken { name: "Mars".to_owned() } },
        WhyWaiting::Retry { after: CallOutcome::Result(CallResult::Busy), attempt: 2, due: T },
        WhyWaiting::Callback { due: T },
        WhyWaiting::PutBack { due: T, times: 1 },
        WhyWaiting::Withdrawn { due: T },
        WhyWaiting::Limit { limit: LimitReached::PerDay { calls: 3 }, until: T },
        WhyWaiting::NumberInCall,
        WhyWaiting::NoPrice,
        WhyWaiting::LookUp { due: T },
        WhyWaiting::Campaign { why: Box::new(WhyIdle::StartTime { at: T }) },
    ]
}

fn skipped() -> Vec<WhySkipped> {
    vec![
        WhySkipped::DoNotCall { since: T, source: "said in a call".to_owned() },
        WhySkipped::LookUpInvalid { answer: "not in service".to_owned() },
        WhySkipped::Excluded { by: Actor::CommandLine, at: T },
        WhySkipped::Other { reason: SkipReason::Duplicate },
    ]
}

/// The code of a reason, after it was written as JSON and read back.
fn code<R>(reason: &R) -> String
where
    R: Serialize + for<'de> Deserialize<'de> + PartialEq + std::fmt::Debug,
{
    let json = serde_json::to_value(reason).expect("writes");
    assert_eq!(&serde_json::from_value::<R>(json.clone()).expect("reads"), reason);
    json["code"].as_str().expect("has a code").to_owned()
}

fn sentence_is_plain(sentence: &str) {
    assert!(sentence.ends_with('.'), "{sentence}");
    assert_eq!(sentence.matches(". ").count(), 0, "one sentence: {sentence}");
    assert!(sentence.starts_with(|ch: char| ch.is_uppercase() || ch.is_ascii_digit()), "{sentence}");
    assert!(!sentence.contains('_') && !sentence.contains("1970") && !sentence.contains(".."), "{sentence}");
}

#[test]
fn every_reason_has_a_code_and_a_sentence() {
    let idle: Vec<WhyIdle> = of_status().into_iter().chain(of_capacity()).collect();
    let idle_codes: BTreeSet<String> = idle.iter().map(code).collect();
    let waiting_codes: BTreeSet<String> = waiting().iter().map(code).collect();
    let skipped_codes: BTreeSet<String> = skipped().iter().map(code).collect();
    // A variant without a sentence does not compile; whoever adds one puts it into the lists above.
    assert_eq!((idle_codes.len(), waiting_codes.len(), skipped_codes.len()), (26, 13, 4));
    let sentences = idle.iter().map(|why| say(|write| why.sentence(write)));
    let sentences = sentences.chain(waiting().into_iter().map(|why| say(|write| why.sentence(write))));
    let sentences = sentences.chain(skipped().into_iter().map(|why| say(|write| why.sentence(write))));
    sentences.for_each(|sentence| sentence_is_plain(&sentence));
}

#[test]
fn sentences_hold_the_facts() {
    let idle = |why: WhyIdle| say(|write| why.sentence(write));
    let waits = |why: WhyWaiting| say(|write| why.sentence(write));
    assert_eq!(
        idle(WhyIdle::HoursClosed { opens: Some(T), contacts: 312 }),
        "The calling hours are closed for 312 contacts that wait; they open at NOON."
    );
    assert_eq!(
        idle(WhyIdle::HoursClosed { opens: None, contacts: 1 }),
        "The calling hours are closed for 1 contact that waits; they don't open within 400 days."
    );
    assert_eq!(
        idle(WhyIdle::Paused { by: Actor::CommandLine, why: String::new() }),
        "The campaign was paused by the command line."
    );
    assert_eq!(
        idle(of_capacity()[9].clone()),
        "The budget has no room: 4990 EUR of 5000 EUR are spent, and the next call may cost 12 EUR; calls in progress may leave some of what is reserved for them."
    );
    assert_eq!(
        waits(WhyWaiting::Retry { after: CallOutcome::Result(CallResult::Busy), attempt: 2, due: T }),
        "The last attempt ended with \"Busy\"; attempt 2 is due at NOON."
    );
    assert_eq!(
        waits(WhyWaiting::Limit { limit: LimitReached::MinGap { last_call_at: Timestamp::from_secs(1) }, until: T }),
        "The number was called at another time, and calls to one number keep a gap; it may be called again at NOON."
    );
    assert_eq!(waits(WhyWaiting::InQueue { ahead: Some(0) }), "It is the next to be called.");
    assert_eq!(
        waits(WhyWaiting::Campaign { why: Box::new(WhyIdle::StartTime { at: T }) }),
        "The campaign starts at NOON."
    );
}

#[test]
fn the_nearer_cause_goes_first_and_gives_the_state_its_word() {
    let mut all: Vec<WhyIdle> = of_capacity().into_iter().chain(of_status()).collect();
    all.sort_by_key(WhyIdle::rank);
    assert_eq!(all[0], WhyIdle::Draft);
    let place = |wanted: &WhyIdle| all.iter().position(|why| why == wanted).expect("listed");
    assert!(place(&WhyIdle::NoTrunk) < place(&WhyIdle::StartTime { at: T }), "what a person must mend goes first");
    assert!(place(&WhyIdle::StartTime { at: T }) < place(&WhyIdle::LinesBusy { lines: 10 }));
    assert_eq!(WhyIdle::StartTime { at: T }.waiting_for(), Some(WaitingFor::StartTime));
    assert_eq!(WhyIdle::Draft.waiting_for(), None);
    assert_eq!((WhyIdle::StartTime { at: T }.until(), WhyIdle::NoTrunk.until()), (Some(T), None));
    let shared = WhyWaiting::Campaign { why: Box::new(WhyIdle::RampUp { lines: 1, of: 2, next: T }) };
    assert_eq!(shared.until(), Some(T));
}
