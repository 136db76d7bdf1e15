//! `DELETE /api/v1/imports/{id}`

use axum::extract::State;
use carillon_store::ImportEnd;

use crate::auth::Operator;
use crate::extract::{Json, Path};
use crate::ids::ImportId;
use crate::model::Import;
use crate::problem::Problem;
use crate::state::AppState;
use crate::view::import;

/// Cancel an import
///
/// The rows that are in stay; delete the draft to be rid of them. One that is over stays as it is.
#[utoipa::path(
    delete,
    path = "/api/v1/imports/{id}",
    tag = "files",
    params(("id" = ImportId, Path, description = "The import.")),
    responses((status = 200, description = "Done.", body = Import))
)]
pub async fn import_cancel(
    user: Operator,
    State(state): State<AppState>,
    Path(id): Path<ImportId>,
) -> Result<Json<Import>, Problem> {
    let import = state.store.import_end(user.workspace, id.0, ImportEnd::Canceled, state.now()).await?;
    Ok(Json(import::import(&import)))
}
