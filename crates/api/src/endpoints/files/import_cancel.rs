//! `DELETE /api/v1/imports/{id}`

use axum::extract::State;

use crate::auth::Operator;
use crate::extract::{Json, Path};
use crate::ids::ImportId;
use crate::model::Import;
use crate::problem::Problem;
use crate::state::AppState;

/// Cancel an import
///
/// The rows that are in stay; delete the draft to be rid of them.
#[utoipa::path(
    delete,
    path = "/api/v1/imports/{id}",
    tag = "files",
    params(("id" = ImportId, Path, description = "The import.")),
    responses((status = 200, description = "Done.", body = Import))
)]
pub async fn import_cancel(
    _user: Operator,
    State(_state): State<AppState>,
    Path(_id): Path<ImportId>,
) -> Result<Json<Import>, Problem> {
    Err(Problem::not_built())
}
