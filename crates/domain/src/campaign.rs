//! A campaign: its states, what it waits for, its settings.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::policy::{CallOrder, Pacing, RetryRule};
use crate::time::Timestamp;
use crate::transitions::{self, InvalidTransition};

/// The six statuses of a campaign, without their data. The database keeps the number ([`CampaignStatus::code`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CampaignStatus {
    /// Not yet started.
    Draft,
    /// Started, and waiting to begin.
    Queued,
    /// Making calls.
    Running,
    /// Temporarily stopped.
    Paused,
    /// All contacts processed.
    Completed,
    /// Stopped before completion; final.
    Canceled,
}

crate::contact::coded_enum!(CampaignStatus {
    Draft = 0, "draft", "Draft";
    Queued = 1, "queued", "Queued";
    Running = 2, "running", "Running";
    Paused = 3, "paused", "Paused";
    Completed = 4, "completed", "Completed";
    Canceled = 5, "canceled", "Canceled";
});

/// What a Queued or Running campaign waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WaitingFor {
    /// A running Carillon process that dials.
    Dialer,
    /// Its start time.
    StartTime,
    /// Calling hours.
    CallingHours,
    /// A free line.
    Line,
    /// A trunk that takes calls.
    Trunk,
    /// The due time of contacts that wait for another attempt.
    NextAttempt,
}

crate::contact::coded_enum!(WaitingFor {
    Dialer = 0, "dialer", "a running Carillon";
    StartTime = 1, "start_time", "its start time";
    CallingHours = 2, "calling_hours", "calling hours";
    Line = 3, "line", "a free line";
    Trunk = 4, "trunk", "a trunk that takes calls";
    NextAttempt = 5, "next_attempt", "the time of the next attempt";
});

/// Who did something: a person, or Carillon itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    /// A person, by the name shown to others.
    User(String),
    /// A person at the command line of the machine.
    CommandLine,
    /// Carillon itself.
    Carillon,
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Actor::User(name) => f.write_str(name),
            Actor::CommandLine => f.write_str("the command line"),
            Actor::Carillon => f.write_str("Carillon"),
        }
    }
}

/// A campaign's state: each variant holds the data of that state alone; a transition consumes it and gives the next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum CampaignState {
    /// Not yet started.
    Draft,
    /// Started; no call may be placed yet.
    Queued {
        /// Why.
        waiting_for: WaitingFor,
    },
    /// Making calls.
    Running {
        /// What it waits for, when no call can be placed just now.
        waiting_for: Option<WaitingFor>,
    },
    /// No new calls until Resume.
    Paused {
        /// Who paused it.
        by: Actor,
        /// Why, in words; empty when a person gave no reason.
        why: String,
    },
    /// Every contact is settled.
    Completed {
        /// When the last one was.
        at: Timestamp,
    },
    /// Stopped for good.
    Canceled {
        /// Who stopped it.
        by: Actor,
        /// When.
        at: Timestamp,
    },
}

impl CampaignState {
    /// The state without its data.
    pub fn status(&self) -> CampaignStatus {
        match self {
            CampaignState::Draft => CampaignStatus::Draft,
            CampaignState::Queued { .. } => CampaignStatus::Queued,
            CampaignState::Running { .. } => CampaignStatus::Running,
            CampaignState::Paused { .. } => CampaignStatus::Paused,
            CampaignState::Completed { .. } => CampaignStatus::Completed,
            CampaignState::Canceled { .. } => CampaignStatus::Canceled,
        }
    }

    fn to(self, next: CampaignState) -> Result<CampaignState, InvalidTransition> {
        transitions::check("campaign", transitions::CAMPAIGN, self.status(), next.status())?;
        Ok(next)
    }

    fn begin(self, waiting_for: Option<WaitingFor>) -> Result<CampaignState, InvalidTransition> {
        let next = match waiting_for {
            Some(waiting_for) => CampaignState::Queued { waiting_for },
            None => CampaignState::Running { waiting_for: None },
        };
        self.to(next)
    }

    /// Start (A23): Running when a call may be placed now, else Queued with what it waits for. Only from Draft.
    pub fn start(self, waiting_for: Option<WaitingFor>) -> Result<CampaignState, InvalidTransition> {
        if self != CampaignState::Draft {
            return Err(InvalidTransition {
                what: "campaign",
                from: self.status().to_string(),
                to: CampaignStatus::Running.to_string(),
            });
        }
        self.begin(waiting_for)
    }

    /// What a Queued campaign waited for has come, or a Running one begins or ceases to wait.
    pub fn run(self, waiting_for: Option<WaitingFor>) -> Result<CampaignState, InvalidTransition> {
        match self {
            CampaignState::Queued { .. } | CampaignState::Running { .. } => {
                self.to(CampaignState::Running { waiting_for })
            }
            other => Err(InvalidTransition {
                what: "campaign",
                from: other.status().to_string(),
                to: CampaignStatus::Running.to_string(),
            }),
        }
    }

    /// Pause (A24). Pausing a Paused campaign changes nothing: two people pressing Pause both see success.
    pub fn pause(self, by: Actor, why: String) -> Result<CampaignState, InvalidTransition> {
        if matches!(self, CampaignState::Paused { .. }) { Ok(self) } else { self.to(CampaignState::Paused { by, why }) }
    }

    /// Resume (A25). Resuming a campaign that runs or is queued changes nothing.
    pub fn resume(self, waiting_for: Option<WaitingFor>) -> Result<CampaignState, InvalidTransition> {
        match self {
            CampaignState::Running { .. } | CampaignState::Queued { .. } => Ok(self),
            CampaignState::Paused { .. } => self.begin(waiting_for),
            other => Err(InvalidTransition {
                what: "campaign",
                from: other.status().to_string(),
                to: CampaignStatus::Running.to_string(),
            }),
        }
    }

    /// Stop (A26): final. Stopping a Canceled campaign changes nothing.
    pub fn stop(self, by: Actor, at: Timestamp) -> Result<CampaignState, InvalidTransition> {
        if matches!(self, CampaignState::Canceled { .. }) {
            Ok(self)
        } else {
            self.to(CampaignState::Canceled { by, at })
        }
    }

    /// The last contact is settled (A36).
    pub fn complete(self, at: Timestamp) -> Result<CampaignState, InvalidTransition> {
        self.to(CampaignState::Completed { at })
    }

    /// Retry Failed (A27): a Completed campaign runs again; Running, Paused and Queued stay as they are; Draft and Canceled refuse.
    pub fn retry_failed(self, waiting_for: Option<WaitingFor>) -> Result<CampaignState, InvalidTransition> {
        match self {
            CampaignState::Completed { .. } => self.begin(waiting_for),
            CampaignState::Running { .. } | CampaignState::Paused { .. } | CampaignState::Queued { .. } => Ok(self),
            other => Err(InvalidTransition {
                what: "campaign",
                from: other.status().to_string(),
                to: CampaignStatus::Running.to_string(),
            }),
        }
    }
}

/// Whether new calls may begin: kept on every count row of the campaign, so that `begin_call` reads it in the update it makes anyway.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Gate {
    /// New calls may begin.
    Open,
    /// Paused, not started, or completed: none may begin; contacts stay as they are.
    Closed,
    /// Stopped: none may begin, and what ends settles for good.
    Canceled,
}

crate::contact::coded_enum!(Gate {
    Open = 1, "open", "open";
    Closed = 0, "closed", "closed";
    Canceled = 2, "canceled", "canceled";
});

impl Gate {
    /// The gate that belongs to a status.
    pub const fn for_status(status: CampaignStatus) -> Gate {
        match status {
            CampaignStatus::Running | CampaignStatus::Queued => Gate::Open,
            CampaignStatus::Draft | CampaignStatus::Paused | CampaignStatus::Completed => Gate::Closed,
            CampaignStatus::Canceled => Gate::Canceled,
        }
    }
}

/// All settings of a campaign that a person chooses. Stored as JSON; unknown keys are refused, missing ones take the careful default.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CampaignSettings {
    /// Lines at once and calls per second.
    pub pacing: Pacing,
    /// In which order contacts are called.
    pub order: CallOrder,
    /// Automatic further attempts; off unless asked for.
    pub retry: RetryRule,
    /// Longest ringing in seconds, counted from the INVITE.
    pub ring_timeout_s: u32,
    /// Longest call in seconds, counted from the answer.
    pub max_call_s: u32,
    /// Whether calls are recorded.
    pub recording: bool,
}

impl Default for CampaignSettings {
    fn default() -> Self {
        Self {
            pacing: Pacing::default(),
            order: CallOrder::AsUploaded,
            retry: RetryRule::default(),
            ring_timeout_s: 30,
            max_call_s: 300,
            recording: true,
        }
    }
}

/// Bounds for [`CampaignSettings::ring_timeout_s`].
pub const RING_TIMEOUT_S: std::ops::RangeInclusive<u32> = 1..=180;
/// Bounds for [`CampaignSettings::max_call_s`].
pub const MAX_CALL_S: std::ops::RangeInclusive<u32> = 1..=14_400;

impl CampaignSettings {
    /// Says in words what is out of bounds.
    pub fn validate(&self) -> Result<(), String> {
        self.pacing.validate()?;
        self.retry.validate()?;
        if !RING_TIMEOUT_S.contains(&self.ring_timeout_s) {
            return Err(format!("the ring time-out must be 1 to 180 seconds, not {}", self.ring_timeout_s));
        }
        if !MAX_CALL_S.contains(&self.max_call_s) {
            return Err(format!("the longest call must be 1 to 14400 seconds, not {}", self.max_call_s));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all_states() -> Vec<CampaignState> {
        let at = Timestamp::from_secs(1);
        vec![
            CampaignState::Draft,
            CampaignState::Queued { waiting_for: WaitingFor::Dialer },
            CampaignState::Running { waiting_for: None },
            CampaignState::Paused { by: Actor::CommandLine, why: String::new() },
            CampaignState::Completed { at },
            CampaignState::Canceled { by: Actor::CommandLine, at },
        ]
    }

    /// The controls of A23 to A27 against every status: what a person may press, and what it gives.
    #[test]
    fn each_control_is_taken_just_where_the_requirements_allow_it() {
        use CampaignStatus::*;
        let at = Timestamp::from_secs(2);
        let outcome = |r: Result<CampaignState, InvalidTransition>| r.ok().map(|s| s.status());
        let table: [(CampaignStatus, [Option<CampaignStatus>; 5]); 6] = [
            // status      start          pause          resume         stop            retry failed
            (Draft, [Some(Running), None, None, None, None]),
            (Queued, [None, Some(Paused), Some(Queued), Some(Canceled), Some(Queued)]),
            (Running, [None, Some(Paused), Some(Running), Some(Canceled), Some(Running)]),
            (Paused, [None, Some(Paused), Some(Running), Some(Canceled), Some(Paused)]),
            (Completed, [None, None, None, None, Some(Running)]),
            (Canceled, [None, None, None, Some(Canceled), None]),
        ];
        for (state, (status, expected)) in all_states().into_iter().zip(table) {
            assert_eq!(state.status(), status);
            let got = [
                outcome(state.clone().start(None)),
                outcome(state.clone().pause(Actor::CommandLine, String::new())),
                outcome(state.clone().resume(None)),
                outcome(state.clone().stop(Actor::CommandLine, at)),
                outcome(state.clone().retry_failed(None)),
            ];
            assert_eq!(got, expected, "from {status}");
        }
    }

    #[test]
    fn settings_with_an_unknown_key_are_refused_and_missing_keys_take_the_default() {
        assert_eq!(serde_json::from_str::<CampaignSettings>("{}").expect("reads"), CampaignSettings::default());
        assert!(serde_json::from_str::<CampaignSettings>(r#"{"line":3}"#).is_err());
        assert!(CampaignSettings { ring_timeout_s: 0, ..Default::default() }.validate().is_err());
    }
}
