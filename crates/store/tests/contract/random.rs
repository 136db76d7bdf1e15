use std::time::Duration;

use carillon_domain::{Actor, CallId, CallOutcome, CallResult, CampaignId, FailureCode};
use carillon_store::{BeginError, InterruptScope, Progress};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};

use crate::world::{HOUR, WS, World, contact, phone};

#[derive(Debug, Clone)]
enum Step {
    Import(i64),
    Call,
    Refused(i64),
    End(usize, usize),
    EndTwice(usize),
    Withdraw(usize),
    Pause,
    Resume,
    Stop,
    StopBatch(u32),
    RetryFailed,
    Block(i64),
    Wait(u64),
    Crash,
    Sweep,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        2 => (1i64..60).prop_map(Step::Import),
        14 => Just(Step::Call),
        1 => (1i64..60).prop_map(Step::Refused),
        12 => (0usize..9, 0usize..OUTCOMES.len()).prop_map(|(n, o)| Step::End(n, o)),
        1 => (0usize..9).prop_map(Step::EndTwice),
        2 => (0usize..9).prop_map(Step::Withdraw),
        2 => Just(Step::Pause),
        3 => Just(Step::Resume),
        1 => Just(Step::Stop),
        2 => (1u32..5).prop_map(Step::StopBatch),
        2 => Just(Step::RetryFailed),
        1 => (1i64..60).prop_map(Step::Block),
        3 => (0u64..90).prop_map(Step::Wait),
        1 => Just(Step::Crash),
        1 => Just(Step::Sweep),
    ]
}

const OUTCOMES: [CallOutcome; 8] = [
    CallOutcome::Result(CallResult::Success),
    CallOutcome::Result(CallResult::Busy),
    CallOutcome::Result(CallResult::NoAnswer),
    CallOutcome::Result(CallResult::OptedOut),
    CallOutcome::Failure(FailureCode::CarrierFault),
    CallOutcome::Failure(FailureCode::NumberNotFound),
    CallOutcome::PutBack,
    // Of this one nothing is ever sent.
    CallOutcome::Failure(FailureCode::SpeechFailed),
];

/// Whatever is done in whatever order, after each step rows, counters, events, calls and numbers agree, and no contact is lost.
pub(crate) async fn counts_rows_and_events_agree_whatever_happens(mut w: World) {
    w.retry = "busy=1x30s,no_answer=2x10s,failed=1x5s".parse().unwrap();
    let mut runner = TestRunner::new(Config::default());
    for round in 0..6 {
        let steps = prop::collection::vec(step(), 40).new_tree(&mut runner).unwrap().current();
        let id = w.campaign(&format!("c{round}"), 12).await;
        let mut calls = Vec::new();
        let mut rows = 12;
        for (n, step) in steps.iter().enumerate() {
            apply(&w, id, step, &mut calls, &mut rows).await;
            let report = w.store.doctor(WS).await.unwrap();
            assert!(report.findings.is_empty(), "after step {n} of {steps:?}: {:#?}", report.findings);
            assert_eq!(w.counts(id).await.total(), rows, "after step {n} of {steps:?}");
        }
    }
}

#[expect(clippy::too_many_lines, reason = "one arm for each kind of step")]
async fn apply(w: &World, id: CampaignId, step: &Step, calls: &mut Vec<CallId>, rows: &mut i64) {
    let now = w.now();
    // Controls may be refused by the campaign's state; what they do when they are is part of the test.
    match step {
        Step::Import(row) => {
            let new = carillon_store::NewContact { phone: Some(phone(row % 20)), ..contact(*row) };
            if let Ok(batch) = w.store.contacts_import(WS, id, vec![new], now).await {
                *rows += batch.added.total();
            }
        }
        Step::Call => {
            for contact in w.claim(id, 1).await {
                match w.begin(id, &contact).await {
                    Ok((call, _)) => calls.push(call),
                    Err(BeginError::Refused(_)) => {}
                    Err(error) => panic!("{error}"),
                }
            }
        }
        Step::Refused(row) => refused(w, id, *row).await,
        Step::End(n, outcome) if *n < calls.len() => {
            let call = calls.swap_remove(*n);
            let mut ending = w.ending(call, OUTCOMES[*outcome]);
            match outcome {
                0 => ending.ending.answered_at = Some(ending.now - Duration::from_micros(2_345_678)),
                3 => w.store.call_progress(WS, call, Progress::Answered, now).await.unwrap(),
                _ => {}
            }
            w.store.call_finish(ending).await.unwrap();
        }
        Step::EndTwice(n) if *n < calls.len() => {
            let call = calls.swap_remove(*n);
            w.finish(call, OUTCOMES[0]).await;
            assert!(w.finish(call, OUTCOMES[4]).await.repeated);
        }
        Step::Withdraw(n) if *n < calls.len() => {
            let call = calls.swap_remove(*n);
            w.store.call_withdraw(WS, call, now).await.unwrap();
        }
        Step::End(..) | Step::EndTwice(_) | Step::Withdraw(_) => {}
        Step::Pause => drop(w.store.campaign_pause(WS, id, Actor::Carillon, "", now).await),
        Step::Resume => drop(w.store.campaign_resume(WS, id, None, now).await),
        Step::Stop => drop(w.store.campaign_stop(WS, id, Actor::CommandLine, now).await),
        Step::StopBatch(max) => {
            let state = w.store.campaign_fetch(WS, id).await.unwrap().unwrap().state;
            if matches!(state, carillon_domain::CampaignState::Canceled { .. }) {
                w.store.stop_settle_batch(WS, id, *max, now).await.unwrap();
            }
        }
        Step::RetryFailed => drop(w.store.campaign_retry_failed(WS, id, None, now).await),
        Step::Block(n) => {
            w.block(WS, &[phone(n % 20)]).await;
        }
        Step::Wait(secs) => w.wait(Duration::from_secs(*secs)),
        Step::Crash => {
            // A new holder of the slot gives up what its predecessor left; the ends of those calls still come, late.
            w.store.slot_release().await.unwrap();
            w.store.slot_lease("heir", HOUR).await.unwrap();
            w.store.calls_interrupt(WS, InterruptScope::OnlyDialer, now).await.unwrap();
        }
        Step::Sweep => {
            w.store.campaigns_sweep(WS, now).await.unwrap();
        }
    }
}

/// A contact that nobody has claimed, and that may not exist.
async fn refused(w: &World, id: CampaignId, row: i64) {
    let not_ours = carillon_store::Claimed {
        row,
        phone: phone(row),
        first_name: String::new(),
        last_name: String::new(),
        properties: Default::default(),
        attempted: Default::default(),
    };
    w.begin(id, &not_ours).await.unwrap_err();
}
