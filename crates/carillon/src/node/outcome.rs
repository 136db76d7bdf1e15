//! From the end of the line and the end of the talk to what is stored.

use carillon_domain::{CallEnding, CallOutcome, CallResult, EndedBy, FailureCode, Timestamp};
use carillon_sip as sip;

/// When the call's stages were reached.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Times {
    pub(crate) ringing_at: Option<Timestamp>,
    pub(crate) answered_at: Option<Timestamp>,
}

/// Longest reason phrase that is kept.
const REASON_CHARS_MAX: usize = 200;

/// What is stored of a call that the SIP side ended, when the talk came to `talk`.
pub(crate) fn ending(ending: &sip::Ending, talk: CallResult, times: Times, now: Timestamp) -> CallEnding {
    let outcome =
        sip::outcome::classify(ending, &sip::outcome::Overrides::default()).unwrap_or(CallOutcome::Result(talk));
    // A talk that worked keeps its result: sound that breaks off, or a hang-up of ours, after the contact spoke does not undo what was said.
    let outcome = match outcome {
        CallOutcome::Failure(FailureCode::AudioLost | FailureCode::Interrupted) if talk != CallResult::NoSuccess => {
            CallOutcome::Result(talk)
        }
        other => other,
    };
    CallEnding {
        ended_by: ended_by(ending),
        outcome,
        sent: ending.reached != sip::Reached::NeverSent,
        sip_status: ending.status,
        sip_reason: ending.reason_phrase.as_ref().map(|phrase| phrase.chars().take(REASON_CHARS_MAX).collect()),
        q850_cause: ending.q850.map(u16::from),
        ringing_at: times.ringing_at,
        answered_at: times.answered_at,
        ended_at: now,
    }
}

fn ended_by(ending: &sip::Ending) -> EndedBy {
    use sip::EndWhy;
    match (ending.why, ending.by) {
        (
            EndWhy::Withdrawn
            | EndWhy::RingTimeout
            | EndWhy::NoReply
            | EndWhy::MaxCall
            | EndWhy::Internal
            | EndWhy::Cancelled(_)
            | EndWhy::HungUp(
                sip::ByeReason::Stopped
                | sip::ByeReason::HungUp
                | sip::ByeReason::Shutdown
                | sip::ByeReason::NoAudio
                | sip::ByeReason::AudioLost
                | sip::ByeReason::BadSdp
                | sip::ByeReason::NoCommonCodec,
            ),
            _,
        ) => EndedBy::Stopped,
        (_, sip::EndedBy::Local) => EndedBy::Employee,
        (EndWhy::RemoteBye, _) => EndedBy::Contact,
        (EndWhy::Rejected, _) if matches!(ending.status, Some(480 | 486 | 600 | 603 | 607)) => EndedBy::Contact,
        (_, sip::EndedBy::Remote | sip::EndedBy::Network) => EndedBy::Network,
    }
}
