//! A contact: a row of a campaign, its states, and why it may be skipped.

use serde::{Deserialize, Serialize};

use crate::ids::CallId;
use crate::outcome::{CallResult, FailureCode};
use crate::time::Timestamp;
use crate::transitions::{self, InvalidTransition};

/// Gives an enum of unit variants its stored number, its stable code (API, files, JSON) and its label (what people read).
macro_rules! coded_enum {
    ($name:ident { $($variant:ident = $number:literal, $code:literal, $label:literal;)* }) => {
        impl $name {
            /// Every variant, in the order of the documentation.
            pub const ALL: &'static [$name] = &[$($name::$variant),*];

            /// The number the database keeps. Never reused.
            pub const fn number(self) -> i64 {
                match self { $($name::$variant => $number),* }
            }

            /// From the number the database keeps.
            pub const fn from_number(number: i64) -> Option<Self> {
                match number { $($number => Some($name::$variant),)* _ => None }
            }

            /// The stable code: lower snake case, used in files, JSON and the API.
            pub const fn code(self) -> &'static str {
                match self { $($name::$variant => $code),* }
            }

            /// From the stable code.
            pub fn from_code(code: &str) -> Option<Self> {
                match code { $($code => Some($name::$variant),)* _ => None }
            }

            /// What people read.
            pub const fn label(self) -> &'static str {
                match self { $($name::$variant => $label),* }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.label())
            }
        }
    };
}
pub(crate) use coded_enum;

/// The six statuses of a contact. They always add up to the campaign's total.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContactStatus {
    /// In the queue.
    Pending,
    /// A call is active.
    InProgress,
    /// An attempt was made and its result recorded; nothing more happens by itself.
    Completed,
    /// A technical problem prevented the call; a person may retry it.
    Failed,
    /// Excluded before calling.
    Skipped,
    /// Never attempted, because the campaign was stopped.
    Canceled,
}

coded_enum!(ContactStatus {
    Pending = 0, "pending", "Pending";
    InProgress = 1, "in_progress", "In Progress";
    Completed = 2, "completed", "Completed";
    Failed = 3, "failed", "Failed";
    Skipped = 4, "skipped", "Skipped";
    Canceled = 5, "canceled", "Canceled";
});

/// Why a contact was skipped, without its details (those stand in the row's reason text).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SkipReason {
    /// No phone number in the row.
    NoNumber,
    /// Not a possible phone number.
    InvalidNumber,
    /// A spreadsheet turned the number into scientific notation; digits are lost.
    MangledNumber,
    /// The same number stands in an earlier row of the file or campaign.
    Duplicate,
    /// Emergency, short, premium or shared-cost number: never called.
    ForbiddenNumber,
    /// The number is on the do-not-call list.
    DoNotCall,
    /// A variable of the greeting has no value in this row and no default.
    MissingVariable,
    /// Excluded by a person.
    Excluded,
    /// Called in the sample campaign.
    CalledInSample,
    /// The row has more or fewer fields than the header, or a field over the limit.
    BadRow,
}

coded_enum!(SkipReason {
    NoNumber = 1, "no_number", "No phone number";
    InvalidNumber = 2, "invalid_number", "Not a valid phone number";
    MangledNumber = 3, "mangled_number", "Number mangled by a spreadsheet";
    Duplicate = 4, "duplicate", "Duplicate";
    ForbiddenNumber = 5, "forbidden_number", "Number that is never called";
    DoNotCall = 6, "do_not_call", "On the do-not-call list";
    MissingVariable = 7, "missing_variable", "Missing value";
    Excluded = 8, "excluded", "Excluded";
    CalledInSample = 9, "called_in_sample", "Called in the sample";
    BadRow = 10, "bad_row", "Unreadable row";
});

impl SkipReason {
    /// What it means, in one plain sentence.
    pub const fn meaning(self) -> &'static str {
        match self {
            SkipReason::NoNumber => "The row has no phone number.",
            SkipReason::InvalidNumber => "The row's phone number can't be one.",
            SkipReason::MangledNumber => "A spreadsheet turned the number into another form; its digits are lost.",
            SkipReason::Duplicate => "The same number stands in an earlier row.",
            SkipReason::ForbiddenNumber => "Emergency, short, premium and shared-cost numbers are never called.",
            SkipReason::DoNotCall => "The number is on the do-not-call list.",
            SkipReason::MissingVariable => "The greeting uses a value that this row does not have.",
            SkipReason::Excluded => "A person took this contact out.",
            SkipReason::CalledInSample => "The contact was taken into a sample campaign.",
            SkipReason::BadRow => "The row can't be read.",
        }
    }

    /// What to do next.
    pub const fn next_step(self) -> &'static str {
        match self {
            SkipReason::NoNumber | SkipReason::BadRow => "Correct the row in the file and upload it again.",
            SkipReason::InvalidNumber => "Correct it; check the default country of the upload.",
            SkipReason::MangledNumber => "Format the column as text in the spreadsheet and upload it again.",
            SkipReason::Duplicate | SkipReason::ForbiddenNumber | SkipReason::DoNotCall => "Nothing.",
            SkipReason::MissingVariable => "Fill the value in, or give the variable a default.",
            SkipReason::Excluded => "Undo the exclusion while the campaign is not over.",
            SkipReason::CalledInSample => "Look at its result in the sample campaign.",
        }
    }

    /// Whether the row of the file was at fault, wherever its contact is copied to.
    pub const fn of_the_file(self) -> bool {
        matches!(
            self,
            SkipReason::NoNumber
                | SkipReason::InvalidNumber
                | SkipReason::MangledNumber
                | SkipReason::Duplicate
                | SkipReason::ForbiddenNumber
                | SkipReason::MissingVariable
                | SkipReason::BadRow
        )
    }
}

/// A contact's state with the data of that state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ContactState {
    /// In the queue; not before `due` when another attempt waits.
    Pending {
        /// Earliest time of the next attempt; `None` when never attempted or ready at once.
        due: Option<Timestamp>,
    },
    /// A call is active.
    InProgress {
        /// Which.
        call: CallId,
    },
    /// Finished with a result.
    Completed {
        /// What came of it.
        result: CallResult,
    },
    /// Finished without a result.
    Failed {
        /// Why.
        code: FailureCode,
    },
    /// Excluded before calling.
    Skipped {
        /// Why.
        reason: SkipReason,
    },
    /// Never attempted: the campaign was stopped.
    Canceled,
}

impl ContactState {
    /// The state without its data.
    pub fn status(&self) -> ContactStatus {
        match self {
            ContactState::Pending { .. } => ContactStatus::Pending,
            ContactState::InProgress { .. } => ContactStatus::InProgress,
            ContactState::Completed { .. } => ContactStatus::Completed,
            ContactState::Failed { .. } => ContactStatus::Failed,
            ContactState::Skipped { .. } => ContactStatus::Skipped,
            ContactState::Canceled => ContactStatus::Canceled,
        }
    }

    /// The next state, when the table allows the step and the rule of the step holds: only an interrupted call can be settled late.
    pub fn to(self, next: ContactState) -> Result<ContactState, InvalidTransition> {
        let (from, to) = (self.status(), next.status());
        transitions::check("contact", transitions::CONTACT, from, to)?;
        let late = matches!(to, ContactStatus::Completed | ContactStatus::Failed);
        match self {
            ContactState::Failed { code } if late && code != FailureCode::Interrupted => {
                Err(InvalidTransition { what: "contact", from: from.to_string(), to: to.to_string() })
            }
            _ => Ok(next),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_interrupted_contact_is_settled_late() {
        let done = ContactState::Completed { result: CallResult::Success };
        assert!(ContactState::Failed { code: FailureCode::Interrupted }.to(done.clone()).is_ok());
        assert!(ContactState::Failed { code: FailureCode::NumberNotFound }.to(done.clone()).is_err());
        assert!(
            done.to(ContactState::Pending { due: None }).is_err(),
            "a completed contact is never called again by itself"
        );
    }

    #[test]
    fn codes_and_numbers_read_back() {
        for &status in ContactStatus::ALL {
            assert_eq!(ContactStatus::from_number(status.number()), Some(status));
            assert_eq!(ContactStatus::from_code(status.code()), Some(status));
        }
        for &reason in SkipReason::ALL {
            assert_eq!(SkipReason::from_code(reason.code()), Some(reason));
        }
        assert_eq!(ContactStatus::from_number(99), None);
    }
}
