use std::time::{Duration, Instant};

use carillon_domain::call::CallPhase;
use carillon_domain::campaign::{CampaignSettings, Gate};
use carillon_domain::policy::CallOrder;
use carillon_domain::{Actor, CallOutcome, CallResult, ContactState, SkipReason};
use carillon_store::{BeginError, EventKind, Refusal};

use crate::world::{WS, World, contacts, phone};

fn refusal<T: std::fmt::Debug>(result: Result<T, BeginError>) -> Refusal {
    match result {
        Err(BeginError::Refused(refusal)) => refusal,
        other => panic!("not refused: {other:?}"),
    }
}

pub(crate) async fn a_claimed_contact_is_called_once_and_its_call_is_on_record(w: World) {
    let id = w.campaign("c", 3).await;
    let claimed = w.claim(id, 2).await;
    assert_eq!(claimed.iter().map(|c| c.row).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(claimed[0].properties["city"], "Town 1\n\"quoted\"");
    let before = Instant::now();
    let (call, begun) = w.begin(id, &claimed[0]).await.unwrap();
    assert!(begun.committed >= before && begun.committed <= Instant::now());
    assert_eq!(
        refusal(w.begin(id, &claimed[0]).await),
        Refusal::LiveCall { again_at: w.now() + Duration::from_secs(5) - Duration::from_millis(1) }
    );
    let record = w.store.call_fetch(WS, call).await.unwrap().unwrap();
    assert_eq!((record.row, record.phone, record.phase), (1, phone(1), CallPhase::Placing));
    assert_eq!(record.decision, serde_json::json!({ "why": "ready" }));
    let counts = w.counts(id).await;
    assert_eq!((counts.pending, counts.in_progress), (2, 1));
    let kinds: Vec<_> = w.store.events_page(WS, Some(id), 0, 100).await.unwrap().iter().map(|e| e.kind).collect();
    use EventKind::{CallBegun, CampaignCreated, CampaignState, Imported};
    assert_eq!(kinds, [CampaignCreated, Imported, CampaignState, CallBegun]);
    assert_eq!(w.store.calls_live(WS).await.unwrap().len(), 1);
    w.agrees().await;
}

pub(crate) async fn a_blocked_number_is_never_called(w: World) {
    let id = w.campaign("c", 2).await;
    let claimed = w.claim(id, 2).await;
    w.block(WS, &[phone(1)]).await;
    assert_eq!(refusal(w.begin(id, &claimed[0]).await), Refusal::Blocked);
    let page = w.store.contacts_page(WS, id, 0, 1).await.unwrap();
    assert_eq!(page[0].state, ContactState::Skipped { reason: SkipReason::DoNotCall });
    w.agrees().await;
    assert!(w.store.number_unblock(WS, phone(1), "Ana", "mistake", w.now()).await.unwrap());
    // Blocked during the call that is then put back: skipped, too.
    let (call, _) = w.begin(id, &claimed[1]).await.unwrap();
    w.block(WS, &[phone(2)]).await;
    let finished = w.finish(call, CallOutcome::PutBack).await;
    assert_eq!(finished.contact, ContactState::Skipped { reason: SkipReason::DoNotCall });
    assert!(finished.campaign_done);
    w.agrees().await;
}

pub(crate) async fn a_number_is_called_by_one_campaign_at_a_time(w: World) {
    let (a, b) = (w.campaign("a", 1).await, w.campaign("b", 1).await);
    let call = w.call(a).await;
    let claimed = w.claim(b, 1).await;
    let Refusal::LiveCall { again_at } = refusal(w.begin(b, &claimed[0]).await) else { panic!("another refusal") };
    assert!(w.claim(b, 1).await.is_empty(), "it waits");
    assert_eq!(w.store.contacts_next_due(WS, b).await.unwrap(), Some(again_at));
    assert_eq!(w.store.totals(WS, b).await.unwrap().waiting, 0, "it waits for no further attempt, it had none");
    w.finish(call, CallOutcome::Result(CallResult::NoAnswer)).await;
    w.wait(Duration::from_secs(31));
    w.call(b).await;
    w.agrees().await;
}

pub(crate) async fn a_closed_gate_refuses_and_keeps_the_contact(w: World) {
    let id = w.campaign("c", 2).await;
    let claimed = w.claim(id, 1).await;
    w.store.campaign_pause(WS, id, Actor::CommandLine, "lunch", w.now()).await.unwrap();
    assert_eq!(refusal(w.begin(id, &claimed[0]).await), Refusal::Gate(Gate::Closed));
    assert!(w.store.calls_live(WS).await.unwrap().is_empty());
    w.agrees().await;
    w.store.campaign_resume(WS, id, None, w.now()).await.unwrap();
    assert_eq!(w.claim(id, 2).await.len(), 2, "the refused one is free again");
    w.store.campaign_stop(WS, id, Actor::CommandLine, w.now()).await.unwrap();
    assert_eq!(refusal(w.begin(id, &claimed[0]).await), Refusal::Gate(Gate::Canceled));
    w.agrees().await;
}

pub(crate) async fn a_lost_lease_refuses(w: World) {
    let id = w.campaign("c", 2).await;
    let claimed = w.claim(id, 2).await;
    assert_eq!(w.store.contacts_release(WS, id, &[1, 2, 3]).await.unwrap(), 2);
    assert_eq!(refusal(w.begin(id, &claimed[0]).await), Refusal::LeaseLost);
    let again = w.claim(id, 1).await;
    assert_eq!(again[0].row, 1);
    let mut wrong = again[0].clone();
    wrong.phone = phone(77);
    assert_eq!(refusal(w.begin(id, &wrong).await), Refusal::LeaseLost, "never another number than the contact's");
    w.begin(id, &again[0]).await.unwrap();
    w.agrees().await;
}

pub(crate) async fn leases_that_nobody_knows_of_are_given_back(w: World) {
    let (id, other) = (w.campaign("c", 6).await, w.campaign("d", 1).await);
    let another = w.process(crate::world::HOUR).await;
    let theirs = another.contacts_claim(WS, id, 1, w.now()).await.unwrap();
    let claimed = w.claim(id, 3).await;
    w.claim(other, 1).await;
    w.begin(id, &claimed[0]).await.unwrap();
    // Row 2 is in a call, 3 is known, 4 is not: a failed claim may have left it so.
    assert_eq!(w.store.leases_reconcile(WS, id, &[3]).await.unwrap(), 1);
    let slots: Vec<_> = w.store.contacts_page(WS, id, 0, 9).await.unwrap().iter().map(|c| c.lease_slot).collect();
    let slot = |store: &carillon_store::Store| store.slot().map(|s| i64::from(s.slot));
    assert_eq!(slots, [slot(&another), None, slot(&w.store), None, None, None]);
    assert_eq!(w.store.contacts_page(WS, other, 0, 1).await.unwrap()[0].lease_slot, slot(&w.store));
    assert_eq!(w.store.leases_reconcile(WS, id, &[]).await.unwrap(), 1);
    another.call_begin(w.begin_request(&another, id, &theirs[0])).await.unwrap();
    w.agrees().await;
}

pub(crate) async fn order_and_due_times_decide_who_is_claimed(mut w: World) {
    w.retry = "busy=1x1m".parse().unwrap();
    let settings = CampaignSettings { order: CallOrder::NewestFirst, ..Default::default() };
    let id = w.draft("c", settings).await;
    w.store.contacts_import(WS, id, contacts(1, 4), w.now()).await.unwrap();
    w.store.campaign_start(WS, id, None, w.now()).await.unwrap();
    let claimed = w.claim(id, 2).await;
    assert_eq!(claimed.iter().map(|c| c.row).collect::<Vec<_>>(), [4, 3]);
    let (call, _) = w.begin(id, &claimed[1]).await.unwrap();
    w.finish(call, CallOutcome::Result(CallResult::Busy)).await;
    assert_eq!(w.claim(id, 1).await[0].row, 2);
    w.wait(Duration::from_secs(61));
    let claimed = w.claim(id, 5).await;
    assert_eq!(claimed.iter().map(|c| c.row).collect::<Vec<_>>(), [3, 1], "due ones come first");
    assert_eq!(claimed[0].attempted.attempts, 1);
}
