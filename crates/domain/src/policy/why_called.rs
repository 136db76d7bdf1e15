//! Why a person was called: the decision as it was taken, stored with the call (C4).

use serde::{Deserialize, Serialize};

use super::caller_id::ChosenCallerId;
use super::tariff::Money;
use super::why::{Wording, count};
use crate::campaign::Actor;
use crate::outcome::CallOutcome;
use crate::time::Timestamp;

/// What made the call due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum CallCause {
    /// The contact's turn in the queue.
    Queue,
    /// The retry rule.
    Retry {
        /// What the attempt before ended with.
        after: CallOutcome,
    },
    /// The contact asked to be called then.
    Callback {
        /// The promised time.
        promised: Timestamp,
    },
    /// Somebody pressed Retry Failed.
    RetryFailed {
        /// Who.
        by: Actor,
    },
    /// A test call, which keeps neither hours nor gaps but the do-not-call list.
    Test {
        /// Who asked for it.
        by: Actor,
    },
}

/// The facts on which a call was placed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WhyCalled {
    /// When it was decided.
    pub at: Timestamp,
    /// What made it due.
    pub cause: CallCause,
    /// Which attempt of the contact it is: 1 for the first.
    pub attempt: u32,
    /// The zones in all of which the hours were open; empty for a test call.
    pub zones: Vec<String>,
    /// Until when they were; `None`: for more than 400 days.
    pub open_until: Option<Timestamp>,
    /// When the number was called before, by any campaign.
    pub last_call_at: Option<Timestamp>,
    /// Calls to the number on that day, this one counted.
    pub calls_today: u32,
    /// Calls to the number in seven days, this one counted.
    pub calls_week: u32,
    /// The caller ID and why it was this one; `None`: the trunk's own.
    pub caller_id: Option<ChosenCallerId>,
    /// What was reserved of the budget; `None`: there is none.
    pub reserved: Option<Money>,
}

impl WhyCalled {
    /// One plain sentence.
    pub fn sentence(&self, write: Wording<'_>) -> String {
        let time = write.time;
        let cause = match &self.cause {
            CallCause::Queue => "it was its turn".to_owned(),
            CallCause::Retry { after } => format!("the attempt before ended with \"{}\"", after.words()),
            CallCause::Callback { promised } => format!("it had asked to be called {}", time(*promised)),
            CallCause::RetryFailed { by } => format!("{by} had the failed contacts called again"),
            CallCause::Test { by } => return format!("It was called {} as a test by {by}.", time(self.at)),
        };
        let open = match self.open_until {
            Some(until) => {
                format!("its calling hours ({}) were open and were to close {}", self.zones.join(", "), time(until))
            }
            None => format!("its calling hours ({}) were open", self.zones.join(", ")),
        };
        let calls = count(self.calls_today.into(), "call", "calls");
        format!(
            "It was called {}, attempt {}, because {cause}; {open}, and this made {calls} to the number that day.",
            time(self.at),
            self.attempt
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::CallResult;

    #[test]
    fn a_stored_decision_reads_back_and_says_what_it_was_made_on() {
        let at = Timestamp::from_secs(1_790_000_000);
        let decision = WhyCalled {
            at,
            cause: CallCause::Retry { after: CallOutcome::Result(CallResult::Busy) },
            attempt: 2,
            zones: vec!["Europe/Berlin".to_owned()],
            open_until: Some(Timestamp::from_secs(1_790_007_200)),
            last_call_at: Some(Timestamp::from_secs(1_789_996_400)),
            calls_today: 2,
            calls_week: 2,
            caller_id: Some(ChosenCallerId {
                number: crate::PhoneNumber::from_digits(4_930_555_010).expect("fits"),
                shared_digits: 4,
                usable: 3,
                repeated: false,
            }),
            reserved: Some(Money::from_minor(12)),
        };
        let json = serde_json::to_string(&decision).expect("writes");
        assert_eq!(serde_json::from_str::<WhyCalled>(&json).expect("reads"), decision);
        let write = Wording {
            time: &|t| if t == at { "at NOON".to_owned() } else { "at two".to_owned() },
            money: &|amount, currency| format!("{} {currency}", amount.minor_rounded_up()),
        };
        assert_eq!(
            decision.sentence(write),
            "It was called at NOON, attempt 2, because the attempt before ended with \"Busy\"; its calling hours (Europe/Berlin) were open and were to close at two, and this made 2 calls to the number that day."
        );
        let test = WhyCalled { cause: CallCause::Test { by: Actor::CommandLine }, ..decision };
        assert_eq!(test.sentence(write), "It was called at NOON as a test by the command line.");
    }
}
