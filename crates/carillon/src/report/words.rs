//! Words for what came of a call.

use carillon_domain::CallOutcome;

/// `1 contact`, `2 contacts`, `1,204 contacts`.
pub fn counted(n: i64, one: &str) -> String {
    let digits = n.unsigned_abs().to_string();
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().filter_map(|group| std::str::from_utf8(group).ok()).collect();
    let (sign, many) = (if n < 0 { "-" } else { "" }, if n == 1 { "" } else { "s" });
    format!("{sign}{} {one}{many}", groups.join(","))
}

/// Stable code and label of what came of a call.
pub fn outcome_words(outcome: Option<CallOutcome>) -> (&'static str, &'static str) {
    match outcome {
        None => ("unknown", "Not known"),
        Some(CallOutcome::Result(result)) => (result.code(), result.label()),
        Some(CallOutcome::Failure(code)) => (code.code(), code.label()),
        Some(CallOutcome::PutBack) => ("put_back", "Put back: the trunk was overloaded"),
        Some(CallOutcome::Withdrawn) => ("withdrawn", "Withdrawn before it was sent"),
    }
}

/// What to do about it, when something can be done.
pub fn outcome_advice(outcome: CallOutcome) -> Option<&'static str> {
    match outcome {
        CallOutcome::Failure(code) => Some(code.next_step()),
        CallOutcome::PutBack => Some("Lower lines or calls per second if it comes often."),
        CallOutcome::Withdrawn => {
            Some("The database took longer than half a second to save; the contact is called later.")
        }
        CallOutcome::Result(_) => None,
    }
}
