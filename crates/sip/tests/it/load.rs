//! Our own answering side, and many calls at once.

use std::time::Duration;

use carillon_sip::server::{IncomingCall, IncomingEvent, Server, ServerConfig, listen};
use carillon_sip::{ByeReason, CallEvent, CancelReason, EndWhy, Reached};

use crate::common::*;
use crate::raw::{Peer, respond};

async fn server() -> Server {
    let mut config = ServerConfig::new("127.0.0.1:0".parse().expect("an address"));
    config.t1x64 = Duration::from_secs(2);
    listen(config).await.expect("listens")
}

async fn take(server: &mut Server) -> IncomingCall {
    tokio::time::timeout(LIMIT, server.accept()).await.expect("a call in time").expect("a call")
}

async fn event(call: &mut IncomingCall) -> IncomingEvent {
    tokio::time::timeout(LIMIT, call.events.recv()).await.expect("an event in time").expect("an event")
}

#[tokio::test]
async fn a_whole_call_between_our_two_sides() {
    for over_tcp in [false, true] {
        let mut server = server().await;
        let agent = agent().await;
        let port = server.local_address().port();
        let trunk = agent.trunk(if over_tcp { tcp(port) } else { settings(port).into() }).await.expect("opens");
        let mut call = trunk.place(call());
        let mut incoming = take(&mut server).await;
        assert_eq!((incoming.number.as_str(), incoming.sdp.as_deref()), ("+14155550123", Some(OFFER)));
        assert!(incoming.header("User-Agent").is_some_and(|v| v.starts_with("Carillon/")));
        incoming.handle.ring();
        incoming.handle.early("v=0 early");
        incoming.handle.answer("v=0 answer");
        assert_eq!(to_the_answer(&mut call).await, "v=0 answer");
        assert!(matches!(event(&mut incoming).await, IncomingEvent::Acked));
        call.handle.info("application/dtmf-relay", "Signal=1");
        assert!(matches!(event(&mut incoming).await, IncomingEvent::Info { body, .. } if body == "Signal=1"));
        if over_tcp {
            incoming.handle.bye();
        } else {
            call.handle.bye(ByeReason::Finished, Some(16));
            assert!(matches!(event(&mut incoming).await, IncomingEvent::Bye { q850: Some(16) }));
        }
        let (_, ending) = to_the_end(&mut call).await;
        assert_eq!(ending.reached, Reached::Answered);
        assert_eq!(ending.why == EndWhy::RemoteBye, over_tcp);
        drop(incoming);
        idle(&agent).await;
        let started = std::time::Instant::now();
        while !server.stats().is_idle() {
            assert!(started.elapsed() < LIMIT, "the server still holds {:?}", server.stats());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

#[tokio::test]
async fn a_port_that_is_taken_is_told_in_words() {
    let udp = std::net::UdpSocket::bind("127.0.0.1:0").expect("binds");
    let tcp = std::net::TcpListener::bind("127.0.0.1:0").expect("binds");
    for address in [udp.local_addr(), tcp.local_addr()] {
        let taken = listen(ServerConfig::new(address.expect("bound"))).await;
        let error = taken.err().expect("the port is taken").to_string();
        assert!(error.starts_with("sip_bind: ") && error.contains("port 0"), "{error}");
    }
}

#[tokio::test]
async fn the_answering_side_refuses_and_sees_a_cancel() {
    let mut server = server().await;
    let agent = agent().await;
    let trunk = trunk(&agent, server.local_address().port()).await;
    let mut refused = trunk.place(call());
    let incoming = take(&mut server).await;
    incoming.handle.reject(503, "Service Unavailable", &[("Retry-After", "5"), ("Reason", "Q.850;cause=34")]);
    let (_, ending) = to_the_end(&mut refused).await;
    assert_eq!((ending.status, ending.retry_after_s, ending.q850), (Some(503), Some(5), Some(34)));

    let mut outgoing = call();
    outgoing.ring_timeout = Duration::from_millis(300);
    let mut unanswered = trunk.place(outgoing);
    let mut incoming = take(&mut server).await;
    incoming.handle.ring();
    let (_, ending) = to_the_end(&mut unanswered).await;
    assert_eq!((ending.why, ending.status), (EndWhy::RingTimeout, Some(487)));
    assert!(matches!(event(&mut incoming).await, IncomingEvent::Canceled));
    idle(&agent).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_hundred_calls_at_once_all_end_and_leave_nothing() {
    let mut server = server().await;
    let agent = agent().await;
    let trunk = trunk(&agent, server.local_address().port()).await;
    let answering = tokio::spawn(async move {
        let mut talks = Vec::new();
        for n in 0..300 {
            let mut incoming = take(&mut server).await;
            match n % 3 {
                0 => incoming.handle.reject(486, "Busy Here", &[]),
                _ => {
                    incoming.handle.ring();
                    incoming.handle.answer("v=0");
                }
            }
            talks.push(tokio::spawn(async move { while incoming.events.recv().await.is_some() {} }));
        }
        for talk in talks {
            talk.await.expect("no panic");
        }
        server
    });
    let calls = (0..300).map(|_| {
        let mut call = trunk.place(call());
        tokio::spawn(async move {
            loop {
                match next(&mut call).await {
                    CallEvent::Answered { .. } => call.handle.bye(ByeReason::Finished, None),
                    CallEvent::Ended(ending) => return ending.why,
                    _ => {}
                }
            }
        })
    });
    let mut ends = std::collections::HashMap::new();
    for call in calls.collect::<Vec<_>>() {
        *ends.entry(format!("{:?}", call.await.expect("no panic"))).or_insert(0) += 1;
    }
    assert_eq!(ends, [("Rejected".to_owned(), 100), ("HungUp(Finished)".to_owned(), 200)].into());
    idle(&agent).await;
    drop(answering);
}

#[tokio::test]
async fn shutting_down_takes_calls_back_also_such_as_ring_late_and_hangs_up_the_others() {
    let mut server = server().await;
    let agent = agent().await;
    let trunk = trunk(&agent, server.local_address().port()).await;
    let peer = Peer::new(&agent).await;
    let silent_trunk = crate::common::trunk(&agent, peer.port()).await;
    let mut silent = silent_trunk.place(call());
    let invite = peer.receive("INVITE ").await;
    let (mut talking, mut ringing) = (trunk.place(call()), trunk.place(call()));
    let first = take(&mut server).await;
    let second = take(&mut server).await;
    first.handle.answer("v=0");
    second.handle.ring();
    for call in [&mut talking, &mut ringing] {
        while !matches!(next(call).await, CallEvent::Answered { .. } | CallEvent::Ringing { .. }) {}
    }
    let late_ring = async {
        for call in [&mut talking, &mut ringing] {
            let (_, ending) = to_the_end(call).await;
            assert_eq!(ending.by, carillon_sip::EndedBy::Local);
            assert!(ending.ladder.last().is_some_and(|e| !e.first_line.starts_with("INVITE")), "{:?}", ending.ladder);
        }
        // A call without any reply is over here at once. Then its phone rings after all.
        assert_eq!(to_the_end(&mut silent).await.1.why, EndWhy::Cancelled(CancelReason::Shutdown));
        peer.send(respond(&invite, "180 Ringing", "", "")).await;
        let cancel = peer.receive("CANCEL ").await;
        peer.send(respond(&cancel, "200 OK", "", "")).await;
        peer.send(respond(&invite, "487 Request Terminated", "", "")).await;
        peer.receive("ACK ").await;
    };
    tokio::join!(agent.shutdown(), late_ring);
}
