//! `GET /api/v1/imports/{id}`

use axum::extract::State;

use crate::auth::Viewer;
use crate::extract::{Json, Path};
use crate::ids::ImportId;
use crate::model::Import;
use crate::problem::Problem;
use crate::state::AppState;
use crate::view::import;

/// How far an import is
#[utoipa::path(
    get,
    path = "/api/v1/imports/{id}",
    tag = "files",
    params(("id" = ImportId, Path, description = "The import.")),
    responses((status = 200, description = "Done.", body = Import))
)]
pub async fn import_show(
    user: Viewer,
    State(state): State<AppState>,
    Path(id): Path<ImportId>,
) -> Result<Json<Import>, Problem> {
    let found = state.store.import_fetch(user.workspace, id.0).await?;
    Ok(Json(import::import(&found.ok_or_else(|| Problem::not_found("import"))?)))
}
