//! `GET /api/v1/template.csv`

use axum::extract::State;
use axum::response::Response;

use crate::auth::Viewer;
use crate::problem::Problem;
use crate::state::AppState;

/// A file to start from
#[utoipa::path(
    get,
    path = "/api/v1/template.csv",
    tag = "files",
    responses((status = 200, description = "The file.", body = String, content_type = "text/csv"))
)]
pub async fn template_csv(_user: Viewer, State(_state): State<AppState>) -> Result<Response, Problem> {
    Err(Problem::not_built())
}
