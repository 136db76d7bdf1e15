//! Words for what came of a call.

use carillon_domain::CallOutcome;

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
