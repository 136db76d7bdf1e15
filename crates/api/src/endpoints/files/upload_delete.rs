//! `DELETE /api/v1/uploads/{id}`

use axum::extract::State;
use axum::http::StatusCode;

use crate::auth::Operator;
use crate::extract::Path;
use crate::ids::UploadId;
use crate::problem::Problem;
use crate::state::AppState;

/// Delete an uploaded file
#[utoipa::path(
    delete,
    path = "/api/v1/uploads/{id}",
    tag = "files",
    params(("id" = UploadId, Path, description = "The upload.")),
    responses((status = 204, description = "Done."))
)]
pub async fn upload_delete(
    _user: Operator,
    State(_state): State<AppState>,
    Path(_id): Path<UploadId>,
) -> Result<StatusCode, Problem> {
    Err(Problem::not_built())
}
