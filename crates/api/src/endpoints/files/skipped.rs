//! `GET /api/v1/imports/{id}/skipped`

use axum::extract::State;

use crate::auth::Viewer;
use crate::extract::{Json, Path};
use crate::ids::ImportId;
use crate::model::SkippedRows;
use crate::problem::Problem;
use crate::state::AppState;
use crate::view::import;

/// Examples of each reason.
const EXAMPLES: u32 = 5;

/// Skipped rows, grouped by reason
#[utoipa::path(
    get,
    path = "/api/v1/imports/{id}/skipped",
    tag = "files",
    params(("id" = ImportId, Path, description = "The import.")),
    responses((status = 200, description = "Done.", body = SkippedRows))
)]
pub async fn import_skipped(
    user: Viewer,
    State(state): State<AppState>,
    Path(id): Path<ImportId>,
) -> Result<Json<SkippedRows>, Problem> {
    let found = state.store.import_fetch(user.workspace, id.0).await?;
    let of = found.ok_or_else(|| Problem::not_found("import"))?;
    let mut groups = Vec::with_capacity(of.skips.len());
    for (reason, count) in &of.skips {
        let rows = state.store.import_skipped(user.workspace, &of, Some(*reason), 0, EXAMPLES).await?;
        groups.push(import::skipped_group(*reason, *count, rows));
    }
    groups.sort_by_key(|group| std::cmp::Reverse(group.count));
    Ok(Json(SkippedRows { total: of.rows_done, pending: of.pending, skipped: of.skipped, groups }))
}
