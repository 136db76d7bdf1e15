//! `GET /api/v1/imports/{id}/skipped.csv`

use axum::extract::State;
use axum::response::Response;

use crate::auth::Viewer;
use crate::extract::{Path, Query};
use crate::ids::ImportId;
use crate::model::SkippedQuery;
use crate::problem::Problem;
use crate::state::AppState;

/// Skipped rows as CSV
///
/// Row, line, column, value and reason.
#[utoipa::path(
    get,
    path = "/api/v1/imports/{id}/skipped.csv",
    tag = "files",
    params(("id" = ImportId, Path, description = "The import."), SkippedQuery),
    responses((status = 200, description = "The file.", body = String, content_type = "text/csv"))
)]
pub async fn import_skipped_csv(
    _user: Viewer,
    State(_state): State<AppState>,
    Path(_id): Path<ImportId>,
    Query(_query): Query<SkippedQuery>,
) -> Result<Response, Problem> {
    Err(Problem::not_built())
}
