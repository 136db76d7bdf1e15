use std::time::Duration;

use carillon_domain::call::CallPhase;
use carillon_domain::{
    CallOutcome, CallResult, CampaignStatus, ContactState, ContactStatus, FailureCategory, FailureCode,
};
use carillon_store::{CallUnknown, ContactFilter, InterruptScope, Progress, Refusal};

use crate::world::{WS, World, phone};

const BUSY: CallOutcome = CallOutcome::Result(CallResult::Busy);

pub(crate) async fn each_outcome_settles_its_contact(w: World) {
    let results = CallResult::ALL.len();
    let failures = FailureCode::ALL.len();
    let id = w.campaign("c", i64::try_from(results + failures).unwrap()).await;
    for &result in CallResult::ALL {
        let call = w.call(id).await;
        let mut ending = w.ending(call, CallOutcome::Result(result));
        ending.ending.answered_at = Some(ending.now - Duration::from_secs(2));
        ending.turns = Some(serde_json::json!([{ "who": "employee", "text": "Hello" }]));
        ending.recording = Some("recordings/1.wav".into());
        w.store.call_progress(WS, call, Progress::Ringing, w.now()).await.unwrap();
        let finished = w.store.call_finish(ending).await.unwrap();
        assert_eq!(finished.contact, ContactState::Completed { result });
        w.store.call_progress(WS, call, Progress::Answered, w.now()).await.unwrap();
        let record = w.store.call_fetch(WS, call).await.unwrap().unwrap();
        assert_eq!((record.phase, record.outcome), (CallPhase::Ended, Some(CallOutcome::Result(result))));
        assert_eq!((record.sip_status, record.sent, record.late), (Some(486), Some(true), false));
        assert_eq!(record.turns.unwrap()[0]["text"], "Hello");
        assert!(record.ringing_at.is_some() && record.recording.is_some());
    }
    for &code in FailureCode::ALL {
        let call = w.call(id).await;
        let finished = w.finish(call, CallOutcome::Failure(code)).await;
        assert_eq!(finished.contact, ContactState::Failed { code });
        assert_eq!(finished.campaign_done, code == *FailureCode::ALL.last().unwrap());
    }
    let stored = w.store.results(WS, id).await.unwrap();
    assert!(stored.results.values().chain(stored.failures.values()).all(|&n| n == 1));
    assert_eq!((stored.results.len(), stored.failures.len()), (results, failures));
    assert_eq!(stored.categories()[&FailureCategory::Network], 2);
    let totals = w.store.totals(WS, id).await.unwrap();
    assert_eq!(totals.calls, i64::try_from(results + failures).unwrap());
    assert_eq!((totals.answered, totals.talk_ms), (9, 9 * 2_000));
    assert!(totals.first_call_at < totals.last_end_at);
    let campaign = w.store.campaign_fetch(WS, id).await.unwrap().unwrap();
    assert_eq!(campaign.state.status(), CampaignStatus::Completed);
    assert_eq!(
        w.store
            .export_page(WS, id, &ContactFilter::default(), 1, 2)
            .await
            .unwrap()
            .contacts
            .iter()
            .map(|found| found.calls.len())
            .sum::<usize>(),
        2
    );
    w.agrees().await;
}

pub(crate) async fn a_repeated_end_changes_nothing(w: World) {
    let id = w.campaign("c", 2).await;
    let call = w.call(id).await;
    assert!(!w.finish(call, BUSY).await.repeated);
    let again = w.finish(call, CallOutcome::Failure(FailureCode::NoReply)).await;
    assert!(again.repeated);
    assert_eq!(again.contact, ContactState::Completed { result: CallResult::Busy });
    assert_eq!(w.counts(id).await.completed, 1);
    w.agrees().await;
}

pub(crate) async fn put_back_three_times_then_failed(w: World) {
    let id = w.campaign("c", 1).await;
    for n in 1..=3 {
        let call = w.call(id).await;
        let finished = w.finish(call, CallOutcome::PutBack).await;
        assert!(matches!(finished.contact, ContactState::Pending { due: Some(_) }), "{n}: {finished:?}");
        assert!(w.claim(id, 1).await.is_empty(), "it waits");
        assert_eq!(w.store.totals(WS, id).await.unwrap().waiting, 1);
        w.wait(Duration::from_secs(21));
    }
    let call = w.call(id).await;
    let finished = w.finish(call, CallOutcome::PutBack).await;
    let failed = FailureCode::CarrierOverloaded;
    assert_eq!(finished.contact, ContactState::Failed { code: failed });
    let last = w.store.call_fetch(WS, call).await.unwrap().unwrap();
    assert_eq!(last.outcome, Some(CallOutcome::Failure(failed)), "the last call failed");
    assert_eq!(w.store.totals(WS, id).await.unwrap().waiting, 0);
    w.agrees().await;
}

pub(crate) async fn a_retry_rule_makes_the_contact_wait(mut w: World) {
    w.retry = "busy=1x1m".parse().unwrap();
    let id = w.campaign("c", 1).await;
    let call = w.call(id).await;
    let finished = w.finish(call, BUSY).await;
    assert_eq!(finished.contact.status(), ContactStatus::Pending);
    assert!(!finished.campaign_done);
    w.wait(Duration::from_secs(61));
    let call = w.call(id).await;
    let finished = w.finish(call, BUSY).await;
    assert_eq!(finished.contact, ContactState::Completed { result: CallResult::Busy });
    let contact = &w.store.contacts_page(WS, id, 0, 1).await.unwrap()[0];
    assert_eq!((contact.attempts, contact.call), (2, Some(call)));
    w.agrees().await;
}

pub(crate) async fn an_opt_out_blocks_the_number_for_every_campaign(w: World) {
    let (a, b) = (w.campaign("a", 1).await, w.campaign("b", 1).await);
    let claimed = w.claim(b, 1).await;
    let call = w.call(a).await;
    w.finish(call, CallOutcome::Result(CallResult::OptedOut)).await;
    let refused = w.begin(b, &claimed[0]).await.unwrap_err().to_string();
    assert_eq!(refused, Refusal::Blocked.to_string());
    assert_eq!(w.counts(b).await.skipped, 1);
    assert_eq!(w.block(WS, &[phone(1)]).await.added, 0, "it is blocked already");
    w.agrees().await;
}

/// A call whose process died, given up by its next start.
async fn interrupted(w: &World) -> (carillon_domain::CampaignId, carillon_domain::CallId) {
    let id = w.campaign("c", 2).await;
    let call = w.call(id).await;
    w.store.slot_release().await.unwrap();
    w.store.slot_lease("the next process", crate::world::HOUR).await.unwrap();
    let given_up = w.store.calls_interrupt(WS, InterruptScope::OnlyDialer, w.now()).await.unwrap();
    assert_eq!((given_up.calls, given_up.given_up), (1, vec![(id, call)]));
    let contact = &w.store.contacts_page(WS, id, 0, 1).await.unwrap()[0];
    assert_eq!(contact.state, ContactState::Failed { code: FailureCode::Interrupted });
    assert_eq!(w.store.call_fetch(WS, call).await.unwrap().unwrap().phase, CallPhase::Unconfirmed);
    w.agrees().await;
    (id, call)
}

pub(crate) async fn a_late_end_gives_the_true_result(w: World) {
    let (id, call) = interrupted(&w).await;
    w.store.call_recording(WS, call, "recordings/1/2.wav").await.unwrap();
    let record = w.store.call_fetch(WS, call).await.unwrap().unwrap();
    assert_eq!(record.recording.as_deref(), Some("recordings/1/2.wav"), "what was said before it was cut is found");
    let finished = w.finish(call, CallOutcome::Result(CallResult::Success)).await;
    assert_eq!(finished.contact, ContactState::Completed { result: CallResult::Success });
    let record = w.store.call_fetch(WS, call).await.unwrap().unwrap();
    assert!(record.late && record.phase == CallPhase::Ended);
    let counts = w.counts(id).await;
    assert_eq!((counts.failed, counts.completed, counts.pending), (0, 1, 1));
    assert!(w.finish(call, BUSY).await.repeated);
    w.agrees().await;
}

pub(crate) async fn a_late_end_leaves_a_retried_contact_alone(w: World) {
    let (id, call) = interrupted(&w).await;
    let retried = w.store.campaign_retry_failed(WS, id, None, w.now()).await.unwrap();
    assert_eq!(retried.retried, 1);
    // Its number may still be in that call: nobody is rung twice, however soon a person retries.
    let claimed = w.claim(id, 2).await;
    assert_eq!(claimed.iter().map(|c| c.row).collect::<Vec<_>>(), [1, 2]);
    let refused = w.begin(id, &claimed[0]).await.unwrap_err();
    assert!(refused.to_string().contains("may be in progress"), "{refused}");
    let finished = w.finish(call, BUSY).await;
    assert_eq!(finished.contact.status(), ContactStatus::Pending, "the retry stands");
    w.wait(crate::world::HOUR * 24 * 365 * 10);
    let call = w.call(id).await;
    assert_eq!(w.store.call_fetch(WS, call).await.unwrap().unwrap().row, 1, "the number was freed by the late end");
    w.agrees().await;
}

pub(crate) async fn a_withdrawn_call_is_no_attempt(w: World) {
    let id = w.campaign("c", 1).await;
    let call = w.call(id).await;
    let finished = w.store.call_withdraw(WS, call, w.now()).await.unwrap();
    assert!(matches!(finished.contact, ContactState::Pending { due: Some(_) }), "{finished:?}");
    let contact = &w.store.contacts_page(WS, id, 0, 1).await.unwrap()[0];
    assert_eq!((contact.attempts, contact.lease_slot), (0, None));
    let totals = w.store.totals(WS, id).await.unwrap();
    assert_eq!((totals.calls, totals.waiting), (0, 0));
    assert!(w.claim(id, 1).await.is_empty(), "not at once again");
    w.wait(Duration::from_secs(1));
    let call = w.call(id).await;
    w.store.call_withdraw(WS, call, w.now()).await.unwrap();
    w.wait(Duration::from_secs(1));
    assert!(w.claim(id, 1).await.is_empty(), "the second time it waits longer");
    w.wait(Duration::from_secs(1));
    w.call(id).await;
    w.agrees().await;
}

pub(crate) async fn what_was_never_sent_is_no_attempt(mut w: World) {
    w.retry = "failed=1x1m".parse().unwrap();
    let mute = CallOutcome::Failure(FailureCode::SpeechFailed);
    let id = w.campaign("c", 2).await;
    let call = w.call(id).await;
    assert_eq!(w.finish(call, mute).await.contact.status(), ContactStatus::Pending);
    assert_eq!(w.store.totals(WS, id).await.unwrap().waiting, 1);
    w.wait(Duration::from_secs(61));
    let call = w.call(id).await;
    let failed = ContactState::Failed { code: FailureCode::SpeechFailed };
    assert_eq!(w.finish(call, mute).await.contact, failed, "not for ever");
    assert_eq!(w.store.contacts_page(WS, id, 0, 1).await.unwrap()[0].attempts, 0);
    w.agrees().await;
    assert_eq!(w.store.campaign_retry_failed(WS, id, None, w.now()).await.unwrap().retried, 1);
    w.agrees().await;
    w.store.campaign_stop(WS, id, carillon_domain::Actor::CommandLine, w.now()).await.unwrap();
    w.store.stop_settle_pending(WS, w.now()).await.unwrap();
    let page = w.store.contacts_page(WS, id, 0, 2).await.unwrap();
    assert_eq!([&page[0].state, &page[1].state], [&failed, &ContactState::Canceled]);
    w.agrees().await;
}

pub(crate) async fn a_late_end_moves_the_call_counters(w: World) {
    let (id, call) = interrupted(&w).await;
    w.store.campaign_retry_failed(WS, id, None, w.now()).await.unwrap();
    let before = w.store.totals(WS, id).await.unwrap();
    assert_eq!((before.calls, before.answered, before.talk_ms, before.last_end_at), (1, 0, 0, None));
    let mut ending = w.ending(call, CallOutcome::Result(CallResult::Success));
    ending.ending.answered_at = Some(ending.now - Duration::from_millis(1_500));
    let ended_at = ending.ending.ended_at;
    w.store.call_finish(ending).await.unwrap();
    let after = w.store.totals(WS, id).await.unwrap();
    assert_eq!((after.calls, after.answered, after.talk_ms, after.last_end_at), (1, 1, 1_500, Some(ended_at)));
    w.agrees().await;
    // What the counters say without the calls is found.
    w.execute("UPDATE campaign_counts SET answered = answered + 1").await;
    let report = w.store.doctor(WS).await.unwrap();
    assert_eq!(report.findings.iter().map(|f| f.code).collect::<Vec<_>>(), ["counters_calls"]);
}

pub(crate) async fn a_lost_commit_answer_is_resolved(w: World) {
    let id = w.campaign("c", 2).await;
    let claimed = w.claim(id, 2).await;
    let stood = w.begin_request(&w.store, id, &claimed[0]);
    w.store.call_begin(stood.clone()).await.unwrap();
    let did_not = w.begin_request(&w.store, id, &claimed[1]);
    assert_eq!(w.store.call_resolve_unknown(stood).await.unwrap(), CallUnknown::Withdrawn);
    assert_eq!(w.store.call_resolve_unknown(did_not).await.unwrap(), CallUnknown::Released);
    w.wait(Duration::from_secs(1));
    assert_eq!(w.claim(id, 2).await.len(), 2, "both may be called again");
    w.agrees().await;
}
