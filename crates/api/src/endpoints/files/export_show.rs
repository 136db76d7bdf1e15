//! `GET /api/v1/exports/{id}`

use axum::extract::State;

use crate::auth::Viewer;
use crate::extract::{Json, Path};
use crate::ids::ExportId;
use crate::model::Export;
use crate::problem::Problem;
use crate::state::AppState;
use crate::view::export::export as shown;

/// How far an export is
#[utoipa::path(
    get,
    path = "/api/v1/exports/{id}",
    tag = "files",
    params(("id" = ExportId, Path, description = "The export.")),
    responses((status = 200, description = "Done.", body = Export))
)]
pub async fn export_show(
    user: Viewer,
    State(state): State<AppState>,
    Path(id): Path<ExportId>,
) -> Result<Json<Export>, Problem> {
    let found = state.store.export_fetch(user.workspace, id.0).await?;
    Ok(Json(shown(&found.ok_or_else(|| Problem::not_found("export"))?)?))
}
