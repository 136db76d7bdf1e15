//! Every row of sip.md section 5b.

use super::*;
use crate::call::{CancelReason, EndedBy};
use CallOutcome::PutBack;
use FailureCode as F;

fn ending(why: EndWhy, reached: Reached) -> Ending {
    Ending {
        reached,
        by: EndedBy::Remote,
        why,
        status: None,
        reason_phrase: None,
        q850: None,
        reason_text: None,
        retry_after_s: None,
        crossed_answer: false,
        ladder: Vec::new(),
    }
}

fn rejected(status: u16, q850: Option<u8>, rang: bool) -> Ending {
    let reached = if rang { Reached::Progress } else { Reached::Sent };
    Ending { status: Some(status), q850, ..ending(EndWhy::Rejected, reached) }
}

fn outcome(ending: &Ending) -> Option<CallOutcome> {
    classify(ending, &Overrides::default())
}

#[test]
#[expect(clippy::too_many_lines, reason = "one table, a line per row of the mapping")]
fn every_status_and_cause_becomes_what_the_table_says() {
    /// Statuses, causes (0 = none), outcome before and after a 18x.
    type Line = (&'static [u16], &'static [u8], CallOutcome, CallOutcome);
    let same = |statuses, causes, outcome| -> Line { (statuses, causes, outcome, outcome) };
    // After a 18x the phone may have rung, and the rule for technical failures must not call it again.
    let fault = |statuses, causes| -> Line { (statuses, causes, failed(F::CarrierFault), failed(F::OtherRefusal)) };
    #[rustfmt::skip]
    let table: Vec<Line> = vec![
        same(&[300, 301, 302, 305, 380, 399], &[0], failed(F::Redirected)),
        same(&[400, 405, 406, 416, 420, 421, 493, 494, 501, 505], &[0, 16], failed(F::RequestRejected)),
        same(&[400, 404, 484], &[28], failed(F::NumberIncomplete)),
        same(&[404], &[0, 1, 16], failed(F::NumberNotFound)),
        same(&[410], &[0, 22], failed(F::NumberNotFound)),
        same(&[604], &[0], failed(F::NumberNotFound)),
        same(&[484, 485], &[0], failed(F::NumberIncomplete)),
        fault(&[404], &[2, 3]),
        same(&[401, 407], &[0], failed(F::LoginRefused)),
        same(&[402], &[0], failed(F::NoCredit)),
        same(&[403], &[0, 16], failed(F::CarrierRefused)),
        same(&[403], &[21], DECLINED),
        same(&[403], &[1], failed(F::NumberNotFound)),
        same(&[403], &[28], failed(F::NumberIncomplete)),
        same(&[408], &[18], NO_ANSWER),
        (&[408], &[0, 102], failed(F::NoReply), NO_ANSWER),
        same(&[413, 414, 513], &[0], failed(F::RequestTooBig)),
        same(&[422, 423, 428, 433], &[0], failed(F::RequestRejected)),
        same(&[436, 437, 438], &[0], failed(F::CarrierRefused)),
        same(&[480], &[17], BUSY),
        same(&[480], &[0, 16, 18, 19, 20, 31], NO_ANSWER),
        fault(&[480], &[34, 41, 42]),
        same(&[480], &[1], failed(F::NumberNotFound)),
        same(&[480], &[28], failed(F::NumberIncomplete)),
        same(&[481, 491, 499], &[0], failed(F::OtherRefusal)),
        same(&[482, 483], &[0], failed(F::RoutingLoop)),
        same(&[486], &[0, 17, 1, 21], BUSY),
        same(&[600], &[0, 34], BUSY),
        fault(&[486], &[34, 42]),
        (&[487], &[0, 16], failed(F::OtherRefusal), NO_ANSWER),
        same(&[415, 488, 606, 580], &[0], failed(F::NoCommonCodec)),
        fault(&[500, 502, 504], &[0, 27, 38, 41]),
        (&[503], &[0, 34, 42, 44, 47], PutBack, failed(F::OtherRefusal)),
        same(&[503], &[17], BUSY),
        same(&[603], &[0, 16, 21, 1], DECLINED),
        same(&[607], &[0], DECLINED),
        same(&[608], &[0], failed(F::Blocked)),
        same(&[499, 410 + 50], &[0], failed(F::OtherRefusal)),
        fault(&[599], &[0]),
        same(&[699], &[0], DECLINED),
        // Causes alone, under a status that says little.
        same(&[500], &[1, 22], failed(F::NumberNotFound)),
        same(&[500], &[28], failed(F::NumberIncomplete)),
        fault(&[500], &[2, 3, 27, 29, 34, 38, 41, 42, 44, 47, 111, 127]),
        same(&[500], &[25], failed(F::RoutingLoop)),
        same(&[500], &[17], BUSY),
        same(&[500], &[18, 19, 20], NO_ANSWER),
        same(&[500], &[21], DECLINED),
        (&[500], &[31], failed(F::CarrierFault), NO_ANSWER),
        same(&[500], &[50, 57, 58, 65, 79], failed(F::RequestRejected)),
        same(&[500], &[88], failed(F::BadMedia)),
        (&[500], &[102], failed(F::NoReply), NO_ANSWER),
        fault(&[500], &[200]),
    ];
    for (statuses, causes, silent, rang) in table {
        for status in statuses {
            for cause in causes {
                let q850 = Some(*cause).filter(|c| *c != 0);
                assert_eq!(outcome(&rejected(*status, q850, false)), Some(silent), "{status} cause {cause} before 18x");
                assert_eq!(outcome(&rejected(*status, q850, true)), Some(rang), "{status} cause {cause} after 18x");
            }
        }
    }
}

#[test]
fn our_own_reasons_come_before_what_the_far_end_says() {
    use EndWhy::*;
    use Reached::*;
    #[rustfmt::skip]
    let table = [
        (RingTimeout, Progress, Some(NO_ANSWER)),
        (RingTimeout, Sent, Some(failed(F::NoReply))),
        (NoReply, Sent, Some(failed(F::NoReply))),
        (NoReply, Progress, Some(failed(F::Interrupted))),
        (TransportFailed, NeverSent, Some(failed(F::CarrierUnreachable))),
        (TransportFailed, Sent, Some(failed(F::NoReply))),
        (TransportFailed, Progress, Some(failed(F::Interrupted))),
        (Cancelled(CancelReason::Stopped), Progress, Some(NO_ANSWER)),
        (Cancelled(CancelReason::Stopped), Sent, Some(NO_ANSWER)),
        (Cancelled(CancelReason::Stopped), NeverSent, Some(CallOutcome::Withdrawn)),
        (Cancelled(CancelReason::HungUp), NeverSent, Some(NO_ANSWER)),
        (Cancelled(CancelReason::HungUp), Progress, Some(NO_ANSWER)),
        (Cancelled(CancelReason::Shutdown), NeverSent, Some(CallOutcome::Withdrawn)),
        (Cancelled(CancelReason::Shutdown), Sent, Some(failed(F::Interrupted))),
        (Cancelled(CancelReason::Shutdown), Progress, Some(failed(F::Interrupted))),
        (HungUp(ByeReason::Shutdown), Answered, Some(failed(F::Interrupted))),
        (Withdrawn, NeverSent, Some(CallOutcome::Withdrawn)),
        (Internal, NeverSent, Some(failed(F::Internal))),
        (BadAnswer, Answered, Some(failed(F::BadMedia))),
        (HungUp(ByeReason::BadSdp), Answered, Some(failed(F::BadMedia))),
        (HungUp(ByeReason::NoCommonCodec), Answered, Some(failed(F::NoCommonCodec))),
        (HungUp(ByeReason::NoAudio), Answered, Some(failed(F::NoAudio))),
        (HungUp(ByeReason::AudioLost), Answered, Some(failed(F::AudioLost))),
        (HungUp(ByeReason::SpeechFailed), Answered, Some(failed(F::Internal))),
        (HungUp(ByeReason::Finished), Answered, None),
        (HungUp(ByeReason::Stopped), Answered, None),
        (HungUp(ByeReason::HungUp), Answered, None),
        (RemoteBye, Answered, None),
        (MaxCall, Answered, None),
    ];
    for (why, reached, expected) in table {
        // Even with a busy signal that crossed it.
        let crossed = Ending { status: Some(486), q850: Some(1), ..ending(why, reached) };
        assert_eq!(outcome(&crossed), expected, "{why:?} {reached:?}");
    }
}

#[test]
fn a_spam_filter_is_not_a_person_who_declines() {
    for text in ["Network Blocked", "603+ Blocked by analytics"] {
        let by_phrase = Ending { reason_phrase: Some(text.into()), ..rejected(603, None, false) };
        let by_reason = Ending { reason_text: Some(text.into()), ..rejected(603, Some(21), false) };
        assert_eq!(outcome(&by_phrase), Some(failed(F::Blocked)));
        assert_eq!(outcome(&by_reason), Some(failed(F::Blocked)));
    }
    assert!(hints_do_not_call(&rejected(607, None, false)) && !hints_do_not_call(&rejected(603, None, false)));
}

#[test]
fn a_trunk_may_read_codes_in_its_own_way() {
    let overrides = Overrides { by_status: BTreeMap::from([(480, BUSY)]), by_q850: BTreeMap::from([(20, DECLINED)]) };
    assert_eq!(classify(&rejected(480, None, true), &overrides), Some(BUSY));
    assert_eq!(classify(&rejected(480, Some(20), true), &overrides), Some(DECLINED));
    assert_eq!(classify(&rejected(486, None, true), &overrides), Some(BUSY));
    let ours = ending(EndWhy::RingTimeout, Reached::Progress);
    assert_eq!(classify(&ours, &overrides), Some(NO_ANSWER), "our own reason stays first");
}

#[test]
fn every_status_that_can_come_has_an_outcome() {
    for status in 300..700 {
        for cause in [None, Some(0), Some(16), Some(127), Some(255)] {
            for rang in [false, true] {
                assert!(outcome(&rejected(status, cause, rang)).is_some());
            }
        }
    }
}

/// ADR 0003: what `failed=` calls again has not rung, as far as anybody knows.
#[test]
fn what_rang_is_no_technical_failure_to_be_tried_again_by_itself() {
    use carillon_domain::policy::RetryEvent;
    let ends = [EndWhy::TransportFailed, EndWhy::NoReply, EndWhy::RingTimeout, EndWhy::BadAnswer];
    let statuses = (300..700).flat_map(|status| (0..=127).map(move |cause| rejected(status, Some(cause), true)));
    for ending in ends.map(|why| ending(why, Reached::Progress)).into_iter().chain(statuses) {
        let event = outcome(&ending).and_then(RetryEvent::of);
        assert_ne!(event, Some(RetryEvent::Failed), "{:?} {:?} {:?}", ending.why, ending.status, ending.q850);
    }
}
