//! `DELETE /api/v1/uploads/{id}`

use axum::extract::State;
use axum::http::StatusCode;

use super::uploaded::known;
use crate::auth::Operator;
use crate::extract::Path;
use crate::files;
use crate::ids::UploadId;
use crate::problem::Problem;
use crate::state::AppState;

/// Delete an uploaded file
///
/// Also one of which only a part has come. Refused while an import reads it. Contacts that were imported from it stay.
#[utoipa::path(
    delete,
    path = "/api/v1/uploads/{id}",
    tag = "files",
    params(("id" = UploadId, Path, description = "The upload.")),
    responses((status = 204, description = "Done."))
)]
pub async fn upload_delete(
    user: Operator,
    State(state): State<AppState>,
    Path(id): Path<UploadId>,
) -> Result<StatusCode, Problem> {
    let upload = known(&state, user.workspace, id.0).await?;
    state.store.upload_remove(user.workspace, id.0, None).await?;
    files::delete(&state, &upload).await;
    Ok(StatusCode::NO_CONTENT)
}
