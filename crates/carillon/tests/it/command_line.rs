//! The command line beside a running campaign: pause, resume, stop, retry, a second run, Ctrl-C.

use std::time::Duration;

use carillon_testkit::sipp::uas::{self, Step, reply, request_in_call};
use carillon_testkit::sipp::{Sipp, SippDirection, SippReport};
use tokio::process::Child;

use crate::carrier::call_ids_by_number;
use crate::files::busy_far_end;
use crate::support::{Database, World, contact_file, on_both_databases, text};

/// Answers, and hangs up after `talk_ms`.
async fn talking_far_end(talk_ms: u32) -> Sipp {
    let steps = [
        Step::Receive("INVITE"),
        reply("180 Ringing"),
        Step::ReplySdp("200 OK", ""),
        Step::Receive("ACK"),
        Step::Pause(talk_ms),
        request_in_call("BYE", 2, "", None),
        Step::ReceiveStatus(200),
    ];
    Sipp::scenario(uas::scenario_with_requests(&steps)).start().await.expect("SIPp")
}

fn invites(far_end: &Sipp) -> usize {
    far_end.messages().matches("\nINVITE sip:").count()
}

/// Waits until the far end saw that many INVITEs.
async fn until_invites(far_end: &Sipp, wanted: usize) {
    let wait = async {
        while invites(far_end) < wanted {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), wait)
        .await
        .unwrap_or_else(|_| panic!("only {} of {wanted} INVITEs came", invites(far_end)));
}

/// Seconds of the day at which the far end received each INVITE, by its own clock.
fn invite_times(far: &SippReport) -> Vec<f64> {
    let mut times = Vec::new();
    for block in far.messages.split("----------------------------------------------- ").skip(1) {
        let (head, rest) = block.split_once('\n').unwrap_or((block, ""));
        if rest.contains("message received") && rest.contains("\nINVITE sip:") {
            let clock = head.split_whitespace().nth(1).unwrap_or_default();
            let seconds = clock
                .split(':')
                .map(|part| part.parse::<f64>().unwrap_or(0.0))
                .fold(0.0, |sum, part| sum * 60.0 + part);
            times.push(seconds);
        }
    }
    times
}

fn now_of_day() -> f64 {
    let output = std::process::Command::new("date").arg("+%H:%M:%S.%N").output().expect("date runs");
    let clock = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    clock.split(':').map(|part| part.parse::<f64>().expect("a number")).fold(0.0, |sum, part| sum * 60.0 + part)
}

fn invites_in(far: &SippReport) -> usize {
    far.message_blocks()
        .iter()
        .filter(|(direction, text)| *direction == SippDirection::Received && text.starts_with("INVITE "))
        .count()
}

async fn ends(mut process: Child, code: i32) {
    let status = tokio::time::timeout(Duration::from_secs(120), process.wait())
        .await
        .expect("ends in time")
        .expect("can be waited for");
    assert_eq!(status.code(), Some(code));
}

on_both_databases! {
    /// A24, A25: no INVITE leaves more than a second after Pause was acknowledged, calls in progress finish, Resume goes on.
    async fn pause_holds_within_a_second_and_resume_goes_on(world) {
        let far_end = talking_far_end(700).await;
        let file = world.write("people.csv", contact_file(120));
        let trunk = format!("sip:127.0.0.1:{}", far_end.port());
        let running = world.start(&["run", text(&file), "--trunk", &trunk, "--lines", "30", "--cps", "30", "--no-recording", "--json"]);
        until_invites(&far_end, 20).await;
        let paused = world.run(&["campaign", "pause", "people", "--json"]).await;
        let acknowledged = now_of_day();
        assert_eq!(paused.code, Some(0), "{}", paused.stderr);
        assert_eq!(paused.last()["campaign"]["status"], "paused");
        // The calls in progress end: then nothing is in progress any more, although contacts are pending.
        let quiet = async {
            loop {
                let shown = world.run(&["campaign", "show", "people", "--json"]).await.last();
                if shown["counts"]["in_progress"] == 0 {
                    break shown;
                }
            }
        };
        let shown = tokio::time::timeout(Duration::from_secs(60), quiet).await.expect("calls in progress finish");
        assert!(shown["counts"]["pending"].as_i64().is_some_and(|pending| pending > 0), "{shown}");
        // The pause is held for three seconds more: a call that should not be would be made in this time.
        tokio::time::sleep(Duration::from_secs(3)).await;
        let seen_while_paused = invites(&far_end);
        let resumed_at = now_of_day();
        let resumed = world.run(&["campaign", "resume", "people", "--json"]).await;
        assert_eq!(resumed.code, Some(0), "{}", resumed.stderr);
        ends(running, 0).await;
        let far = far_end.stop().await.expect("stops");
        assert!(resumed_at - acknowledged > 2.5, "the pause was held ({acknowledged} to {resumed_at}; a run over midnight must be repeated)");
        let late = invite_times(&far).into_iter().filter(|at| *at > acknowledged + 1.0 && *at < resumed_at - 0.2).count();
        assert_eq!(invite_times(&far).len(), invites_in(&far), "every INVITE's time was read");
        assert_eq!(late, 0, "INVITEs came more than a second after Pause");
        assert!(seen_while_paused < 120);
        assert!(call_ids_by_number(&far).values().all(|calls| calls.len() == 1), "nobody was called twice");
        assert_eq!(call_ids_by_number(&far).len(), 120, "nobody was left out");
        world.assert_sound().await;
    }

    /// A26: Stop is for good; who was never attempted becomes Canceled; calls in progress finish.
    async fn stop_cancels_who_was_never_attempted(world) {
        let far_end = talking_far_end(500).await;
        let file = world.write("people.csv", contact_file(200));
        let trunk = format!("sip:127.0.0.1:{}", far_end.port());
        let running = world.start(&["run", text(&file), "--trunk", &trunk, "--lines", "20", "--cps", "20", "--no-recording", "--json"]);
        until_invites(&far_end, 15).await;
        assert_eq!(world.run(&["campaign", "stop", "people"]).await.code, Some(0));
        ends(running, 5).await;
        let shown = world.run(&["campaign", "show", "people", "--json"]).await.last();
        let counts = &shown["counts"];
        assert_eq!((&counts["total"], &counts["pending"], &counts["in_progress"]), (&200.into(), &0.into(), &0.into()));
        assert_eq!(shown["campaign"]["status"], "canceled");
        let far = far_end.stop().await.expect("stops");
        let called = call_ids_by_number(&far).len();
        assert_eq!(counts["canceled"], 200 - called, "{called} were called: {shown}");
        let resumed = world.run(&["campaign", "resume", "people"]).await;
        assert_eq!(resumed.code, Some(1), "a stopped campaign never goes on");
        world.assert_sound().await;
    }

    /// A27: only Failed contacts, by new attempts; those who declined or did not answer are left alone.
    async fn retry_failed_calls_only_the_failed_again(world) {
        let file = world.write("people.csv", contact_file(20));
        let broken = Sipp::scenario(uas::scenario(&[Step::Receive("INVITE"), reply("500 Server Internal Error"), Step::Receive("ACK")])).calls(20).start().await.expect("SIPp");
        let port = broken.port();
        let trunk = format!("sip:127.0.0.1:{port}");
        let arguments = ["run", text(&file), "--trunk", &trunk, "--lines", "20", "--cps", "50", "--no-recording", "--json"];
        let first = world.run(&arguments).await;
        assert_eq!(first.code, Some(0), "{}", first.stderr);
        assert_eq!((&first.last()["counts"]["failed"], &first.last()["failures"]["carrier"]), (&20.into(), &20.into()));
        broken.finish(Duration::from_secs(60)).await.expect("SIPp ends");
        let again = world.run(&arguments).await;
        assert_eq!(again.code, Some(3), "a finished campaign is not called again by itself");
        let retried = world.run(&["campaign", "retry", "people", "--json"]).await;
        assert_eq!(retried.code, Some(0), "{}", retried.stderr);
        assert_eq!(retried.last()["counts"]["pending"], 20);
        let steps = [Step::Receive("INVITE"), reply("486 Busy Here"), Step::Receive("ACK")];
        let healed = Sipp::scenario(uas::scenario(&steps)).port(port).start().await.expect("SIPp");
        assert_eq!(retried.last()["campaign"]["status"], "queued", "nobody dials: it says so");
        let second = world.run(&arguments).await;
        assert_eq!(second.code, Some(0), "{}", second.stderr);
        assert_eq!((&second.last()["counts"]["completed"], &second.last()["results"]["busy"]), (&20.into(), &20.into()));
        let none_left = world.run(&["campaign", "retry", "people", "--json"]).await;
        assert_eq!(none_left.last()["counts"]["pending"], 0, "busy people are not failed ones");
        let far = healed.stop().await.expect("stops");
        assert_eq!(call_ids_by_number(&far).len(), 20);
        world.assert_sound().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn busy_people_are_tried_again_by_the_rule_and_no_further() {
    let world = World::new(Database::Sqlite).await;
    let far_end = busy_far_end().await;
    let file = world.write("people.csv", contact_file(5));
    let trunk = format!("sip:127.0.0.1:{}", far_end.port());
    let output =
        world.run(&["run", text(&file), "--trunk", &trunk, "--cps", "50", "--retry", "busy=2x1s", "--json"]).await;
    assert_eq!(output.code, Some(0), "{}", output.stderr);
    let far = far_end.stop().await.expect("stops");
    assert!(call_ids_by_number(&far).values().all(|calls| calls.len() == 3), "one attempt and two more each");
    let export = world.export("people").await;
    assert!(
        export["contacts"]
            .as_array()
            .expect("contacts")
            .iter()
            .all(|contact| contact["attempts"] == 3 && contact["result"] == "busy")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_finishes_the_calls_in_progress_and_the_same_command_goes_on() {
    let world = World::new(Database::Sqlite).await;
    let far_end = talking_far_end(600).await;
    let file = world.write("people.csv", contact_file(60));
    let trunk = format!("sip:127.0.0.1:{}", far_end.port());
    let arguments = ["run", text(&file), "--trunk", &trunk, "--lines", "10", "--cps", "20", "--no-recording", "--json"];
    let first = world.start(&arguments);
    until_invites(&far_end, 12).await;
    let busy = world.run(&arguments).await;
    assert_eq!(busy.code, Some(7), "a second process does not call from the same folder");
    send_signal(&first, "-INT");
    ends(first, 5).await;
    let shown = world.run(&["campaign", "show", "people", "--json"]).await.last();
    assert_eq!(shown["counts"]["in_progress"], 0, "calls in progress finished: {shown}");
    assert!(shown["counts"]["pending"].as_i64().is_some_and(|pending| pending > 0), "{shown}");
    // The trunk has moved, and more lines are wanted: the campaign goes on with what is given now.
    let moved = talking_far_end(600).await;
    let moved_trunk = format!("sip:127.0.0.1:{}", moved.port());
    let other =
        ["run", text(&file), "--trunk", &moved_trunk, "--lines", "20", "--cps", "40", "--no-recording", "--json"];
    let second = world.run(&other).await;
    assert_eq!(second.code, Some(0), "{}", second.stderr);
    let (far, moved) = (far_end.stop().await.expect("stops"), moved.stop().await.expect("stops"));
    let mut calls = call_ids_by_number(&far);
    for (number, ids) in call_ids_by_number(&moved) {
        calls.entry(number).or_default().extend(ids);
    }
    assert_eq!(calls.len(), 60);
    assert!(calls.values().all(|calls| calls.len() == 1), "nobody was called twice");
    world.assert_sound().await;
}

fn send_signal(process: &Child, signal: &str) {
    let pid = process.id().expect("runs").to_string();
    assert!(std::process::Command::new("kill").args([signal, &pid]).status().expect("kill runs").success());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_ctrl_c_hangs_up_and_settles_nobody_for_good() {
    let world = World::new(Database::Sqlite).await;
    let ringing = [Step::Receive("INVITE"), reply("180 Ringing"), Step::Receive("CANCEL"), reply("200 OK")];
    let far_end = Sipp::scenario(uas::scenario(&ringing)).start().await.expect("SIPp");
    let file = world.write("people.csv", contact_file(30));
    let trunk = format!("sip:127.0.0.1:{}", far_end.port());
    let running = world.start(&[
        "run",
        text(&file),
        "--trunk",
        &trunk,
        "--lines",
        "10",
        "--cps",
        "50",
        "--ring-timeout",
        "120",
        "--json",
    ]);
    until_invites(&far_end, 10).await;
    send_signal(&running, "-INT");
    let draining = async {
        // The drain has begun when the leases are back: then nothing but the ten calls is in progress.
        while !world.run(&["campaign", "show", "people"]).await.stdout.contains("a running Carillon") {}
    };
    tokio::time::timeout(Duration::from_secs(60), draining).await.expect("the first Ctrl-C drains");
    send_signal(&running, "-INT");
    ends(running, 5).await;
    let shown = world.run(&["campaign", "show", "people", "--json"]).await.last();
    assert_eq!((&shown["counts"]["failed"], &shown["counts"]["pending"]), (&10.into(), &20.into()), "{shown}");
    assert_eq!(shown["failures"]["system"], 10, "who was rung and cut off is interrupted, not settled: {shown}");
    let retried = world.run(&["campaign", "retry", "people", "--json"]).await.last();
    assert_eq!(retried["counts"]["pending"], 30, "a person may call them again");
    world.assert_sound().await;
}

/// All bytes of all files below a folder.
fn everything_in(folder: &std::path::Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        bytes.extend(if path.is_dir() { everything_in(&path) } else { std::fs::read(path).expect("a file") });
    }
    bytes
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_shows_its_messages_and_never_a_password() {
    const SECRET: &str = "rosebud-7713";
    let challenge = "Proxy-Authenticate: Digest realm=\"carrier\",nonce=\"c0ffee\",algorithm=MD5,qop=\"auth\"\n";
    let steps = [
        Step::Receive("INVITE"),
        Step::Reply("407 Proxy Authentication Required", challenge),
        Step::Receive("ACK"),
        Step::Receive("INVITE"),
        reply("486 Busy Here"),
        Step::Receive("ACK"),
    ];
    let far_end = Sipp::scenario(uas::scenario(&steps)).start().await.expect("SIPp");
    let world = World::new(Database::Sqlite).await;
    let file = world.write("one.csv", contact_file(1));
    let trunk = format!("sip:127.0.0.1:{}", far_end.port());
    let mut run = world.command(&["run", text(&file), "--trunk", &trunk, "--trunk-user", "kane", "--json"]);
    run.env("CARILLON_TRUNK_PASSWORD", SECRET).env("CARILLON_LOG", "debug");
    let ran = run.output().await.expect("runs");
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    let call = world.export("one").await["contacts"][0]["call"].as_str().expect("a call").to_owned();
    let shown = world.run(&["call", "show", &call, "--json"]).await;
    let told = world.run(&["call", "show", &call]).await;
    let json = shown.last();
    let lines: Vec<&str> =
        json["ladder"].as_array().expect("a ladder").iter().filter_map(|entry| entry["line"].as_str()).collect();
    assert!(lines[0].starts_with("INVITE sip:+12125550100@"), "{lines:?}");
    for status in ["407", "486"] {
        assert!(lines.iter().any(|line| line.contains(status)), "{lines:?}");
    }
    assert_eq!((&json["outcome"], &json["sip_status"]), (&"busy".into(), &486.into()));
    // The login was made, and neither it nor the password lies anywhere.
    let far = far_end.stop().await.expect("stops");
    let login = far.messages.split("response=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a login");
    let places = [
        ("the call as JSON", shown.stdout.into_bytes()),
        ("the call in words", told.stdout.into_bytes()),
        ("what run printed", ran.stdout),
        ("the log", ran.stderr),
        ("the data folder", everything_in(&world.data())),
    ];
    for (place, bytes) in places {
        for hidden in [SECRET, login] {
            let found = bytes.windows(hidden.len()).any(|window| window == hidden.as_bytes());
            assert!(!found, "{hidden} is in {place}");
        }
    }
    let nothing = world.run(&["call", "show", "call_0000000000001"]).await;
    assert_eq!(nothing.code, Some(8));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tcp_trunk_that_swallows_packets_is_told_as_out_of_reach() {
    // A listener whose queue is full answers no SYN.
    let socket = tokio::net::TcpSocket::new_v4().expect("a socket");
    socket.bind("127.0.0.1:0".parse().expect("an address")).expect("binds");
    let address = socket.local_addr().expect("bound");
    let _listener = socket.listen(0).expect("listens");
    let fill = || tokio::spawn(tokio::net::TcpStream::connect(address));
    let _queue: Vec<_> = (0..3).map(|_| fill()).collect();
    let world = World::new(Database::Sqlite).await;
    let file = world.write("people.csv", contact_file(3));
    let trunk = format!("sip:{address};transport=tcp");
    let run = world.run(&["run", text(&file), "--trunk", &trunk, "--lines", "3", "--json"]).await;
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let export = world.export("people").await;
    for contact in export["contacts"].as_array().expect("contacts") {
        assert_eq!(contact["reason_code"], "carrier_unreachable", "{contact}");
        assert_eq!(contact["calls"].as_array().map(Vec::len), Some(1), "no call was withdrawn: {contact}");
    }
    world.assert_sound().await;
}
