//! `GET /api/v1/do-not-call/export`

use axum::extract::State;
use axum::response::Response;

use crate::auth::Viewer;
use crate::problem::Problem;
use crate::state::AppState;

/// The list as CSV
#[utoipa::path(
    get,
    path = "/api/v1/do-not-call/export",
    tag = "do-not-call",
    responses((status = 200, description = "The file.", body = String, content_type = "text/csv"))
)]
pub async fn do_not_call_export(_user: Viewer, State(_state): State<AppState>) -> Result<Response, Problem> {
    Err(Problem::not_built())
}
