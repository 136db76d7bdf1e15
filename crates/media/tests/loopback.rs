//! The whole engine on loopback: two sessions of two engines talk to each other over real sockets.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic like tests")]

use std::{net::IpAddr, path::Path, sync::Arc, time::Duration};

use carillon_media::{
    MediaConfig, MediaEngine, PlayError, Session, SessionConfig, SessionEvent,
    core::NoRtp,
    tones::{share, sine},
    wav,
};
use tokio::sync::mpsc::Receiver;

/// Far longer than anything here takes; only a failure waits for it.
const PATIENCE: Duration = Duration::from_secs(60);

fn engine() -> MediaEngine {
    let bind_ip: IpAddr = "127.0.0.1".parse().unwrap();
    MediaEngine::start(MediaConfig { bind_ip, ports: 20_000..=40_000, ..MediaConfig::default() }).unwrap()
}

/// Takes events until one is wanted, and returns all of them.
async fn until(events: &mut Receiver<SessionEvent>, wanted: impl Fn(&SessionEvent) -> bool) -> Vec<SessionEvent> {
    let mut seen = Vec::new();
    let waiting = async {
        while let Some(event) = events.recv().await {
            let found = wanted(&event);
            seen.push(event);
            if found {
                return true;
            }
        }
        false
    };
    let found = tokio::time::timeout(PATIENCE, waiting).await;
    assert_eq!(found, Ok(true), "only saw {seen:?}");
    seen
}

fn connect(caller: &Session, callee: &Session) {
    let answer = callee.answer(&caller.offer()).unwrap();
    caller.accept_answer(&answer, true).unwrap();
}

fn channels(path: &Path) -> (Vec<i16>, Vec<i16>) {
    let samples: Vec<i16> = hound::WavReader::open(path).unwrap().samples::<i16>().map(Result::unwrap).collect();
    (samples.iter().step_by(2).copied().collect(), samples.iter().skip(1).step_by(2).copied().collect())
}

/// The longest stretch of 100 ms blocks in which the tone holds most of the power, in milliseconds.
fn heard_ms(channel: &[i16], hz: f32) -> usize {
    let mut best = 0;
    let mut run = 0;
    for block in channel.chunks_exact(800) {
        run = if share(block, hz) > 0.8 { run + 100 } else { 0 };
        best = best.max(run);
    }
    best
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_sides_hear_each_other_and_the_recording_holds_both() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("calls/one.wav");
    let (employee_engine, contact_engine) = (engine(), engine());
    let (employee, mut employee_events) =
        employee_engine.open(SessionConfig { recording: Some(path.clone()), ..SessionConfig::default() }).unwrap();
    let (contact, mut contact_events) = contact_engine.open(SessionConfig::default()).unwrap();
    connect(&employee, &contact);

    let greeting: Arc<[i16]> = sine(1_000.0, 9_000.0, 8_000).into();
    employee.play(Arc::clone(&greeting), 7).unwrap();
    let seen = until(&mut contact_events, |event| matches!(event, SessionEvent::Beep { .. })).await;
    assert!(seen.iter().any(|event| matches!(event, SessionEvent::FirstPacket { .. })));
    assert!(
        seen.iter().any(|event| matches!(event, SessionEvent::Beep { hz, .. } if (hz - 1_000.0).abs() < 10.0)),
        "{seen:?}"
    );
    until(&mut employee_events, |event| matches!(event, SessionEvent::Played { tag: 7, .. })).await;

    contact.play(sine(600.0, 9_000.0, 8_000).into(), 8).unwrap();
    until(&mut employee_events, |event| matches!(event, SessionEvent::Beep { hz, .. } if (hz - 600.0).abs() < 10.0))
        .await;

    assert_eq!(employee.send_dtmf("42#"), 3);
    assert_eq!(contact.send_dtmf("9"), 1);
    let digits = until(&mut contact_events, |event| matches!(event, SessionEvent::Digit { digit: '#', .. })).await;
    let digits: String = digits
        .iter()
        .filter_map(|event| match event {
            SessionEvent::Digit { digit, .. } => Some(*digit),
            _ => None,
        })
        .collect();
    assert_eq!(digits, "42#");
    until(&mut employee_events, |event| matches!(event, SessionEvent::Digit { digit: '9', .. })).await;

    // Barge-in: what was sent of the clip that is cut is known.
    for (tag, samples) in [(9, 1_500), (10, 80_000), (11, 80_000)] {
        employee.play(sine(1_000.0, 9_000.0, samples).into(), tag).unwrap();
    }
    until(&mut employee_events, |event| matches!(event, SessionEvent::Played { tag: 9, .. })).await;
    let heard = employee.clear();
    let playing = heard.playing.unwrap();
    assert_eq!((playing.tag, playing.of, heard.dropped), (10, 80_000, 1));
    assert!(playing.samples % 160 == 100 && playing.samples < 80_000, "{playing:?}");

    assert_eq!(employee_engine.stats().live_sessions, 1);
    let summary = employee.clone().close().await;
    assert_eq!(employee.play(greeting, 1), Err(PlayError::Closed));
    assert_eq!(employee_engine.stats().live_sessions, 0);
    let recording = summary.recording.unwrap();
    assert_eq!((recording.failed.as_deref(), recording.frames_dropped), (None, 0));
    let (left, right) = channels(&path);
    assert_eq!(recording.length, Duration::from_micros(left.len() as u64 * 125));
    assert!(heard_ms(&right, 1_000.0) >= 800, "the employee is on the right");
    assert!(heard_ms(&left, 600.0) >= 800, "the contact is on the left");
    assert!(heard_ms(&left, 1_000.0) == 0 && heard_ms(&right, 600.0) == 0, "and nobody is on the other's side");
    assert_eq!(wav::repair(&path).unwrap(), left.len() as u64);
    assert!(summary.stats.packets_received > 50 && summary.stats.packets_refused == 0, "{:?}", summary.stats);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn early_media_becomes_the_call_and_hold_pauses_what_is_said() {
    let (caller_engine, callee_engine) = (engine(), engine());
    let (caller, mut caller_events) = caller_engine.open(SessionConfig::default()).unwrap();
    let (callee, mut callee_events) = callee_engine.open(SessionConfig::default()).unwrap();
    let answer = callee.answer(&caller.offer()).unwrap();
    caller.accept_answer(&answer, false).unwrap();
    caller.play(sine(1_000.0, 9_000.0, 4_000).into(), 1).unwrap();
    callee.play(sine(600.0, 9_000.0, 4_000).into(), 2).unwrap();
    until(&mut callee_events, |event| matches!(event, SessionEvent::Played { tag: 2, .. })).await;
    // The 200 brings no SDP: what the 183 said holds. Only now the greeting starts.
    let agreed = caller.accept_answer(&answer, true).unwrap();
    assert_eq!(agreed.address, callee.address());
    until(&mut callee_events, |event| matches!(event, SessionEvent::Beep { hz, .. } if (hz - 1_000.0).abs() < 10.0))
        .await;
    let before = until(&mut caller_events, |event| matches!(event, SessionEvent::Played { tag: 1, .. })).await;
    assert!(
        !before.iter().any(|event| matches!(event, SessionEvent::Beep { .. })),
        "early media is not heard: {before:?}"
    );

    let hold = callee.offer().replace("a=sendrecv", "a=sendonly");
    assert!(caller.answer(&hold).unwrap().contains("a=recvonly"));
    until(&mut caller_events, |event| matches!(event, SessionEvent::RemoteHold { held: true, .. })).await;
    caller.play(sine(1_000.0, 9_000.0, 1_600).into(), 3).unwrap();
    assert_eq!(caller.answer("nonsense").unwrap_err().code(), "bad_sdp", "a refused re-INVITE changes nothing");
    assert!(caller.agreed().unwrap().held);
    // A hold by a re-INVITE without SDP: our offer, and the answer that comes in the ACK.
    let inactive = callee.answer(&caller.offer()).unwrap().replace("a=sendrecv", "a=inactive");
    let resume = callee.offer();
    assert!(caller.answer(&resume).unwrap().contains("a=sendrecv"));
    until(&mut caller_events, |event| matches!(event, SessionEvent::RemoteHold { held: false, .. })).await;
    assert!(caller.accept_answer(&inactive, true).unwrap().held);
    until(&mut caller_events, |event| matches!(event, SessionEvent::RemoteHold { held: true, .. })).await;
    assert!(caller.answer(&resume).unwrap().contains("a=sendrecv"));
    let after = until(&mut caller_events, |event| matches!(event, SessionEvent::Played { tag: 3, .. })).await;
    assert!(matches!(after.first(), Some(SessionEvent::RemoteHold { held: false, .. })), "{after:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_update_before_the_answer_leaves_the_call_unanswered() {
    let folder = tempfile::tempdir().unwrap();
    let (caller_engine, callee_engine) = (engine(), engine());
    for answered in [false, true] {
        let path = folder.path().join(format!("{answered}.wav"));
        let config = SessionConfig {
            recording: Some(path.clone()),
            no_rtp_start: Duration::from_millis(1),
            ..SessionConfig::default()
        };
        let (caller, mut heard) = caller_engine.open(config).unwrap();
        let (callee, _) = callee_engine.open(SessionConfig::default()).unwrap();
        let (moved, mut played) = callee_engine.open(SessionConfig::default()).unwrap();
        let early = callee.answer(&caller.offer()).unwrap();
        caller.accept_answer(&early, false).unwrap();
        // The far end moves its ringback elsewhere while the phone rings.
        moved.accept_answer(&caller.answer(&moved.offer()).unwrap(), true).unwrap();
        moved.play(sine(600.0, 9_000.0, 8_000).into(), 1).unwrap();
        until(&mut played, |event| matches!(event, SessionEvent::Played { .. })).await;
        if answered {
            // The 200 repeats the 183, or brings none: what the UPDATE said holds.
            assert_eq!(caller.accept_answer(&early, true).unwrap().address, moved.address());
            caller.play(sine(1_000.0, 9_000.0, 1_600).into(), 2).unwrap();
            until(&mut heard, |event| matches!(event, SessionEvent::Played { tag: 2, .. })).await;
        }
        let summary = caller.close().await;
        assert_eq!((summary.answered_at.is_some(), path.exists()), (answered, answered));
        while let Some(event) = heard.recv().await {
            assert!(answered || matches!(event, SessionEvent::FirstPacket { .. }), "{event:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_far_end_that_sends_nothing_is_told_and_a_recording_that_cannot_be_written_too() {
    let folder = tempfile::tempdir().unwrap();
    let blocked = folder.path().join("file");
    std::fs::write(&blocked, "in the way").unwrap();
    let engine = engine();
    let mute = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let (session, mut events) = engine
        .open(SessionConfig {
            recording: Some(blocked.join("call.wav")),
            no_rtp_start: Duration::from_millis(300),
            ..SessionConfig::default()
        })
        .unwrap();
    assert_eq!(session.accept_answer("v=0", true).unwrap_err().code(), "sdp_unexpected");
    drop(session.offer());
    let sdp = format!(
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio {} RTP/AVP 8\r\n",
        mute.local_addr().unwrap().port()
    );
    session.accept_answer(&sdp, true).unwrap();
    let seen = until(&mut events, |event| matches!(event, SessionEvent::NoRtp { .. })).await;
    assert!(matches!(seen.last(), Some(SessionEvent::NoRtp { kind: NoRtp::Start, .. })), "{seen:?}");
    if !seen.iter().any(|event| matches!(event, SessionEvent::RecordingFailed { .. })) {
        until(&mut events, |event| matches!(event, SessionEvent::RecordingFailed { .. })).await;
    }
    let failed = session.close().await.recording.unwrap().failed.unwrap();
    assert!(failed.contains("call.wav"), "{failed}");
    assert_eq!(engine.stats().recordings_failed, 1);
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_hangs_holds_no_call() {
    let folder = tempfile::tempdir().unwrap();
    // A FIFO that nobody reads holds the recording writer.
    let hung = folder.path().join("hung.wav");
    assert!(std::process::Command::new("mkfifo").arg(&hung).status().unwrap().success());
    let (caller_engine, callee_engine) = (engine(), engine());
    for recording in [hung.clone(), folder.path().join("next.wav")] {
        let (caller, mut heard) =
            caller_engine.open(SessionConfig { recording: Some(recording), ..SessionConfig::default() }).unwrap();
        let (callee, _) = callee_engine.open(SessionConfig::default()).unwrap();
        connect(&caller, &callee);
        until(&mut heard, |event| matches!(event, SessionEvent::FirstPacket { .. })).await;
        let closed = tokio::time::timeout(PATIENCE, caller.close_within(Duration::from_millis(100))).await;
        let recording = closed.unwrap().recording.unwrap();
        assert!(recording.failed.unwrap().starts_with("the disk is too slow"));
    }
    assert_eq!(caller_engine.stats().live_sessions, 0);
    std::thread::spawn(move || std::fs::read(hung)).join().unwrap().unwrap();
    drop(caller_engine);
    let (left, _) = channels(&folder.path().join("next.wav"));
    assert!(!left.is_empty(), "what waited is written as soon as the disk works again");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn more_sessions_than_one_pacer_takes_start_another_and_dropping_the_engine_ends_recordings() {
    let folder = tempfile::tempdir().unwrap();
    let bind_ip: IpAddr = "127.0.0.1".parse().unwrap();
    let config = MediaConfig { bind_ip, ports: 20_000..=40_000, sessions_per_pacer: 4, ..MediaConfig::default() };
    let engine = MediaEngine::start(config).unwrap();
    let mut sessions = Vec::new();
    for n in 0..5 {
        let recording = Some(folder.path().join(format!("{n}.wav")));
        let (caller, mut heard) = engine.open(SessionConfig { recording, ..SessionConfig::default() }).unwrap();
        let (callee, _) = engine.open(SessionConfig::default()).unwrap();
        connect(&caller, &callee);
        until(&mut heard, |event| matches!(event, SessionEvent::FirstPacket { .. })).await;
        sessions.push((caller, callee, heard));
    }
    assert_eq!((engine.stats().live_sessions, engine.stats().pacers), (10, 3));
    drop(engine);
    for n in 0..5 {
        let (left, _) = channels(&folder.path().join(format!("{n}.wav")));
        assert!(!left.is_empty() && left.len().is_multiple_of(160));
    }
    for (caller, ..) in sessions {
        assert_eq!(caller.play(Arc::from([0i16; 10]), 0), Err(PlayError::Closed));
    }
}
