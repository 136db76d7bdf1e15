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
    _user: Operator,
    State(_state): State<AppState>,
    Path(_id): Path<CallId>,
) -> Result<StatusCode, Problem> {
    Err(Problem::not_built())
}
