//! A raw UDP socket as the far end, for what SIPp cannot send: Latin-1, garbage, wrong sources, broken answers.

use std::net::SocketAddr;
use std::time::Duration;

use carillon_sip::{ByeReason, CallEvent, CancelReason, EndWhy, Reached, UserAgent};
use tokio::net::UdpSocket;

use crate::common::*;

/// A far end that is a bare socket.
pub(crate) struct Peer {
    socket: UdpSocket,
    agent_address: SocketAddr,
}

impl Peer {
    pub(crate) async fn new(agent: &UserAgent) -> Peer {
        Peer { socket: UdpSocket::bind("127.0.0.1:0").await.expect("a socket"), agent_address: agent.local_address() }
    }

    pub(crate) fn port(&self) -> u16 {
        self.socket.local_addr().expect("bound").port()
    }

    /// The next message whose first line begins with `start`; others, such as repetitions, are passed over.
    pub(crate) async fn receive(&self, start: &str) -> String {
        let mut buffer = vec![0; 65_536];
        let wait = async {
            loop {
                let (len, _) = self.socket.recv_from(&mut buffer).await.expect("receives");
                let text = String::from_utf8_lossy(&buffer[..len]).into_owned();
                if text.starts_with(start) {
                    return text;
                }
            }
        };
        tokio::time::timeout(LIMIT, wait).await.unwrap_or_else(|_| panic!("no {start} came"))
    }

    /// Sends a message again and again, as a real far end does, until a message that begins with `start` comes.
    pub(crate) async fn send_until(&self, message: &str, start: &str) -> String {
        for _ in 0..80 {
            self.send(message).await;
            let wait = tokio::time::timeout(Duration::from_millis(500), self.receive(start));
            if let Ok(reply) = wait.await {
                return reply;
            }
        }
        panic!("no {start} came");
    }

    /// Throws away what has come: an unread socket overflows and loses what matters.
    fn drain(&self) {
        let mut buffer = [0; 2_048];
        while self.socket.try_recv_from(&mut buffer).is_ok() {}
    }

    pub(crate) async fn send(&self, message: impl AsRef<[u8]>) {
        self.socket.send_to(message.as_ref(), self.agent_address).await.expect("sends");
    }
}

pub(crate) fn header<'a>(message: &'a str, name: &str) -> &'a str {
    let start = format!("{}:", name.to_ascii_lowercase());
    message
        .lines()
        .find(|l| l.to_ascii_lowercase().starts_with(&start))
        .unwrap_or_else(|| panic!("no {name} in {message}"))
}

/// A response to `request`: status line, more header lines, body.
pub(crate) fn respond(request: &str, status: &str, more: &str, body: &str) -> String {
    let to = header(request, "To");
    let tag = if to.contains("tag=") { "" } else { ";tag=peer" };
    format!(
        "SIP/2.0 {status}\r\n{}\r\n{}\r\n{to}{tag}\r\n{}\r\n{}\r\n{more}Content-Length: {}\r\n\r\n{body}",
        header(request, "Via"),
        header(request, "From"),
        header(request, "Call-ID"),
        header(request, "CSeq"),
        body.len()
    )
}

fn contact(peer: &Peer) -> String {
    format!("Contact: <sip:peer@127.0.0.1:{}>\r\nContent-Type: application/sdp\r\n", peer.port())
}

/// A request of the far end inside the call that `invite` set up.
fn request_in_call(invite: &str, method: &str, cseq: u32, from_tag: &str) -> String {
    let local = header(invite, "From").trim_start_matches("From:");
    format!(
        "{method} sip:us SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:9;rport;branch=z9hG4bK{method}{cseq}{from_tag}\r\nFrom: <sip:peer@127.0.0.1>;tag={from_tag}\r\nTo:{local}\r\n{}\r\nCSeq: {cseq} {method}\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n",
        header(invite, "Call-ID")
    )
}

/// A request of the far end inside the call with a body of SDP.
fn sdp_in_call(invite: &str, method: &str, cseq: u32, sdp: &str) -> String {
    let with_sdp = format!("Content-Type: application/sdp\r\nContent-Length: {}\r\n\r\n{sdp}", sdp.len());
    request_in_call(invite, method, cseq, "peer").replace("Content-Length: 0\r\n\r\n", &with_sdp)
}

#[tokio::test]
async fn an_update_before_the_answer_is_answered_while_it_rings() {
    let agent = agent().await;
    let peer = Peer::new(&agent).await;
    let mut call = trunk(&agent, peer.port()).await.place(call());
    let invite = peer.receive("INVITE ").await;
    peer.send(respond(&invite, "183 Session Progress", &contact(&peer), "v=0\r\no=early\r\n")).await;
    while name(&next(&mut call).await) != "early" {}
    peer.send(sdp_in_call(&invite, "UPDATE", 1, "v=0\r\no=moved\r\n")).await;
    match next(&mut call).await {
        CallEvent::Reinvite { sdp: Some(sdp), reply } if sdp.contains("o=moved") => reply.accept("v=0\r\no=ours\r\n"),
        other => panic!("expected the UPDATE, got {other:?}"),
    }
    assert!(peer.receive("SIP/2.0 200 ").await.contains("o=ours"));
    // A 200 without SDP: what the 183 said, and the UPDATE changed, holds.
    let without = format!("Contact: <sip:peer@127.0.0.1:{}>\r\n", peer.port());
    peer.send(respond(&invite, "200 OK", &without, "")).await;
    peer.receive("ACK ").await;
    assert!(to_the_answer(&mut call).await.contains("o=early"));
    peer.send(request_in_call(&invite, "BYE", 2, "peer")).await;
    assert_eq!(to_the_end(&mut call).await.1.why, EndWhy::RemoteBye);
    idle(&agent).await;
}

#[tokio::test]
async fn a_reinvite_without_sdp_gets_our_offer_and_its_ack_brings_the_answer() {
    let agent = agent().await;
    let peer = Peer::new(&agent).await;
    let mut call = trunk(&agent, peer.port()).await.place(call());
    let invite = peer.receive("INVITE ").await;
    peer.send(respond(&invite, "200 OK", &contact(&peer), "v=0\r\n")).await;
    peer.receive("ACK ").await;
    to_the_answer(&mut call).await;
    for (cseq, answer) in [(1, "v=0\r\na=inactive\r\n"), (2, "")] {
        peer.send(request_in_call(&invite, "INVITE", cseq, "peer")).await;
        match next(&mut call).await {
            CallEvent::Reinvite { sdp: None, reply } => reply.accept(OFFER),
            other => panic!("expected a re-INVITE without SDP, got {other:?}"),
        }
        assert!(peer.receive("SIP/2.0 200 ").await.contains(OFFER));
        peer.send(sdp_in_call(&invite, "ACK", cseq, answer)).await;
        if !answer.is_empty() {
            match next(&mut call).await {
                CallEvent::ReinviteAnswer { sdp } => assert_eq!(sdp, answer),
                other => panic!("expected the answer in the ACK, got {other:?}"),
            }
        }
    }
    peer.send(request_in_call(&invite, "BYE", 3, "peer")).await;
    let (events, ending) = to_the_end(&mut call).await;
    assert_eq!((events.len(), ending.why), (0, EndWhy::RemoteBye), "an ACK without an answer changes nothing");
    idle(&agent).await;
}

#[tokio::test]
async fn one_latin_1_letter_does_not_cost_the_answer() {
    let agent = agent().await;
    let peer = Peer::new(&agent).await;
    let mut call = trunk(&agent, peer.port()).await.place(call());
    let invite = peer.receive("INVITE ").await;
    let mut answer =
        respond(&invite, "200 OK", &format!("Subject: caf?\r\n{}", contact(&peer)), "v=0\r\ns=-\r\n").into_bytes();
    let at = answer.windows(4).position(|w| w == b"caf?").expect("the word") + 3;
    answer[at] = 0xe9;
    peer.send(&answer).await;
    peer.receive("ACK ").await;
    assert_eq!(to_the_answer(&mut call).await, "v=0\r\ns=-\r\n");
    call.handle.bye(ByeReason::Finished, None);
    let bye = peer.receive("BYE ").await;
    peer.send(respond(&bye, "200 OK", "", "")).await;
    to_the_end(&mut call).await;
    idle(&agent).await;
}

#[tokio::test]
async fn a_lost_ack_is_sent_again_for_every_repeated_answer() {
    let agent = agent().await;
    let peer = Peer::new(&agent).await;
    let mut call = trunk(&agent, peer.port()).await.place(call());
    let invite = peer.receive("INVITE ").await;
    let answer = respond(&invite, "200 OK", &contact(&peer), "v=0\r\n");
    for _ in 0..3 {
        peer.send(&answer).await;
        peer.receive("ACK ").await;
    }
    to_the_answer(&mut call).await;
    call.handle.bye(ByeReason::Finished, None);
    let bye = peer.receive("BYE ").await;
    // Our BYE is on its way, and the answer comes once more.
    peer.send(&answer).await;
    peer.receive("ACK ").await;
    peer.send(respond(&bye, "200 OK", "", "")).await;
    let (events, ending) = to_the_end(&mut call).await;
    assert_eq!((events.len(), ending.why), (0, EndWhy::HungUp(ByeReason::Finished)), "an answer is told once");
    idle(&agent).await;
}

#[tokio::test]
async fn a_session_interval_that_is_too_small_is_asked_for_again_once() {
    let agent = agent().await;
    let peer = Peer::new(&agent).await;
    let trunk = trunk(&agent, peer.port()).await;
    let mut answered = trunk.place(call());
    let first = peer.receive("INVITE ").await;
    assert!(!first.contains("Session-Expires") && !first.contains("timer"), "no timers are offered: {first}");
    peer.send(respond(&first, "422 Session Interval Too Small", "Min-SE: 3600\r\n", "")).await;
    peer.receive("ACK ").await;
    let second = peer.receive("INVITE ").await;
    assert_eq!(header(&first, "Call-ID"), header(&second, "Call-ID"));
    assert!(header(&second, "Session-Expires").ends_with(" 3600;refresher=uas"), "{second}");
    assert!(header(&second, "Min-SE").ends_with(" 3600"), "{second}");
    peer.send(respond(&second, "180 Ringing", &contact(&peer), "")).await;
    // A 200 that wants us to refresh: the call simply runs on.
    let wish = format!("Session-Expires: 3600;refresher=uac\r\n{}", contact(&peer));
    peer.send(respond(&second, "200 OK", &wish, "v=0\r\n")).await;
    peer.receive("ACK ").await;
    assert_eq!(to_the_answer(&mut answered).await, "v=0\r\n");
    peer.send(request_in_call(&second, "BYE", 1, "peer")).await;
    peer.receive("SIP/2.0 200 ").await;
    assert_eq!(to_the_end(&mut answered).await.1.why, EndWhy::RemoteBye);

    // A far end that is never content, and a stop in the second try.
    let mut refused = trunk.place(call());
    for _ in 0..2 {
        let invite = peer.receive("INVITE ").await;
        peer.send(respond(&invite, "422 Session Interval Too Small", "Min-SE: 90\r\n", "")).await;
        peer.receive("ACK ").await;
    }
    let (_, ending) = to_the_end(&mut refused).await;
    assert_eq!((ending.why, ending.status, ending.reached), (EndWhy::Rejected, Some(422), Reached::Sent));
    let mut stopped = trunk.place(call());
    let invite = peer.receive("INVITE ").await;
    peer.send(respond(&invite, "422 Session Interval Too Small", "Min-SE: 90\r\n", "")).await;
    peer.receive("ACK ").await;
    let invite = peer.receive("INVITE ").await;
    peer.send(respond(&invite, "180 Ringing", &contact(&peer), "")).await;
    while name(&next(&mut stopped).await) != "ringing 180" {}
    stopped.handle.cancel(CancelReason::Stopped);
    let cancel = peer.receive("CANCEL ").await;
    assert_eq!(header(&cancel, "From"), header(&invite, "From"), "it takes back the second INVITE");
    peer.send(respond(&cancel, "200 OK", "", "")).await;
    peer.send(respond(&invite, "487 Request Terminated", "", "")).await;
    peer.receive("ACK ").await;
    let (_, ending) = to_the_end(&mut stopped).await;
    assert_eq!(ending.why, EndWhy::Cancelled(CancelReason::Stopped));
    idle(&agent).await;
}

#[tokio::test]
async fn odd_answers_are_acknowledged_and_hung_up() {
    // 202 instead of 200, a 200 without Contact, one with a broken Contact, and one without SDP.
    type Case = (&'static str, fn(&Peer) -> String, &'static str, bool);
    let cases: [Case; 4] = [
        ("202 Accepted", contact, "v=0\r\n", true),
        ("200 OK", |_| "Content-Type: application/sdp\r\n".into(), "v=0\r\n", true),
        ("200 OK", |_| "Contact: <<<:::\r\nContent-Type: application/sdp\r\n".into(), "v=0\r\n", true),
        ("200 OK", contact, "", false),
    ];
    let agent = agent().await;
    for (status, headers, body, talks) in cases {
        let peer = Peer::new(&agent).await;
        let mut call = trunk(&agent, peer.port()).await.place(call());
        let invite = peer.receive("INVITE ").await;
        peer.send(respond(&invite, status, &headers(&peer), body)).await;
        peer.receive("ACK ").await;
        if talks {
            to_the_answer(&mut call).await;
            call.handle.bye(ByeReason::Finished, None);
        }
        let bye = peer.receive("BYE ").await;
        peer.send(respond(&bye, "200 OK", "", "")).await;
        let (_, ending) = to_the_end(&mut call).await;
        assert_eq!(ending.reached, Reached::Answered, "{status} {body:?}");
        assert_eq!(ending.why == EndWhy::BadAnswer, !talks, "{status} {body:?}: {:?}", ending.why);
    }
    idle(&agent).await;
}

#[tokio::test]
async fn nobody_but_the_trunk_is_heard() {
    let agent = agent().await;
    let peer = Peer::new(&agent).await;
    let mut call = trunk(&agent, peer.port()).await.place(call());
    let invite = peer.receive("INVITE ").await;
    let stranger = UdpSocket::bind("127.0.0.2:0").await.expect("another loopback address");
    stranger.send_to(respond(&invite, "603 Decline", "", "").as_bytes(), peer.agent_address).await.expect("sends");
    peer.send(respond(&invite, "200 OK", &contact(&peer), "v=0\r\n")).await;
    peer.receive("ACK ").await;
    to_the_answer(&mut call).await;
    stranger.send_to(request_in_call(&invite, "BYE", 1, "peer").as_bytes(), peer.agent_address).await.expect("sends");
    // From the right address, but of another dialog.
    peer.send(request_in_call(&invite, "BYE", 1, "other")).await;
    peer.receive("SIP/2.0 481 ").await;
    peer.send(request_in_call(&invite, "BYE", 2, "peer")).await;
    peer.receive("SIP/2.0 200 ").await;
    let (events, ending) = to_the_end(&mut call).await;
    assert_eq!((events.len(), ending.why), (0, EndWhy::RemoteBye));
    assert_eq!(agent.stats().datagrams_foreign, 2);
    idle(&agent).await;
}

#[tokio::test]
async fn a_gateway_that_the_trunk_names_is_heard_too() {
    let agent = agent().await;
    let peer = Peer::new(&agent).await;
    let gateway = UdpSocket::bind("127.0.0.4:0").await.expect("another loopback address");
    let mut call = trunk(&agent, peer.port()).await.place(call());
    let invite = peer.receive("INVITE ").await;
    let port = gateway.local_addr().expect("bound").port();
    let named = format!("Contact: \"Gateway\" <sip:gw@127.0.0.4:{port}>\r\nContent-Type: application/sdp\r\n");
    peer.send(respond(&invite, "200 OK", &named, "v=0\r\n")).await;
    let gateway = Peer { socket: gateway, agent_address: peer.agent_address };
    gateway.receive("ACK ").await;
    to_the_answer(&mut call).await;
    gateway.send(request_in_call(&invite, "BYE", 1, "peer")).await;
    gateway.receive("SIP/2.0 200 ").await;
    let (_, ending) = to_the_end(&mut call).await;
    assert_eq!(ending.why, EndWhy::RemoteBye);
    idle(&agent).await;
}

#[tokio::test]
async fn a_gateway_that_the_trunk_names_by_its_name_is_heard_as_long_as_the_call_lasts() {
    let agent = agent().await;
    let socket = UdpSocket::bind("127.0.0.3:0").await.expect("another loopback address");
    let peer = Peer { socket, agent_address: agent.local_address() };
    let gateway = Peer::new(&agent).await;
    let mut config = settings(peer.port());
    config.host = "127.0.0.3".into();
    let mut call = agent.trunk(config.into()).await.expect("opens the trunk").place(call());
    let invite = peer.receive("INVITE ").await;
    gateway.send(request_in_call(&invite, "BYE", 1, "peer")).await;
    let named = format!("Contact: <sip:gw@localhost:{}>\r\nContent-Type: application/sdp\r\n", gateway.port());
    peer.send(respond(&invite, "200 OK", &named, "v=0\r\n")).await;
    gateway.receive("ACK ").await;
    to_the_answer(&mut call).await;
    // The name is looked up beside the call.
    gateway.send_until(&request_in_call(&invite, "BYE", 2, "peer"), "SIP/2.0 200 ").await;
    assert_eq!(to_the_end(&mut call).await.1.why, EndWhy::RemoteBye);
    assert!(agent.stats().datagrams_foreign >= 1, "a stranger before the trunk named it");
    idle(&agent).await;
}

#[tokio::test]
async fn a_call_whose_owner_is_gone_is_hung_up() {
    let agent = agent().await;
    let peer = Peer::new(&agent).await;
    let mut call = trunk(&agent, peer.port()).await.place(call());
    let invite = peer.receive("INVITE ").await;
    peer.send(respond(&invite, "200 OK", &contact(&peer), "v=0\r\n")).await;
    to_the_answer(&mut call).await;
    drop(call);
    let bye = peer.receive("BYE ").await;
    peer.send(respond(&bye, "200 OK", "", "")).await;
    idle(&agent).await;
}

#[tokio::test]
async fn a_second_branch_that_answers_is_hung_up() {
    let agent = agent().await;
    let peer = Peer::new(&agent).await;
    let mut call = trunk(&agent, peer.port()).await.place(call());
    let invite = peer.receive("INVITE ").await;
    let answer = respond(&invite, "200 OK", &contact(&peer), "v=0\r\n");
    peer.send(&answer).await;
    to_the_answer(&mut call).await;
    peer.send(answer.replace("tag=peer", "tag=fork")).await;
    let bye = peer.receive("BYE ").await;
    assert!(header(&bye, "To").contains("tag=fork"), "{bye}");
    peer.send(respond(&bye, "200 OK", "", "")).await;
    peer.send(request_in_call(&invite, "BYE", 1, "peer")).await;
    let (_, ending) = to_the_end(&mut call).await;
    assert_eq!(ending.why, EndWhy::RemoteBye, "the first branch talks on");
    idle(&agent).await;
}

#[tokio::test]
async fn a_silent_peer_costs_one_deadline_and_a_late_ring_is_cancelled() {
    let agent = agent().await;
    let peer = Peer::new(&agent).await;
    let mut outgoing = call();
    outgoing.first_reply_timeout = Duration::from_millis(300);
    let mut call = trunk(&agent, peer.port()).await.place(outgoing);
    let invite = peer.receive("INVITE ").await;
    let (events, ending) = to_the_end(&mut call).await;
    assert_eq!((events, ending.why, ending.reached), (vec!["sent".to_owned()], EndWhy::NoReply, Reached::Sent));
    peer.send(respond(&invite, "180 Ringing", "", "")).await;
    let cancel = peer.receive("CANCEL ").await;
    peer.send(respond(&cancel, "200 OK", "", "")).await;
    peer.send(respond(&invite, "487 Request Terminated", "", "")).await;
    peer.receive("ACK ").await;
    idle(&agent).await;
}

#[tokio::test]
async fn an_inbound_call_and_strange_requests_are_answered_politely() {
    let agent = agent().await;
    let peer = Peer::new(&agent).await;
    let _trunk = trunk(&agent, peer.port()).await;
    let ask = |method: &str| {
        format!(
            "{method} sip:us@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:{};rport;branch=z9hG4bK{method}\r\nFrom: <sip:p@h>;tag=1\r\nTo: <sip:us@h>\r\nCall-ID: in-{method}\r\nCSeq: 1 {method}\r\nContact: <sip:p@127.0.0.1>\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n",
            peer.port()
        )
    };
    peer.send(ask("INVITE")).await;
    let refusal = peer.receive("SIP/2.0 480 ").await;
    let ack = ask("INVITE")
        .replace("INVITE", "ACK")
        .replace("branch=z9hG4bKACK", "branch=z9hG4bKINVITE")
        .replace("in-ACK", "in-INVITE");
    peer.send(ack.replace("To: <sip:us@h>", header(&refusal, "To"))).await;
    for (method, status) in [("OPTIONS", "200"), ("BYE", "481"), ("SUBSCRIBE", "405"), ("DANCE", "501")] {
        peer.send(ask(method)).await;
        peer.receive(&format!("SIP/2.0 {status} ")).await;
    }
    idle(&agent).await;
}

/// A small generator of its own: the same seed gives the same bytes.
struct Seeded(u64);

impl Seeded {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
}

#[tokio::test]
async fn a_ringing_call_survives_garbage() {
    let agent = agent().await;
    let peer = Peer::new(&agent).await;
    let mut call = trunk(&agent, peer.port()).await.place(call());
    let invite = peer.receive("INVITE ").await;
    let ringing = respond(&invite, "180 Ringing", &contact(&peer), "");
    peer.send(&ringing).await;
    let requests = ["BYE", "INVITE", "UPDATE", "INFO", "OPTIONS"].map(|m| request_in_call(&invite, m, 7, "nobody"));
    let mut random = Seeded(0x9e37_79b9_7f4a_7c15);
    for round in 0..1_200 {
        let garbage = match round % 3 {
            0 => (0..random.next() % 400).map(|_| random.next() as u8).collect(),
            _ => {
                // Mutated messages, but never one that could end the call by right: those need our tag and a final status.
                let mut bytes = requests[round % requests.len()].clone().into_bytes();
                for _ in 0..=random.next() % 6 {
                    let at = (random.next() % bytes.len() as u64) as usize;
                    bytes[at] = random.next() as u8;
                }
                bytes
            }
        };
        peer.send(&garbage).await;
        tokio::task::yield_now().await;
        peer.drain();
    }
    peer.send_until(&respond(&invite, "200 OK", &contact(&peer), "v=0\r\n"), "ACK ").await;
    to_the_answer(&mut call).await;
    call.handle.bye(ByeReason::Finished, None);
    let bye = peer.receive("BYE ").await;
    peer.send(respond(&bye, "200 OK", "", "")).await;
    let (_, ending) = to_the_end(&mut call).await;
    assert_eq!(ending.why, EndWhy::HungUp(ByeReason::Finished));
    assert!(ending.ladder.len() <= 64);
    idle(&agent).await;
}
