//! `DELETE /api/v1/exports/{id}`

use axum::extract::State;
use axum::http::StatusCode;

use crate::auth::Viewer;
use crate::extract::Path;
use crate::ids::ExportId;
use crate::problem::Problem;
use crate::state::AppState;

/// Cancel or delete an export
#[utoipa::path(
    delete,
    path = "/api/v1/exports/{id}",
    tag = "files",
    params(("id" = ExportId, Path, description = "The export.")),
    responses((status = 204, description = "Done."))
)]
pub async fn export_delete(
    _user: Viewer,
    State(_state): State<AppState>,
    Path(_id): Path<ExportId>,
) -> Result<StatusCode, Problem> {
    Err(Problem::not_built())
}
