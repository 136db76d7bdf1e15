//! `carillon call show`.

use std::fmt::Write as _;

use carillon_domain::{CallId, CallOutcome};
use carillon_store::CallRecord;
use serde_json::{Value, json};

use super::context::{Context, WORKSPACE};
use crate::cli::{CallAction, CallArgs};
use crate::error::{CliError, Exit, OrFail};
use crate::report::{self, outcome_words};

/// Runs the command.
pub async fn run(args: &CallArgs) -> Result<(), CliError> {
    let CallAction::Show { call } = &args.action;
    let context = Context::open_existing(&args.data).await?;
    let not_found = || {
        CliError::new(
            Exit::NotFound,
            "call_not_found",
            format!("There is no call \"{call}\" in {}.", context.folder.path().display()),
        )
    };
    let id: CallId = call.parse().map_err(|_| {
        not_found().next("A call's id looks like call_01h…; the export names the last one of each contact.")
    })?;
    let record = context.store.call_fetch(WORKSPACE, id).await.or_fail("database")?.ok_or_else(not_found)?;
    if args.json {
        report::data_json(&json(&record));
    } else {
        let campaign = context.store.campaign_fetch(WORKSPACE, record.campaign).await.or_fail("database")?;
        let campaign = campaign.map_or_else(|| record.campaign.to_string(), |found| found.name);
        report::data(text(&record, &campaign, &context).trim_end());
    }
    Ok(())
}

fn json(record: &CallRecord) -> Value {
    json!({
        "type": "call", "call": record.id, "campaign": record.campaign, "row": record.row, "phone": record.phone, "trunk": record.trunk,
        "state": record.phase.code(), "placed_at": record.placed_at, "ringing_at": record.ringing_at, "answered_at": record.answered_at, "ended_at": record.ended_at,
        "outcome": outcome_words(record.outcome).0, "ended_by": record.ended_by.map(|by| by.code()), "sent": record.sent, "late": record.late,
        "sip_status": record.sip_status, "sip_reason": record.sip_reason, "q850_cause": record.q850_cause, "recording": record.recording,
        "decision": record.decision, "turns": record.turns, "ladder": record.ladder,
    })
}

fn text(record: &CallRecord, campaign: &str, context: &Context) -> String {
    let mut out = String::new();
    let mut line = |label: &str, value: String| writeln!(out, "{label:<12} {value}").is_ok();
    line("Call", format!("{} to {} (row {})", record.id, record.phone, record.row));
    line("Campaign", campaign.to_owned());
    line("State", record.phase.label().to_owned());
    line("Outcome", outcome_words(record.outcome).1.to_owned());
    if let Some(CallOutcome::Failure(code)) = record.outcome {
        line("", code.meaning().to_owned());
        line("", code.next_step().to_owned());
    }
    if let Some(by) = record.ended_by {
        line("Ended by", by.label().to_owned());
    }
    let sip = [
        record.sip_status.map(|s| s.to_string()),
        record.sip_reason.clone(),
        record.q850_cause.map(|c| format!("(Q.850 cause {c})")),
    ];
    if record.sip_status.is_some() || record.q850_cause.is_some() {
        line("SIP", sip.into_iter().flatten().collect::<Vec<_>>().join(" "));
    }
    for (label, at) in [
        ("Placed", Some(record.placed_at)),
        ("Ringing", record.ringing_at),
        ("Answered", record.answered_at),
        ("Ended", record.ended_at),
    ] {
        if let Some(at) = at {
            line(label, at.to_string());
        }
    }
    if let Some(recording) = &record.recording {
        line("Recording", context.folder.path().join(recording).display().to_string());
    }
    entries(&mut out, "Turns", record.turns.as_ref(), |turn| {
        let seconds = turn["start_ms"].as_f64().unwrap_or(0.0) / 1_000.0;
        format!(
            "{seconds:>7.2} s  {:<9} {}",
            turn["speaker"].as_str().unwrap_or("?"),
            turn["text"].as_str().unwrap_or("(speaks)")
        )
    });
    entries(&mut out, "SIP messages", record.ladder.as_ref(), |entry| {
        let arrow = if entry["direction"] == "out" { "->" } else { "<-" };
        let summary =
            entry["summary"].as_str().filter(|s| !s.is_empty()).map(|s| format!("  ({s})")).unwrap_or_default();
        format!(
            "{:>7} ms  {arrow} {}{summary}",
            entry["at_ms"].as_i64().unwrap_or(0),
            entry["line"].as_str().unwrap_or("?")
        )
    });
    out
}

fn entries(out: &mut String, title: &str, list: Option<&Value>, show: impl Fn(&Value) -> String) {
    let Some(list) = list.and_then(Value::as_array).filter(|list| !list.is_empty()) else { return };
    out.push_str(&format!("\n{title}\n"));
    for entry in list {
        out.push_str(&format!("  {}\n", show(entry)));
    }
}
