//! A thousand contacts against a carrier that does everything carriers do (SIPp), on both databases.

use std::collections::{BTreeMap, BTreeSet};

use carillon_testkit::sipp::uas::{self, Step, reply, request_in_call};
use carillon_testkit::sipp::{Sipp, SippDirection, SippReport};

use crate::support::{Database, World, contact_file, on_both_databases, text};

/// What the carrier does with a number, by its last two digits.
struct Behaviour {
    name: &'static str,
    digits: std::ops::Range<usize>,
    steps: Vec<Step>,
    /// What must come of each such contact: status, then result or reason code.
    expected: (&'static str, &'static str),
    /// Calls to each such contact.
    calls: usize,
}

/// An answer whose audio goes nowhere, so that nothing is heard.
const DEAF_200: &str = "SIP/2.0 200 OK\n[last_Via:]\n[last_From:]\n[last_To:];tag=[pid]SIPp[call_number]\n[last_Call-ID:]\n[last_CSeq:]\nContact: <sip:[local_ip]:[local_port]>\nContent-Type: application/sdp\nContent-Length: [len]\n\nv=0\no=u 5 5 IN IP4 127.0.0.1\ns=-\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 9 RTP/AVP 0\n";
/// A final answer to the INVITE after a CANCEL: SIPp's last CSeq is the CANCEL's by then.
const TERMINATED: &str = "SIP/2.0 487 Request Terminated\n[last_Via:]\n[last_From:]\n[last_To:];tag=[pid]SIPp[call_number]\n[last_Call-ID:]\nCSeq: [$cseq] INVITE\nContent-Length: 0\n";
const CROSSING_200: &str = "SIP/2.0 200 OK\n[last_Via:]\n[last_From:]\n[last_To:];tag=[pid]SIPp[call_number]\n[last_Call-ID:]\nCSeq: [$cseq] INVITE\nContact: <sip:[local_ip]:[local_port]>\nContent-Type: application/sdp\nContent-Length: [len]\n\nv=0\no=u 5 5 IN IP4 127.0.0.1\ns=-\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 9 RTP/AVP 0\n";
const EARLY_183: &str = "SIP/2.0 183 Session Progress\n[last_Via:]\n[last_From:]\n[last_To:];tag=early\n[last_Call-ID:]\n[last_CSeq:]\nContact: <sip:[local_ip]:[local_port]>\nContent-Type: application/sdp\nContent-Length: [len]\n\nv=0\no=u 5 5 IN IP4 127.0.0.1\ns=-\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 7 RTP/AVP 8\n";
const ACKS_LOST: &str = "our ACKs are lost";
const HOLD: &str = "v=0\no=u 5 6 IN IP4 127.0.0.1\ns=-\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 9 RTP/AVP 0\na=sendonly\n";
const CHALLENGE: &str =
    "Proxy-Authenticate: Digest realm=\"carrier\", nonce=\"c0ffee1234\", algorithm=MD5, qop=\"auth\"\n";

fn receive(method: &'static str) -> Step {
    Step::Receive(method)
}

fn send(text: &str) -> Step {
    Step::Send(text.to_owned())
}

fn far_end_bye(cseq: u32) -> Vec<Step> {
    vec![Step::Pause(100), request_in_call("BYE", cseq, "", None), Step::ReceiveStatus(200)]
}

fn refused(status: &'static str, headers: &'static str) -> Vec<Step> {
    vec![Step::Reply(status, headers), receive("ACK")]
}

fn deaf_answer() -> Vec<Step> {
    vec![reply("180 Ringing"), send(DEAF_200), receive("ACK")]
}

/// The answers of the first second and a half never arrive. (Loss by chance, SIPp's `lost="15"`, could take every repetition of a call: 3 runs in
/// 100 failed by it.)
fn lost_answers() -> Vec<Step> {
    vec![reply("180 Ringing"), Step::Pause(1500), send(DEAF_200), receive("ACK")]
}

/// SIPp loses every ACK of the first 1.2 s, and goes on repeating its answer until one comes through.
fn losing_acks(body: &str, label: usize) -> String {
    let ack = "<recv request=\"ACK\" crlf=\"true\"/>";
    let lost = format!(
        "<recv request=\"ACK\" lost=\"100\" timeout=\"1200\" ontimeout=\"{label}\"/>\n<label id=\"{label}\"/>\n{ack}"
    );
    assert!(body.contains(ack), "{body}");
    body.replace("<send><![CDATA[\nSIP/2.0 200", "<send retrans=\"200\"><![CDATA[\nSIP/2.0 200").replace(ack, &lost)
}

fn behaviours() -> Vec<Behaviour> {
    let mut all = answered();
    all.extend(unanswered());
    all
}

fn behaviour(
    name: &'static str,
    digits: std::ops::Range<usize>,
    expected: (&'static str, &'static str),
    calls: usize,
    parts: impl IntoIterator<Item = Vec<Step>>,
) -> Behaviour {
    Behaviour { name, digits, steps: parts.into_iter().flatten().collect(), expected, calls }
}

fn answered() -> Vec<Behaviour> {
    let done = ("completed", "no_success");
    let hold = vec![
        Step::Pause(100),
        request_in_call("INVITE", 2, "", Some(HOLD)),
        Step::ReceiveStatus(100),
        Step::ReceiveStatus(200),
        request_in_call("ACK", 2, "", None),
        // And once more without SDP: the ACK brings the answer to our offer.
        request_in_call("INVITE", 3, "", None),
        Step::ReceiveStatus(100),
        Step::ReceiveStatus(200),
        request_in_call("ACK", 3, "", Some(HOLD)),
    ];
    let challenge = refused("407 Proxy Authentication Required", CHALLENGE);
    let early = vec![send(EARLY_183), Step::Pause(200), send(DEAF_200), receive("ACK")];
    let echo = vec![reply("180 Ringing"), Step::ReplySdp("200 OK", ""), receive("ACK")];
    vec![
        behaviour("the far end hangs up", 0..40, done, 1, [deaf_answer(), far_end_bye(2)]),
        behaviour("login", 79..84, done, 1, [challenge, vec![receive("INVITE")], deaf_answer(), far_end_bye(2)]),
        behaviour("its answers are lost", 84..85, done, 1, [lost_answers(), far_end_bye(2)]),
        behaviour(ACKS_LOST, 85..87, done, 1, [deaf_answer(), far_end_bye(2)]),
        behaviour("early media", 90..94, done, 1, [early, far_end_bye(2)]),
        behaviour("hold", 94..97, done, 1, [deaf_answer(), hold, far_end_bye(4)]),
        behaviour("a talk with echo", 97..100, ("completed", "success"), 1, [echo, our_bye()]),
    ]
}

fn unanswered() -> Vec<Behaviour> {
    let canceled = || vec![reply("180 Ringing"), receive("CANCEL"), reply("200 OK")];
    let ringing = || vec![reply("180 Ringing")];
    let no_answer = ("completed", "no_answer");
    vec![
        behaviour("busy", 40..58, ("completed", "busy"), 1, [refused("486 Busy Here", "Reason: Q.850;cause=17\n")]),
        behaviour("declined", 58..60, ("completed", "declined"), 1, [ringing(), refused("603 Decline", "")]),
        behaviour(
            "not found",
            60..70,
            ("failed", "number_not_found"),
            1,
            [refused("404 Not Found", "Reason: Q.850;cause=1\n")],
        ),
        behaviour("overloaded", 70..74, ("failed", "carrier_overloaded"), 4, [refused("503 Service Unavailable", "")]),
        behaviour("no answer", 74..79, no_answer, 1, [canceled(), vec![send(TERMINATED), receive("ACK")]]),
        behaviour(
            "the answer crosses our CANCEL",
            87..90,
            no_answer,
            1,
            [canceled(), vec![send(CROSSING_200), receive("ACK")], our_bye()],
        ),
    ]
}

fn our_bye() -> Vec<Step> {
    vec![receive("BYE"), reply("200 OK")]
}

/// One scenario that looks at the number and goes on with that number's behaviour.
fn branching(behaviours: &[Behaviour]) -> String {
    let actions: String = behaviours
        .iter()
        .enumerate()
        .map(|(n, behaviour)| {
            let endings: Vec<String> = behaviour.digits.clone().map(|digits| format!("{digits:02}")).collect();
            format!("<ereg regexp=\"^INVITE sip:[^@]*({})@\" search_in=\"msg\" assign_to=\"b{n}\"/>", endings.join("|"))
        })
        .collect();
    let keep = "<ereg regexp=\".*\" search_in=\"hdr\" header=\"From\" assign_to=\"remote_tag\"/><ereg regexp=\"[0-9]+\" search_in=\"hdr\" header=\"CSeq:\" assign_to=\"cseq\"/>";
    let mut xml = format!(
        "<?xml version=\"1.0\" encoding=\"ISO-8859-1\" ?>\n<scenario name=\"carrier\">\n<recv request=\"INVITE\" rrs=\"true\"><action>{keep}{actions}</action></recv>\n"
    );
    for n in 0..behaviours.len() {
        xml.push_str(&format!("<nop next=\"{n}\" test=\"b{n}\"/>\n"));
    }
    for (n, behaviour) in behaviours.iter().enumerate() {
        let whole = uas::scenario(&behaviour.steps);
        let body = whole
            .split_once("far end\">\n")
            .and_then(|(_, rest)| rest.strip_suffix("</scenario>\n"))
            .expect("a scenario's body");
        let mut body = body.replace("<recv response=\"100\"/>", "<recv response=\"100\" optional=\"true\"/>");
        if behaviour.name == ACKS_LOST {
            body = losing_acks(&body, 100 + n);
        }
        xml.push_str(&format!("<label id=\"{n}\"/>\n{body}<nop next=\"99\"/>\n"));
    }
    xml.push_str("<label id=\"99\"/>\n</scenario>\n");
    xml
}

/// Per number: the Call-IDs of the INVITEs that the far end saw.
pub fn call_ids_by_number(far: &SippReport) -> BTreeMap<String, BTreeSet<String>> {
    let mut seen: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (direction, message) in far.message_blocks() {
        let number = message.strip_prefix("INVITE sip:").and_then(|rest| rest.split('@').next());
        if let (SippDirection::Received, Some(number)) = (direction, number) {
            let call_id =
                message.lines().find_map(|line| line.strip_prefix("Call-ID:")).expect("an INVITE has a Call-ID");
            seen.entry(number.to_owned()).or_default().insert(call_id.trim().to_owned());
        }
    }
    seen
}

/// What passed between us and the far end for a number, one line a message, so that a wrong contact explains itself.
fn story(far: &SippReport, number: &str) -> String {
    far.messages
        .split("----------------------------------------------- ")
        .filter(|block| block.contains(number))
        .filter_map(|block| {
            let mut lines = block.lines().map(str::trim).filter(|line| !line.is_empty());
            Some(format!("    {} {} {}", lines.next()?, lines.next()?, lines.next().unwrap_or_default()))
        })
        .collect::<Vec<_>>()
        .join("\n")
}

on_both_databases! {
    /// Every contact ends in the right status for the right reason, the counts are exact, and the far end saw just the calls that are stored.
    async fn a_thousand_contacts_come_out_as_the_carrier_treated_them(world) {
        const CONTACTS: usize = 1_000;
        let behaviours = behaviours();
        let carrier = Sipp::scenario(branching(&behaviours)).argument("-rtp_echo").start().await.expect("SIPp");
        let file = world.write("thousand.csv", contact_file(CONTACTS));
        let trunk = format!("sip:127.0.0.1:{}", carrier.port());
        let arguments = ["run", text(&file), "--trunk", &trunk, "--trunk-user", "carillon", "--lines", "100", "--cps", "60", "--ring-timeout", "3", "--json"];
        let mut command = world.command(&arguments);
        let output = command.env("CARILLON_TRUNK_PASSWORD", "secret").output().await.expect("runs");
        let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        let far = carrier.stop().await.expect("SIPp stops");
        assert!(output.status.success(), "{stderr}\n{}", stdout.lines().last().unwrap_or_default());
        assert!(!stdout.contains("secret") && !stderr.contains("secret"), "the password shows");

        let export = world.export("thousand").await;
        let contacts = export["contacts"].as_array().expect("contacts");
        assert_eq!(contacts.len(), CONTACTS, "rows out = rows in");
        let seen = call_ids_by_number(&far);
        let mut faults = Vec::new();
        let mut expected_counts: BTreeMap<&str, i64> = BTreeMap::new();
        for (n, contact) in contacts.iter().enumerate() {
            let behaviour = behaviours.iter().find(|b| b.digits.contains(&(n % 100))).expect("every ending is covered");
            let outcome = contact["result"].as_str().or(contact["reason_code"].as_str()).unwrap_or("nothing");
            let got = (contact["status"].as_str().unwrap_or("no status"), outcome);
            *expected_counts.entry(behaviour.expected.0).or_default() += 1;
            let phone = contact["phone"].as_str().expect("phone");
            let (stored, rung) = (contact["calls"].as_array().expect("calls").len(), seen.get(phone).map_or(0, BTreeSet::len));
            if got != behaviour.expected || stored != behaviour.calls || rung != stored {
                faults.push(format!("{} ({phone}): {got:?}, {stored} calls stored, {rung} seen; expected {:?}, {} calls\n{}", behaviour.name, behaviour.expected, behaviour.calls, story(&far, phone.trim_start_matches('+'))));
            }
        }
        assert!(faults.is_empty(), "{} contacts are wrong:\n{}\n{stderr}", faults.len(), faults.iter().take(20).cloned().collect::<Vec<_>>().join("\n"));
        assert!(far.retransmissions >= 40, "20 contacts whose first ACKs are lost: {}", far.retransmissions);
        let summary: serde_json::Value = serde_json::from_str(stdout.lines().last().expect("a summary")).expect("JSON");
        for status in ["pending", "in_progress", "completed", "failed", "skipped", "canceled"] {
            assert_eq!(summary["counts"][status], expected_counts.get(status).copied().unwrap_or(0), "{status} in {summary}");
        }
        assert_eq!(summary["campaign"]["status"], "completed");
        world.assert_sound().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_while_it_rings_is_no_answer() {
    let moved = "v=0\no=u 5 6 IN IP4 127.0.0.1\ns=-\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 9 RTP/AVP 8\n";
    let steps = [
        receive("INVITE"),
        send(EARLY_183),
        request_in_call("UPDATE", 1, "", Some(moved)),
        Step::ReceiveStatus(200),
        receive("CANCEL"),
        reply("200 OK"),
        // The first request of a process.
        send(&TERMINATED.replace("[$cseq]", "1")),
        receive("ACK"),
    ];
    let carrier = Sipp::scenario(uas::scenario_with_requests(&steps)).calls(1).start().await.expect("SIPp");
    let world = World::new(Database::Sqlite).await;
    let file = world.write("one.csv", contact_file(1));
    let trunk = format!("sip:127.0.0.1:{}", carrier.port());
    let run = world.run(&["run", text(&file), "--trunk", &trunk, "--ring-timeout", "2", "--json"]).await;
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let far = carrier.stop().await.expect("SIPp stops");
    assert_eq!((far.successful, far.failed), (1, 0), "{}\n{}", far.errors, far.messages);
    let contact = &world.export("one").await["contacts"][0];
    assert_eq!((&contact["status"], &contact["result"]), (&"completed".into(), &"no_answer".into()), "{contact}");
    let call = &contact["calls"][0];
    assert!(call["answered_at"].is_null() && call["recording"].is_null(), "nobody answered: {call}");
}
