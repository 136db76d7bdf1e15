//! Which of a campaign's caller IDs a call is placed from, and which numbers rest.

use std::cmp::Reverse;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::prefixes::calling_code_digits;
use super::setting_error::{SettingError, within};
use crate::phone::PhoneNumber;
use crate::time::Timestamp;

/// When a caller ID rests. As it comes: after at least 50 calls, fewer than 10 in 100 answered, or more than 60 in 100 of the answered ones
/// over within [`SHORT_CALL`]: people do not pick up, or hang up at once, because their phone warns of the number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RestRule {
    /// Calls before anything is said of a number; of the short calls, answered calls.
    pub min_calls: u32,
    /// Of 100 calls, answered ones below which the number rests; 0: never for this.
    pub min_answer_pct: u32,
    /// Of 100 answered calls, short ones above which it rests; 100: never for this.
    pub max_short_pct: u32,
    /// Hours it rests.
    pub rest_hours: u32,
}

/// An answered call that lasts no longer is short.
pub const SHORT_CALL: Duration = Duration::from_secs(6);

impl Default for RestRule {
    fn default() -> Self {
        Self { min_calls: 50, min_answer_pct: 10, max_short_pct: 60, rest_hours: 24 }
    }
}

/// The caller IDs of a campaign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CallerIdPool {
    /// The numbers; empty: the trunk's own.
    pub numbers: Vec<PhoneNumber>,
    /// Prefer a number of the contact's area.
    pub match_area: bool,
    /// When a number rests; `None`: never.
    pub rest: Option<RestRule>,
}

impl Default for CallerIdPool {
    fn default() -> Self {
        Self { numbers: Vec::new(), match_area: true, rest: Some(RestRule::default()) }
    }
}

/// Caller IDs a pool may have.
const NUMBERS_MAX: usize = 1_000;

impl CallerIdPool {
    /// Refuses too many numbers, one that stands twice, and bounds that make no sense.
    pub fn validate(&self) -> Result<(), SettingError> {
        if self.numbers.len() > NUMBERS_MAX {
            return Err(SettingError::new("caller_ids_too_many", format!("at most {NUMBERS_MAX} caller IDs")));
        }
        let mut sorted = self.numbers.clone();
        sorted.sort_unstable();
        if let Some(pair) = sorted.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(SettingError::new("caller_id_twice", format!("the caller ID {} stands twice", pair[0])));
        }
        let Some(rest) = self.rest else { return Ok(()) };
        const CODE: &str = "rest_bounds";
        within(CODE, "calls before a caller ID is judged", rest.min_calls, 10..=10_000)?;
        within(CODE, "the answer rate below which a caller ID rests", rest.min_answer_pct, 0..=100)?;
        within(CODE, "the share of short calls above which a caller ID rests", rest.max_short_pct, 0..=100)?;
        within(CODE, "hours of rest", rest.rest_hours, 1..=30 * 24)
    }
}

/// What is known of a caller ID: its calls since it last rested (or of the last days, as the caller keeps them).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallerIdRecord {
    /// The number.
    pub number: PhoneNumber,
    /// Calls placed from it.
    pub calls: u32,
    /// Answered by anybody or anything.
    pub answered: u32,
    /// Of these, over within [`SHORT_CALL`].
    pub short: u32,
    /// When it was used last.
    pub last_used: Option<Timestamp>,
    /// Rests until then.
    pub resting_until: Option<Timestamp>,
}

impl CallerIdRecord {
    /// A number that was never used.
    pub const fn unused(number: PhoneNumber) -> CallerIdRecord {
        CallerIdRecord { number, calls: 0, answered: 0, short: 0, last_used: None, resting_until: None }
    }
}

/// Why a caller ID rests, with the figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum RestReason {
    /// Too few of its calls are answered.
    AnswerRate {
        /// Answered calls.
        answered: u32,
        /// Of these many.
        calls: u32,
        /// Of 100, the fewest that keep it in use.
        min_pct: u32,
    },
    /// Too many of its answered calls are over at once.
    ShortCalls {
        /// Short calls.
        short: u32,
        /// Of these many answered ones.
        answered: u32,
        /// Of 100, the most that keep it in use.
        max_pct: u32,
    },
}

/// Whether a number's figures say that it should rest. With fewer calls than the rule asks for, never.
pub fn rest_reason(record: &CallerIdRecord, rule: &RestRule) -> Option<RestReason> {
    let &CallerIdRecord { calls, answered, short, .. } = record;
    let share = |part: u32| u64::from(part) * 100;
    let enough = rule.min_calls.max(1);
    if calls >= enough && share(answered) < u64::from(calls) * u64::from(rule.min_answer_pct) {
        return Some(RestReason::AnswerRate { answered, calls, min_pct: rule.min_answer_pct });
    }
    if answered >= enough && share(short) > u64::from(answered) * u64::from(rule.max_short_pct) {
        return Some(RestReason::ShortCalls { short, answered, max_pct: rule.max_short_pct });
    }
    None
}

/// A caller ID that is not used for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rest {
    /// The number.
    pub number: PhoneNumber,
    /// Used again from then on.
    pub until: Timestamp,
    /// Why, when it begins to rest now: to be written down, with the figures begun anew. `None`: it rests already.
    pub begins: Option<RestReason>,
}

/// A chosen caller ID and why it was this one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChosenCallerId {
    /// The number.
    pub number: PhoneNumber,
    /// How many first digits it shares with the contact, up to the area; 0 when areas are not looked at, or it is of another country.
    pub shared_digits: u32,
    /// How many numbers could have been used.
    pub usable: u32,
    /// Whether it is the one of the attempt before although another was asked for: no other was usable.
    pub repeated: bool,
}

/// The choice of a caller ID.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallerIdChoice {
    /// The pool is empty: the trunk's own number.
    TrunkOwn,
    /// This one.
    Use(ChosenCallerId),
    /// All rest: no call before then.
    AllResting {
        /// When the first is used again.
        until: Timestamp,
    },
}

/// A choice and the numbers that were left out of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallerIdDecision {
    /// The choice.
    pub choice: CallerIdChoice,
    /// The numbers that rest, in the order of the pool.
    pub resting: Vec<Rest>,
}

/// Chooses the caller ID for a call to `contact` at `now`. `records` holds what is known of the pool's numbers (others are passed over; a
/// number without one is unused). `avoid` is the caller ID of the attempt before, when it is to change.
///
/// In this order: not the one to avoid, the longest area in common, the longest time unused, the fewest calls, the lowest number. So numbers
/// of one area take turns, and the same facts give the same choice.
pub fn choose_caller_id(
    pool: &CallerIdPool,
    records: &[CallerIdRecord],
    contact: PhoneNumber,
    avoid: Option<PhoneNumber>,
    now: Timestamp,
) -> CallerIdDecision {
    let mut resting = Vec::new();
    let mut usable: Vec<CallerIdRecord> = Vec::new();
    for &number in &pool.numbers {
        let found = records.iter().find(|record| record.number == number).copied();
        let record = found.unwrap_or(CallerIdRecord::unused(number));
        match rest_at(&record, pool.rest, now) {
            Some(rest) => resting.push(rest),
            None => usable.push(record),
        }
    }
    let shared = |number| if pool.match_area { shared_area(number, contact) } else { 0 };
    let best = usable.iter().min_by_key(|record| {
        let avoided = Some(record.number) == avoid;
        (avoided, Reverse(shared(record.number)), record.last_used, record.calls, record.number)
    });
    let choice = match best {
        Some(record) => CallerIdChoice::Use(ChosenCallerId {
            number: record.number,
            shared_digits: shared(record.number),
            usable: u32::try_from(usable.len()).unwrap_or(u32::MAX),
            repeated: Some(record.number) == avoid,
        }),
        None => resting
            .iter()
            .map(|rest| rest.until)
            .min()
            .map_or(CallerIdChoice::TrunkOwn, |until| CallerIdChoice::AllResting { until }),
    };
    CallerIdDecision { choice, resting }
}

fn rest_at(record: &CallerIdRecord, rule: Option<RestRule>, now: Timestamp) -> Option<Rest> {
    let number = record.number;
    if let Some(until) = record.resting_until.filter(|&until| until > now) {
        return Some(Rest { number, until, begins: None });
    }
    let rule = rule?;
    let reason = rest_reason(record, &rule)?;
    let until = now + Duration::from_secs(u64::from(rule.rest_hours) * 3_600);
    Some(Rest { number, until, begins: Some(reason) })
}

/// Digits of an area behind the calling code: three in North America; elsewhere areas differ in length, and four digits are inside any
/// larger town. What follows is a subscriber's own number: to match it would give all calls of a town to one caller ID.
fn area_digits(code_digits: usize, number: &str) -> usize {
    code_digits + if number.starts_with('1') { 3 } else { 4 }
}

/// How many first digits two numbers share, up to the area; 0 when they are of different countries.
fn shared_area(one: PhoneNumber, other: PhoneNumber) -> u32 {
    let (a, b) = (one.digits().to_string(), other.digits().to_string());
    let code = calling_code_digits(one);
    let shared = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count().min(area_digits(code, &a));
    if shared < code { 0 } else { u32::try_from(shared).unwrap_or(0) }
}

#[cfg(test)]
#[path = "caller_id_tests.rs"]
mod tests;
