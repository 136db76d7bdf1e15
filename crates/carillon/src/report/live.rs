//! Progress of a running campaign: a bar with the counts on a terminal, plain lines elsewhere, JSON lines on request.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use carillon_domain::{CallId, CallOutcome, CampaignId, Counts};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::{Value, json};

use super::words::{outcome_advice, outcome_words};
use super::{counts_json, data_json, is_terminal, talk};

/// Something in a call that people want to see while it happens.
#[derive(Debug, Clone)]
pub enum LiveEvent {
    /// Somebody spoke.
    Said {
        /// Whom the call is with.
        contact: String,
        /// Who spoke.
        speaker: String,
        /// The words, or what was heard.
        text: String,
    },
    /// A call is over.
    Ended {
        /// The call.
        call: CallId,
        /// The campaign.
        campaign: CampaignId,
        /// The contact's row.
        row: i64,
        /// Whom the call was with.
        contact: String,
        /// What came of it.
        outcome: CallOutcome,
        /// Status of the contact after it.
        status: &'static str,
        /// Time from answer to end.
        talk_ms: u64,
    },
}

/// How it is shown.
#[derive(Debug)]
enum Look {
    /// JSON lines on stdout.
    Json,
    /// A bar at the foot of the terminal, lines above it.
    Bar(ProgressBar),
    /// Plain lines.
    Plain,
}

/// Shows a campaign's progress.
#[derive(Debug)]
pub struct Reporter {
    look: Look,
    /// Whether every turn is shown, not only what needs attention.
    turns: bool,
    /// The counts written last, and when.
    shown: Option<(Instant, Counts)>,
    /// Codes of failures that were told already: the first of each kind is worth a line, the thousandth is not.
    told: BTreeSet<&'static str>,
}

/// Plain lines of progress at most this often.
const PLAIN_EVERY: Duration = Duration::from_secs(5);
/// JSON lines of progress at most this often.
const JSON_EVERY: Duration = Duration::from_millis(500);

impl Reporter {
    /// Chosen by `--json` and by whether a person watches. `turns`: show what is said.
    pub fn new(json: bool, turns: bool) -> Self {
        let look = if json {
            Look::Json
        } else if is_terminal() {
            let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr_with_hz(10));
            let style = ProgressStyle::with_template("{bar:24} {percent:>3} %  {msg}");
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
            Look::Bar(bar)
        } else {
            Look::Plain
        };
        Self { look, turns, shown: None, told: BTreeSet::new() }
    }

    /// A line for people; nothing with `--json`.
    pub fn say(&self, line: &str) {
        match &self.look {
            Look::Json => {}
            Look::Bar(bar) => bar.suspend(|| talk(line)),
            Look::Plain => talk(line),
        }
    }

    /// A JSON object; nothing for people.
    pub fn json(&self, value: &Value) {
        if matches!(self.look, Look::Json) {
            data_json(value);
        }
    }

    /// The counts, as they are now.
    pub fn progress(&mut self, counts: &Counts, note: &str) {
        let due = |every: Duration| self.shown.is_none_or(|(at, shown)| shown != *counts && at.elapsed() >= every);
        match &self.look {
            Look::Json if due(JSON_EVERY) => data_json(&json!({ "type": "progress", "counts": counts_json(counts) })),
            Look::Plain if due(PLAIN_EVERY) => talk(&format!("{}{note}", counts_text(counts))),
            Look::Bar(bar) => {
                bar.set_length(u64::try_from(counts.total()).unwrap_or(0));
                bar.set_position(u64::try_from(counts.settled()).unwrap_or(0));
                bar.set_message(format!("{}{note}", counts_text(counts)));
                return;
            }
            Look::Json | Look::Plain => return,
        }
        self.shown = Some((Instant::now(), *counts));
    }

    /// Something in a call.
    pub fn live(&mut self, event: &LiveEvent) {
        match event {
            LiveEvent::Said { contact, speaker, text } => {
                if self.turns {
                    self.say(&format!("  {contact:<22} {speaker}: {text}"));
                }
            }
            LiveEvent::Ended { call, campaign, row, contact, outcome, status, talk_ms } => {
                let (code, label) = outcome_words(Some(*outcome));
                self.json(&json!({
                    "type": "call", "call": call, "campaign": campaign, "row": row, "status": status, "outcome": code, "talk_ms": talk_ms,
                }));
                if self.turns {
                    self.say(&format!("  {contact:<22} * {label}"));
                }
                if let Some(advice) = outcome_advice(*outcome)
                    && self.told.insert(code)
                {
                    self.say(&format!("First time: {label} (row {row}). {advice}"));
                }
            }
        }
    }

    /// Takes the bar away, before the summary.
    pub fn finish(&self) {
        if let Look::Bar(bar) = &self.look {
            bar.finish_and_clear();
        }
    }
}

fn counts_text(c: &Counts) -> String {
    format!(
        "{} total  {} pending  {} in progress  {} completed  {} failed  {} skipped  {} canceled",
        c.total(),
        c.pending,
        c.in_progress,
        c.completed,
        c.failed,
        c.skipped,
        c.canceled
    )
}
