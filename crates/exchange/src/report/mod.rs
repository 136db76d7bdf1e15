//! The report of a campaign as PDF: good enough to hand to a client. A million contacts are summarised, not listed.

mod draw;
mod paper;
mod pdf;
mod words;

use std::collections::BTreeMap;
use std::io::Write;

use carillon_domain::{CallResult, SkipReason, Timestamp};

use crate::{ExportError, ExportSummary, ReadSpan};

/// Most sample conversations that a report shows.
pub const CONVERSATIONS_MAX: usize = 5;

/// What a report tells. Plain data, read from counters and rollups by the caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Campaign, counts, results and failures by category.
    pub summary: ExportSummary,
    /// Name of the AI employee.
    pub employee: String,
    /// When the report is made.
    pub made_at: Timestamp,
    /// IANA name of the zone in which times are written.
    pub zone: String,
    /// First INVITE.
    pub first_call_at: Option<Timestamp>,
    /// End of the last call.
    pub last_end_at: Option<Timestamp>,
    /// Of the time between, milliseconds in which the campaign was paused.
    pub paused_ms: u64,
    /// Calls placed (attempts).
    pub calls: i64,
    /// Of these, answered, also by a machine.
    pub answered: i64,
    /// Milliseconds from answer to end of all calls together.
    pub talk_ms: u64,
    /// Calls over time, in order, of equal length; empty stretches included.
    pub buckets: Vec<ReportBucket>,
    /// Seconds of a bucket.
    pub bucket_seconds: u32,
    /// Failed contacts by cause, the commonest first.
    pub causes: Vec<ReportCause>,
    /// Skipped contacts by reason.
    pub skipped: BTreeMap<SkipReason, i64>,
    /// Sample conversations; at most [`CONVERSATIONS_MAX`] are shown.
    pub conversations: Vec<ReportConversation>,
    /// What people wrote down ("learnings"); empty when nothing.
    pub notes: String,
    /// From when to when a campaign that still runs was read.
    pub read: Option<ReadSpan>,
}

/// Calls begun in a stretch of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReportBucket {
    /// Its start.
    pub from: Timestamp,
    /// Calls begun in it.
    pub calls: i64,
    /// Of these, answered.
    pub answered: i64,
}

/// A cause of failures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportCause {
    /// Short title.
    pub title: String,
    /// What to do next.
    pub advice: String,
    /// Failed contacts.
    pub contacts: i64,
}

/// One conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportConversation {
    /// The contact's name, or the number masked.
    pub contact: String,
    /// When the call was answered.
    pub at: Timestamp,
    /// Milliseconds from answer to end.
    pub talk_ms: u64,
    /// What came of it.
    pub result: CallResult,
    /// Who said what, in order.
    pub turns: Vec<ReportTurn>,
    /// Address of the call's page.
    pub link: Option<String>,
}

/// One turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportTurn {
    /// Whether the employee spoke.
    pub employee: bool,
    /// The words; `None` when somebody spoke and nothing made words of it.
    pub text: Option<String>,
    /// Milliseconds from its begin to its end, where the end is known.
    pub length_ms: Option<u64>,
}

/// Writes the report as PDF.
///
/// # Errors
///
/// When writing fails, or the zone does not exist.
pub fn write_report(report: &Report, mut out: impl Write) -> Result<(), ExportError> {
    let pages = draw::draw(report)?;
    out.write_all(&pdf::render(&pages, report)?)?;
    Ok(())
}
