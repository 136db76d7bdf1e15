//! Why a contact waits, and why one was skipped: every reason, with its facts and one plain sentence (C4).

use serde::{Deserialize, Serialize};

use super::caller_id::RestReason;
use super::limits::LimitReached;
use super::why::{WhyIdle, Wording, count, opening};
use super::zones::ZoneHold;
use crate::campaign::Actor;
use crate::contact::SkipReason;
use crate::outcome::CallOutcome;
use crate::time::Timestamp;

/// Why a contact is not called just now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum WhyWaiting {
    /// It is next, or others are before it.
    InQueue {
        /// How many, when that is known.
        ahead: Option<u64>,
    },
    /// A call of it is active.
    InProgress {
        /// Since when.
        since: Timestamp,
    },
    /// Its calling hours are closed.
    HoursClosed {
        /// Its zone; several joined by commas.
        zone: String,
        /// When they open; `None`: not within 400 days.
        opens: Option<Timestamp>,
    },
    /// No zone can be named in which it is.
    Zone {
        /// Why.
        hold: ZoneHold,
    },
    /// It waits for another attempt.
    Retry {
        /// What the last attempt ended with.
        after: CallOutcome,
        /// Which attempt it will be.
        attempt: u32,
        /// Not before.
        due: Timestamp,
    },
    /// It asked to be called at a time.
    Callback {
        /// The promised time.
        due: Timestamp,
    },
    /// The trunk was overloaded and the call was put back.
    PutBack {
        /// Not before.
        due: Timestamp,
        /// How often so far.
        times: u32,
    },
    /// The call could not be placed in time and was withdrawn before anything was sent.
    Withdrawn {
        /// Not before.
        due: Timestamp,
    },
    /// The number was called often enough by all campaigns together.
    Limit {
        /// Which limit.
        limit: LimitReached,
        /// Not before.
        until: Timestamp,
    },
    /// A call of another campaign with this number is active.
    NumberInCall,
    /// The price of a call to it is not known, and the campaign has a budget.
    NoPrice,
    /// Its number is being looked up.
    LookUp {
        /// The next try.
        due: Timestamp,
    },
    /// Nothing of its own: what holds the whole campaign holds it.
    Campaign {
        /// That.
        why: Box<WhyIdle>,
    },
}

/// Why a contact was skipped, with what is known beyond the reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum WhySkipped {
    /// The number is on the do-not-call list.
    DoNotCall {
        /// Since when.
        since: Timestamp,
        /// Where the entry comes from, in words: a call, a file, a person.
        source: String,
    },
    /// The number look-up says that nobody can be reached there.
    LookUpInvalid {
        /// What it answered, in words.
        answer: String,
    },
    /// A person took it out.
    Excluded {
        /// Who.
        by: Actor,
        /// When.
        at: Timestamp,
    },
    /// Any other reason.
    Other {
        /// It.
        reason: SkipReason,
    },
}

impl WhyWaiting {
    /// One plain sentence.
    pub fn sentence(&self, write: Wording<'_>) -> String {
        let time = write.time;
        match self {
            WhyWaiting::InQueue { ahead: Some(0) } => "It is the next to be called.".to_owned(),
            WhyWaiting::InQueue { ahead: Some(ahead) } => {
                format!("It is in the queue; {} before it.", count(*ahead, "contact is", "contacts are"))
            }
            WhyWaiting::InQueue { ahead: None } => "It is in the queue and may be called at any moment.".to_owned(),
            WhyWaiting::InProgress { since } => format!("A call to it began {}.", time(*since)),
            WhyWaiting::HoursClosed { zone, opens } => {
                format!("The calling hours are closed where it is ({zone}); {}.", opening(*opens, write))
            }
            WhyWaiting::Zone { hold } => format!("It is not called: {hold}."),
            WhyWaiting::Retry { after, attempt, due } => {
                format!("The last attempt ended with \"{}\"; attempt {attempt} is due {}.", after.words(), time(*due))
            }
            WhyWaiting::Callback { due } => format!("It asked to be called {}.", time(*due)),
            WhyWaiting::PutBack { due, times } => {
                let times = count((*times).into(), "time", "times");
                format!("The trunk was overloaded and put the call back {times}; it is tried again {}.", time(*due))
            }
            WhyWaiting::Withdrawn { due } => {
                format!("The call could not be placed in time, so nothing was sent; it is tried again {}.", time(*due))
            }
            WhyWaiting::Limit { limit, until } => {
                format!("{}; it may be called again {}.", limit_words(*limit, write), time(*until))
            }
            WhyWaiting::NumberInCall => {
                "Another campaign has a call with this number; it waits for its end.".to_owned()
            }
            WhyWaiting::NoPrice => {
                "The tariff has no price for this number, and the campaign has a budget: add the prefix.".to_owned()
            }
            WhyWaiting::LookUp { due } => format!("Its number is being looked up; the next try is {}.", time(*due)),
            WhyWaiting::Campaign { why } => why.sentence(write),
        }
    }

    /// When it may be called next, as far as this reason tells.
    pub fn until(&self) -> Option<Timestamp> {
        match self {
            WhyWaiting::HoursClosed { opens, .. } => *opens,
            WhyWaiting::Retry { due, .. }
            | WhyWaiting::Callback { due }
            | WhyWaiting::PutBack { due, .. }
            | WhyWaiting::Withdrawn { due }
            | WhyWaiting::LookUp { due } => Some(*due),
            WhyWaiting::Limit { until, .. } => Some(*until),
            WhyWaiting::Campaign { why } => why.until(),
            _ => None,
        }
    }
}

impl CallOutcome {
    /// The label of the outcome, to stand in a sentence.
    pub(super) const fn words(self) -> &'static str {
        match self {
            CallOutcome::Result(result) => result.label(),
            CallOutcome::Failure(code) => code.label(),
            CallOutcome::PutBack => "Put back by the trunk",
            CallOutcome::Withdrawn => "Withdrawn",
        }
    }
}

fn limit_words(limit: LimitReached, write: Wording<'_>) -> String {
    match limit {
        LimitReached::MinGap { last_call_at } => {
            format!("The number was called {}, and calls to one number keep a gap", (write.time)(last_call_at))
        }
        LimitReached::PerDay { calls } => {
            format!("The number had {} today, as many as allowed", count(calls.into(), "call", "calls"))
        }
        LimitReached::PerWeek { calls } => {
            format!("The number had {} in seven days, as many as allowed", count(calls.into(), "call", "calls"))
        }
    }
}

impl RestReason {
    /// The figures in words, to stand in a sentence.
    pub fn words(&self) -> String {
        match self {
            RestReason::AnswerRate { answered, calls, min_pct } => {
                format!("{answered} of {calls} calls answered, less than {min_pct} in 100")
            }
            RestReason::ShortCalls { short, answered, max_pct } => {
                format!("{short} of {answered} answered calls over at once, more than {max_pct} in 100")
            }
        }
    }
}

impl WhySkipped {
    /// One plain sentence.
    pub fn sentence(&self, write: Wording<'_>) -> String {
        match self {
            WhySkipped::DoNotCall { since, source } => {
                format!("The number is on the do-not-call list since {} ({source}).", (write.time)(*since))
            }
            WhySkipped::LookUpInvalid { answer } => {
                format!("The number look-up says that it can't be reached: {answer}.")
            }
            WhySkipped::Excluded { by, at } => format!("This contact was taken out by {by} {}.", (write.time)(*at)),
            WhySkipped::Other { reason } => reason.meaning().to_owned(),
        }
    }
}
