//! What goes into a conversation and what comes out.

use carillon_domain::CallResult;

/// Milliseconds since the call was answered.
pub type Moment = u64;

/// Number of an utterance of the employee, from 1. What carries a lower number than the present one is stale.
pub type TurnNumber = u32;

/// What happened. Control inputs (speech start, hang-up, digits) overtake data inputs (words, tokens) on their way in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// The call was answered and sound can be sent.
    Answered,
    /// The contact began to speak.
    SpeechStarted,
    /// The contact fell silent (after the detector's hangover).
    SpeechStopped,
    /// Words understood; the last ones of an utterance are final.
    Words {
        /// What was understood so far in this utterance.
        text: String,
        /// Whether it will not change any more.
        is_final: bool,
    },
    /// A piece of the language model's answer to [`Output::Ask`].
    Token {
        /// For which turn.
        turn: TurnNumber,
        /// The piece; `None` at the end.
        text: Option<String>,
    },
    /// The sound of [`Output::Say`] has left the machine, wholly or until it was cancelled.
    Spoken {
        /// Which turn.
        turn: TurnNumber,
        /// How much of it was sent.
        heard_ms: u32,
        /// Whether that was all of it.
        whole: bool,
    },
    /// Speech for a turn could not be made.
    SpeechFailed {
        /// Which turn.
        turn: TurnNumber,
    },
    /// The contact pressed a key.
    Digit(char),
    /// An answering machine's beep.
    Beep,
    /// The line is gone.
    HungUp,
    /// Only time has passed.
    Tick,
}

/// What to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output {
    /// Speak.
    Say {
        /// This utterance's number.
        turn: TurnNumber,
        /// The words.
        text: String,
        /// Whether the contact may interrupt it (a disclosure may not be).
        interruptible: bool,
    },
    /// Stop speaking this turn and forget what of it waits.
    Cancel {
        /// Which.
        turn: TurnNumber,
    },
    /// From now on understand what the contact says.
    Listen,
    /// Ask the language model for this turn's words.
    Ask {
        /// Which turn.
        turn: TurnNumber,
    },
    /// Do something besides speaking.
    Act(Action),
}

/// What an employee can do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// End the call, with what came of it.
    HangUp {
        /// The result.
        result: CallResult,
    },
    /// End the call: the employee could not speak, so there was no talk.
    GiveUp,
    /// Send keys.
    SendDigits(String),
}
