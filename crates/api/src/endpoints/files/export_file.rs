//! `GET /api/v1/exports/{id}/file`

use axum::extract::State;
use axum::response::Response;

use crate::auth::Viewer;
use crate::extract::Path;
use crate::ids::ExportId;
use crate::problem::Problem;
use crate::state::AppState;

/// The file of an export
#[utoipa::path(
    get,
    path = "/api/v1/exports/{id}/file",
    tag = "files",
    params(("id" = ExportId, Path, description = "The export.")),
    responses((status = 200, description = "The file.", body = String, content_type = "application/octet-stream"))
)]
pub async fn export_file(
    _user: Viewer,
    State(_state): State<AppState>,
    Path(_id): Path<ExportId>,
) -> Result<Response, Problem> {
    Err(Problem::not_built())
}
