//! `GET /api/v1/exports/{id}`

use axum::extract::State;

use crate::auth::Viewer;
use crate::extract::{Json, Path};
use crate::ids::ExportId;
use crate::model::Export;
use crate::problem::Problem;
use crate::state::AppState;

/// How far an export is
#[utoipa::path(
    get,
    path = "/api/v1/exports/{id}",
    tag = "files",
    params(("id" = ExportId, Path, description = "The export.")),
    responses((status = 200, description = "Done.", body = Export))
)]
pub async fn export_show(
    _user: Viewer,
    State(_state): State<AppState>,
    Path(_id): Path<ExportId>,
) -> Result<Json<Export>, Problem> {
    Err(Problem::not_built())
}
