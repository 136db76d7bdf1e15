//! What happened, in words.

use carillon_domain::CampaignId;
use carillon_store::{Event, EventKind, Notes};
use serde_json::Value;

use super::Tagged;
use crate::ids::EventId;
use crate::model::{self, ActivityRow};

/// The sample campaign that took contacts out, when it was no person.
pub(crate) fn sample_of(event: &Event) -> Option<CampaignId> {
    let by = event.data.as_ref()?["by"].as_str()?;
    (event.kind == EventKind::Excluded).then(|| by.parse().ok()).flatten()
}

/// An event as the Activity tab shows it; `sample` is the name of the campaign that [`sample_of`] gives.
pub(crate) fn activity_row(event: &Event, sample: Option<&str>) -> ActivityRow {
    let data = event.data.clone().unwrap_or_default();
    let by = data["by"].as_str().map(|by| format!(" by {by}")).unwrap_or_default();
    let (kind, text) = match event.kind {
        EventKind::CampaignState => state_change(&data, &by),
        EventKind::CampaignCreated => ("campaign_created", format!("Made{by}")),
        EventKind::CampaignEdited => ("campaign_edited", format!("Changed{by}: {}", list(&data["changed"]))),
        EventKind::NotesEdited => ("notes_edited", format!("Notes changed{by}")),
        EventKind::Imported => {
            let sum = number(&data["pending"]) + number(&data["skipped"]);
            ("imported", format!("{sum} contacts added, {} of them skipped", number(&data["skipped"])))
        }
        EventKind::CallBegun => ("call_begun", format!("Call to row {} begun", event.row.unwrap_or(0))),
        EventKind::CallEnded => ("call_ended", ended(event, "")),
        EventKind::CallEndedLate => ("call_ended_late", ended(event, ", told late")),
        EventKind::CallInterrupted => {
            ("call_interrupted", format!("Carillon stopped during the call to row {}", event.row.unwrap_or(0)))
        }
        EventKind::ContactSkipped => (
            "contact_skipped",
            format!("Row {} skipped: its number is on the do-not-call list", event.row.unwrap_or(0)),
        ),
        EventKind::StopSettled => {
            let kept = number(&data["completed"]) + number(&data["failed"]);
            let canceled = format!("{} contacts marked Canceled after Stop", number(&data["canceled"]));
            let text = match kept {
                0 => canceled,
                kept => format!("{canceled}, {kept} that waited for another call keep the result of their last one"),
            };
            ("stop_settled", text)
        }
        EventKind::Retried => {
            ("retried", format!("{} failed contacts to be called again{by}", number(&data["pending"])))
        }
        EventKind::Excluded => match (sample_of(event), sample) {
            (None, _) => ("excluded", format!("{} excluded{by}", contacts(&data, event.row))),
            (Some(_), Some(name)) => {
                ("excluded", format!("{} taken into the sample \"{name}\"", contacts(&data, event.row)))
            }
            (Some(_), None) => ("excluded", format!("{} taken into a sample campaign", contacts(&data, event.row))),
        },
        EventKind::Restored => ("restored", format!("Exclusion of {} undone{by}", contacts(&data, event.row))),
        EventKind::Handled if data["handled"] == Value::Bool(true) => {
            ("handled", format!("{} handled by hand{by}", contacts(&data, event.row)))
        }
        EventKind::Handled => {
            ("handled", format!("Mark \"handled by hand\" taken off {}{by}", contacts(&data, event.row)))
        }
        kind => (kind.code(), kind.code().replace('_', " ")),
    };
    ActivityRow {
        id: EventId(carillon_domain::ids::EventId::from_raw(event.id)),
        at: event.at.into(),
        kind: kind.to_owned(),
        text,
        row: event.row,
        call: event.call.map(Into::into),
        data: event.data.clone(),
    }
}

fn number(value: &Value) -> i64 {
    value.as_i64().unwrap_or(0)
}

fn list(value: &Value) -> String {
    let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
    items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", ")
}

fn contacts(data: &Value, row: Option<i64>) -> String {
    match row {
        Some(row) => format!("Row {row}"),
        None => format!("{} contacts", number(&data["contacts"])),
    }
}

fn ended(event: &Event, more: &str) -> String {
    use carillon_domain::CallOutcome;
    let outcome = match event.outcome {
        Some(CallOutcome::Result(result)) => result.label(),
        Some(CallOutcome::Failure(code)) => code.label(),
        Some(CallOutcome::PutBack) => "put back by the trunk",
        Some(CallOutcome::Withdrawn) => "withdrawn",
        None => "ended",
    };
    format!("Call to row {}: {outcome}{more}", event.row.unwrap_or(0))
}

fn state_change(data: &Value, by: &str) -> (&'static str, String) {
    let (from, to) = (data["from"].as_str().unwrap_or(""), data["state"]["status"].as_str().unwrap_or(""));
    let why = data["state"]["why"].as_str().filter(|why| !why.is_empty());
    match (from, to) {
        ("draft", "running" | "queued") => ("campaign_started", format!("Started{by}")),
        ("paused", "running" | "queued") => ("campaign_resumed", format!("Resumed{by}")),
        ("completed", "running" | "queued") => ("campaign_retried", format!("Goes on with failed contacts{by}")),
        (_, "running") => ("campaign_running", "Began calling".to_owned()),
        (_, "queued") => ("campaign_queued", "Waits to begin".to_owned()),
        (_, "paused") => {
            ("campaign_paused", why.map_or_else(|| format!("Paused{by}"), |why| format!("Paused{by}: {why}")))
        }
        (_, "completed") => ("campaign_completed", "Completed".to_owned()),
        (_, "canceled") => ("campaign_stopped", format!("Stopped{by}")),
        _ => ("campaign_state", format!("{from} to {to}")),
    }
}

/// Notes with their version as tag.
pub(crate) fn notes(notes: Notes) -> Tagged<model::Notes> {
    let view = model::Notes {
        text: notes.text,
        version: notes.version,
        updated_by: notes.updated_by,
        updated_at: notes.updated_at.map(Into::into),
    };
    Tagged(view.version, view)
}
