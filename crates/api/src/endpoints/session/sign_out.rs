//! `DELETE /api/v1/session`

use axum::extract::State;
use axum::http::StatusCode;

use crate::auth::Viewer;
use crate::problem::Problem;
use crate::state::AppState;

/// Sign out
#[utoipa::path(
    delete,
    path = "/api/v1/session",
    tag = "session",
    responses((status = 204, description = "Done."))
)]
pub async fn session_sign_out(_user: Viewer, State(_state): State<AppState>) -> Result<StatusCode, Problem> {
    Err(Problem::not_built())
}
