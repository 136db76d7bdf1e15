//! `GET /api/v1/imports/{id}/skipped`

use axum::extract::State;

use crate::auth::Viewer;
use crate::extract::{Json, Path};
use crate::ids::ImportId;
use crate::model::SkippedRows;
use crate::problem::Problem;
use crate::state::AppState;

/// Skipped rows, grouped by reason
#[utoipa::path(
    get,
    path = "/api/v1/imports/{id}/skipped",
    tag = "files",
    params(("id" = ImportId, Path, description = "The import.")),
    responses((status = 200, description = "Done.", body = SkippedRows))
)]
pub async fn import_skipped(
    _user: Viewer,
    State(_state): State<AppState>,
    Path(_id): Path<ImportId>,
) -> Result<Json<SkippedRows>, Problem> {
    Err(Problem::not_built())
}
