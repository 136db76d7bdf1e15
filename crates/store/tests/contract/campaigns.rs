use std::time::Duration;

use carillon_domain::campaign::CampaignSettings;
use carillon_domain::employee::Employee;
use carillon_domain::trunk::TrunkSettings;
use carillon_domain::{
    Actor, CallOutcome, CallResult, CampaignState, CampaignStatus, ContactState, ContactStatus, FailureCode,
    WaitingFor, WorkspaceId,
};
use carillon_store::{SETTLE_BATCH, StoreError};

use crate::world::{HOUR, WS, World, contact, contacts, phone};

const BUSY: CallOutcome = CallOutcome::Result(CallResult::Busy);
const FAILED: CallOutcome = CallOutcome::Failure(FailureCode::CarrierFault);
const ME: Actor = Actor::CommandLine;

pub(crate) async fn controls_do_what_the_table_allows(w: World) {
    let id = w.draft("c", CampaignSettings::default()).await;
    w.store.contacts_import(WS, id, contacts(1, 2), w.now()).await.unwrap();
    let refused = w.store.campaign_pause(WS, id, ME, "", w.now()).await.unwrap_err();
    assert_eq!(refused.to_string(), "a campaign can't go from Draft to Paused");
    let state = w.store.campaign_start(WS, id, Some(WaitingFor::Dialer), w.now()).await.unwrap();
    assert_eq!(state, CampaignState::Queued { waiting_for: WaitingFor::Dialer });
    assert!(w.store.campaign_start(WS, id, None, w.now()).await.is_err());
    let state = w.store.campaign_pause(WS, id, ME, "lunch", w.now()).await.unwrap();
    assert_eq!(state, CampaignState::Paused { by: ME, why: "lunch".into() });
    let twice = w.store.campaign_pause(WS, id, Actor::User("Bob".into()), "", w.now()).await.unwrap();
    assert_eq!(twice, state, "the second of two presses changes nothing");
    let state = w.store.campaign_resume(WS, id, None, w.now()).await.unwrap();
    assert_eq!(state, CampaignState::Running { waiting_for: None });
    assert_eq!(w.store.campaigns_running(WS).await.unwrap().len(), 1);
    assert!(!w.store.campaign_complete_if_done(WS, id, w.now()).await.unwrap());
    assert_eq!(w.store.campaign_stop(WS, id, ME, w.now()).await.unwrap().status(), CampaignStatus::Canceled);
    assert!(w.store.campaign_resume(WS, id, None, w.now()).await.is_err());
    let late = w.store.contacts_import(WS, id, vec![contact(3)], w.now()).await.unwrap_err();
    assert_eq!(late.code(), "invalid_transition");
    let gone = w.store.campaign_start(WS, carillon_domain::CampaignId::from_raw(5), None, w.now()).await;
    assert!(matches!(gone, Err(StoreError::NotFound { .. })));
    w.agrees().await;
}

pub(crate) async fn stop_settles_in_batches_and_meets_a_call_in_progress(mut w: World) {
    w.retry = "busy=3x1m".parse().unwrap();
    let id = w.campaign("c", 12).await;
    // One waits after busy, one was put back, one call will fail after Stop, one is withdrawn after it, one is claimed.
    let busy = w.call(id).await;
    w.finish(busy, BUSY).await;
    let put_back = w.call(id).await;
    w.finish(put_back, CallOutcome::PutBack).await;
    let (ending, withdrawn) = (w.call(id).await, w.call(id).await);
    w.claim(id, 1).await;
    let early = w.store.stop_settle_batch(WS, id, 4, w.now()).await.unwrap();
    assert_eq!(early.settled, 0, "before Stop it takes nobody");
    w.store.campaign_stop(WS, id, ME, w.now()).await.unwrap();
    let first = w.store.stop_settle_batch(WS, id, 4, w.now()).await.unwrap();
    assert_eq!((first.settled, first.remaining), (4, 6));
    w.agrees().await;
    assert_eq!(w.finish(ending, BUSY).await.contact, ContactState::Completed { result: CallResult::Busy });
    assert_eq!(w.store.call_withdraw(WS, withdrawn, w.now()).await.unwrap().contact, ContactState::Canceled);
    assert_eq!(w.store.stop_settle_pending(WS, w.now()).await.unwrap(), 6);
    assert_eq!(w.store.stop_settle_pending(WS, w.now()).await.unwrap(), 0);
    let counts = w.counts(id).await;
    assert_eq!((counts.pending, counts.in_progress), (0, 0));
    assert_eq!((counts.completed, counts.failed, counts.canceled), (2, 1, 9));
    let page = w.store.contacts_page(WS, id, 0, 3).await.unwrap();
    assert_eq!(page[0].state, ContactState::Completed { result: CallResult::Busy });
    assert_eq!(page[1].state, ContactState::Failed { code: FailureCode::CarrierOverloaded });
    assert_eq!(w.store.totals(WS, id).await.unwrap().waiting, 0);
    assert_eq!(w.store.campaign_fetch(WS, id).await.unwrap().unwrap().state.status(), CampaignStatus::Canceled);
    w.agrees().await;
}

pub(crate) async fn a_stop_left_by_a_dead_process_is_finished_by_another(w: World) {
    let id = w.campaign("c", 10).await;
    let dead = w.process(HOUR).await;
    dead.campaign_stop(WS, id, ME, w.now()).await.unwrap();
    dead.stop_settle_batch(WS, id, 3, w.now()).await.unwrap();
    dead.close().await;
    assert_eq!(w.store.stop_settle_pending(WS, w.now()).await.unwrap(), 7);
    assert_eq!(w.counts(id).await.canceled, 10);
    w.agrees().await;
}

pub(crate) async fn retry_failed_on_each_status(w: World) {
    let id = w.campaign("c", 3).await;
    let status = async || w.store.campaign_fetch(WS, id).await.unwrap().unwrap().state.status();
    // Running.
    let nothing = w.store.campaign_retry_failed(WS, id, None, w.now()).await.unwrap();
    assert_eq!((nothing.retried, nothing.state.status()), (0, CampaignStatus::Running));
    let call = w.call(id).await;
    w.finish(call, FAILED).await;
    assert_eq!(w.store.campaign_retry_failed(WS, id, None, w.now()).await.unwrap().retried, 1);
    assert_eq!(w.store.totals(WS, id).await.unwrap().waiting, 1);
    assert!(w.store.results(WS, id).await.unwrap().failures.is_empty());
    // Paused: stays so.
    let call = w.call(id).await;
    w.finish(call, FAILED).await;
    w.store.campaign_pause(WS, id, ME, "", w.now()).await.unwrap();
    assert_eq!(w.store.campaign_retry_failed(WS, id, None, w.now()).await.unwrap().retried, 1);
    assert_eq!(status().await, CampaignStatus::Paused);
    w.agrees().await;
    // Completed: goes again, and the gate with it.
    w.store.campaign_resume(WS, id, None, w.now()).await.unwrap();
    for _ in 0..3 {
        let call = w.call(id).await;
        w.finish(call, FAILED).await;
    }
    assert_eq!(status().await, CampaignStatus::Completed);
    let retried = w.store.campaign_retry_failed(WS, id, Some(WaitingFor::Line), w.now()).await.unwrap();
    assert_eq!((retried.retried, retried.state.status()), (3, CampaignStatus::Queued));
    assert!(w.store.campaign_fetch(WS, id).await.unwrap().unwrap().ended_at.is_none());
    w.agrees().await;
    let call = w.call(id).await;
    w.finish(call, FAILED).await;
    // Queued: stays so.
    assert_eq!(w.store.campaign_retry_failed(WS, id, None, w.now()).await.unwrap().retried, 1);
    assert_eq!(status().await, CampaignStatus::Queued);
    // Canceled: refused.
    let call = w.call(id).await;
    w.finish(call, FAILED).await;
    w.store.campaign_stop(WS, id, ME, w.now()).await.unwrap();
    assert!(w.store.campaign_retry_failed(WS, id, None, w.now()).await.is_err());
    w.agrees().await;
}

pub(crate) async fn retry_failed_in_batches_does_not_complete_early(w: World) {
    let id = w.draft("c", CampaignSettings::default()).await;
    w.store.contacts_import(WS, id, contacts(1, 5_020), w.now()).await.unwrap();
    w.store.campaign_start(WS, id, None, w.now()).await.unwrap();
    let claimed = w.claim(id, 5_020).await;
    let mut tasks = tokio::task::JoinSet::new();
    for contact in claimed {
        let begin = w.begin_request(&w.store, id, &contact);
        let (store, finish) = (w.store.clone(), w.ending(begin.call, FAILED));
        tasks.spawn(async move {
            store.call_begin(begin).await.unwrap();
            store.call_finish(finish).await.unwrap();
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
    w.store.campaigns_sweep(WS, w.now()).await.unwrap();
    assert_eq!(w.counts(id).await.failed, 5_020);
    let retried = w.store.campaign_retry_failed(WS, id, None, w.now()).await.unwrap();
    assert_eq!((retried.retried, retried.remaining), (5_000, 20));
    let other = w.campaign("another", 1).await;
    let none = w.store.retry_settle_batch(WS, other, 9, w.now()).await.unwrap();
    assert_eq!((none.retried, none.remaining), (0, 0), "one campaign's batch is not another's");
    let first = w.store.retry_settle_batch(WS, id, 8, w.now()).await.unwrap();
    assert_eq!((first.retried, first.remaining), (8, 12));
    let last = w.store.retry_settle_batch(WS, id, SETTLE_BATCH, w.now()).await.unwrap();
    assert_eq!((last.retried, last.remaining), (12, 0));
    assert_eq!(w.store.retry_settle_pending(WS, w.now()).await.unwrap(), 0);
    assert_eq!(w.counts(id).await.pending, 5_020);
    w.agrees().await;
}

pub(crate) async fn two_finishers_complete_the_campaign(w: World) {
    let other = w.process(HOUR).await;
    for round in 0..10 {
        let id = w.campaign(&format!("c{round}"), 2).await;
        let claimed = w.claim(id, 2).await;
        let mut tasks = Vec::new();
        for (contact, store) in claimed.iter().zip([w.store.clone(), other.clone()]) {
            let (call, _) = w.begin(id, contact).await.unwrap();
            let finish = w.ending(call, BUSY);
            tasks.push(tokio::spawn(async move { store.call_finish(finish).await.unwrap().campaign_done }));
        }
        let mut done = 0;
        for task in tasks {
            done += i32::from(task.await.unwrap());
        }
        assert_eq!(done, 1, "round {round}: just one of the two completes it");
    }
    w.agrees().await;
}

pub(crate) async fn names_are_unique_and_lists_page(w: World) {
    let ids = [w.campaign("a", 1).await, w.campaign("b", 1).await, w.campaign("c", 1).await];
    let new = w.store.campaign_by_name(WS, "b").await.unwrap().unwrap();
    assert_eq!((new.id, new.property_names.as_slice()), (ids[1], ["city".to_owned()].as_slice()));
    let again = carillon_store::NewCampaign {
        workspace: WS,
        id: w.store.next_id(w.now()).unwrap(),
        name: "b".into(),
        employee: w.employee,
        trunk: w.trunk,
        settings: CampaignSettings::default(),
        file_hash: None,
        property_names: vec![],
        now: w.now(),
    };
    let refused = w.store.campaign_create(again).await.unwrap_err();
    assert!(matches!(&refused, StoreError::NameTaken { name, .. } if name == "b"), "{refused}");
    let page = w.store.campaign_list(WS, None, 2).await.unwrap();
    assert_eq!(page.iter().map(|c| c.id).collect::<Vec<_>>(), [ids[2], ids[1]]);
    let page = w.store.campaign_list(WS, Some(ids[1]), 2).await.unwrap();
    assert_eq!(page.iter().map(|c| c.id).collect::<Vec<_>>(), [ids[0]]);
}

pub(crate) async fn a_workspace_never_sees_anothers_rows(w: World) {
    let id = w.campaign("c", 2).await;
    let call = w.call(id).await;
    let other = WorkspaceId::from_raw(2);
    assert_eq!(w.store.campaign_fetch(other, id).await.unwrap(), None);
    assert_eq!(w.store.campaign_by_name(other, "c").await.unwrap(), None);
    assert!(w.store.campaign_list(other, None, 9).await.unwrap().is_empty());
    assert_eq!(w.store.call_fetch(other, call).await.unwrap(), None);
    assert!(w.store.contacts_page(other, id, 0, 9).await.unwrap().is_empty());
    assert!(w.store.events_page(other, Some(id), 0, 9).await.unwrap().is_empty());
    assert!(w.store.contacts_claim(other, id, 9, w.now()).await.unwrap().is_empty());
    assert_eq!(w.store.employee_fetch(other, w.employee).await.unwrap(), None);
    assert_eq!(w.store.trunk_fetch(other, w.trunk).await.unwrap(), None);
    assert_eq!(w.store.counts(other, id).await.unwrap().total(), 0);
    assert!(w.store.campaign_stop(other, id, ME, w.now()).await.is_err());
    assert!(w.store.contacts_import(other, id, vec![contact(9)], w.now()).await.is_err());
    let mut foreign = w.ending(call, BUSY);
    foreign.workspace = other;
    assert!(w.store.call_finish(foreign).await.is_err());
    // A block there does not block here, and the same id may exist there.
    w.block(other, &[phone(2)]).await;
    w.call(id).await;
    w.draft_in(other, "c", CampaignSettings::default()).await;
    assert_eq!(w.counts(id).await.in_progress, 2);
    w.agrees().await;
}

pub(crate) async fn employees_are_versioned_and_trunks_replaced(w: World) {
    let mut ava = Employee::sample();
    assert_eq!(w.store.employee_put(WS, &ava, w.now()).await.unwrap(), w.employee, "unchanged: the same version");
    ava.closing = "Bye.".into();
    let second = w.store.employee_put(WS, &ava, w.now()).await.unwrap();
    assert_eq!((second.id, second.version), (w.employee.id, 2));
    assert_eq!(w.store.employee_by_name(WS, "Ava").await.unwrap().unwrap().employee, ava);
    let pinned = w.store.employee_fetch(WS, w.employee).await.unwrap().unwrap();
    assert_eq!(pinned.employee, Employee::sample());
    let settings = TrunkSettings::from_uri("sip:carrier.example:5061;transport=tcp").unwrap();
    assert_eq!(w.store.trunk_put(WS, "practice", &settings, w.now()).await.unwrap(), w.trunk);
    assert_eq!(w.store.trunk_fetch(WS, w.trunk).await.unwrap().unwrap().settings, settings);
    assert_eq!(w.store.trunk_list(WS).await.unwrap().len(), 1);
}

pub(crate) async fn paused_time_and_waiting_are_noted(w: World) {
    let id = w.campaign("c", 1).await;
    let fetch = async || w.store.campaign_fetch(WS, id).await.unwrap().unwrap();
    w.store.campaign_pause(WS, id, ME, "", w.now()).await.unwrap();
    w.wait(HOUR);
    w.store.campaign_resume(WS, id, Some(WaitingFor::Line), w.now()).await.unwrap();
    let paused = fetch().await.paused;
    assert!(paused >= HOUR && paused < HOUR + Duration::from_secs(1), "{paused:?}");
    let waiting = w.store.campaign_set_waiting(WS, id, Some(WaitingFor::Trunk), w.now()).await.unwrap();
    assert_eq!(waiting, CampaignState::Queued { waiting_for: WaitingFor::Trunk });
    w.store.campaign_set_waiting(WS, id, None, w.now()).await.unwrap();
    w.store.campaign_set_waiting(WS, id, Some(WaitingFor::NextAttempt), w.now()).await.unwrap();
    let running = CampaignState::Running { waiting_for: Some(WaitingFor::NextAttempt) };
    assert_eq!(fetch().await.state, running, "a Running campaign never falls back to Queued");
    let call = w.call(id).await;
    let finished = w.finish(call, BUSY).await;
    assert_eq!((finished.contact.status(), finished.campaign_done), (ContactStatus::Completed, true));
    let done = w.store.campaign_set_waiting(WS, id, None, w.now()).await.unwrap();
    assert_eq!(done.status(), CampaignStatus::Completed, "left alone");
}
