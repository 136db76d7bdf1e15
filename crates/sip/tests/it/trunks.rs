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
async fn a_trunk_that_replaces_another_keeps_their_registration() {
    let agent = agent().await;
    let peer = crate::raw::Peer::new(&agent).await;
    let open = |user: &str, lines| {
        let mut config: TrunkConfig = settings(peer.port()).into();
        config.settings.user = Some(user.into());
        config.settings.register = true;
        config.settings.lines = lines;
        agent.trunk(config)
    };
    // Says how long the REGISTER that comes next asks for.
    let registers = async || {
        let ask = peer.receive("REGISTER ").await;
        peer.send(crate::raw::respond(&ask, "200 OK", "", "")).await;
        crate::raw::header(&ask, "Expires").trim_start_matches("Expires:").trim().to_owned()
    };
    let first = open("alice", 1).await.expect("opens");
    assert_eq!(registers().await, "300");
    let edited = open("alice", 2).await.expect("opens");
    assert_eq!(registers().await, "300");
    for trunk in [&first, &edited] {
        let mut state = trunk.registration();
        let registered = state.wait_for(|state| matches!(state, RegistrationState::Registered { .. }));
        tokio::time::timeout(LIMIT, registered).await.expect("in time").expect("a state");
    }
    first.replaced_by(&edited).await;
    // Another user is another registration: the old one is taken back, and nothing was before.
    let other = open("bob", 2).await.expect("opens");
    assert_eq!(registers().await, "300");
    let (expires, ()) = tokio::join!(registers(), edited.replaced_by(&other));
    assert_eq!(expires, "0");
    let (expires, ()) = tokio::join!(registers(), other.close());
    assert_eq!(expires, "0");
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
    let trunk = agent.trunk(config).await.expect("opens");
    assert_eq!(trunk.ready().await.expect("known").announced.to_string(), "203.0.113.7");
    to_the_end(&mut trunk.place(call())).await;
    let far = far_end.finish(LIMIT).await.expect("SIPp ends");
    for line in [
        "INVITE sip:914155550123@127.0.0.1:",
        "From: <sip:alice@127.0.0.1>;tag=",
        "P-Asserted-Identity: <sip:+14155550100@127.0.0.1>",
        "Contact: <sip:alice@203.0.113.7:",
        "User-Agent: Carillon/",
    ] {
        assert!(far.messages.contains(line), "no {line:?} in {}", far.messages);
    }
    idle(&agent).await;
}

#[tokio::test]
async fn settings_that_could_break_out_of_a_header_are_refused() {
    let agent = agent().await;
    let broken: [fn(&mut TrunkConfig); 3] = [
        |c| c.settings.user = Some("a\r\nX: 1".into()),
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
