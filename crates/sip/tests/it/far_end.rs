//! Whole calls against SIPp: what the caller gets, what the far end saw, and that nothing is left behind.

use std::time::Duration;

use carillon_sip::{ByeReason, CallEvent, CancelReason, EndWhy, EndedBy, Reached};
use carillon_testkit::sipp::uas::{self, Step, reply};
use carillon_testkit::sipp::{Sipp, SippReport};

use crate::common::*;

const OK: &str = "200 OK";

fn receive(method: &'static str) -> Step {
    Step::Receive(method)
}

/// One call against a SIPp scenario that must run through on both sides.
struct Run {
    events: Vec<String>,
    ending: carillon_sip::Ending,
    far: SippReport,
}

async fn run(steps: &[Step]) -> Run {
    run_call(steps, call()).await
}

async fn run_call(steps: &[Step], outgoing: carillon_sip::OutgoingCall) -> Run {
    let far_end = Sipp::scenario(uas::scenario(steps)).calls(1).start().await.expect("SIPp");
    let agent = agent().await;
    let trunk = trunk(&agent, far_end.port()).await;
    let mut call = trunk.place(outgoing);
    let (events, ending) = to_the_end(&mut call).await;
    let far = far_end.finish(LIMIT).await.expect("SIPp ends");
    idle(&agent).await;
    assert_eq!(
        (far.successful, far.failed),
        (1, 0),
        "the far end saw something else:\n{}\n{}",
        far.errors,
        far.messages
    );
    Run { events, ending, far }
}

#[tokio::test]
async fn a_call_is_answered_and_the_far_end_hangs_up() {
    let bye = uas::request_in_call("BYE", 1, "Reason: Q.850;cause=16;text=\"Normal call clearing\"\n", None);
    let steps = [
        receive("INVITE"),
        reply("100 Trying"),
        reply("180 Ringing"),
        Step::ReplySdp(OK, ""),
        receive("ACK"),
        bye,
        Step::ReceiveStatus(200),
    ];
    let far_end = Sipp::scenario(uas::scenario_with_requests(&steps)).calls(1).start().await.expect("SIPp");
    let agent = agent().await;
    let trunk = trunk(&agent, far_end.port()).await;
    let mut call = trunk.place(call());
    let (events, ending) = to_the_end(&mut call).await;
    let far = far_end.finish(LIMIT).await.expect("SIPp ends");
    assert_eq!((far.successful, far.failed), (1, 0), "{}\n{}", far.errors, far.messages);
    assert_eq!(events, ["sent", "trying", "ringing 180", "answered"]);
    assert_eq!((ending.reached, ending.by, ending.why), (Reached::Answered, EndedBy::Remote, EndWhy::RemoteBye));
    assert_eq!((ending.q850, ending.reason_text.as_deref()), (Some(16), Some("Normal call clearing")));
    assert_eq!(ladder(&ending), [">INVITE", "<100", "<180", "<200", ">ACK", "<BYE", ">200"]);
    idle(&agent).await;
}

#[tokio::test]
async fn we_hang_up_and_the_bye_carries_the_cause() {
    let steps = [receive("INVITE"), Step::ReplySdp(OK, ""), receive("ACK"), receive("BYE"), reply(OK)];
    let far_end = Sipp::scenario(uas::scenario(&steps)).calls(1).start().await.expect("SIPp");
    let agent = agent().await;
    let trunk = trunk(&agent, far_end.port()).await;
    let mut call = trunk.place(call());
    assert!(to_the_answer(&mut call).await.starts_with("v=0"));
    call.handle.bye(ByeReason::Finished, Some(16));
    let (_, ending) = to_the_end(&mut call).await;
    assert_eq!((ending.by, ending.why), (EndedBy::Local, EndWhy::HungUp(ByeReason::Finished)));
    assert_eq!(ladder(&ending), [">INVITE", "<200", ">ACK", ">BYE", "<200"]);
    let far = far_end.finish(LIMIT).await.expect("SIPp ends");
    assert_eq!((far.successful, far.failed), (1, 0), "{}", far.errors);
    assert!(far.messages.contains("Reason: Q.850;cause=16"), "{}", far.messages);
    idle(&agent).await;
}

#[tokio::test]
async fn refusals_come_with_all_that_is_needed_to_judge_them() {
    let busy = run(&[receive("INVITE"), reply("180 Ringing"), reply("486 Busy Here"), receive("ACK")]).await;
    assert_eq!(busy.events, ["sent", "trying", "ringing 180"]);
    assert_eq!(
        (busy.ending.reached, busy.ending.why, busy.ending.status),
        (Reached::Progress, EndWhy::Rejected, Some(486))
    );

    let gone = run(&[
        receive("INVITE"),
        Step::Reply("404 No such user here", "Reason: SIP;cause=404, Q.850;cause=1;text=\"Unallocated\"\n"),
        receive("ACK"),
    ])
    .await;
    assert_eq!((gone.ending.reached, gone.ending.status, gone.ending.q850), (Reached::Sent, Some(404), Some(1)));
    assert_eq!(gone.ending.reason_phrase.as_deref(), Some("No such user here"));

    let full =
        run(&[receive("INVITE"), Step::Reply("503 Service Unavailable", "Retry-After: 17 (later)\n"), receive("ACK")])
            .await;
    assert_eq!((full.ending.status, full.ending.retry_after_s, full.ending.by), (Some(503), Some(17), EndedBy::Remote));
}

#[tokio::test]
async fn nobody_answers_so_the_call_is_taken_back() {
    let steps = [
        receive("INVITE"),
        reply("180 Ringing"),
        receive("CANCEL"),
        reply(OK),
        Step::Send(cancelled_invite()),
        receive("ACK"),
    ];
    let mut outgoing = call();
    outgoing.ring_timeout = Duration::from_millis(700);
    let run = run_call(&steps, outgoing).await;
    assert_eq!(
        (run.ending.reached, run.ending.by, run.ending.why),
        (Reached::Progress, EndedBy::Local, EndWhy::RingTimeout)
    );
    assert_eq!((run.ending.status, run.ending.crossed_answer), (Some(487), false));
    let cancel = run
        .far
        .message_blocks()
        .into_iter()
        .find(|(_, text)| text.starts_with("CANCEL "))
        .map(|(_, text)| text.to_owned());
    assert!(
        cancel.is_some_and(|text| !text.contains("Content-Type") && !text.contains("Allow:")),
        "a CANCEL carries nothing of the INVITE"
    );
}

/// 487 to the INVITE after a CANCEL: SIPp's `[last_*]` are the CANCEL's by then.
fn cancelled_invite() -> String {
    final_to_invite("487 Request Terminated", "")
}

fn final_to_invite(status: &str, rest: &str) -> String {
    format!(
        "SIP/2.0 {status}\n[last_Via:]\n[last_From:]\n[last_To:];tag=[pid]SIPp[call_number]\n[last_Call-ID:]\nCSeq: 1 INVITE\nContact: <sip:[local_ip]:[local_port];transport=[transport]>\n{rest}Content-Length: 0\n"
    )
}

#[tokio::test]
async fn an_answer_that_crosses_our_cancel_is_hung_up_and_does_not_count() {
    let answer = "SIP/2.0 200 OK\n[last_Via:]\n[last_From:]\n[last_To:];tag=[pid]SIPp[call_number]\n[last_Call-ID:]\nCSeq: 1 INVITE\nContact: <sip:[local_ip]:[local_port];transport=[transport]>\nContent-Type: application/sdp\nContent-Length: [len]\n\nv=0\n";
    let steps = [
        receive("INVITE"),
        reply("180 Ringing"),
        receive("CANCEL"),
        reply(OK),
        Step::Send(answer.to_owned()),
        receive("ACK"),
        receive("BYE"),
        reply(OK),
    ];
    let mut outgoing = call();
    outgoing.ring_timeout = Duration::from_millis(700);
    let run = run_call(&steps, outgoing).await;
    assert_eq!(run.events, ["sent", "trying", "ringing 180"], "never told as answered");
    assert_eq!(
        (run.ending.why, run.ending.reached, run.ending.crossed_answer),
        (EndWhy::RingTimeout, Reached::Progress, true)
    );
    assert!(
        ladder(&run.ending).ends_with(&["<200".into(), ">ACK".into(), ">BYE".into(), "<200".into()]),
        "{:?}",
        ladder(&run.ending)
    );
}

#[tokio::test]
async fn a_call_that_only_hears_100_ends_at_our_own_deadline() {
    let far_end = Sipp::scenario(uas::scenario(&[receive("INVITE"), reply("100 Trying"), Step::Pause(60_000)]))
        .start()
        .await
        .expect("SIPp");
    let agent = agent().await;
    let trunk = trunk(&agent, far_end.port()).await;
    let mut outgoing = call();
    outgoing.ring_timeout = Duration::from_millis(600);
    let mut call = trunk.place(outgoing);
    let (events, ending) = to_the_end(&mut call).await;
    assert_eq!(events, ["sent", "trying"]);
    assert_eq!((ending.why, ending.reached, ending.status), (EndWhy::RingTimeout, Reached::Sent, None));
    idle(&agent).await;
    let far = far_end.stop().await.expect("stops");
    assert!(far.messages.contains("CANCEL sip:"), "it was taken back");
}

#[tokio::test]
async fn the_operator_stops_a_ringing_call() {
    let steps = [
        receive("INVITE"),
        reply("183 Session Progress"),
        receive("CANCEL"),
        reply(OK),
        Step::Send(cancelled_invite()),
        receive("ACK"),
    ];
    let far_end = Sipp::scenario(uas::scenario(&steps)).calls(1).start().await.expect("SIPp");
    let agent = agent().await;
    let trunk = trunk(&agent, far_end.port()).await;
    let mut call = trunk.place(call());
    while !matches!(next(&mut call).await, CallEvent::Ringing { status: 183 }) {}
    call.handle.cancel(CancelReason::Stopped);
    let (_, ending) = to_the_end(&mut call).await;
    assert_eq!((ending.why, ending.status), (EndWhy::Cancelled(CancelReason::Stopped), Some(487)));
    let far = far_end.finish(LIMIT).await.expect("SIPp ends");
    assert_eq!((far.successful, far.failed), (1, 0), "{}", far.errors);
    idle(&agent).await;
}

#[tokio::test]
async fn early_media_then_an_answer_from_another_branch() {
    let early = "SIP/2.0 183 Session Progress\n[last_Via:]\n[last_From:]\n[last_To:];tag=early1\n[last_Call-ID:]\n[last_CSeq:]\nContact: <sip:[local_ip]:[local_port]>\nRequire: 100rel\nRSeq: 1\nContent-Type: application/sdp\nContent-Length: [len]\n\nv=0\no=early\n";
    let answer = "SIP/2.0 200 OK\n[last_Via:]\n[last_From:]\n[last_To:];tag=final2\n[last_Call-ID:]\n[last_CSeq:]\nContact: <sip:[local_ip]:[local_port]>\nContent-Type: application/sdp\nContent-Length: [len]\n\nv=0\no=final\n";
    let steps = [
        receive("INVITE"),
        Step::Send(early.into()),
        Step::Send(answer.into()),
        receive("ACK"),
        receive("BYE"),
        reply(OK),
    ];
    let far_end = Sipp::scenario(uas::scenario(&steps)).calls(1).start().await.expect("SIPp");
    let agent = agent().await;
    let trunk = trunk(&agent, far_end.port()).await;
    let mut call = trunk.place(call());
    let mut seen = Vec::new();
    loop {
        match next(&mut call).await {
            CallEvent::Early { sdp } => seen.push(sdp.contains("o=early")),
            CallEvent::Answered { sdp } => {
                seen.push(sdp.contains("o=final"));
                break;
            }
            CallEvent::Ended(ending) => panic!("{ending:#?}"),
            _ => {}
        }
    }
    assert_eq!(seen, [true, true], "first the early SDP, then that of the answer; no PRACK holds it back");
    call.handle.bye(ByeReason::Finished, None);
    to_the_end(&mut call).await;
    let far = far_end.finish(LIMIT).await.expect("SIPp ends");
    assert_eq!((far.successful, far.failed), (1, 0), "{}", far.errors);
    let to_final = far
        .message_blocks()
        .iter()
        .filter(|(_, t)| (t.starts_with("ACK ") || t.starts_with("BYE ")) && t.contains("tag=final2"))
        .count();
    assert_eq!(to_final, 2, "ACK and BYE go to the branch that answered");
    idle(&agent).await;
}

#[tokio::test]
async fn hold_options_info_and_update_inside_a_call() {
    let hold = "v=0\no=- 2 2 IN IP4 127.0.0.1\ns=-\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 6000 RTP/AVP 8\na=sendonly\n";
    let steps = [
        receive("INVITE"),
        Step::ReplySdp(OK, ""),
        receive("ACK"),
        uas::request_in_call("INVITE", 1, "", Some(hold)),
        Step::ReceiveStatus(100),
        Step::ReceiveStatus(200),
        uas::request_in_call("ACK", 1, "", None),
        uas::request_in_call("OPTIONS", 2, "", None),
        Step::ReceiveStatus(200),
        uas::request_in_call("INFO", 3, "", Some("Signal=5\n")),
        Step::ReceiveStatus(200),
        uas::request_in_call("UPDATE", 4, "", None),
        Step::ReceiveStatus(200),
        uas::request_in_call("INVITE", 5, "", Some(hold)),
        Step::ReceiveStatus(100),
        Step::ReceiveStatus(488),
        uas::request_in_call("ACK", 5, "", None),
        uas::request_in_call("MESSAGE", 6, "", None),
        Step::ReceiveStatus(405),
        uas::request_in_call("BYE", 7, "", None),
        Step::ReceiveStatus(200),
    ];
    let far_end = Sipp::scenario(uas::scenario_with_requests(&steps)).calls(1).start().await.expect("SIPp");
    let agent = agent().await;
    let trunk = trunk(&agent, far_end.port()).await;
    let mut call = trunk.place(call());
    to_the_answer(&mut call).await;
    match next(&mut call).await {
        CallEvent::Reinvite { sdp: Some(sdp), reply } => {
            assert!(sdp.contains("a=sendonly"));
            reply.accept("v=0\r\na=recvonly\r\n");
        }
        other => panic!("expected the hold, got {other:?}"),
    }
    match next(&mut call).await {
        CallEvent::Info { body, .. } => assert_eq!(body.trim(), "Signal=5"),
        other => panic!("expected the INFO, got {other:?}"),
    }
    match next(&mut call).await {
        CallEvent::Reinvite { reply, .. } => drop(reply), // nobody answers: refused, the call goes on
        other => panic!("expected the second re-INVITE, got {other:?}"),
    }
    let (_, ending) = to_the_end(&mut call).await;
    assert_eq!(ending.why, EndWhy::RemoteBye);
    let far = far_end.finish(LIMIT).await.expect("SIPp ends");
    assert_eq!((far.successful, far.failed), (1, 0), "{}\n{}", far.errors, far.messages);
    assert!(far.messages.contains("a=recvonly"));
    idle(&agent).await;
}
