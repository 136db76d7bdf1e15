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
    _user: Admin,
    State(_state): State<AppState>,
    Path(_id): Path<ApiKeyId>,
) -> Result<StatusCode, Problem> {
    Err(Problem::not_built())
}
