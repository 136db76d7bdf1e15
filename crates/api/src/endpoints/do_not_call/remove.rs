//! `DELETE /api/v1/do-not-call/{phone}`

use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use carillon_domain::PhoneNumber;
use serde_json::json;

use crate::auth::Operator;
use crate::extract::{Path, Query};
use crate::middleware::Audited;
use crate::model::RemoveDoNotCall;
use crate::problem::Problem;
use crate::state::AppState;

/// Remove a number
///
/// Needs a reason. Skipped contacts stay skipped.
#[utoipa::path(
    delete,
    path = "/api/v1/do-not-call/{phone}",
    tag = "do-not-call",
    params(("phone" = String, Path, description = "The number, E.164 with or without `+`."), RemoveDoNotCall),
    responses((status = 204, description = "Done."))
)]
pub async fn do_not_call_remove(
    user: Operator,
    State(state): State<AppState>,
    Path(phone): Path<String>,
    Query(query): Query<RemoveDoNotCall>,
) -> Result<Response, Problem> {
    let reason = query.reason.trim();
    if reason.is_empty() || reason.chars().count() > 500 {
        return Err(Problem::field("reason", "Say why this number may be called again, in at most 500 characters."));
    }
    let digits = phone.trim_start_matches('+').parse().ok();
    let number = digits.and_then(PhoneNumber::from_digits).ok_or_else(|| Problem::not_found("entry"))?;
    let removed = state.store.number_unblock(user.workspace, number, &user.name, reason, state.now()).await?;
    if !removed {
        return Err(Problem::not_found("entry"));
    }
    let audited = Audited::of(number.masked()).with(json!({ "reason": reason }));
    Ok((StatusCode::NO_CONTENT, Extension(audited)).into_response())
}
