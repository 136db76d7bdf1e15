use std::time::Duration;

use carillon_domain::{Actor, CallOutcome, CallResult, ContactStatus, FailureCode, Timestamp};
use carillon_store::{BeginError, InterruptScope, Refusal, StoreError};

use crate::world::{HOUR, WS, World};

pub(crate) async fn a_dead_process_is_given_up_by_another(w: World) {
    let id = w.campaign("c", 4).await;
    let dead = w.process(HOUR).await;
    let claimed = dead.contacts_claim(WS, id, 2, w.now()).await.unwrap();
    let begin = w.begin_request(&dead, id, &claimed[0]);
    let call = begin.call;
    dead.call_begin(begin).await.unwrap();
    let own = w.call(id).await;
    let none = w.store.calls_interrupt(WS, InterruptScope::DeadSlots, w.now()).await.unwrap();
    assert_eq!((none.calls, none.released), (0, 0), "its lease still runs");
    w.run_out(&dead).await;
    let found = w.store.calls_interrupt(WS, InterruptScope::DeadSlots, w.now()).await.unwrap();
    assert_eq!((found.calls, found.released), (1, 1));
    let again = w.store.calls_interrupt(WS, InterruptScope::DeadSlots, w.now()).await.unwrap();
    assert_eq!((again.calls, again.released), (0, 0));
    assert!(!dead.slot_renew(HOUR).await.unwrap(), "it must stop placing calls");
    let lost = dead.contacts_claim(WS, id, 1, w.now()).await.unwrap_err();
    assert!(matches!(lost, StoreError::SlotLost { .. }), "{lost}");
    let refused = dead.call_begin(w.begin_request(&dead, id, &claimed[1])).await.unwrap_err();
    assert!(matches!(refused, BeginError::Store(StoreError::SlotLost { .. })), "{refused}");
    assert!(w.store.calls_live(WS).await.unwrap().iter().all(|c| c.id == own));
    let failures = w.store.results(WS, id).await.unwrap().failures;
    assert_eq!(failures, [(FailureCode::Interrupted, 1)].into());
    w.agrees().await;
    // Its true ending is taken whenever it comes.
    let finished = dead.call_finish(w.ending(call, CallOutcome::Result(CallResult::Success))).await.unwrap();
    assert_eq!(finished.contact.status(), ContactStatus::Completed);
    w.agrees().await;
}

pub(crate) async fn the_only_dialer_takes_over_everything(w: World) {
    let id = w.campaign("c", 5).await;
    let dead = w.process(HOUR).await;
    let claimed = dead.contacts_claim(WS, id, 3, w.now()).await.unwrap();
    for contact in &claimed[..2] {
        dead.call_begin(w.begin_request(&dead, id, contact)).await.unwrap();
    }
    dead.close().await;
    let found = w.store.calls_interrupt(WS, InterruptScope::OnlyDialer, w.now()).await.unwrap();
    assert_eq!((found.calls, found.released), (2, 1));
    let counts = w.counts(id).await;
    assert_eq!((counts.failed, counts.pending), (2, 3));
    w.agrees().await;
}

pub(crate) async fn a_stale_holder_of_a_slot_is_fenced_off(w: World) {
    let id = w.campaign("c", 3).await;
    let stale = w.process(HOUR).await;
    let claimed = stale.contacts_claim(WS, id, 2, w.now()).await.unwrap();
    let begin = w.begin_request(&stale, id, &claimed[0]);
    stale.call_begin(begin).await.unwrap();
    let old = stale.slot().unwrap();
    w.run_out(&stale).await;
    let heir = w.process(HOUR).await;
    let new = heir.slot().unwrap();
    assert_eq!((new.slot, new.fence), (old.slot, old.fence + 1));
    assert!(!stale.slot_renew(HOUR).await.unwrap());
    let found = heir.calls_interrupt(WS, InterruptScope::DeadSlots, w.now()).await.unwrap();
    assert_eq!((found.calls, found.released), (1, 1), "what its predecessor left is its to give up");
    let refused = stale.call_begin(w.begin_request(&stale, id, &claimed[1])).await.unwrap_err();
    assert!(matches!(refused, BeginError::Store(StoreError::SlotLost { .. })), "{refused}");
    let own = heir.contacts_claim(WS, id, 1, w.now()).await.unwrap();
    heir.call_begin(w.begin_request(&heir, id, &own[0])).await.unwrap();
    let none = heir.calls_interrupt(WS, InterruptScope::DeadSlots, w.now()).await.unwrap();
    assert_eq!(none.calls, 0, "never its own");
    w.agrees().await;
}

/// A frozen dialing process wakes up after a short command was given its slot, which gave up nothing of it.
pub(crate) async fn a_taken_slot_begins_no_more_calls(w: World) {
    let id = w.campaign("c", 3).await;
    let dialing = w.process(HOUR).await;
    let claimed = dialing.contacts_claim(WS, id, 2, w.now()).await.unwrap();
    let begin = w.begin_request(&dialing, id, &claimed[0]);
    let call = begin.call;
    dialing.call_begin(begin).await.unwrap();
    w.run_out(&dialing).await;
    let command = w.process(HOUR).await;
    assert_eq!(command.slot().unwrap().slot, dialing.slot().unwrap().slot);
    let refused = dialing.call_begin(w.begin_request(&dialing, id, &claimed[1])).await.unwrap_err();
    assert!(matches!(refused, BeginError::Store(StoreError::SlotLost { .. })), "{refused}");
    assert!(!dialing.slot_renew(HOUR).await.unwrap());
    assert_eq!(dialing.contacts_release(WS, id, &[2]).await.unwrap(), 1, "what it holds it may still give back");
    let finished = dialing.call_finish(w.ending(call, CallOutcome::Result(CallResult::Busy))).await.unwrap();
    assert_eq!(finished.contact.status(), ContactStatus::Completed, "what it has begun it may still end");
    w.agrees().await;
}

/// Placing stops before the lease ends, and goes on when it is renewed.
pub(crate) async fn a_lease_about_to_end_places_nothing(w: World) {
    let id = w.campaign("c", 2).await;
    let claimed = w.claim(id, 1).await;
    assert!(w.store.slot_renew(Duration::from_secs(2)).await.unwrap());
    w.set_lease(&w.store, i64::MAX).await;
    let late = w.store.contacts_claim(WS, id, 1, w.now()).await.unwrap_err();
    assert!(matches!(late, StoreError::SlotLost { .. }), "{late}");
    let late = w.begin(id, &claimed[0]).await.unwrap_err();
    assert!(matches!(late, BeginError::Store(StoreError::SlotLost { .. })), "{late}");
    assert!(w.store.slot_renew(HOUR).await.unwrap());
    w.begin(id, &claimed[0]).await.unwrap();
    w.agrees().await;
}

/// A renewal must not wait behind a database that does not answer.
pub(crate) async fn a_renewal_does_not_wait_for_ever(w: World) {
    let late = w.while_locked(w.store.slot_renew(Duration::from_millis(300))).await.unwrap_err();
    assert!(matches!(late, StoreError::NoAnswer(_)), "{late}");
    assert!(w.store.slot_renew(HOUR).await.unwrap());
}

pub(crate) async fn ids_are_63_bits_and_rise_over_restarts(w: World) {
    let id = w.campaign("c", 1).await;
    let call = w.call(id).await;
    assert!(call.raw() > 1 << 52, "an id needs all its bits: {}", call.raw());
    let record = w.store.call_fetch(WS, call).await.unwrap().unwrap();
    assert_eq!((record.id, record.campaign), (call, id));
    assert_eq!(call.to_string().parse(), Ok(call));
    w.store.slot_release().await.unwrap();
    assert!(matches!(w.store.next_id::<carillon_domain::ids::Call>(w.now()), Err(StoreError::NoSlot)));
    let slot = w.store.slot_lease("next", HOUR).await.unwrap();
    assert_eq!((slot.slot, slot.fence), (1, 2));
    // The clock went back; the slot's row remembers.
    let next: carillon_domain::CallId = w.store.next_id(Timestamp::from_secs(1_600_000_000)).unwrap();
    assert!(next > call);
}

pub(crate) async fn a_second_process_pauses_while_the_first_calls(w: World) {
    let id = w.campaign("c", 2_000).await;
    let claimed = w.claim(id, 2_000).await;
    let other = w.process(HOUR).await;
    let paused = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let mut tasks = tokio::task::JoinSet::new();
    let claimed = std::sync::Arc::new(std::sync::Mutex::new(claimed));
    for _ in 0..20 {
        let (store, claimed, paused) = (w.store.clone(), claimed.clone(), paused.clone());
        let requests: Vec<_> = {
            let mut all = claimed.lock().unwrap();
            let from = all.len() - 100;
            all.split_off(from).iter().map(|c| w.begin_request(&store, id, c)).collect()
        };
        tasks.spawn(async move {
            let mut begun = 0;
            for request in requests {
                let was_paused = paused.load(std::sync::atomic::Ordering::SeqCst);
                match store.call_begin(request).await {
                    Ok(_) => {
                        assert!(!was_paused, "a call began after Pause was acknowledged");
                        begun += 1;
                    }
                    Err(BeginError::Refused(Refusal::Gate(_))) => {}
                    Err(error) => panic!("{error}"),
                }
            }
            begun
        });
    }
    while w.counts(id).await.in_progress < 50 {
        tokio::task::yield_now().await;
    }
    other.campaign_pause(WS, id, Actor::CommandLine, "", w.now()).await.unwrap();
    paused.store(true, std::sync::atomic::Ordering::SeqCst);
    let mut begun = 0;
    while let Some(n) = tasks.join_next().await {
        begun += n.unwrap();
    }
    let counts = w.counts(id).await;
    assert_eq!((counts.in_progress, counts.pending), (begun, 2_000 - begun));
    w.agrees().await;
}
