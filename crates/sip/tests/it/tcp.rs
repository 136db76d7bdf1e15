//! TCP trunks: connections that are shared, refused, swallowed, stuck, broken and replaced.

use std::time::Duration;

use carillon_sip::{EndWhy, EndedBy, Reached};
use carillon_testkit::sipp::Sipp;
use carillon_testkit::sipp::uas::{self, Step, reply};

use crate::common::*;

#[tokio::test]
async fn a_call_over_tcp() {
    let bye = uas::request_in_call("BYE", 1, "", None);
    let steps = [
        Step::Receive("INVITE"),
        reply("180 Ringing"),
        Step::ReplySdp("200 OK", ""),
        Step::Receive("ACK"),
        bye,
        Step::ReceiveStatus(200),
    ];
    let far_end = Sipp::scenario(uas::scenario_with_requests(&steps)).tcp().calls(2).start().await.expect("SIPp");
    let agent = agent().await;
    let trunk = agent.trunk(tcp(far_end.port())).await.expect("opens");
    let (mut first, mut second) = (trunk.place(call()), trunk.place(call()));
    for call in [&mut first, &mut second] {
        let (events, ending) = to_the_end(call).await;
        assert_eq!(events, ["sent", "trying", "ringing 180", "answered"]);
        assert_eq!(ending.why, EndWhy::RemoteBye);
    }
    assert_eq!(agent.stats().connections, 1, "both calls share one connection");
    let far = far_end.finish(LIMIT).await.expect("SIPp ends");
    assert_eq!((far.successful, far.failed), (2, 0), "{}\n{}", far.errors, far.messages);
    assert!(far.messages.contains(";transport=tcp") || far.messages.contains(";transport=TCP"));
    idle(&agent).await;
}

#[tokio::test]
async fn a_tcp_trunk_that_refuses_or_breaks_is_told_at_once() {
    let agent = agent().await;
    let closed = std::net::TcpListener::bind("127.0.0.1:0").expect("binds").local_addr().expect("bound").port();
    let trunk = agent.trunk(tcp(closed)).await.expect("opens");
    let (events, ending) = to_the_end(&mut trunk.place(call())).await;
    assert!(events.is_empty());
    assert_eq!(
        (ending.why, ending.reached, ending.by),
        (EndWhy::TransportFailed, Reached::NeverSent, EndedBy::Network)
    );

    // Takes the INVITE and closes the connection: the library would tell after 32 s.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("binds");
    let trunk = agent.trunk(tcp(listener.local_addr().expect("bound").port())).await.expect("opens");
    let mut call = trunk.place(call());
    let (stream, _) = listener.accept().await.expect("a connection");
    stream.readable().await.expect("the INVITE");
    drop(stream);
    let (_, ending) = to_the_end(&mut call).await;
    assert_eq!((ending.why, ending.reached), (EndWhy::TransportFailed, Reached::Sent));
    idle(&agent).await;
}

#[tokio::test]
async fn a_message_that_kills_the_connections_reader_costs_one_call() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("binds");
    let agent = agent().await;
    let trunk = agent.trunk(tcp(listener.local_addr().expect("bound").port())).await.expect("opens");
    let mut outgoing = call();
    outgoing.first_reply_timeout = Duration::from_millis(700);
    let mut first = trunk.place(outgoing);
    let (mut stream, _) = listener.accept().await.expect("a connection");
    let mut buffer = [0; 4_096];
    assert!(stream.read(&mut buffer).await.expect("the INVITE") > 0);
    let poison = "SIP/2.0 100 Trying\r\nContent-Length: 18446744073709551615\r\n\r\n";
    stream.write_all(poison.as_bytes()).await.expect("writes");
    let (_, ending) = to_the_end(&mut first).await;
    assert!(matches!(ending.why, EndWhy::NoReply | EndWhy::TransportFailed), "{:?}", ending.why);
    let second = trunk.place(call());
    let accepted = tokio::time::timeout(LIMIT, listener.accept()).await;
    assert!(accepted.is_ok_and(|accepted| accepted.is_ok()), "the next call makes a connection of its own");
    drop((second, stream));
}

/// A far end on one TCP connection.
struct Line(tokio::net::TcpStream);

impl Line {
    async fn accept(listener: &tokio::net::TcpListener) -> Line {
        Line(tokio::time::timeout(LIMIT, listener.accept()).await.expect("in time").expect("a connection").0)
    }

    /// What comes next, as text; empty at the end of the connection.
    async fn read(&mut self) -> String {
        use tokio::io::AsyncReadExt;
        let mut buffer = vec![0; 16_384];
        let read = tokio::time::timeout(LIMIT, self.0.read(&mut buffer)).await.expect("something in time");
        String::from_utf8_lossy(&buffer[..read.expect("reads")]).into_owned()
    }

    async fn reply(&mut self, request: &str, status: &str, more: &str) {
        use tokio::io::AsyncWriteExt;
        let reply = crate::raw::respond(request, status, more, if more.is_empty() { "" } else { "v=0\r\n" });
        self.0.write_all(reply.as_bytes()).await.expect("writes");
    }
}

#[tokio::test]
async fn the_end_of_a_retired_connection_costs_no_call_of_its_successor() {
    use tokio::io::AsyncWriteExt;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("binds");
    let port = listener.local_addr().expect("bound").port();
    let agent = agent().await;
    let trunk = agent.trunk(tcp(port)).await.expect("opens");
    let unanswered =
        |limit_ms| carillon_sip::OutgoingCall { first_reply_timeout: Duration::from_millis(limit_ms), ..call() };
    // Both of the first connection; the second to end finds the successor open and must leave it so.
    let (mut first, mut last) = (trunk.place(unanswered(200)), trunk.place(unanswered(900)));
    let mut old = Line::accept(&listener).await;
    assert_eq!(to_the_end(&mut first).await.1.why, EndWhy::NoReply);
    let mut ringing = trunk.place(call());
    let mut new = Line::accept(&listener).await;
    let invite = new.read().await;
    assert_eq!(to_the_end(&mut last).await.1.why, EndWhy::NoReply);
    let mut third = trunk.place(call());
    assert!(new.read().await.starts_with("INVITE "), "the open connection is used on");
    new.reply(&invite, "180 Ringing", "").await;
    while name(&next(&mut ringing).await) != "ringing 180" {}
    // The far end closes the old one, which our side follows.
    old.0.shutdown().await.expect("closes");
    while !old.read().await.is_empty() {}
    let contact = format!("Contact: <sip:peer@127.0.0.1:{port};transport=tcp>\r\nContent-Type: application/sdp\r\n");
    new.reply(&invite, "200 OK", &contact).await;
    to_the_answer(&mut ringing).await;
    // The end of the connection in use is told at once.
    drop(new);
    assert_eq!(to_the_end(&mut third).await.1.why, EndWhy::TransportFailed);
}

#[tokio::test]
async fn strangers_get_nowhere_over_tcp_either() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let agent = agent().await;
    let _trunk = trunk(&agent, 9).await;
    let ask = "OPTIONS sip:us SIP/2.0\r\nVia: SIP/2.0/TCP h;branch=z9hG4bK1\r\nFrom: <sip:p@h>;tag=1\r\nTo: <sip:us@h>\r\nCall-ID: x\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n";
    for (source, answered) in [("127.0.0.1:0", true), ("127.0.0.2:0", false)] {
        let socket = tokio::net::TcpSocket::new_v4().expect("a socket");
        socket.bind(source.parse().expect("an address")).expect("binds");
        let mut stream = socket.connect(agent.local_address()).await.expect("the kernel connects");
        // A connection that was closed already cannot be written to: that is an answer too.
        let written = stream.write_all(ask.as_bytes()).await;
        let mut buffer = [0; 2_000];
        let read = tokio::time::timeout(LIMIT, stream.read(&mut buffer)).await.expect("an answer or an end");
        let len = written.and(read).unwrap_or(0);
        assert_eq!(buffer[..len].starts_with(b"SIP/2.0 200 "), answered, "{source}");
    }
}

#[tokio::test]
async fn a_tcp_peer_that_reads_nothing_does_not_hold_up_the_answers_to_others() {
    use tokio::io::AsyncWriteExt;
    let agent = agent().await;
    let peer = crate::raw::Peer::new(&agent).await;
    let _trunk = trunk(&agent, peer.port()).await;
    let ask = |transport: &str, n: u32, padding: usize| {
        format!(
            "OPTIONS sip:us SIP/2.0\r\nVia: SIP/2.0/{transport} h;rport;branch=z9hG4bK{transport}{n};x={}\r\nFrom: <sip:p@h>;tag=1\r\nTo: <sip:us@h>\r\nCall-ID: {transport}{n}\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n",
            "y".repeat(padding)
        )
    };
    let socket = tokio::net::TcpSocket::new_v4().expect("a socket");
    socket.set_recv_buffer_size(4_096).expect("an option");
    let mut stuck = socket.connect(agent.local_address()).await.expect("connects");
    // Each answer mirrors its Via: more than all buffers on the way hold.
    let flood = async {
        for n in 0..400 {
            if stuck.write_all(ask("TCP", n, 50_000).as_bytes()).await.is_err() {
                return; // given up already
            }
        }
    };
    tokio::time::timeout(LIMIT, flood).await.expect("our side goes on reading");
    peer.send_until(&ask("UDP", 1, 1), "SIP/2.0 200 ").await;
    drop(stuck);
    idle(&agent).await;
}

/// A listener whose queue is full answers no SYN: the kernel's way to be a black hole without leaving loopback. It is one as long as what
/// is returned is held.
fn black_hole() -> (u16, Vec<socket2::Socket>) {
    let stream = || socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).expect("a socket");
    let listener = stream();
    listener.bind(&std::net::SocketAddr::from(([127, 0, 0, 1], 0)).into()).expect("binds");
    listener.listen(0).expect("listens");
    let address = listener.local_addr().expect("bound").as_socket().expect("an address");
    let mut held: Vec<_> = (0..3)
        .map(|_| {
            let socket = stream();
            socket.set_nonblocking(true).expect("non-blocking");
            // In progress or made; either fills the queue.
            socket.connect(&address.into()).ok();
            socket
        })
        .collect();
    held.push(listener);
    (address.port(), held)
}

#[tokio::test]
async fn a_tcp_trunk_that_swallows_packets_costs_many_calls_one_connect_limit() {
    let (port, held) = black_hole();
    let agent = agent().await;
    let trunk = agent.trunk(tcp(port)).await.expect("opens");
    // What the product asks before it commits a call that has half a second to leave.
    for asked in (0..100)
        .map(|_| {
            tokio::spawn({
                let trunk = trunk.clone();
                async move { trunk.ready().await }
            })
        })
        .collect::<Vec<_>>()
    {
        assert_eq!(asked.await.expect("no panic").expect_err("nobody is there").code(), "sip_connect");
    }
    let mut calls: Vec<_> = (0..100).map(|_| trunk.place(call())).collect();
    for call in &mut calls {
        let (events, ending) = to_the_end(call).await;
        assert!(events.is_empty());
        assert_eq!((ending.why, ending.reached), (EndWhy::TransportFailed, Reached::NeverSent));
    }
    let connects = agent.stats().connects;
    assert!((1..7).contains(&connects), "200 calls made {connects} connects");
    drop(held);
    idle(&agent).await;
}

#[tokio::test]
async fn a_failed_connect_decides_about_no_later_call() {
    let socket = tokio::net::TcpSocket::new_v4().expect("a socket");
    socket.set_reuseaddr(true).expect("an option");
    socket.bind("127.0.0.1:0".parse().expect("an address")).expect("binds");
    let agent = agent().await;
    let trunk = agent.trunk(tcp(socket.local_addr().expect("bound").port())).await.expect("opens");
    let (_, ending) = to_the_end(&mut trunk.place(call())).await;
    assert_eq!((ending.why, ending.reached), (EndWhy::TransportFailed, Reached::NeverSent));
    let listener = socket.listen(8).expect("listens");
    let mut later = trunk.place(call());
    let _stream = listener.accept().await.expect("a connection");
    assert_eq!(name(&next(&mut later).await), "sent");
    assert_eq!(agent.stats().connects, 2);
}
