//! `GET /api/v1/uploads/{id}`

use axum::extract::State;

use crate::auth::Operator;
use crate::extract::{Json, Path, Query};
use crate::ids::UploadId;
use crate::model::{UploadPreview, UploadQuery};
use crate::problem::Problem;
use crate::state::AppState;

/// Look at an uploaded file
///
/// Format, columns with samples, suggested mapping. The query overrules the detection.
#[utoipa::path(
    get,
    path = "/api/v1/uploads/{id}",
    tag = "files",
    params(("id" = UploadId, Path, description = "The upload."), UploadQuery),
    responses((status = 200, description = "Done.", body = UploadPreview))
)]
pub async fn upload_show(
    _user: Operator,
    State(_state): State<AppState>,
    Path(_id): Path<UploadId>,
    Query(_query): Query<UploadQuery>,
) -> Result<Json<UploadPreview>, Problem> {
    Err(Problem::not_built())
}
