//! What came of a call: results, and failures with their category, plain sentence and next step (texts of `ui.md` section 6.2).

use serde::{Deserialize, Serialize};

/// The outcome of a finished call. Busy, no answer, declined and voicemail are results, never failures: otherwise Retry Failed would
/// redial people who declined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallResult {
    /// A person answered and the success rule held.
    Success,
    /// A person answered and it did not hold (also: silent, or hung up in the greeting).
    NoSuccess,
    /// Handed to a person.
    Transferred,
    /// Asked to be called later, and the campaign does not call back by itself.
    Callback,
    /// Asked never to be called again.
    OptedOut,
    /// A machine answered.
    Voicemail,
    /// Nobody picked up.
    NoAnswer,
    /// The line was busy.
    Busy,
    /// The person or their phone refused.
    Declined,
}

crate::contact::coded_enum!(CallResult {
    Success = 1, "success", "Success";
    NoSuccess = 2, "no_success", "No success";
    Transferred = 3, "transferred", "Transferred";
    Callback = 4, "callback", "Callback";
    OptedOut = 5, "opted_out", "Opted out";
    Voicemail = 6, "voicemail", "Voicemail";
    NoAnswer = 7, "no_answer", "No answer";
    Busy = 8, "busy", "Busy";
    Declined = 9, "declined", "Declined";
});

/// The five categories of Failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureCategory {
    /// The carrier could not be reached.
    Network,
    /// The number does not exist or is incomplete, found during the attempt.
    InvalidNumber,
    /// A fault on our side.
    System,
    /// Connected, but the sound failed.
    Audio,
    /// The carrier refused or failed.
    Carrier,
}

crate::contact::coded_enum!(FailureCategory {
    Network = 1, "network", "Network";
    InvalidNumber = 2, "invalid_number", "Invalid number";
    System = 3, "system", "System";
    Audio = 4, "audio", "Audio";
    Carrier = 5, "carrier", "Carrier";
});

/// A stable failure code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureCode {
    /// DNS, TCP or TLS failed; nothing was sent.
    CarrierUnreachable,
    /// Sent, then silence: it may have rung.
    NoReply,
    /// Nobody has this number.
    NumberNotFound,
    /// Digits missing or in the wrong format.
    NumberIncomplete,
    /// The process died during the call.
    Interrupted,
    /// The carrier found the request faulty (400 and its like).
    RequestRejected,
    /// The request was too big for the carrier.
    RequestTooBig,
    /// The employee could not speak or understand.
    SpeechFailed,
    /// A fault of Carillon itself.
    Internal,
    /// Answered, but no sound arrived.
    NoAudio,
    /// Sound stopped in mid-call.
    AudioLost,
    /// The answer's audio description could not be used.
    BadMedia,
    /// Carrier fault or outage.
    CarrierFault,
    /// Carrier overloaded: put back three times, then this.
    CarrierOverloaded,
    /// Wrong login.
    LoginRefused,
    /// Blocked destination or caller ID.
    CarrierRefused,
    /// No credit.
    NoCredit,
    /// No common audio format.
    NoCommonCodec,
    /// The carrier's spam filter blocked the call.
    Blocked,
    /// The carrier sent the call elsewhere; not followed.
    Redirected,
    /// The call went round in the carrier's network.
    RoutingLoop,
    /// Refused with a code that has no better meaning.
    OtherRefusal,
}

crate::contact::coded_enum!(FailureCode {
    CarrierUnreachable = 101, "carrier_unreachable", "Couldn't reach the carrier";
    NoReply = 102, "no_reply", "No reply from the carrier";
    NumberNotFound = 201, "number_not_found", "Number doesn't exist";
    NumberIncomplete = 202, "number_incomplete", "Number is incomplete";
    Interrupted = 301, "interrupted", "Carillon restarted during the call";
    RequestRejected = 302, "request_rejected", "The carrier didn't accept our request";
    RequestTooBig = 303, "request_too_big", "The request was too big";
    SpeechFailed = 304, "speech_failed", "AI employee couldn't speak";
    Internal = 305, "internal", "Carillon failed";
    NoAudio = 401, "no_audio", "Connected, but no sound arrived";
    AudioLost = 402, "audio_lost", "Sound broke off";
    BadMedia = 403, "bad_media", "Unusable audio description";
    CarrierFault = 501, "carrier_fault", "Carrier couldn't place the call";
    CarrierOverloaded = 502, "carrier_overloaded", "Carrier overloaded";
    LoginRefused = 503, "login_refused", "Your carrier refused the login";
    CarrierRefused = 504, "carrier_refused", "Your carrier refused the call";
    NoCredit = 505, "no_credit", "No credit with the carrier";
    NoCommonCodec = 506, "no_common_codec", "No common audio format";
    Blocked = 507, "blocked", "The carrier's spam filter blocked the call";
    Redirected = 508, "redirected", "The carrier redirected the call";
    RoutingLoop = 509, "routing_loop", "The call went in circles";
    OtherRefusal = 510, "other_refusal", "The carrier refused the call";
});

impl FailureCode {
    /// The category under which it is counted.
    pub const fn category(self) -> FailureCategory {
        match self.number() / 100 {
            1 => FailureCategory::Network,
            2 => FailureCategory::InvalidNumber,
            3 => FailureCategory::System,
            4 => FailureCategory::Audio,
            _ => FailureCategory::Carrier,
        }
    }

    /// What it means, in one plain sentence.
    pub const fn meaning(self) -> &'static str {
        match self {
            FailureCode::CarrierUnreachable => "This machine could not connect to the carrier; nothing was sent.",
            FailureCode::NoReply => "The request was sent and the carrier stayed silent. The phone may have rung.",
            FailureCode::NumberNotFound => "The phone network says nobody has this number.",
            FailureCode::NumberIncomplete => "Digits are missing or in the wrong format.",
            FailureCode::Interrupted => {
                "The call broke off: Carillon stopped, or the connection to the carrier was lost. The phone may have rung."
            }
            FailureCode::RequestRejected => "The carrier found something wrong in the way the call was asked for.",
            FailureCode::RequestTooBig => "The carrier could not take a request of this size.",
            FailureCode::SpeechFailed => "The AI employee's speech could not be made in time.",
            FailureCode::Internal => "Carillon could not make or continue this call.",
            FailureCode::NoAudio => {
                "The call was answered, but no audio packet arrived. Usually a firewall or NAT blocks audio."
            }
            FailureCode::AudioLost => "Audio packets stopped arriving in the middle of the call.",
            FailureCode::BadMedia => "The answer's audio description was missing or broken.",
            FailureCode::CarrierFault => "Fault or outage on the carrier's side.",
            FailureCode::CarrierOverloaded => {
                "The carrier was overloaded, or your line limit was reached, three times in a row."
            }
            FailureCode::LoginRefused => "The user name or password of the trunk is wrong.",
            FailureCode::CarrierRefused => "Blocked destination, or a caller ID that is not allowed.",
            FailureCode::NoCredit => "The carrier asks for payment first.",
            FailureCode::NoCommonCodec => "Carrier and Carillon share no audio format or encryption mode.",
            FailureCode::Blocked => "The carrier's spam filter refused the call. The person was not rung.",
            FailureCode::Redirected => {
                "The carrier answered with another address; Carillon never follows those blindly."
            }
            FailureCode::RoutingLoop => "The carrier's network passed the call round in circles.",
            FailureCode::OtherRefusal => {
                "The carrier ended the call with a code of no common meaning, or by a fault of its own after the phone may have rung."
            }
        }
    }

    /// What to do next.
    pub const fn next_step(self) -> &'static str {
        match self {
            FailureCode::CarrierUnreachable | FailureCode::NoReply => {
                "Check network, firewall, DNS and the trunk's address."
            }
            FailureCode::NumberNotFound => "Check for a typing or country-code error. Don't retry unchanged.",
            FailureCode::NumberIncomplete => "Correct it; check the default country of the file.",
            FailureCode::Interrupted => "Retry; the person may ask about the dropped call.",
            FailureCode::RequestRejected | FailureCode::RequestTooBig => {
                "Look at the call's SIP messages; check the trunk's settings. All calls may fail."
            }
            FailureCode::SpeechFailed => "Check the speech provider, or use fewer lines.",
            FailureCode::Internal => "Retry; if it comes again, report the code with the log.",
            FailureCode::NoAudio => {
                "Open the audio ports or set the trunk's public address, make a test call, then retry."
            }
            FailureCode::AudioLost => "Check the network link; use fewer lines at once.",
            FailureCode::BadMedia | FailureCode::NoCommonCodec => {
                "Check the trunk's audio formats with the carrier; make a test call."
            }
            FailureCode::CarrierFault => "Usually passes: retry in 15 minutes. If many fail, lower calls per second.",
            FailureCode::CarrierOverloaded => "Lower lines or calls per second, then retry.",
            FailureCode::LoginRefused => "Fix the trunk's login before retrying: all calls will fail.",
            FailureCode::CarrierRefused => "Check allowed countries and caller IDs with the carrier before retrying.",
            FailureCode::NoCredit => "Check the credit with the carrier before retrying.",
            FailureCode::Blocked => "Check the caller ID's reputation; rest this caller ID.",
            FailureCode::Redirected | FailureCode::RoutingLoop | FailureCode::OtherRefusal => {
                "Ask the carrier; look at the call's SIP messages."
            }
        }
    }
}

impl FailureCode {
    /// Whether the phone may have rung although the call failed: to be asked before it is called again.
    pub const fn may_have_rung(self) -> bool {
        matches!(self, FailureCode::Interrupted | FailureCode::NoReply | FailureCode::Internal)
    }

    /// Whether calling again, once what is at fault on the way was mended, may succeed: the number itself is not at fault.
    pub const fn may_work(self) -> bool {
        !matches!(self.category(), FailureCategory::InvalidNumber)
    }

    /// Whether all calls fail until somebody mends something: login, credit, audio, the trunk's settings.
    pub const fn needs_fix(self) -> bool {
        matches!(
            self,
            FailureCode::LoginRefused
                | FailureCode::NoCredit
                | FailureCode::CarrierRefused
                | FailureCode::NoCommonCodec
                | FailureCode::BadMedia
                | FailureCode::NoAudio
                | FailureCode::RequestRejected
                | FailureCode::RequestTooBig
        )
    }
}

impl CallResult {
    /// Whether a person answered (A37: results are shown as answered by a person or not).
    pub const fn answered_by_person(self) -> bool {
        matches!(
            self,
            CallResult::Success
                | CallResult::NoSuccess
                | CallResult::Transferred
                | CallResult::Callback
                | CallResult::OptedOut
        )
    }

    /// What it means, in one plain sentence.
    pub const fn meaning(self) -> &'static str {
        match self {
            CallResult::Success => "A person answered, and the talk reached its goal.",
            CallResult::NoSuccess => "A person answered, and the talk did not reach its goal.",
            CallResult::Transferred => "The person was handed over to a colleague.",
            CallResult::Callback => "The person asked to be called later.",
            CallResult::OptedOut => "The person asked never to be called again.",
            CallResult::Voicemail => "A machine answered.",
            CallResult::NoAnswer => "Phone off, out of coverage, or not picked up.",
            CallResult::Busy => "Somebody was on the phone. Not a fault.",
            CallResult::Declined => "The person or their phone refused.",
        }
    }

    /// What to do next.
    pub const fn next_step(self) -> &'static str {
        match self {
            CallResult::Success | CallResult::Transferred => "Follow up as agreed.",
            CallResult::NoSuccess => "Listen to a few of these talks before calling again.",
            CallResult::Callback => "Call at the time they named, in a new campaign.",
            CallResult::OptedOut => "Nothing: the number is on the do-not-call list.",
            CallResult::Voicemail => "New campaign from voicemail, at other hours.",
            CallResult::NoAnswer => "Try another time of day.",
            CallResult::Busy => "Call again later (retry rule \"Busy\").",
            CallResult::Declined => "Don't retry today.",
        }
    }
}

/// What came of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallOutcome {
    /// A finished call.
    Result(CallResult),
    /// A technical problem.
    Failure(FailureCode),
    /// The trunk was overloaded before anything rang (503): no attempt is used up, at most [`crate::policy::PUT_BACKS_MAX`] times.
    PutBack,
    /// Not sent in time, or its campaign was paused before the INVITE: no attempt.
    Withdrawn,
}

/// A row of the one table of explanations (page, command line and report): what an outcome means and what to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// Stable code of the result, failure or skip reason.
    pub code: &'static str,
    /// `completed`, `failed` or `skipped`.
    pub status: &'static str,
    /// Category of a failure.
    pub category: Option<FailureCategory>,
    /// Title.
    pub title: &'static str,
    /// What it means, in one plain sentence.
    pub meaning: &'static str,
    /// What to do next.
    pub next_step: &'static str,
    /// Whether calling again may succeed.
    pub may_work: bool,
}

/// Every result, failure and skip reason, explained.
pub fn explanations() -> Vec<Explanation> {
    let results = CallResult::ALL.iter().map(|r| Explanation {
        code: r.code(),
        status: "completed",
        category: None,
        title: r.label(),
        meaning: r.meaning(),
        next_step: r.next_step(),
        may_work: !matches!(r, CallResult::Declined | CallResult::OptedOut),
    });
    let failures = FailureCode::ALL.iter().map(|c| Explanation {
        code: c.code(),
        status: "failed",
        category: Some(c.category()),
        title: c.label(),
        meaning: c.meaning(),
        next_step: c.next_step(),
        may_work: c.may_work(),
    });
    let skips = crate::contact::SkipReason::ALL.iter().map(|s| Explanation {
        code: s.code(),
        status: "skipped",
        category: None,
        title: s.label(),
        meaning: s.meaning(),
        next_step: s.next_step(),
        may_work: false,
    });
    results.chain(failures).chain(skips).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_outcome_is_explained_once_in_whole_sentences() {
        let all = explanations();
        for (n, e) in all.iter().enumerate() {
            assert!(!all[..n].iter().any(|other| other.code == e.code), "{} stands twice", e.code);
            assert!(e.meaning.ends_with('.') && e.next_step.ends_with('.'), "{}", e.code);
            assert!(!e.title.is_empty() && !e.title.ends_with('.'), "{}", e.code);
        }
        // Retry Failed leaves out what will fail again, and asks apart about phones that may have rung.
        let no: Vec<_> = FailureCode::ALL.iter().filter(|c| !c.may_work()).collect();
        assert_eq!(no, [&FailureCode::NumberNotFound, &FailureCode::NumberIncomplete]);
        assert!(FailureCode::Interrupted.may_have_rung() && FailureCode::Interrupted.may_work());
    }
}
