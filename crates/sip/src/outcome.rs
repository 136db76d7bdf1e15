//! From how a call ended to what came of it, as data: one table of SIP status codes, one of Q.850 causes, and the order in which they
//! are asked. Carriers differ, so a trunk may override single codes.

use std::collections::BTreeMap;

use carillon_domain::outcome::{CallOutcome, CallResult, FailureCode};

use crate::call::{ByeReason, CancelReason, EndWhy, Ending, Reached};

/// Rows of a trunk's own: they come before the tables here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Overrides {
    /// By SIP status of the INVITE.
    pub by_status: BTreeMap<u16, CallOutcome>,
    /// By Q.850 cause; asked before the status.
    pub by_q850: BTreeMap<u8, CallOutcome>,
}

/// What the table says of a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Row {
    /// Always this.
    Is(CallOutcome),
    /// No answer if something rang, else the other.
    RangElse(CallOutcome),
    /// Overload: put back if nothing rang, else a failure.
    Overload,
    /// This code says nothing: ask the next table.
    Silent,
}

const NO_ANSWER: CallOutcome = CallOutcome::Result(CallResult::NoAnswer);
const BUSY: CallOutcome = CallOutcome::Result(CallResult::Busy);
const DECLINED: CallOutcome = CallOutcome::Result(CallResult::Declined);

const fn failed(code: FailureCode) -> CallOutcome {
    CallOutcome::Failure(code)
}

/// What came of an unanswered call, or of an answered one that failed on the SIP side. `None` for an answered call that a talk was
/// possible in: its result is for the conversation to say. A call that Carillon's own end cut off comes back as
/// [`FailureCode::Interrupted`] if an INVITE left, else as [`CallOutcome::Withdrawn`].
///
/// Order (sip.md section 5b): our own reason, then the statuses that speak for a person (486, 600, 603, 607, 608), then the Q.850 cause,
/// then the status.
pub fn classify(ending: &Ending, overrides: &Overrides) -> Option<CallOutcome> {
    let rang = ending.reached >= Reached::Progress;
    match ending.why {
        EndWhy::Withdrawn => Some(CallOutcome::Withdrawn),
        EndWhy::TransportFailed if ending.reached == Reached::NeverSent => {
            Some(failed(FailureCode::CarrierUnreachable))
        }
        // Its phone rang and nobody knows what became of it: for a person to decide (docs/adr/0003).
        EndWhy::TransportFailed | EndWhy::NoReply if rang => Some(failed(FailureCode::Interrupted)),
        EndWhy::TransportFailed | EndWhy::NoReply => Some(failed(FailureCode::NoReply)),
        EndWhy::RingTimeout if rang => Some(NO_ANSWER),
        EndWhy::RingTimeout => Some(failed(FailureCode::NoReply)),
        EndWhy::Cancelled(CancelReason::Shutdown) => Some(of_shutdown(ending.reached)),
        // A stopped campaign calls nobody again; whom it has not called is no one who did not answer.
        EndWhy::Cancelled(CancelReason::Stopped) if ending.reached == Reached::NeverSent => {
            Some(CallOutcome::Withdrawn)
        }
        // Also when nothing rang or was sent: the operator wanted this call over, and not placed again a second later.
        EndWhy::Cancelled(CancelReason::Stopped | CancelReason::HungUp) => Some(NO_ANSWER),
        EndWhy::Internal => Some(failed(FailureCode::Internal)),
        EndWhy::BadAnswer => Some(failed(FailureCode::BadMedia)),
        EndWhy::HungUp(reason) => of_hang_up(reason),
        EndWhy::RemoteBye | EndWhy::MaxCall => None,
        EndWhy::Rejected => Some(of_rejection(ending, rang, overrides)),
    }
}

/// Carillon's own end must not settle anybody for good: who may have heard the phone counts as interrupted, all others as not called.
fn of_shutdown(reached: Reached) -> CallOutcome {
    match reached {
        Reached::NeverSent => CallOutcome::Withdrawn,
        Reached::Sent | Reached::Progress | Reached::Answered => failed(FailureCode::Interrupted),
    }
}

fn of_hang_up(reason: ByeReason) -> Option<CallOutcome> {
    match reason {
        ByeReason::Finished | ByeReason::Stopped | ByeReason::HungUp => None,
        ByeReason::Shutdown => Some(failed(FailureCode::Interrupted)),
        ByeReason::NoAudio => Some(failed(FailureCode::NoAudio)),
        ByeReason::AudioLost => Some(failed(FailureCode::AudioLost)),
        ByeReason::BadSdp => Some(failed(FailureCode::BadMedia)),
        ByeReason::NoCommonCodec => Some(failed(FailureCode::NoCommonCodec)),
        // Not `speech_failed`, which `failed=` tries again: somebody picked up and heard nothing.
        ByeReason::SpeechFailed => Some(failed(FailureCode::Internal)),
    }
}

fn of_rejection(ending: &Ending, rang: bool, overrides: &Overrides) -> CallOutcome {
    let status = ending.status.unwrap_or(0);
    let own = ending.q850.and_then(|cause| overrides.by_q850.get(&cause)).or_else(|| overrides.by_status.get(&status));
    if let Some(own) = own {
        return *own;
    }
    let rows = [
        of_person(status, ending),
        ending.q850.map_or(Row::Silent, |cause| of_cause(cause, status)),
        of_status(status),
    ];
    let row = rows.into_iter().find(|row| *row != Row::Silent).unwrap_or(Row::Is(failed(FailureCode::OtherRefusal)));
    match row {
        // The phone may have rung: `failed=` must not call it again by itself (docs/adr/0003).
        Row::Overload | Row::Is(CallOutcome::Failure(FailureCode::CarrierFault)) if rang => {
            failed(FailureCode::OtherRefusal)
        }
        Row::Is(outcome) => outcome,
        Row::RangElse(_) if rang => NO_ANSWER,
        Row::RangElse(outcome) => outcome,
        Row::Overload => CallOutcome::PutBack,
        Row::Silent => failed(FailureCode::OtherRefusal),
    }
}

/// Statuses by which the called side itself speaks, whatever a cause says besides.
fn of_person(status: u16, ending: &Ending) -> Row {
    match (status, ending.q850) {
        // "No circuit" under a 486 is the network's.
        (486, Some(34 | 42)) => Row::Is(failed(FailureCode::CarrierFault)),
        (486 | 600, _) => Row::Is(BUSY),
        (603, _) if blocked_by_network(ending) => Row::Is(failed(FailureCode::Blocked)),
        (603 | 607, _) => Row::Is(DECLINED),
        (608, _) => Row::Is(failed(FailureCode::Blocked)),
        _ => Row::Silent,
    }
}

/// A 603 by a spam filter says so in its text (RFC 8688 and North American practice).
fn blocked_by_network(ending: &Ending) -> bool {
    let texts = [ending.reason_phrase.as_deref(), ending.reason_text.as_deref()];
    texts
        .into_iter()
        .flatten()
        .map(str::to_ascii_lowercase)
        .any(|text| ["network blocked", "analytics", "603+"].iter().any(|word| text.contains(word)))
}

/// Q.850 causes. Those that mean something only together with a status look at it.
fn of_cause(cause: u8, status: u16) -> Row {
    use FailureCode as F;
    Row::Is(match cause {
        // Cause 16 on a refusal, and 31 on a 403, say nothing.
        16 => return Row::Silent,
        1 | 22 => failed(F::NumberNotFound),
        28 => failed(F::NumberIncomplete),
        17 => BUSY,
        18..=20 => NO_ANSWER,
        21 => DECLINED,
        31 if status == 480 => NO_ANSWER,
        31 => return Row::RangElse(failed(F::CarrierFault)),
        34 | 42 | 44 | 47 if status == 503 => return Row::Overload,
        25 => failed(F::RoutingLoop),
        2 | 3 | 27 | 29 | 34 | 38 | 41 | 42 | 44 | 47 | 111 | 127 => failed(F::CarrierFault),
        50 | 57 | 58 | 65 | 79 => failed(F::RequestRejected),
        88 => failed(F::BadMedia),
        102 => return Row::RangElse(failed(F::NoReply)),
        _ => return Row::Silent,
    })
}

/// SIP statuses.
fn of_status(status: u16) -> Row {
    use FailureCode as F;
    Row::Is(match status {
        300..400 => failed(F::Redirected),
        401 | 407 => failed(F::LoginRefused),
        402 => failed(F::NoCredit),
        403 => failed(F::CarrierRefused),
        404 | 410 | 604 => failed(F::NumberNotFound),
        484 | 485 => failed(F::NumberIncomplete),
        408 => return Row::RangElse(failed(F::NoReply)),
        413 | 414 | 513 => failed(F::RequestTooBig),
        400 | 405 | 406 | 416 | 420 | 421 | 422 | 423 | 428 | 433 | 493 | 494 | 501 | 505 => failed(F::RequestRejected),
        436..=438 => failed(F::CarrierRefused),
        480 => NO_ANSWER,
        481 | 491 => failed(F::OtherRefusal),
        482 | 483 => failed(F::RoutingLoop),
        487 => return Row::RangElse(failed(F::OtherRefusal)),
        415 | 488 | 606 | 580 => failed(F::NoCommonCodec),
        503 => return Row::Overload,
        500 | 502 | 504 => failed(F::CarrierFault),
        // An unknown code counts as the x00 of its class (RFC 3261 section 8.1.3.2).
        600.. => DECLINED,
        500..600 => failed(F::CarrierFault),
        _ => failed(F::OtherRefusal),
    })
}

/// Whether a refusal says that the number must never be called again (607 Unwanted, RFC 8197).
pub fn hints_do_not_call(ending: &Ending) -> bool {
    ending.status == Some(607)
}

#[cfg(test)]
#[path = "outcome_tests.rs"]
mod tests;
