//! Faults of ours on a pacer thread.

use super::*;
use crate::{Frame, ListenEvents, Session, core::NoRtp};

/// Far longer than anything here takes; only a failure waits for it.
const PATIENCE: Duration = Duration::from_secs(60);

/// A listener that panics as it hears, and again as it is dropped: beyond what the session itself guards.
struct Bomb;

impl Listener for Bomb {
    fn frame(&mut self, _frame: &Frame, _lost: bool) -> ListenEvents {
        panic!("a fault in a listener")
    }
}

impl Drop for Bomb {
    fn drop(&mut self) {
        assert!(thread::panicking(), "a fault in the end of a listener");
    }
}

fn engine() -> MediaEngine {
    let bind_ip = IpAddr::V4(Ipv4Addr::LOCALHOST);
    MediaEngine::start(MediaConfig { bind_ip, ports: 20_000..=40_000, ..MediaConfig::default() }).unwrap()
}

/// A caller with its events and the one it talks to.
fn talk(engine: &MediaEngine, config: SessionConfig) -> (Session, mpsc::Receiver<SessionEvent>, Session) {
    let (caller, events) = engine.open(config).unwrap();
    let (callee, _) = engine.open(SessionConfig::default()).unwrap();
    caller.accept_answer(&callee.answer(&caller.offer()).unwrap(), true).unwrap();
    (caller, events, callee)
}

async fn until(events: &mut mpsc::Receiver<SessionEvent>, wanted: fn(&SessionEvent) -> bool) {
    let wait = async { while !wanted(&events.recv().await.expect("the session lives")) {} };
    tokio::time::timeout(PATIENCE, wait).await.expect("the event comes");
}

fn broken_off(event: &SessionEvent) -> bool {
    matches!(event, SessionEvent::NoRtp { kind: NoRtp::Mid, .. })
}

#[tokio::test]
async fn a_session_that_panics_is_told_and_costs_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let engine = engine();
    let recording = Some(folder.path().join("call.wav"));
    let bomb = SessionConfig { recording, listener: Box::new(Bomb), ..SessionConfig::default() };
    let (good, mut good_events, _callee) = talk(&engine, SessionConfig::default());
    let (bad, mut bad_events, _other) = talk(&engine, bomb);
    until(&mut bad_events, broken_off).await;
    assert_eq!(bad.play(Arc::from([0; 160]), 1), Err(crate::PlayError::Closed));
    good.play(Arc::from([0; 1_600]), 1).unwrap();
    until(&mut good_events, |event| matches!(event, SessionEvent::Played { tag: 1, .. })).await;
    let summary = bad.close().await;
    assert_eq!(summary.recording.unwrap().failed, None, "what was recorded before is kept");
    drop(good);
    assert_eq!(engine.stats().pacers, 1);
}

#[tokio::test]
async fn a_dead_pacer_tells_its_sessions_and_takes_no_more() {
    let engine = engine();
    let (lost, mut lost_events, _callee) = talk(&engine, SessionConfig::default());
    until(&mut lost_events, |event| matches!(event, SessionEvent::FirstPacket { .. })).await;
    engine.shared.pacers().threads[0].0.sabotaged.store(true, Relaxed);
    until(&mut lost_events, broken_off).await;
    let (next, mut next_events, _other) = talk(&engine, SessionConfig::default());
    next.play(Arc::from([0; 1_600]), 1).unwrap();
    until(&mut next_events, |event| matches!(event, SessionEvent::Played { tag: 1, .. })).await;
    assert_eq!(engine.stats().pacers, 1, "the dead one is gone");
    drop((lost, next));
}
