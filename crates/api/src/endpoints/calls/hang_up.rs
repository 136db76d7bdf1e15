//! `POST /api/v1/calls/{id}/hang-up`

use axum::extract::State;
use axum::http::StatusCode;

use crate::auth::Operator;
use crate::extract::Path;
use crate::ids::CallId;
use crate::problem::Problem;
use crate::state::AppState;

/// Hang up a call in progress
#[utoipa::path(
    post,
    path = "/api/v1/calls/{id}/hang-up",
    tag = "calls",
    params(("id" = CallId, Path, description = "The call.")),
    responses((status = 204, description = "Done."))
)]
pub async fn call_hang_up(
    user: Operator,
    State(state): State<AppState>,
    Path(id): Path<CallId>,
) -> Result<StatusCode, Problem> {
    let call = state.store.call_fetch(user.workspace, id.0).await?;
    call.ok_or_else(|| Problem::not_found("call"))?;
    state.control.hang_up(user.workspace, id.0).await?;
    Ok(StatusCode::NO_CONTENT)
}
