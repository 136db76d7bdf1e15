//! What all tests need.

use std::time::{Duration, Instant};

use carillon_domain::phone::PhoneNumber;
use carillon_domain::trunk::TrunkSettings;
use carillon_sip::{CallEvent, Ending, OutgoingCall, Trunk, TrunkConfig, UserAgent, UserAgentConfig};

/// Generous: a machine under load must not fail a test.
pub(crate) const LIMIT: Duration = Duration::from_secs(40);

/// SDP of an offer; opaque to the SIP layer.
pub(crate) const OFFER: &str = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 40000 RTP/AVP 8 0 101\r\na=rtpmap:101 telephone-event/8000\r\n";

/// A user agent with short timers, so that tests see the end of everything soon.
pub(crate) fn quick() -> UserAgentConfig {
    UserAgentConfig {
        t1x64: Duration::from_secs(2),
        connect_timeout: Duration::from_millis(800),
        cancel_wait: Duration::from_secs(2),
        bye_wait: Duration::from_secs(2),
        ..UserAgentConfig::loopback()
    }
}

pub(crate) fn settings(port: u16) -> TrunkSettings {
    TrunkSettings::from_uri(&format!("sip:127.0.0.1:{port}")).expect("a trunk address")
}

pub(crate) async fn agent() -> UserAgent {
    UserAgent::start(quick()).await.expect("opens its sockets")
}

pub(crate) async fn trunk(agent: &UserAgent, port: u16) -> Trunk {
    agent.trunk(settings(port).into()).await.expect("opens the trunk")
}

pub(crate) fn tcp(port: u16) -> TrunkConfig {
    let mut settings = settings(port);
    settings.transport = carillon_domain::trunk::Transport::Tcp;
    settings.into()
}

pub(crate) fn number(digits: i64) -> PhoneNumber {
    PhoneNumber::from_digits(digits).expect("a possible number")
}

/// A call to +1 415 555 0123 with a Call-ID of its own.
pub(crate) fn call() -> OutgoingCall {
    use std::sync::atomic::{AtomicU64, Ordering};
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let id = format!("test-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    OutgoingCall::new(id, number(14_155_550_123), OFFER)
}

/// The next event, in time.
pub(crate) async fn next(call: &mut carillon_sip::Call) -> CallEvent {
    tokio::time::timeout(LIMIT, call.events.recv())
        .await
        .expect("an event in time")
        .expect("an event before the channel closes")
}

/// Reads events up to the end: their names in order, and the end. Nothing follows an end.
pub(crate) async fn to_the_end(call: &mut carillon_sip::Call) -> (Vec<String>, Ending) {
    let mut names = Vec::new();
    loop {
        match next(call).await {
            CallEvent::Ended(ending) => {
                assert!(
                    tokio::time::timeout(LIMIT, call.events.recv()).await.expect("the channel closes").is_none(),
                    "something followed the end"
                );
                return (names, ending);
            }
            event => names.push(name(&event)),
        }
    }
}

/// Reads events up to the answer and gives its SDP.
pub(crate) async fn to_the_answer(call: &mut carillon_sip::Call) -> String {
    loop {
        match next(call).await {
            CallEvent::Answered { sdp } => return sdp,
            CallEvent::Ended(ending) => panic!("ended before the answer: {ending:#?}"),
            _ => {}
        }
    }
}

pub(crate) fn name(event: &CallEvent) -> String {
    match event {
        CallEvent::Sent => "sent".into(),
        CallEvent::Trying => "trying".into(),
        CallEvent::Ringing { status } => format!("ringing {status}"),
        CallEvent::Early { .. } => "early".into(),
        CallEvent::Answered { .. } => "answered".into(),
        CallEvent::Reinvite { .. } => "reinvite".into(),
        CallEvent::ReinviteAnswer { .. } => "reinvite answer".into(),
        CallEvent::Info { .. } => "info".into(),
        CallEvent::Ended(_) => "ended".into(),
    }
}

/// Waits until the user agent holds nothing any more.
pub(crate) async fn idle(agent: &UserAgent) {
    let started = Instant::now();
    while !agent.stats().is_idle() {
        assert!(started.elapsed() < LIMIT, "still held: {:?}", agent.stats());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// The ladder in short: direction and first words.
pub(crate) fn ladder(ending: &Ending) -> Vec<String> {
    ending
        .ladder
        .iter()
        .map(|entry| {
            let arrow = if entry.direction == carillon_sip::Direction::Sent { ">" } else { "<" };
            let words: Vec<&str> = entry.first_line.split(' ').collect();
            let what = if words[0] == "SIP/2.0" { words[1] } else { words[0] };
            format!("{arrow}{what}")
        })
        .collect()
}
