//! `POST /api/v1/do-not-call`

use axum::Extension;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use carillon_store::NewBlock;
use serde_json::json;

use super::numbers;
use crate::auth::{Identity, Operator, Via};
use crate::extract::Json;
use crate::ids::Time;
use crate::middleware::Audited;
use crate::model::{AddDoNotCall, AddedDoNotCall};
use crate::problem::Problem;
use crate::state::AppState;

/// Add a number
///
/// Blocks it in every campaign, also running ones, and skips its pending contacts.
#[utoipa::path(
    post,
    path = "/api/v1/do-not-call",
    tag = "do-not-call",
    request_body = AddDoNotCall,
    responses((status = 200, description = "Done.", body = AddedDoNotCall))
)]
pub async fn do_not_call_add(
    user: Operator,
    State(state): State<AppState>,
    Json(body): Json<AddDoNotCall>,
) -> Result<Response, Problem> {
    let phone = numbers::one(&state, user.workspace, "phone", &body.phone, body.country.as_deref()).await?;
    let source = match user.via {
        Via::Session(_) => carillon_domain::access::BlockSource::Manual,
        Via::Key(_) => carillon_domain::access::BlockSource::Api,
    };
    let block = new_block(&state, &user, source, body.reason, body.expires_at)?;
    let done = state.store.numbers_block(user.workspace, &[phone], &block).await?;
    state.control.wake();
    let entry = state.store.number_blocked(user.workspace, phone, state.now()).await?;
    let entry = entry.ok_or_else(|| Problem::not_found("entry"))?;
    // The log of who did what holds no whole number.
    let audited = Audited::of(phone.masked()).with(json!({ "skipped_contacts": done.contacts }));
    let answer = AddedDoNotCall { entry: entry.into(), added: done.added > 0, skipped_contacts: done.contacts };
    Ok((Extension(audited), Json(answer)).into_response())
}

/// Why numbers come on the list, checked.
pub(super) fn new_block(
    state: &AppState,
    user: &Identity,
    source: carillon_domain::access::BlockSource,
    reason: Option<String>,
    expires_at: Option<Time>,
) -> Result<NewBlock, Problem> {
    const REASON_CHARS: usize = 500;
    let now = state.now();
    if expires_at.is_some_and(|at| at.0 <= now) {
        return Err(Problem::field("expires_at", "This time has passed already."));
    }
    let reason = reason.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    if reason.as_ref().is_some_and(|text| text.chars().count() > REASON_CHARS) {
        return Err(Problem::field("reason", format!("A reason has at most {REASON_CHARS} characters.")));
    }
    Ok(NewBlock { source, reason, by: user.name.clone(), until: expires_at.map(|at| at.0), now })
}
