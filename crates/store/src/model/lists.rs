//! What a page of contacts is asked by, and what it answers.

use carillon_domain::{CallResult, ContactStatus, FailureCode, SkipReason, Timestamp};
use serde::{Deserialize, Serialize};

use super::{ContactLine, SKIP_BASE};

/// Contacts that a filter matches are counted exactly up to here.
pub const COUNT_EXACT_MAX: i64 = 10_000;

/// By what contacts are sorted; contacts that are equal in it, by their last call, then by row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContactSort {
    /// In the order of the file.
    Row,
    /// In the order of [`ContactStatus::ALL`].
    Status,
    /// By the letters' code points, upper case first.
    Name,
    /// When the last call began; contacts never called come before all others.
    Processed,
    /// Contacts without a result, then results, failures and skip reasons in the order of their enums.
    Result,
}

/// Which contacts. Empty lists and `None` take all. A contact must hold all of it: one of the statuses, one of the results, failures and
/// skip reasons together, the dates, the search.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ContactFilter {
    /// One of these.
    pub statuses: Vec<ContactStatus>,
    /// One of these, or of `failures`, or of `skips`.
    pub results: Vec<CallResult>,
    /// Failure codes.
    pub failures: Vec<FailureCode>,
    /// Skip reasons.
    pub skips: Vec<SkipReason>,
    /// Last call begun at or after it.
    pub from: Option<Timestamp>,
    /// Last call begun before it.
    pub to: Option<Timestamp>,
    /// Part of the name, or first or last digits of the number.
    pub search: String,
    /// Only those marked as handled by hand, or only those not marked.
    pub handled: Option<bool>,
}

/// A part of a campaign's contacts that one index keeps in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bucket {
    All,
    Status(ContactStatus),
    /// A number of the column `result`, above 0.
    Outcome(i64),
}

/// What a search text asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Search {
    Nothing,
    Name(String),
    /// Digits at the beginning and at the end of the number.
    Phone {
        begins: Option<String>,
        ends: Vec<String>,
    },
}

impl ContactFilter {
    /// The parts whose union is what statuses, results, failures and skip reasons ask for; none when nothing can match.
    pub(crate) fn buckets(&self) -> Vec<Bucket> {
        let outcomes: Vec<i64> = self
            .results
            .iter()
            .map(|r| r.number())
            .chain(self.failures.iter().map(|c| c.number()))
            .chain(self.skips.iter().map(|s| SKIP_BASE + s.number()))
            .collect();
        let mut buckets: Vec<Bucket> = if outcomes.is_empty() {
            self.statuses.iter().map(|s| Bucket::Status(*s)).collect()
        } else {
            let wanted = |n: &i64| self.statuses.is_empty() || self.statuses.contains(&status_of_outcome(*n));
            outcomes.into_iter().filter(wanted).map(Bucket::Outcome).collect()
        };
        if self.statuses.is_empty() && buckets.is_empty() {
            return vec![Bucket::All];
        }
        let mut seen = Vec::new();
        buckets.retain(|b| !seen.contains(b) && (seen.push(*b), true).1);
        // All six statuses are everything.
        if buckets.len() == ContactStatus::ALL.len() && buckets.iter().all(|b| matches!(b, Bucket::Status(_))) {
            return vec![Bucket::All];
        }
        buckets
    }

    /// Whether it takes contacts by status, result, failure or skip reason: their indexes keep each sort but file order.
    pub fn takes_some(&self) -> bool {
        self.buckets() != [Bucket::All]
    }

    /// Whether counters know how many contacts match.
    pub(crate) fn counted(&self) -> bool {
        !self.dated() && self.handled.is_none() && self.searched() == Search::Nothing
    }

    pub(crate) fn dated(&self) -> bool {
        self.from.is_some() || self.to.is_some()
    }

    pub(crate) fn searched(&self) -> Search {
        let text = self.search.trim();
        if text.is_empty() {
            return Search::Nothing;
        }
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        let number = text.chars().all(|c| c.is_ascii_digit() || " +-()./\u{a0}".contains(c));
        if !number || digits.len() < 3 {
            return Search::Name(text.to_owned());
        }
        if text.starts_with('+') {
            return Search::Phone { begins: Some(digits), ends: Vec::new() };
        }
        // Abroad, or the last digits of a number.
        if let Some(abroad) = digits.strip_prefix("00")
            && !abroad.is_empty()
        {
            return Search::Phone { begins: Some(abroad.to_owned()), ends: vec![digits] };
        }
        let mut ends = vec![digits.clone()];
        // Within its country a number is written with a 0 that it does not have abroad.
        if let Some(national) = digits.strip_prefix('0')
            && national.len() >= 3
        {
            ends.push(national.to_owned());
        }
        Search::Phone { begins: (!digits.starts_with('0')).then_some(digits), ends }
    }
}

/// The status of contacts with this number in the column `result`.
pub(crate) fn status_of_outcome(number: i64) -> ContactStatus {
    match number {
        ..100 => ContactStatus::Completed,
        100..SKIP_BASE => ContactStatus::Failed,
        _ => ContactStatus::Skipped,
    }
}

/// The numbers of the column `result` that a status can have, first and last; `None`: 0 only.
pub(crate) fn outcomes_of_status(status: ContactStatus) -> Option<(i64, i64)> {
    match status {
        ContactStatus::Completed => Some((1, 99)),
        ContactStatus::Failed => Some((100, SKIP_BASE - 1)),
        ContactStatus::Skipped => Some((SKIP_BASE, SKIP_BASE + 999)),
        ContactStatus::Pending | ContactStatus::InProgress | ContactStatus::Canceled => None,
    }
}

/// A place between two contacts of a sorted list: the sort keys of one of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactCursor {
    /// Status or result, where the list is sorted by one.
    pub key: i64,
    /// When the last call began.
    pub at: i64,
    /// The name, where the list is sorted by it.
    pub name: String,
    /// The contact's row.
    pub row: i64,
}

/// Which page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Position {
    /// The n-th, from 1.
    Page(u32),
    /// What follows this place.
    After(ContactCursor),
    /// What comes before this place, in the list's order.
    Before(ContactCursor),
}

/// A page of contacts to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactQuery {
    /// Which contacts.
    pub filter: ContactFilter,
    /// By what they are sorted.
    pub sort: ContactSort,
    /// Whether from last to first.
    pub descending: bool,
    /// Which page of them.
    pub position: Position,
    /// Contacts on a page, 1 to 1,000.
    pub per_page: u32,
}

/// How many contacts match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Matched {
    /// So many.
    Exactly(i64),
    /// More than [`COUNT_EXACT_MAX`].
    MoreThan(i64),
}

/// A page of contacts.
#[derive(Debug, Clone, PartialEq)]
pub struct ContactList {
    /// In the list's order.
    pub contacts: Vec<ContactLine>,
    /// Place of the first contact, for [`Position::Before`].
    pub first: Option<ContactCursor>,
    /// Place of the last contact, for [`Position::After`].
    pub last: Option<ContactCursor>,
    /// How many contacts the filter matches.
    pub matched: Matched,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_of_digits_finds_a_number_however_it_is_written() {
        let search = |text: &str| ContactFilter { search: text.into(), ..Default::default() }.searched();
        let abroad = |ends: Vec<String>| Search::Phone { begins: Some("49151".into()), ends };
        assert_eq!(search("+49 151"), abroad(vec![]));
        assert_eq!(search("0049 (151)"), abroad(vec!["0049151".into()]));
        let national = Search::Phone { begins: None, ends: vec!["01512345678".into(), "1512345678".into()] };
        assert_eq!(search("0151 234-5678"), national);
        assert_eq!(search("4155"), Search::Phone { begins: Some("4155".into()), ends: vec!["4155".into()] });
        assert_eq!(search(" Ann 2 "), Search::Name("Ann 2".into()));
        assert_eq!(search("12"), Search::Name("12".into()));
        assert_eq!(search("  "), Search::Nothing);
    }

    #[test]
    fn status_and_result_together_mean_both() {
        let filter = |statuses: &[ContactStatus], results: &[CallResult]| {
            ContactFilter { statuses: statuses.into(), results: results.into(), ..Default::default() }.buckets()
        };
        assert_eq!(filter(&[], &[]), [Bucket::All]);
        assert_eq!(filter(ContactStatus::ALL, &[]), [Bucket::All]);
        assert_eq!(
            filter(&[ContactStatus::Failed, ContactStatus::Failed], &[]),
            [Bucket::Status(ContactStatus::Failed)]
        );
        assert_eq!(filter(&[ContactStatus::Completed], &[CallResult::Busy]), [Bucket::Outcome(8)]);
        assert!(filter(&[ContactStatus::Failed], &[CallResult::Busy]).is_empty());
    }
}
