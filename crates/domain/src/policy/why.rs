//! Why nothing is dialed: every reason, with its facts and one plain sentence (C4). Those of a contact are in `why_contact`.
//!
//! The dialer and the page speak from this one list. Times and amounts stand in the fields; who prints a sentence says how they are
//! written, since a page shows them in its reader's zone and a command in its own.

use serde::{Deserialize, Serialize};

use super::caller_id::RestReason;
use super::failure_brake::BrakeTrip;
use super::tariff::Money;
use crate::campaign::{Actor, WaitingFor};
use crate::time::Timestamp;

/// How times and amounts are written for the reader of a sentence.
#[derive(Clone, Copy)]
pub struct Wording<'a> {
    /// A point in time so that it fits behind a verb: `on Monday at 09:00`.
    pub time: &'a dyn Fn(Timestamp) -> String,
    /// An amount of a currency (three letters): `12.50 EUR`.
    pub money: &'a dyn Fn(Money, &str) -> String,
}

/// Why a campaign places no call just now. Several may hold at once; [`WhyIdle::rank`] says which to show first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum WhyIdle {
    /// Not started.
    Draft,
    /// Somebody paused it.
    Paused {
        /// Who.
        by: Actor,
        /// Their reason; may be empty.
        why: String,
    },
    /// It paused itself, because too many calls failed.
    PausedByFailures {
        /// The figures.
        trip: BrakeTrip,
    },
    /// Stopped for good.
    Canceled {
        /// Who.
        by: Actor,
        /// When.
        at: Timestamp,
    },
    /// Every contact is settled.
    Completed {
        /// When the last one was.
        at: Timestamp,
    },
    /// No Carillon process dials.
    NoDialer,
    /// This process shuts down.
    Draining,
    /// It has no contacts.
    NoContacts,
    /// Its contacts are still being read.
    Importing {
        /// Rows read so far.
        rows: u64,
    },
    /// Nobody is pending; calls are still in progress.
    LastCalls {
        /// How many.
        in_progress: u32,
    },
    /// Its start time has not come.
    StartTime {
        /// It.
        at: Timestamp,
    },
    /// The calling hours are closed for every contact that waits.
    HoursClosed {
        /// When they open for the first of them; `None`: not within 400 days.
        opens: Option<Timestamp>,
        /// Contacts that wait for it.
        contacts: u64,
    },
    /// Nobody is left whose zone allows a call.
    ZonesHeld {
        /// Contacts whose number may be in several zones.
        ambiguous: u64,
        /// Contacts of whose zone nothing is known.
        unknown: u64,
        /// Contacts whose column names no zone.
        broken: u64,
    },
    /// All pending contacts wait for another attempt, a callback or a limit.
    NextDue {
        /// The first of them.
        at: Timestamp,
        /// Contacts that wait.
        contacts: u64,
    },
    /// The campaign has no trunk.
    NoTrunk,
    /// Its trunk takes no calls.
    TrunkDown {
        /// Its name.
        trunk: String,
        /// What is wrong, in words.
        why: String,
    },
    /// The trunk asked to be left alone.
    TrunkSilent {
        /// Its name.
        trunk: String,
        /// Until when.
        until: Timestamp,
    },
    /// The trunk refused calls and gets fewer for a while.
    TrunkSlowed {
        /// Its name.
        trunk: String,
        /// Calls per second it gets now.
        rate: f64,
        /// Calls per second it has when it is well.
        cap: f64,
    },
    /// All lines of the campaign are in use.
    LinesBusy {
        /// How many.
        lines: u32,
    },
    /// The ramp-up has not given more lines yet.
    RampUp {
        /// Lines now.
        lines: u32,
        /// Lines in the end.
        of: u32,
        /// When there may be more.
        next: Timestamp,
    },
    /// All lines of the trunk are in use, by other campaigns too.
    TrunkLinesBusy {
        /// Its name.
        trunk: String,
        /// How many.
        lines: u32,
    },
    /// This machine can't speak on more lines.
    SpeechLinesBusy {
        /// On how many it can.
        lines: u32,
    },
    /// The calls of this second are placed.
    RateReached {
        /// Calls per second.
        calls_per_second: f64,
    },
    /// The budget has no room for another call.
    BudgetSpent {
        /// The budget.
        limit: Money,
        /// Spent so far.
        spent: Money,
        /// Reserved for calls at hand; room may come of it.
        reserved: Money,
        /// What the next call may cost.
        needed: Money,
        /// The currency, such as EUR.
        currency: String,
    },
    /// Every caller ID rests.
    CallerIdsResting {
        /// When the first is used again.
        until: Timestamp,
        /// Why the last one used began to rest, when that is known.
        why: Option<RestReason>,
    },
    /// The database is too slow or away: calls are withdrawn instead of placed late.
    DatabaseSlow,
}

pub(super) fn opening(opens: Option<Timestamp>, write: Wording<'_>) -> String {
    opens.map_or("they don't open within 400 days".to_owned(), |at| format!("they open {}", (write.time)(at)))
}

pub(super) fn count(n: u64, one: &str, many: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{n} {many}") }
}

impl WhyIdle {
    /// One plain sentence.
    pub fn sentence(&self, write: Wording<'_>) -> String {
        match self {
            WhyIdle::Draft => "The campaign has not been started.".to_owned(),
            WhyIdle::Paused { by, why } if why.is_empty() => format!("The campaign was paused by {by}."),
            WhyIdle::Paused { by, why } => format!("The campaign was paused by {by}: {}.", why.trim_end_matches('.')),
            WhyIdle::PausedByFailures { trip } => format!("The campaign paused itself: {trip}."),
            WhyIdle::Canceled { by, at } => {
                format!("The campaign was stopped by {by} {}; it can't be resumed.", (write.time)(*at))
            }
            WhyIdle::Completed { at } => format!("Every contact is settled, the last one {}.", (write.time)(*at)),
            WhyIdle::NoDialer => {
                "No running Carillon dials for this workspace: start one with `carillon serve`.".to_owned()
            }
            WhyIdle::Draining => "Carillon is shutting down and places no new calls.".to_owned(),
            WhyIdle::NoContacts => "The campaign has no contacts.".to_owned(),
            WhyIdle::Importing { rows } => {
                format!("The contacts are being read: {} so far.", count(*rows, "row", "rows"))
            }
            WhyIdle::LastCalls { in_progress } => {
                format!("Nobody is left to call; {} in progress.", count((*in_progress).into(), "call is", "calls are"))
            }
            WhyIdle::StartTime { at } => format!("The campaign starts {}.", (write.time)(*at)),
            WhyIdle::HoursClosed { opens: at, contacts } => {
                format!(
                    "The calling hours are closed for {}; {}.",
                    count(*contacts, "contact that waits", "contacts that wait"),
                    opening(*at, write)
                )
            }
            WhyIdle::ZonesHeld { ambiguous, unknown, broken } => zones_held(*ambiguous, *unknown, *broken),
            WhyIdle::NextDue { at, contacts } => {
                format!(
                    "{} for a later time, the first {}.",
                    count(*contacts, "contact waits", "contacts wait"),
                    (write.time)(*at)
                )
            }
            WhyIdle::BudgetSpent { .. } | WhyIdle::CallerIdsResting { .. } => self.spent_or_resting(write),
            WhyIdle::DatabaseSlow => {
                "The database is too slow or away; calls are not placed rather than placed late.".to_owned()
            }
            WhyIdle::NoTrunk
            | WhyIdle::TrunkDown { .. }
            | WhyIdle::TrunkSilent { .. }
            | WhyIdle::TrunkSlowed { .. }
            | WhyIdle::LinesBusy { .. }
            | WhyIdle::RampUp { .. }
            | WhyIdle::TrunkLinesBusy { .. }
            | WhyIdle::SpeechLinesBusy { .. }
            | WhyIdle::RateReached { .. } => self.capacity(write),
        }
    }

    /// Sentences about trunks, lines and rates.
    fn capacity(&self, write: Wording<'_>) -> String {
        match self {
            WhyIdle::NoTrunk => "The campaign has no trunk: choose one.".to_owned(),
            WhyIdle::TrunkDown { trunk, why } => {
                format!("The trunk {trunk} takes no calls: {}.", why.trim_end_matches('.'))
            }
            WhyIdle::TrunkSilent { trunk, until } => {
                format!(
                    "The trunk {trunk} is overloaded and asked for no calls; the next one is placed {}.",
                    (write.time)(*until)
                )
            }
            WhyIdle::TrunkSlowed { trunk, rate, cap } => {
                format!(
                    "The trunk {trunk} refused calls; it gets {rate:.1} of its {cap:.1} calls per second until it takes them again."
                )
            }
            WhyIdle::LinesBusy { lines } => {
                format!("All lines of the campaign are in use ({lines}); the next call waits for one to end.")
            }
            WhyIdle::RampUp { lines, of, next } => {
                format!(
                    "The campaign starts slowly: {lines} of its {of} lines for now, more from {} on if calls go well.",
                    (write.time)(*next)
                )
            }
            WhyIdle::TrunkLinesBusy { trunk, lines } => {
                format!("All lines of the trunk {trunk} are in use ({lines}), by other campaigns too.")
            }
            WhyIdle::SpeechLinesBusy { lines } => {
                format!(
                    "This machine can speak on {} at once, and all are in use.",
                    count((*lines).into(), "line", "lines")
                )
            }
            WhyIdle::RateReached { calls_per_second } => {
                format!(
                    "The calls of this second are placed ({calls_per_second} per second); the next one follows at once."
                )
            }
            _ => String::new(),
        }
    }

    fn spent_or_resting(&self, write: Wording<'_>) -> String {
        match self {
            WhyIdle::BudgetSpent { limit, spent, reserved, needed, currency } => {
                let [limit, spent, needed] = [limit, spent, needed].map(|&amount| (write.money)(amount, currency));
                let hope = if *reserved > Money::ZERO {
                    "; calls in progress may leave some of what is reserved for them"
                } else {
                    ""
                };
                format!(
                    "The budget has no room: {spent} of {limit} are spent, and the next call may cost {needed}{hope}."
                )
            }
            WhyIdle::CallerIdsResting { until, why } => {
                let why = why.map_or(String::new(), |why| format!(" ({})", why.words()));
                format!("Every caller ID rests{why}; the first is used again {}.", (write.time)(*until))
            }
            _ => String::new(),
        }
    }

    /// Which to show first when several hold: the lower rank is the nearer cause. What a person must mend or decide goes before what passes.
    pub const fn rank(&self) -> u32 {
        match self {
            WhyIdle::Draft | WhyIdle::Canceled { .. } | WhyIdle::Completed { .. } => 0,
            WhyIdle::Paused { .. } | WhyIdle::PausedByFailures { .. } => 1,
            WhyIdle::NoContacts | WhyIdle::NoTrunk => 2,
            WhyIdle::NoDialer | WhyIdle::Draining => 3,
            WhyIdle::TrunkDown { .. } | WhyIdle::BudgetSpent { .. } => 4,
            WhyIdle::StartTime { .. } => 5,
            WhyIdle::Importing { .. } | WhyIdle::LastCalls { .. } => 6,
            WhyIdle::ZonesHeld { .. } => 7,
            WhyIdle::HoursClosed { .. } | WhyIdle::NextDue { .. } => 8,
            WhyIdle::CallerIdsResting { .. } | WhyIdle::TrunkSilent { .. } => 9,
            WhyIdle::DatabaseSlow => 10,
            WhyIdle::LinesBusy { .. } | WhyIdle::RampUp { .. } => 11,
            WhyIdle::TrunkLinesBusy { .. } | WhyIdle::SpeechLinesBusy { .. } => 12,
            WhyIdle::TrunkSlowed { .. } | WhyIdle::RateReached { .. } => 13,
        }
    }

    /// When it may be over, as far as the reason tells.
    pub const fn until(&self) -> Option<Timestamp> {
        match self {
            WhyIdle::StartTime { at } | WhyIdle::NextDue { at, .. } => Some(*at),
            WhyIdle::HoursClosed { opens, .. } => *opens,
            WhyIdle::TrunkSilent { until, .. } | WhyIdle::CallerIdsResting { until, .. } => Some(*until),
            WhyIdle::RampUp { next, .. } => Some(*next),
            _ => None,
        }
    }

    /// The short word that the campaign's own state keeps; `None` when it is not running, or needs none.
    pub const fn waiting_for(&self) -> Option<WaitingFor> {
        match self {
            WhyIdle::NoDialer | WhyIdle::Draining | WhyIdle::DatabaseSlow => Some(WaitingFor::Dialer),
            WhyIdle::StartTime { .. } => Some(WaitingFor::StartTime),
            WhyIdle::HoursClosed { .. } | WhyIdle::ZonesHeld { .. } => Some(WaitingFor::CallingHours),
            WhyIdle::NextDue { .. } => Some(WaitingFor::NextAttempt),
            WhyIdle::NoTrunk | WhyIdle::TrunkDown { .. } | WhyIdle::TrunkSilent { .. } => Some(WaitingFor::Trunk),
            WhyIdle::LinesBusy { .. }
            | WhyIdle::RampUp { .. }
            | WhyIdle::TrunkLinesBusy { .. }
            | WhyIdle::SpeechLinesBusy { .. } => Some(WaitingFor::Line),
            _ => None,
        }
    }
}

fn zones_held(ambiguous: u64, unknown: u64, broken: u64) -> String {
    let mut parts = Vec::new();
    if ambiguous > 0 {
        parts.push(format!("{} in one of several time zones", count(ambiguous, "may be", "may be")));
    }
    if unknown > 0 {
        parts.push(format!("{} in no zone that is known", count(unknown, "is", "are")));
    }
    if broken > 0 {
        parts.push(format!("{} a column that names no zone", count(broken, "has", "have")));
    }
    format!("Of those that wait, {}: nobody is called whose time zone is not certain.", parts.join(", "))
}

#[cfg(test)]
#[path = "why_tests.rs"]
mod tests;
