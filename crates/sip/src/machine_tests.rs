//! Races of a call, each as a list of inputs with their second, and what must come out.

use std::time::Duration;

use super::*;

const SDP: &str = "v=0";

fn limits() -> Limits {
    Limits {
        prepare: Duration::from_secs(5),
        latest_send: None,
        first_reply: Duration::from_secs(16),
        ring: Duration::from_secs(30),
        max_call: Duration::from_secs(600),
        cancel_wait: Duration::from_secs(5),
        bye_wait: Duration::from_secs(4),
    }
}

fn provisional(status: u16) -> Input {
    Input::Provisional { status, sdp: None }
}

fn reply(status: u16) -> Input {
    Input::Final(FinalReply { status, phrase: "x".into(), ..FinalReply::default() })
}

fn too_small() -> Input {
    Input::Final(FinalReply { status: 422, min_se_s: Some(1_800), ..FinalReply::default() })
}

fn local(status: u16) -> Input {
    Input::Final(FinalReply { status, local: true, ..FinalReply::default() })
}

fn confirmed() -> Input {
    Input::InviteDone(InviteOutcome::Confirmed { sdp: Some(SDP.into()) })
}

fn refused() -> Input {
    Input::InviteDone(InviteOutcome::Refused)
}

fn hangup() -> Input {
    Input::Hangup { reason: ByeReason::Finished, q850: Some(16) }
}

fn stop() -> Input {
    Input::Cancel(CancelReason::Stopped)
}

/// What the wire and the reader of events see of an action.
fn short(action: &Action) -> String {
    match action {
        Action::Cancel => "CANCEL".into(),
        Action::Abort => "abort".into(),
        Action::Repeat { min_se_s } => format!("again {min_se_s}"),
        Action::Bye { .. } => "BYE".into(),
        Action::Trying => "trying".into(),
        Action::Ringing(status) => format!("ringing {status}"),
        Action::Early(_) => "early".into(),
        Action::Answered(_) => "answered".into(),
        Action::Sent => "sent".into(),
        Action::End(e) => {
            let crossed = if e.crossed_answer { " crossed" } else { "" };
            let status = e.status.map_or("-".into(), |s| s.to_string());
            format!("end {:?} {:?} {:?} {status}{crossed}", e.why, e.by, e.reached)
        }
    }
}

/// Runs the inputs at their seconds; a deadline that falls due in between is given first, as the driver does.
fn run(script: &[(u64, Input)]) -> Vec<String> {
    let start = Instant::now();
    run_within(limits(), start, script)
}

fn run_within(limits: Limits, start: Instant, script: &[(u64, Input)]) -> Vec<String> {
    let mut machine = CallMachine::new(limits, start);
    let mut seen = Vec::new();
    for (second, input) in script {
        let now = start + Duration::from_secs(*second);
        while let Some(due) = machine.deadline().filter(|due| *due < now) {
            seen.extend(machine.handle(due, Input::Deadline).iter().map(short));
        }
        seen.extend(machine.handle(now, input.clone()).iter().map(short));
    }
    while let Some(due) = machine.deadline() {
        seen.extend(machine.handle(due, Input::Deadline).iter().map(short));
    }
    seen
}

/// Name, inputs with their second, and what comes out.
type Race = (&'static str, Vec<(u64, Input)>, &'static str);

#[test]
#[expect(clippy::too_many_lines, reason = "one table, a line or two per race")]
fn every_race_ends_as_the_contact_should_see_it() {
    use Input::{ByeDone, Deadline, InviteDone, RemoteBye, Sent, TransportLost};
    let early = Input::Provisional { status: 183, sdp: Some(SDP.into()) };
    let crossed = || InviteDone(InviteOutcome::Crossed);
    let failed = || InviteDone(InviteOutcome::Failed);
    let bye = || RemoteBye(Cause { q850: Some(16), text: None });
    let confirmed_empty = InviteDone(InviteOutcome::Confirmed { sdp: None });
    #[rustfmt::skip]
    let table: Vec<Race> = vec![
        ("answered, far end hangs up", vec![(0, Sent), (1, provisional(100)), (2, provisional(180)), (5, reply(200)), (5, confirmed()), (9, bye())],
            "sent, trying, ringing 180, answered, end RemoteBye Remote Answered 200"),
        ("we hang up", vec![(0, Sent), (5, reply(200)), (5, confirmed()), (9, hangup()), (9, ByeDone)],
            "sent, answered, BYE, end HungUp(Finished) Local Answered 200"),
        ("our BYE crosses theirs: ours was first", vec![(0, Sent), (5, reply(200)), (5, confirmed()), (9, hangup()), (9, bye()), (10, ByeDone)],
            "sent, answered, BYE, end HungUp(Finished) Local Answered 200"),
        ("theirs was first", vec![(0, Sent), (5, reply(200)), (5, confirmed()), (9, bye()), (9, hangup())],
            "sent, answered, end RemoteBye Remote Answered 200"),
        ("our BYE is never answered", vec![(0, Sent), (5, reply(200)), (5, confirmed()), (9, hangup())],
            "sent, answered, BYE, end HungUp(Finished) Local Answered 200"),
        ("their BYE overtakes our handling of the 200", vec![(0, Sent), (1, provisional(180)), (5, reply(200)), (5, bye()), (5, confirmed())],
            "sent, trying, ringing 180, answered, end RemoteBye Remote Answered 200"),
        ("rings out, 487", vec![(0, Sent), (1, provisional(180)), (31, reply(487)), (31, refused())],
            "sent, trying, ringing 180, CANCEL, end RingTimeout Local Progress 487"),
        ("only 100, then the ring time", vec![(0, Sent), (1, provisional(100)), (31, reply(487)), (31, refused())],
            "sent, trying, CANCEL, end RingTimeout Local Sent 487"),
        ("CANCEL is never answered", vec![(0, Sent), (1, provisional(100))],
            "sent, trying, CANCEL, abort, end RingTimeout Local Sent -"),
        ("a 200 crosses our CANCEL", vec![(0, Sent), (1, provisional(180)), (31, reply(200)), (31, crossed()), (32, ByeDone)],
            "sent, trying, ringing 180, CANCEL, end RingTimeout Local Progress 200 crossed"),
        ("a 200 crosses our CANCEL inside the library", vec![(0, Sent), (1, provisional(180)), (31, reply(200)), (31, confirmed()), (32, ByeDone)],
            "sent, trying, ringing 180, CANCEL, BYE, end RingTimeout Local Progress 200 crossed"),
        ("a 200 and no end after our CANCEL", vec![(0, Sent), (1, provisional(180)), (31, reply(200)), (31, crossed())],
            "sent, trying, ringing 180, CANCEL, end RingTimeout Local Progress 200 crossed"),
        ("the 200 comes just before the operator stops: answered, hung up", vec![(0, Sent), (5, reply(200)), (5, stop()), (5, confirmed()), (6, ByeDone)],
            "sent, answered, BYE, end HungUp(Stopped) Local Answered 200"),
        ("the 200 comes as the ring time falls due: answered", vec![(0, Sent), (1, provisional(180)), (30, reply(200)), (30, Deadline), (30, confirmed()), (40, bye())],
            "sent, trying, ringing 180, answered, end RemoteBye Remote Answered 200"),
        ("stopped while ringing", vec![(0, Sent), (1, provisional(180)), (3, stop()), (3, reply(487)), (3, refused())],
            "sent, trying, ringing 180, CANCEL, end Cancelled(Stopped) Local Progress 487"),
        ("hang-up before the answer is a cancel", vec![(0, Sent), (1, provisional(180)), (3, hangup()), (3, reply(487)), (3, refused())],
            "sent, trying, ringing 180, CANCEL, end Cancelled(Stopped) Local Progress 487"),
        ("busy crosses our CANCEL: our reason stands", vec![(0, Sent), (1, provisional(180)), (3, stop()), (3, reply(486)), (3, refused())],
            "sent, trying, ringing 180, CANCEL, end Cancelled(Stopped) Local Progress 486"),
        ("stopped before any reply", vec![(0, Sent), (1, stop())], "sent, abort, end Cancelled(Stopped) Local Sent -"),
        ("stopped before it was sent", vec![(0, stop()), (1, Sent)], "end Cancelled(Stopped) Local NeverSent -"),
        ("hung up before it was sent", vec![(0, Input::Hangup { reason: ByeReason::HungUp, q850: None }), (1, Sent)], "end Cancelled(HungUp) Local NeverSent -"),
        ("too late to send", vec![(0, Input::NotSent(EndWhy::Withdrawn))], "end Withdrawn Local NeverSent -"),
        ("no connection and no word of it", vec![], "end TransportFailed Network NeverSent -"),
        ("no connection, and the word of it comes late", vec![(6, Input::NotSent(EndWhy::TransportFailed))], "end TransportFailed Network NeverSent -"),
        ("no connection", vec![(0, Input::NotSent(EndWhy::TransportFailed))], "end TransportFailed Network NeverSent -"),
        ("silence: our own deadline", vec![(0, Sent)], "sent, abort, end NoReply Network Sent -"),
        ("silence: the library's timer first", vec![(0, Sent), (9, local(408)), (9, refused())], "sent, end NoReply Network Sent -"),
        ("408 from the far end is no time-out of ours", vec![(0, Sent), (1, provisional(180)), (9, reply(408)), (9, refused())],
            "sent, trying, ringing 180, end Rejected Remote Progress 408"),
        ("the library's 503 is a failed send", vec![(0, Sent), (0, local(503)), (0, refused())], "sent, end TransportFailed Network Sent -"),
        ("503 from the far end", vec![(0, Sent), (1, reply(503)), (1, refused())], "sent, end Rejected Remote Sent 503"),
        ("407, then the answer", vec![(0, Sent), (1, reply(407)), (1, Sent), (2, provisional(180)), (5, reply(200)), (5, confirmed()), (9, bye())],
            "sent, trying, ringing 180, answered, end RemoteBye Remote Answered 200"),
        ("422, then the answer", vec![(0, Sent), (1, provisional(100)), (1, too_small()), (1, refused()), (1, Sent), (2, provisional(180)), (5, reply(200)), (5, confirmed()), (9, bye())],
            "sent, trying, again 1800, ringing 180, answered, end RemoteBye Remote Answered 200"),
        ("422 twice", vec![(0, Sent), (1, too_small()), (1, refused()), (1, Sent), (2, too_small()), (2, refused())],
            "sent, again 1800, end Rejected Remote Sent 422"),
        ("422 without an interval", vec![(0, Sent), (1, reply(422)), (1, refused())], "sent, end Rejected Remote Sent 422"),
        ("422 after it rang", vec![(0, Sent), (1, provisional(180)), (2, too_small()), (2, refused())],
            "sent, trying, ringing 180, end Rejected Remote Progress 422"),
        ("422 as we take it back", vec![(0, Sent), (1, provisional(100)), (1, stop()), (1, too_small()), (1, refused())],
            "sent, trying, CANCEL, end Cancelled(Stopped) Local Sent 422"),
        ("422, then silence", vec![(0, Sent), (1, too_small()), (1, refused()), (1, Sent)], "sent, again 1800, abort, end NoReply Network Sent -"),
        ("407, then silence: no status of the far end is the call's", vec![(0, Sent), (1, reply(407)), (1, Sent)], "sent, abort, end NoReply Network Sent -"),
        ("100, 407, then stopped: the repetition has no reply that would allow a CANCEL", vec![(0, Sent), (1, provisional(100)), (1, reply(407)), (1, Sent), (2, stop())],
            "sent, trying, abort, end Cancelled(Stopped) Local Sent -"),
        ("407, and the login is refused", vec![(0, Sent), (1, reply(407)), (1, Sent), (2, reply(407)), (2, refused())], "sent, end Rejected Remote Sent 407"),
        ("a challenge we cannot answer", vec![(0, Sent), (1, reply(401)), (1, failed())], "sent, end Rejected Remote Sent 401"),
        ("early media, then another SDP in the 200", vec![(0, Sent), (1, early.clone()), (1, early.clone()), (5, reply(200)), (5, confirmed()), (9, bye())],
            "sent, trying, early, answered, end RemoteBye Remote Answered 200"),
        ("early media and no SDP in the 200", vec![(0, Sent), (1, early.clone()), (5, reply(200)), (5, confirmed_empty.clone()), (9, bye())],
            "sent, trying, early, answered, end RemoteBye Remote Answered 200"),
        ("a 200 without any SDP", vec![(0, Sent), (5, reply(200)), (5, confirmed_empty), (6, ByeDone)], "sent, BYE, end BadAnswer Local Answered 200"),
        ("a 200 the library cannot read", vec![(0, Sent), (5, reply(200)), (5, failed())], "sent, abort, end BadAnswer Local Answered 200"),
        ("181 and 182 are not ringing", vec![(0, Sent), (1, provisional(181)), (2, provisional(182)), (3, reply(486)), (3, refused())],
            "sent, trying, end Rejected Remote Progress 486"),
        ("183 without SDP is ringing", vec![(0, Sent), (1, provisional(183)), (3, reply(486)), (3, refused())],
            "sent, trying, ringing 183, end Rejected Remote Progress 486"),
        ("TCP breaks while ringing", vec![(0, Sent), (1, provisional(180)), (2, TransportLost)],
            "sent, trying, ringing 180, abort, end TransportFailed Network Progress -"),
        ("TCP breaks in mid-call: the call goes on", vec![(0, Sent), (5, reply(200)), (5, confirmed()), (6, TransportLost), (9, bye())],
            "sent, answered, end RemoteBye Remote Answered 200"),
        ("the longest talk", vec![(0, Sent), (5, reply(200)), (5, confirmed()), (606, ByeDone)], "sent, answered, BYE, end MaxCall Local Answered 200"),
    ];
    for (name, script, expected) in table {
        assert_eq!(run(&script).join(", "), expected, "{name}");
    }
}

#[test]
fn a_call_that_waits_for_its_connection_is_withdrawn_when_it_is_too_late() {
    let start = Instant::now();
    for (second, expected) in [(3, "end Withdrawn Local NeverSent -"), (8, "end TransportFailed Network NeverSent -")] {
        let limits = Limits { latest_send: Some(start + Duration::from_secs(second)), ..limits() };
        assert_eq!(run_within(limits, start, &[]), [expected]);
        let sent_in_time = run_within(limits, start, &[(2, Input::Sent), (9, reply(486)), (9, refused())]);
        assert_eq!(sent_in_time.join(", "), "sent, end Rejected Remote Sent 486");
    }
}

#[test]
fn a_flood_of_provisionals_tells_little_and_holds_the_ring_deadline() {
    let start = Instant::now();
    let mut machine = CallMachine::new(limits(), start);
    machine.handle(start, Input::Sent);
    let told: usize = (0..10_000)
        .map(|i| machine.handle(start, Input::Provisional { status: 183, sdp: Some(format!("v=0 {i}")) }).len())
        .sum();
    assert_eq!(told, usize::from(PROGRESS_EVENTS_MAX) + 1, "one Trying and the first early media");
    assert_eq!(machine.deadline(), Some(start + limits().ring), "a provisional never moves the ring deadline");
}

mod property {
    use super::*;
    use proptest::prelude::*;

    fn any_input() -> impl Strategy<Value = Input> {
        prop_oneof![
            Just(Input::Sent),
            Just(Input::NotSent(EndWhy::TransportFailed)),
            (100u16..200).prop_map(provisional),
            (0u16..700).prop_map(reply),
            Just(too_small()),
            Just(local(408)),
            Just(local(503)),
            Just(confirmed()),
            Just(Input::InviteDone(InviteOutcome::Confirmed { sdp: None })),
            Just(Input::InviteDone(InviteOutcome::Crossed)),
            Just(refused()),
            Just(Input::InviteDone(InviteOutcome::Failed)),
            Just(Input::RemoteBye(Cause::default())),
            Just(stop()),
            Just(hangup()),
            Just(Input::ByeDone),
            Just(Input::TransportLost),
            Just(Input::Deadline),
        ]
    }

    proptest! {
        /// Whatever comes in whatever order: once sent, the deadlines alone bring exactly one end, and nothing follows it.
        #[test]
        fn a_sent_call_ends_exactly_once(inputs in proptest::collection::vec((0u64..40, any_input()), 0..12)) {
            let mut script = vec![(0, Input::Sent)];
            let mut second = 0;
            for (step, input) in inputs {
                second += step;
                script.push((second, input));
            }
            let seen = run(&script);
            let ends = seen.iter().filter(|s| s.starts_with("end")).count();
            prop_assert_eq!(ends, 1, "{:?} gave {:?}", script, seen);
            prop_assert!(seen.last().is_some_and(|s| s.starts_with("end")));
        }
    }
}
