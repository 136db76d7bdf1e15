//! `GET /api/v1/calls/{id}`

use axum::extract::State;
use carillon_domain::call::CallPhase;
use carillon_domain::{CallOutcome, CallResult, FailureCode};
use carillon_store::{CallQuery, CallRecord};

use crate::auth::Viewer;
use crate::extract::{Json, Path};
use crate::ids::CallId;
use crate::model::{Call, EmployeeRef, RecordingInfo};
use crate::problem::Problem;
use crate::state::AppState;
use crate::view::{call_row, explain, ladder, turns};

/// A call
///
/// Times, turns, SIP messages, outcome.
#[utoipa::path(
    get,
    path = "/api/v1/calls/{id}",
    tag = "calls",
    params(("id" = CallId, Path, description = "The call.")),
    responses((status = 200, description = "Done.", body = Call))
)]
pub async fn call_show(
    user: Viewer,
    State(state): State<AppState>,
    Path(id): Path<CallId>,
) -> Result<Json<Call>, Problem> {
    let ws = user.workspace;
    let call = state.store.call_fetch(ws, id.0).await?.ok_or_else(|| Problem::not_found("call"))?;
    let campaign = state.store.campaign_fetch(ws, call.campaign).await?.ok_or_else(|| Problem::not_found("call"))?;
    let employee = state.store.employee_fetch(ws, campaign.employee).await?;
    let trunk = state.store.trunk_fetch(ws, call.trunk).await?;
    let query = CallQuery { campaign: Some(call.campaign), row: Some(call.row), limit: 100, ..CallQuery::default() };
    let calls = state.store.calls_page(ws, &query).await?;
    // Older than the attempts that are shown beside it.
    let older = match calls.iter().any(|line| line.call.id == call.id) {
        true => Vec::new(),
        false => {
            let after = carillon_domain::CallId::from_raw(call.id.raw().saturating_add(1));
            state.store.calls_page(ws, &CallQuery { before: Some(after), limit: 1, ..query }).await?
        }
    };
    let line = calls.iter().chain(&older).find(|line| line.call.id == call.id);
    let line = line.ok_or_else(|| Problem::not_found("call"))?;
    let explanation = match call.outcome {
        Some(CallOutcome::Failure(code)) => Some(explain(code)),
        None if call.phase == CallPhase::Unconfirmed => Some(explain(FailureCode::Interrupted)),
        _ => None,
    };
    let recording = recording(&state, &call, campaign.settings.recording).await;
    Ok(Json(Call {
        call: call_row(line),
        campaign_name: campaign.name,
        employee: EmployeeRef {
            id: campaign.employee.id.into(),
            name: employee.map_or_else(String::new, |e| e.employee.name),
            version: campaign.employee.version,
        },
        trunk: call.trunk.into(),
        trunk_name: trunk.map(|trunk| trunk.name),
        explanation,
        sip_reason: call.sip_reason,
        q850_cause: call.q850_cause,
        late: call.late,
        turns: turns(call.turns),
        ladder: ladder(call.ladder),
        recording,
        decision: call.decision,
        attempts: calls.iter().filter(|line| line.call.id != call.id).map(call_row).collect(),
    }))
}

async fn recording(state: &AppState, call: &CallRecord, records: bool) -> RecordingInfo {
    let missing = |text: &str| RecordingInfo {
        available: false,
        missing_text: Some(text.to_owned()),
        length_s: None,
        media_type: None,
    };
    if let Some(path) = &call.recording {
        return match tokio::fs::try_exists(state.config.data.join(path)).await {
            Ok(true) => RecordingInfo {
                available: true,
                missing_text: None,
                length_s: call.ended_at.zip(call.answered_at).map(|(end, answer)| end.since(answer).as_secs_f64()),
                media_type: Some("audio/wav".to_owned()),
            },
            Ok(false) => missing("The recording is no longer on this machine."),
            Err(_) => missing("The recording can't be read on this machine."),
        };
    }
    let unanswered = matches!(
        call.outcome,
        Some(CallOutcome::Result(CallResult::NoAnswer | CallResult::Busy | CallResult::Declined))
    );
    match (call.phase, call.answered_at) {
        (CallPhase::Placing | CallPhase::Ringing | CallPhase::Answered, _) => missing("The call is in progress."),
        (_, None) => missing("The call wasn't answered."),
        _ if unanswered => missing("The call wasn't answered."),
        _ if !records => missing("Recording is off for this campaign."),
        _ => missing("Nothing was recorded of this call."),
    }
}
