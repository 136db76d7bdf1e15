//! `DELETE /api/v1/api-keys/{id}`

use axum::extract::State;
use axum::http::StatusCode;

use crate::auth::Admin;
use crate::extract::Path;
use crate::ids::ApiKeyId;
use crate::problem::Problem;
use crate::state::AppState;

/// Revoke an API key
///
/// Requests with it fail from now on.
#[utoipa::path(
    delete,
    path = "/api/v1/api-keys/{id}",
    tag = "users",
    params(("id" = ApiKeyId, Path, description = "The key.")),
    responses((status = 204, description = "Done."))
)]
pub async fn api_key_revoke(
    user: Admin,
    State(state): State<AppState>,
    Path(id): Path<ApiKeyId>,
) -> Result<StatusCode, Problem> {
    if state.store.api_key_revoke(user.workspace, id.0).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Problem::not_found("API key"))
    }
}
