//! `GET /api/v1/imports/{id}`

use axum::extract::State;

use crate::auth::Viewer;
use crate::extract::{Json, Path};
use crate::ids::ImportId;
use crate::model::Import;
use crate::problem::Problem;
use crate::state::AppState;

/// How far an import is
#[utoipa::path(
    get,
    path = "/api/v1/imports/{id}",
    tag = "files",
    params(("id" = ImportId, Path, description = "The import.")),
    responses((status = 200, description = "Done.", body = Import))
)]
pub async fn import_show(
    _user: Viewer,
    State(_state): State<AppState>,
    Path(_id): Path<ImportId>,
) -> Result<Json<Import>, Problem> {
    Err(Problem::not_built())
}
