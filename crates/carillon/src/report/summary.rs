//! The final statistics of a campaign (A37, A41), for people and as JSON.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use carillon_domain::campaign::CampaignStatus;
use carillon_domain::counts::success_rate;
use carillon_domain::outcome::CallResult;
use carillon_domain::{CampaignId, Counts, FailureCategory, FailureCode};
use serde_json::{Value, json};

/// Everything that the last line of a run says.
#[derive(Debug, Clone)]
pub struct Summary {
    /// The campaign.
    pub id: CampaignId,
    /// Its name.
    pub name: String,
    /// Its status.
    pub status: CampaignStatus,
    /// The six counts.
    pub counts: Counts,
    /// Completed contacts by result.
    pub results: BTreeMap<CallResult, i64>,
    /// Failed contacts by code.
    pub failures: BTreeMap<FailureCode, i64>,
    /// From the first INVITE to the last end; `None` when nobody was called.
    pub duration: Option<Duration>,
    /// Of this it was paused, a pause in progress not counted.
    pub paused: Duration,
}

impl Summary {
    /// Success rate of the completed contacts.
    pub fn success_rate(&self) -> Option<f64> {
        let of = |result| self.results.get(&result).copied().unwrap_or(0);
        success_rate(of(CallResult::Success), of(CallResult::Transferred), self.counts.completed)
    }

    /// Failed contacts by category.
    pub fn failure_categories(&self) -> BTreeMap<FailureCategory, i64> {
        let mut categories = BTreeMap::new();
        for (code, n) in &self.failures {
            *categories.entry(code.category()).or_insert(0) += n;
        }
        categories
    }

    /// The last line of `--json`.
    pub fn json(&self) -> Value {
        let results: serde_json::Map<String, Value> =
            self.results.iter().map(|(r, n)| (r.code().to_owned(), json!(n))).collect();
        let failures: serde_json::Map<String, Value> =
            self.failure_categories().iter().map(|(c, n)| (c.code().to_owned(), json!(n))).collect();
        json!({
            "type": "summary",
            "campaign": { "id": self.id, "name": self.name, "status": self.status.code() },
            "counts": counts_json(&self.counts),
            "results": results,
            "failures": failures,
            "success_rate": self.success_rate(),
            "duration_s": self.duration.map(|d| (d.as_secs_f64() * 10.0).round() / 10.0),
        })
    }

    /// The block that a person reads at the end.
    pub fn text(&self) -> String {
        let mut out = String::new();
        let mut line = |label: &str, value: String| writeln!(out, "  {label:<18} {value}").is_ok();
        line("Campaign", format!("{} ({})", self.name, self.status));
        line("Contacts", self.counts.total().to_string());
        for (label, n) in [
            ("Pending", self.counts.pending),
            ("In Progress", self.counts.in_progress),
            ("Completed", self.counts.completed),
            ("Failed", self.counts.failed),
            ("Skipped", self.counts.skipped),
            ("Canceled", self.counts.canceled),
        ] {
            line(label, n.to_string());
        }
        line(
            "Success rate",
            self.success_rate().map_or("no contact completed".into(), |r| format!("{:.1} % of completed", r * 100.0)),
        );
        let paused =
            if self.paused.is_zero() { String::new() } else { format!(", of these paused {}", minutes(self.paused)) };
        line("Duration", self.duration.map_or("nobody was called".into(), |length| minutes(length) + &paused));
        for (result, n) in &self.results {
            line(&format!("  {result}"), share(*n, self.counts.completed));
        }
        for (code, n) in &self.failures {
            line(&format!("  {}", code.category()), format!("{n:>6}  {code}: {}", code.next_step()));
        }
        out
    }
}

/// The seven counts as JSON.
pub fn counts_json(counts: &Counts) -> Value {
    json!({
        "total": counts.total(), "pending": counts.pending, "in_progress": counts.in_progress, "completed": counts.completed,
        "failed": counts.failed, "skipped": counts.skipped, "canceled": counts.canceled,
    })
}

fn share(n: i64, of: i64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
    let percent = if of > 0 { n as f64 * 100.0 / of as f64 } else { 0.0 };
    format!("{n:>6}  {percent:>5.1} %")
}

/// `2 min 51 s`, `14.2 s`.
fn minutes(duration: Duration) -> String {
    let s = duration.as_secs();
    if s < 60 { format!("{:.1} s", duration.as_secs_f64()) } else { format!("{} min {} s", s / 60, s % 60) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_json_summary_has_the_documented_shape() {
        let counts = Counts { completed: 3, failed: 1, skipped: 1, ..Counts::default() };
        let summary = Summary {
            id: CampaignId::from_raw(1),
            name: "x".into(),
            status: CampaignStatus::Completed,
            counts,
            results: BTreeMap::from([(CallResult::Success, 2), (CallResult::Busy, 1)]),
            failures: BTreeMap::from([(FailureCode::CarrierFault, 1)]),
            duration: Some(Duration::from_millis(14_234)),
            paused: Duration::from_secs(61),
        };
        let expected = json!({
            "type": "summary", "campaign": {"id": "camp_0000000000001", "name": "x", "status": "completed"},
            "counts": {"total": 5, "pending": 0, "in_progress": 0, "completed": 3, "failed": 1, "skipped": 1, "canceled": 0},
            "results": {"success": 2, "busy": 1}, "failures": {"carrier": 1}, "success_rate": 2.0 / 3.0, "duration_s": 14.2,
        });
        assert_eq!(summary.json(), expected);
        assert!(summary.text().contains("66.7 % of completed"));
        assert!(summary.text().contains("14.2 s, of these paused 1 min 1 s"));
    }
}
