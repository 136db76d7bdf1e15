//! `DELETE /api/v1/users/{id}`

use axum::extract::State;
use axum::http::StatusCode;

use crate::auth::Admin;
use crate::extract::Path;
use crate::ids::UserId;
use crate::problem::Problem;
use crate::state::AppState;

/// Remove a user
///
/// Ends all their sessions and keys. The last administrator stays.
#[utoipa::path(
    delete,
    path = "/api/v1/users/{id}",
    tag = "users",
    params(("id" = UserId, Path, description = "The user.")),
    responses((status = 204, description = "Done."))
)]
pub async fn user_remove(
    user: Admin,
    State(state): State<AppState>,
    Path(id): Path<UserId>,
) -> Result<StatusCode, Problem> {
    if state.store.user_remove(user.workspace, id.0).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Problem::not_found("user"))
    }
}
