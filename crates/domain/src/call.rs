//! A call: one attempt to reach a contact.

use serde::{Deserialize, Serialize};

use crate::outcome::CallOutcome;
use crate::time::Timestamp;
use crate::transitions::{self, InvalidTransition};

/// A call's state without its data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallPhase {
    /// Committed to be placed; an INVITE may have left.
    Placing,
    /// The far end rings.
    Ringing,
    /// Answered.
    Answered,
    /// Over, and settled.
    Ended,
    /// Its node died; what came of it is not known.
    Unconfirmed,
}

crate::contact::coded_enum!(CallPhase {
    Placing = 0, "placing", "Placing";
    Ringing = 1, "ringing", "Ringing";
    Answered = 2, "answered", "Answered";
    Unconfirmed = 8, "unconfirmed", "Unconfirmed";
    Ended = 9, "ended", "Ended";
});

/// A call's state with its data.
#[derive(Debug, Clone, PartialEq)]
pub enum CallState {
    /// An INVITE may have left.
    Placing,
    /// The far end rings.
    Ringing,
    /// Answered.
    Answered,
    /// Over.
    Ended(CallEnding),
    /// Its node died.
    Unconfirmed,
}

impl CallState {
    /// The state without its data.
    pub fn phase(&self) -> CallPhase {
        match self {
            CallState::Placing => CallPhase::Placing,
            CallState::Ringing => CallPhase::Ringing,
            CallState::Answered => CallPhase::Answered,
            CallState::Ended(_) => CallPhase::Ended,
            CallState::Unconfirmed => CallPhase::Unconfirmed,
        }
    }

    /// The next state, when the table allows the step.
    pub fn to(self, next: CallState) -> Result<CallState, InvalidTransition> {
        transitions::check("call", transitions::CALL, self.phase(), next.phase())?;
        Ok(next)
    }
}

/// Which side ended the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndedBy {
    /// The contact hung up, declined or was busy.
    Contact,
    /// The AI employee hung up.
    Employee,
    /// The carrier or the network ended it.
    Network,
    /// Carillon ended it: a person stopped the campaign with "hang up" or pressed hang up, Carillon shut down, or a limit on ringing or talking was over.
    Stopped,
    /// The process that held it died.
    Crash,
}

crate::contact::coded_enum!(EndedBy {
    Contact = 1, "contact", "Contact";
    Employee = 2, "employee", "AI employee";
    Network = 3, "network", "Network";
    Stopped = 4, "stopped", "Carillon";
    Crash = 5, "crash", "Carillon's end";
});

/// How a call ended: how the line ended and what came of the call are two things.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallEnding {
    /// Which side ended the line.
    pub ended_by: EndedBy,
    /// What came of the call.
    pub outcome: CallOutcome,
    /// Whether an INVITE left this machine; only then is it an attempt.
    pub sent: bool,
    /// The final SIP status, when the far end gave one.
    pub sip_status: Option<u16>,
    /// Its reason phrase, cut to 200 characters.
    pub sip_reason: Option<String>,
    /// The Q.850 cause of a Reason header (RFC 3326).
    pub q850_cause: Option<u16>,
    /// When it rang first.
    pub ringing_at: Option<Timestamp>,
    /// When it was answered.
    pub answered_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Timestamp,
}

impl CallEnding {
    /// The ending of a call of which no INVITE left.
    pub fn never_sent(outcome: CallOutcome, ended_at: Timestamp) -> CallEnding {
        CallEnding {
            ended_by: EndedBy::Employee,
            outcome,
            sent: false,
            sip_status: None,
            sip_reason: None,
            q850_cause: None,
            ringing_at: None,
            answered_at: None,
            ended_at,
        }
    }

    /// Time from answer to end, in whole milliseconds; 0 when never answered.
    pub fn talk_ms(&self) -> u64 {
        self.answered_at.map_or(0, |at| u64::try_from(self.ended_at.since(at).as_millis()).unwrap_or(u64::MAX))
    }
}
