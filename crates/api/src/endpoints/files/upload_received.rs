//! `GET /api/v1/uploads/{id}/received`

use axum::extract::State;

use super::uploaded::{known, settle};
use crate::auth::Operator;
use crate::extract::{Json, Path};
use crate::files;
use crate::ids::UploadId;
use crate::model::Upload;
use crate::problem::Problem;
use crate::state::AppState;
use crate::view::import;

/// Ask how much of an uploaded file has come
///
/// After a pause or a broken connection: the next part begins after `received` bytes.
#[utoipa::path(
    get,
    path = "/api/v1/uploads/{id}/received",
    tag = "files",
    params(("id" = UploadId, Path, description = "The upload.")),
    responses((status = 200, description = "Done.", body = Upload))
)]
pub async fn upload_received(
    user: Operator,
    State(state): State<AppState>,
    Path(id): Path<UploadId>,
) -> Result<Json<Upload>, Problem> {
    let upload = known(&state, user.workspace, id.0).await?;
    let received = files::received(&state, id.0).await?;
    let upload = settle(&state, user.workspace, upload, received).await?;
    Ok(Json(import::upload(&upload, received)))
}
