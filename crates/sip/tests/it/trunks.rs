//! Logging in, registering, asking, and unreachable trunks.

use std::time::{Duration, Instant};

use carillon_domain::trunk::{CallerIdHeader, DialFormat, Transport};
use carillon_sip::{
    ByeReason, EndWhy, EndedBy, ProbeResult, Reached, RegistrationState, Secret, SipError, TrunkConfig, UserAgent,
};
use carillon_testkit::sipp::uas::{self, Step, reply};
use carillon_testkit::sipp::{Sipp, SippReport};

use crate::common::*;

fn with_login(port: u16) -> TrunkConfig {
    let mut config: TrunkConfig = settings(port).into();
    config.settings.user = Some("alice".into());
    config.password = Some(Secret::new("wonderland"));
    config
}

/// One call with login against a far end that challenges it with these headers; the far end's report.
async fn challenged(agent: &UserAgent, status: &'static str, challenges: &'static str) -> SippReport {
    let steps = [
        Step::Receive("INVITE"),
        Step::Reply(status, challenges),
        Step::Receive("ACK"),
        Step::Receive("INVITE"),
        Step::ReplySdp("200 OK", ""),
        Step::Receive("ACK"),
        Step::Receive("BYE"),
        reply("200 OK"),
    ];
    let far_end = Sipp::scenario(uas::scenario(&steps)).calls(1).start().await.expect("SIPp");
    let trunk = agent.trunk(with_login(far_end.port())).await.expect("opens");
    let mut call = trunk.place(call());
    to_the_answer(&mut call).await;
    call.handle.bye(ByeReason::Finished, None);
    let (_, ending) = to_the_end(&mut call).await;
    let text = format!("{:?}", ending.ladder);
    assert!(text.contains("with credentials") && !text.contains("wonderland") && !text.contains("response="), "{text}");
    let far = far_end.finish(LIMIT).await.expect("SIPp ends");
    assert_eq!((far.successful, far.failed), (1, 0), "{}\n{}", far.errors, far.messages);
    far
}

/// The Authorization parameters of the second INVITE.
fn credentials(far: &SippReport) -> Vec<(String, String)> {
    let line = far
        .messages
        .lines()
        .find(|l| l.contains("uthorization: Digest"))
        .unwrap_or_else(|| panic!("no credentials in {}", far.messages));
    let (_, rest) = line.split_once("Digest ").expect("the scheme");
    rest.split(',')
        .filter_map(|p| p.trim().split_once('='))
        .map(|(n, v)| (n.to_owned(), v.trim().trim_matches('"').to_owned()))
        .collect()
}

fn get<'a>(parameters: &'a [(String, String)], name: &str) -> &'a str {
    parameters.iter().find(|(n, _)| n == name).map_or_else(|| panic!("no {name} in {parameters:?}"), |(_, v)| v)
}

/// RFC 7616 section 3.4.1, computed apart from the code under test.
fn expected_response(parameters: &[(String, String)], hash: fn(&str) -> String) -> String {
    let a1 = hash(&format!("alice:{}:wonderland", get(parameters, "realm")));
    let a2 = hash(&format!("INVITE:{}", get(parameters, "uri")));
    let nonce = get(parameters, "nonce");
    hash(&format!("{a1}:{nonce}:{}:{}:auth:{a2}", get(parameters, "nc"), get(parameters, "cnonce")))
}

fn md5(text: &str) -> String {
    use md5::Digest;
    md5::Md5::digest(text.as_bytes()).iter().map(|b| format!("{b:02x}")).collect()
}

fn sha256(text: &str) -> String {
    use sha2::Digest;
    sha2::Sha256::digest(text.as_bytes()).iter().map(|b| format!("{b:02x}")).collect()
}

#[tokio::test]
async fn logs_in_whatever_challenge_comes() {
    let agent = agent().await;
    let far = challenged(
        &agent,
        "407 Proxy Authentication Required",
        "Proxy-Authenticate: Digest realm=\"r\",nonce=\"n1\",qop=\"auth\"\n",
    )
    .await;
    let p = credentials(&far);
    assert!(far.messages.contains("Proxy-Authorization: Digest"));
    assert_eq!(get(&p, "response"), expected_response(&p, md5));

    // Two challenges: the first cannot be computed, the second lists two qualities of protection.
    let two = "WWW-Authenticate: Digest realm=\"r\",nonce=\"n2\",algorithm=SHA-512-256,qop=\"auth\"\nWWW-Authenticate: Digest realm=\"r\",nonce=\"n3\",algorithm=MD5,qop=\"auth,auth-int\"\n";
    let far = challenged(&agent, "401 Unauthorized", two).await;
    let p = credentials(&far);
    assert_eq!((get(&p, "nonce"), get(&p, "qop")), ("n3", "auth"));
    assert_eq!(get(&p, "response"), expected_response(&p, md5));

    let far = challenged(
        &agent,
        "401 Unauthorized",
        "WWW-Authenticate: Digest realm=\"r\",nonce=\"n4\",algorithm=SHA-256,qop=\"auth\"\n",
    )
    .await;
    let p = credentials(&far);
    assert_eq!(get(&p, "algorithm"), "SHA-256", "spelled as RFC 7616 wants it");
    assert_eq!(get(&p, "response"), expected_response(&p, sha256));
    idle(&agent).await;
}

#[tokio::test]
async fn a_refused_login_is_the_carriers_answer() {
    let steps = [
        Step::Receive("INVITE"),
        Step::Reply("401 Unauthorized", "WWW-Authenticate: Digest realm=\"r\",nonce=\"n\"\n"),
        Step::Receive("ACK"),
        Step::Receive("INVITE"),
        Step::Reply("401 Unauthorized", "WWW-Authenticate: Digest realm=\"r\",nonce=\"n2\"\n"),
        Step::Receive("ACK"),
    ];
    let far_end = Sipp::scenario(uas::scenario(&steps)).calls(1).start().await.expect("SIPp");
    let agent = agent().await;
    let trunk = agent.trunk(with_login(far_end.port())).await.expect("opens");
    let (_, ending) = to_the_end(&mut trunk.place(call())).await;
    assert_eq!((ending.why, ending.status, ending.by), (EndWhy::Rejected, Some(401), EndedBy::Remote));

    // A challenge of a kind that nobody can answer here.
    let steps = [
        Step::Receive("INVITE"),
        Step::Reply("407 Proxy Authentication Required", "Proxy-Authenticate: Negotiate\n"),
        Step::Receive("ACK"),
    ];
    let far_end = Sipp::scenario(uas::scenario(&steps)).calls(1).start().await.expect("SIPp");
    let trunk = agent.trunk(with_login(far_end.port())).await.expect("opens");
    let (_, ending) = to_the_end(&mut trunk.place(call())).await;
    assert_eq!((ending.why, ending.status), (EndWhy::Rejected, Some(407)));
    idle(&agent).await;
}

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
    let mut calls: Vec<_> = (0..100).map(|_| trunk.place(call())).collect();
    for call in &mut calls {
        let (events, ending) = to_the_end(call).await;
        assert!(events.is_empty());
        assert_eq!((ending.why, ending.reached), (EndWhy::TransportFailed, Reached::NeverSent));
    }
    let connects = agent.stats().connects;
    assert!((1..5).contains(&connects), "100 calls made {connects} connects");
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

#[tokio::test]
async fn a_call_that_comes_too_late_is_never_sent() {
    let peer = tokio::net::UdpSocket::bind("127.0.0.1:0").await.expect("a socket");
    let agent = agent().await;
    let trunk = trunk(&agent, peer.local_addr().expect("bound").port()).await;
    let mut late = call();
    late.latest_send = Some(Instant::now() - Duration::from_millis(1));
    let (events, ending) = to_the_end(&mut trunk.place(late)).await;
    assert!(events.is_empty());
    assert_eq!((ending.why, ending.reached, ending.ladder.len()), (EndWhy::Withdrawn, Reached::NeverSent, 0));
    assert!(peer.try_recv_from(&mut [0; 2_000]).is_err(), "nothing left this machine");
    idle(&agent).await;
}

#[tokio::test]
async fn registers_with_the_time_the_registrar_wants_and_takes_it_back() {
    let challenge = Step::Reply("401 Unauthorized", "WWW-Authenticate: Digest realm=\"r\",nonce=\"n\",qop=\"auth\"\n");
    let steps = [
        Step::Receive("REGISTER"),
        challenge.clone(),
        Step::Receive("REGISTER"),
        Step::Reply("423 Interval Too Brief", "Min-Expires: 900\n"),
        Step::Receive("REGISTER"),
        Step::Reply("200 OK", "Expires: 1200\n"),
        Step::Receive("REGISTER"),
        Step::Reply("200 OK", "Expires: 0\n"),
    ];
    let far_end = Sipp::scenario(
        uas::scenario(&steps).replace("Contact: <sip:[local_ip]:[local_port];transport=[transport]>\n", ""),
    )
    .calls(1)
    .start()
    .await
    .expect("SIPp");
    let agent = agent().await;
    let mut config = with_login(far_end.port());
    config.settings.register = true;
    let trunk = agent.trunk(config).await.expect("opens");
    let mut state = trunk.registration();
    let registered = state.wait_for(|s| matches!(s, RegistrationState::Registered { .. }));
    let registered =
        tokio::time::timeout(LIMIT, registered).await.expect("registers in time").expect("a state").clone();
    assert_eq!(registered, RegistrationState::Registered { expires: Duration::from_secs(1_200) });
    agent.shutdown().await;
    assert_eq!(*state.borrow(), RegistrationState::Ended);
    let far = far_end.finish(LIMIT).await.expect("SIPp ends");
    assert_eq!((far.successful, far.failed), (1, 0), "{}\n{}", far.errors, far.messages);
    let expires: Vec<&str> = far.messages.lines().filter_map(|l| l.strip_prefix("Expires: ")).collect();
    assert_eq!(expires, ["300", "300", "900", "1200", "0", "0"]);
}

#[tokio::test]
async fn the_probe_says_whether_the_trunk_is_there() {
    let agent = agent().await;
    let steps = [Step::Receive("OPTIONS"), Step::Reply("200 OK", "Server: far/1\n")];
    let far_end = Sipp::scenario(uas::scenario(&steps)).calls(1).start().await.expect("SIPp");
    match trunk(&agent, far_end.port()).await.options_probe().await {
        ProbeResult::Answered { status: 200, server: Some(server), .. } => assert_eq!(server, "far/1"),
        other => panic!("{other:?}"),
    }
    let silent = tokio::net::UdpSocket::bind("127.0.0.1:0").await.expect("a socket");
    let probe = trunk(&agent, silent.local_addr().expect("bound").port()).await.options_probe().await;
    assert_eq!(probe, ProbeResult::NoReply);
    let closed = std::net::TcpListener::bind("127.0.0.1:0").expect("binds").local_addr().expect("bound").port();
    let probe = agent.trunk(tcp(closed)).await.expect("opens").options_probe().await;
    assert!(matches!(probe, ProbeResult::Unreachable { .. }), "{probe:?}");
    idle(&agent).await;
}

#[tokio::test]
async fn numbers_caller_ids_and_headers_are_written_as_the_trunk_wants() {
    let refuse = [Step::Receive("INVITE"), reply("486 Busy Here"), Step::Receive("ACK")];
    let far_end = Sipp::scenario(uas::scenario(&refuse)).calls(1).start().await.expect("SIPp");
    let agent = agent().await;
    let mut config = with_login(far_end.port());
    config.settings.dial_format = DialFormat::Prefix("9".into());
    config.settings.caller_id = Some("+14155550100".into());
    config.settings.caller_id_header = CallerIdHeader::PAssertedIdentity;
    config.settings.public_address = Some([203, 0, 113, 7].into());
    config.from_domain = Some("carrier.example".into());
    config.extra_headers = vec![("X-Account".into(), "42".into())];
    let trunk = agent.trunk(config).await.expect("opens");
    assert_eq!(trunk.media_address().await.expect("known").to_string(), "203.0.113.7");
    to_the_end(&mut trunk.place(call())).await;
    let far = far_end.finish(LIMIT).await.expect("SIPp ends");
    for line in [
        "INVITE sip:914155550123@127.0.0.1:",
        "From: <sip:alice@carrier.example>;tag=",
        "P-Asserted-Identity: <sip:+14155550100@carrier.example>",
        "Contact: <sip:alice@203.0.113.7:",
        "X-Account: 42",
        "User-Agent: Carillon/",
    ] {
        assert!(far.messages.contains(line), "no {line:?} in {}", far.messages);
    }
    idle(&agent).await;
}

#[tokio::test]
async fn settings_that_could_break_out_of_a_header_are_refused() {
    let agent = agent().await;
    let broken: [fn(&mut TrunkConfig); 5] = [
        |c| c.settings.user = Some("a\r\nX: 1".into()),
        |c| c.extra_headers = vec![("X-A".into(), "1\r\nX-B: 2".into())],
        |c| c.extra_headers = vec![("Via".into(), "x".into())],
        |c| c.settings.caller_id = Some("a@b".into()),
        |c| c.settings.register = true,
    ];
    for change in broken {
        let mut config: TrunkConfig = settings(5_060).into();
        change(&mut config);
        match agent.trunk(config).await {
            Err(error @ SipError::Config { .. }) => assert_eq!(error.code(), "sip_config"),
            other => panic!("{other:?}"),
        }
    }
    assert!(!format!("{:?}", with_login(1)).contains("wonderland"), "a password never shows");
    let mut config: TrunkConfig = settings(1).into();
    config.settings.host = "no-such-host.invalid".into();
    config.settings.transport = Transport::Udp;
    assert!(matches!(agent.trunk(config).await, Err(SipError::Resolve { .. })));
}

#[tokio::test]
async fn a_trunk_of_the_other_address_family_is_refused_in_words() {
    let agent = agent().await;
    let mut config: TrunkConfig = settings(5_060).into();
    config.settings.host = "::1".into();
    let error = agent.trunk(config).await.expect_err("our socket speaks IPv4");
    assert_eq!(error.code(), "sip_family");
    let expected =
        format!("::1 has only IPv6 addresses, but SIP is opened on {}, which is IPv4", agent.local_address());
    assert!(error.to_string().contains(&expected) && error.to_string().contains("Open SIP on an IPv6"), "{error}");
}
