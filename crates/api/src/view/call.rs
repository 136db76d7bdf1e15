//! Calls.

use carillon_domain::call::CallPhase;
use carillon_domain::{CallOutcome, FailureCode};
use carillon_store::CallLine;
use serde::Deserialize;
use serde_json::Value;

use crate::model::{CallRow, LadderStep, Speaker, Turn};

/// A call as lists show it.
pub(crate) fn call_row(line: &CallLine) -> CallRow {
    let call = &line.call;
    let (result, failure, text) = match call.outcome {
        Some(CallOutcome::Result(result)) => (Some(result), None, Some(result.label())),
        Some(CallOutcome::Failure(code)) => (None, Some(code), Some(code.label())),
        Some(CallOutcome::PutBack) => (None, None, Some("Put back: the trunk was overloaded")),
        Some(CallOutcome::Withdrawn) => (None, None, Some("Withdrawn before anything was sent")),
        // Its process died and nobody knows its end; its contact failed by that.
        None if call.phase == CallPhase::Unconfirmed => {
            let code = FailureCode::Interrupted;
            (None, Some(code), Some(code.label()))
        }
        None => (None, None, None),
    };
    CallRow {
        id: call.id.into(),
        campaign: call.campaign.into(),
        row: call.row,
        name: line.name.clone(),
        phone: call.phone.to_string(),
        attempt: u32::try_from(line.attempt).unwrap_or(1),
        phase: call.phase.into(),
        result: result.map(Into::into),
        failure: failure.map(Into::into),
        outcome_text: text.map(str::to_owned),
        ended_by: call.ended_by.map(Into::into),
        sip_status: call.sip_status,
        placed_at: call.placed_at.into(),
        ringing_at: call.ringing_at.map(Into::into),
        answered_at: call.answered_at.map(Into::into),
        ended_at: call.ended_at.map(Into::into),
        talk_s: call.ended_at.zip(call.answered_at).map(|(end, answer)| end.since(answer).as_secs_f64()),
        has_recording: call.recording.is_some(),
    }
}

#[derive(Deserialize)]
struct StoredTurn {
    speaker: StoredSpeaker,
    text: Option<String>,
    start_ms: f64,
    end_ms: Option<f64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum StoredSpeaker {
    Employee,
    Contact,
}

/// The turns of a talk, from the form in which a call stores them.
pub(crate) fn turns(stored: Option<Value>) -> Vec<Turn> {
    let Some(stored) = stored else { return Vec::new() };
    let read: Vec<StoredTurn> = serde_json::from_value(stored).unwrap_or_else(|error| {
        tracing::warn!(%error, "the turns of a call can't be read");
        Vec::new()
    });
    let turn = |(n, turn): (u32, StoredTurn)| Turn {
        turn: n,
        speaker: match turn.speaker {
            StoredSpeaker::Employee => Speaker::Employee,
            StoredSpeaker::Contact => Speaker::Contact,
        },
        text: turn.text,
        begins_s: turn.start_ms / 1000.0,
        ends_s: turn.end_ms.map(|ms| ms / 1000.0),
        interrupted: false,
    };
    (1..).zip(read).map(turn).collect()
}

#[derive(Deserialize)]
struct StoredStep {
    at_ms: f64,
    direction: String,
    line: String,
    #[serde(default)]
    summary: String,
    #[serde(default)]
    times: u32,
}

/// The SIP messages of a call, from the form in which it stores them.
pub(crate) fn ladder(stored: Option<Value>) -> Vec<LadderStep> {
    let Some(stored) = stored else { return Vec::new() };
    let read: Vec<StoredStep> = serde_json::from_value(stored).unwrap_or_else(|error| {
        tracing::warn!(%error, "the SIP messages of a call can't be read");
        Vec::new()
    });
    let step = |step: StoredStep| {
        let times = if step.times > 1 { format!(" (sent {} times)", step.times) } else { String::new() };
        LadderStep {
            at_s: step.at_ms / 1000.0,
            sent: step.direction == "out",
            summary: step.line,
            text: (!step.summary.is_empty() || !times.is_empty()).then(|| format!("{}{times}", step.summary)),
        }
    };
    read.into_iter().map(step).collect()
}
