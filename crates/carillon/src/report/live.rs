//! Progress of a running campaign: a bar with the counts on a terminal, plain lines elsewhere, JSON lines on request.

use std::time::{Duration, Instant};

use carillon_domain::{CallId, CampaignId, Counts};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::{Value, json};

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
        /// What came of it, in words.
        outcome: String,
        /// Stable code of the result or failure.
        code: &'static str,
        /// Status of the contact after it.
        status: &'static str,
        /// Time from answer to end.
        talk_ms: u64,
    },
}

/// Shows a campaign's progress.
#[derive(Debug)]
pub enum Reporter {
    /// JSON lines on stdout.
    Json {
        /// When progress was last written.
        last: Option<Instant>,
        /// The counts written last.
        shown: Option<Counts>,
    },
    /// A bar at the foot of the terminal, lines above it.
    Bar {
        /// The bar.
        bar: ProgressBar,
        /// Whether every turn is shown, not only ends of calls.
        turns: bool,
    },
    /// Plain lines.
    Plain {
        /// When progress was last written.
        last: Option<Instant>,
        /// The counts written last.
        shown: Option<Counts>,
        /// Whether every turn is shown.
        turns: bool,
    },
}

/// Plain lines of progress at most this often.
const PLAIN_EVERY: Duration = Duration::from_secs(5);
/// JSON lines of progress at most this often.
const JSON_EVERY: Duration = Duration::from_millis(500);

impl Reporter {
    /// Chosen by `--json` and by whether a person watches. `turns`: show what is said.
    pub fn new(json: bool, turns: bool) -> Self {
        if json {
            Reporter::Json { last: None, shown: None }
        } else if is_terminal() {
            let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr_with_hz(10));
            let style = ProgressStyle::with_template("{bar:24} {percent:>3} %  {msg}")
                .unwrap_or_else(|_| ProgressStyle::default_bar());
            bar.set_style(style);
            Reporter::Bar { bar, turns }
        } else {
            Reporter::Plain { last: None, shown: None, turns }
        }
    }

    /// A line for people; nothing with `--json`.
    pub fn say(&self, line: &str) {
        match self {
            Reporter::Json { .. } => {}
            Reporter::Bar { bar, .. } => bar.suspend(|| talk(line)),
            Reporter::Plain { .. } => talk(line),
        }
    }

    /// A JSON object; nothing for people.
    pub fn json(&self, value: &Value) {
        if matches!(self, Reporter::Json { .. }) {
            data_json(value);
        }
    }

    /// The counts, as they are now.
    pub fn progress(&mut self, counts: &Counts, note: &str) {
        match self {
            Reporter::Json { last, shown } => {
                if *shown != Some(*counts) && last.is_none_or(|at| at.elapsed() >= JSON_EVERY) {
                    (*last, *shown) = (Some(Instant::now()), Some(*counts));
                    data_json(&json!({ "type": "progress", "counts": counts_json(counts) }));
                }
            }
            Reporter::Bar { bar, .. } => {
                bar.set_length(u64::try_from(counts.total()).unwrap_or(0));
                bar.set_position(u64::try_from(counts.settled()).unwrap_or(0));
                bar.set_message(format!("{}{note}", counts_text(counts)));
            }
            Reporter::Plain { last, shown, .. } => {
                if *shown != Some(*counts) && last.is_none_or(|at| at.elapsed() >= PLAIN_EVERY) {
                    (*last, *shown) = (Some(Instant::now()), Some(*counts));
                    talk(&format!("{}{note}", counts_text(counts)));
                }
            }
        }
    }

    /// Something in a call.
    pub fn live(&self, event: &LiveEvent) {
        let turns = match self {
            Reporter::Json { .. } => false,
            Reporter::Bar { turns, .. } | Reporter::Plain { turns, .. } => *turns,
        };
        match event {
            LiveEvent::Said { contact, speaker, text } if turns => self.say(&format!("  {contact:<22} {speaker}: {text}")),
            LiveEvent::Ended { contact, outcome, .. } if turns => self.say(&format!("  {contact:<22} * {outcome}")),
            LiveEvent::Ended { call, campaign, row, code, status, talk_ms, .. } => self.json(&json!({
                "type": "call", "call": call, "campaign": campaign, "row": row, "status": status, "outcome": code, "talk_ms": talk_ms,
            })),
            LiveEvent::Said { .. } => {}
        }
    }

    /// Takes the bar away, before the summary.
    pub fn finish(&self) {
        if let Reporter::Bar { bar, .. } = self {
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
