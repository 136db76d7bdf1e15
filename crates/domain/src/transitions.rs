//! The one table of allowed transitions, for campaigns, contacts and calls. State types ask it before they change; nothing else decides.

use std::fmt;

use crate::call::CallPhase;
use crate::campaign::CampaignStatus;
use crate::contact::ContactStatus;

/// One allowed step and what causes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transition<S> {
    /// Status before.
    pub from: S,
    /// Status after.
    pub to: S,
    /// What causes the step, in words for the table.
    pub by: &'static str,
}

const fn t<S>(from: S, to: S, by: &'static str) -> Transition<S> {
    Transition { from, to, by }
}

/// Every step a campaign may take.
pub const CAMPAIGN: &[Transition<CampaignStatus>] = {
    use CampaignStatus::*;
    &[
        t(Draft, Queued, "Start, when no call may be placed yet"),
        t(Draft, Running, "Start"),
        t(Queued, Running, "what it waited for has come"),
        t(Queued, Paused, "Pause"),
        t(Queued, Completed, "nothing is left to call"),
        t(Queued, Canceled, "Stop"),
        t(Running, Running, "it begins or ceases to wait (night, no free line)"),
        t(Running, Paused, "Pause, by a person or by itself"),
        t(Running, Completed, "nothing is pending or in progress"),
        t(Running, Canceled, "Stop"),
        t(Paused, Running, "Resume"),
        t(Paused, Queued, "Resume, when no call may be placed yet"),
        t(Paused, Completed, "the calls in progress were the last ones"),
        t(Paused, Canceled, "Stop"),
        t(Completed, Running, "Retry Failed"),
        t(Completed, Queued, "Retry Failed, when no call may be placed yet"),
    ]
};

/// Every step a contact may take.
pub const CONTACT: &[Transition<ContactStatus>] = {
    use ContactStatus::*;
    &[
        t(Pending, InProgress, "a call begins"),
        t(InProgress, Completed, "the call ended with a result"),
        t(InProgress, Failed, "the call failed"),
        t(InProgress, Pending, "retry rule, promised callback, put back by the trunk, or withdrawn before the INVITE"),
        t(Pending, Skipped, "excluded, called in the sample, or on the do-not-call list"),
        t(Pending, Canceled, "Stop, never attempted"),
        t(Pending, Completed, "Stop, while it waited for another attempt"),
        t(Pending, Failed, "Stop, while it waited for another attempt"),
        t(InProgress, Skipped, "put back, but meanwhile on the do-not-call list"),
        t(InProgress, Canceled, "withdrawn before the INVITE on a stopped campaign"),
        t(Failed, Pending, "Retry Failed"),
        t(Failed, Completed, "the true result of an interrupted call came late"),
        t(Failed, Failed, "the true failure of an interrupted call came late"),
        t(Failed, Skipped, "excluded by a person"),
        t(Skipped, Pending, "exclusion undone"),
        t(Skipped, Failed, "exclusion undone"),
    ]
};

/// Every step a call may take.
pub const CALL: &[Transition<CallPhase>] = {
    use CallPhase::*;
    &[
        t(Placing, Ringing, "the far end rings (18x)"),
        t(Placing, Answered, "answered without ringing"),
        t(Placing, Ended, "ended"),
        t(Ringing, Answered, "answered"),
        t(Ringing, Ended, "ended"),
        t(Answered, Ended, "ended"),
        t(Placing, Unconfirmed, "its node died"),
        t(Ringing, Unconfirmed, "its node died"),
        t(Answered, Unconfirmed, "its node died"),
        t(Unconfirmed, Ended, "its ending came late"),
    ]
};

/// Whether `table` holds the step.
pub fn allowed<S: Copy + PartialEq>(table: &[Transition<S>], from: S, to: S) -> bool {
    table.iter().any(|step| step.from == from && step.to == to)
}

/// A step that the table does not hold was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a {what} can't go from {from} to {to}")]
pub struct InvalidTransition {
    /// "campaign", "contact" or "call".
    pub what: &'static str,
    /// Label of the status before.
    pub from: String,
    /// Label of the status asked for.
    pub to: String,
}

/// Passes when the table holds the step, else says which step was refused.
pub(crate) fn check<S: Copy + PartialEq + fmt::Display>(
    what: &'static str,
    table: &[Transition<S>],
    from: S,
    to: S,
) -> Result<(), InvalidTransition> {
    if allowed(table, from, to) {
        Ok(())
    } else {
        Err(InvalidTransition { what, from: from.to_string(), to: to.to_string() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Write as _;

    fn print<S: Copy + PartialEq + fmt::Display>(out: &mut String, name: &str, table: &[Transition<S>]) {
        writeln!(out, "{name}").expect("writes");
        for (n, step) in table.iter().enumerate() {
            assert!(
                !table[..n].iter().any(|s| s.from == step.from && s.to == step.to),
                "{name}: {} -> {} stands twice",
                step.from,
                step.to
            );
            writeln!(out, "  {:<12} -> {:<12} {}", step.from.to_string(), step.to.to_string(), step.by)
                .expect("writes");
        }
    }

    /// The printed table is part of the documentation: whoever changes a transition changes the page, and a reviewer sees it.
    #[test]
    fn the_table_is_the_one_in_the_docs() {
        let mut printed = String::new();
        print(&mut printed, "Campaign", CAMPAIGN);
        print(&mut printed, "Contact", CONTACT);
        print(&mut printed, "Call", CALL);
        println!("{printed}");
        let page = include_str!("../../../docs/states.txt");
        assert_eq!(
            printed, page,
            "docs/states.txt differs from crates/domain/src/transitions.rs: put the printed table there"
        );
    }

    #[test]
    fn final_statuses_stay_final() {
        assert!(!CAMPAIGN.iter().any(|s| s.from == CampaignStatus::Canceled));
        assert!(!CONTACT.iter().any(|s| s.from == ContactStatus::Completed || s.from == ContactStatus::Canceled));
        assert!(!CALL.iter().any(|s| s.from == CallPhase::Ended));
    }
}
