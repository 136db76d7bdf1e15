//! `DELETE /api/v1/exports/{id}`

use axum::extract::State;
use axum::http::StatusCode;
use carillon_store::WorkState;

use crate::auth::Viewer;
use crate::extract::Path;
use crate::ids::ExportId;
use crate::limits::EXPORT_KEPT;
use crate::problem::Problem;
use crate::state::AppState;
use crate::work::export_remove;

/// Cancel or delete an export
///
/// One that is not over ends as canceled; of one that is over the file is deleted too.
#[utoipa::path(
    delete,
    path = "/api/v1/exports/{id}",
    tag = "files",
    params(("id" = ExportId, Path, description = "The export.")),
    responses((status = 204, description = "Done."))
)]
pub async fn export_delete(
    user: Viewer,
    State(state): State<AppState>,
    Path(id): Path<ExportId>,
) -> Result<StatusCode, Problem> {
    let now = state.now();
    let found = state.store.export_remove(user.workspace, id.0, now + EXPORT_KEPT, now).await?;
    let export = found.ok_or_else(|| Problem::not_found("export"))?;
    // In another machine's folder its own tidying finds the file.
    if export.folder == state.config.folder && export.state == WorkState::Done {
        export_remove(&state, &export).await;
    }
    Ok(StatusCode::NO_CONTENT)
}
