//! `PATCH /api/v1/users/{id}`

use axum::extract::State;

use crate::auth::Admin;
use crate::extract::{Json, Path};
use crate::ids::UserId;
use crate::model::{EditUser, User};
use crate::problem::Problem;
use crate::state::AppState;

/// Change a user
///
/// The last administrator keeps the role.
#[utoipa::path(
    patch,
    path = "/api/v1/users/{id}",
    tag = "users",
    params(("id" = UserId, Path, description = "The user.")),
    request_body = EditUser,
    responses((status = 200, description = "Done.", body = User))
)]
pub async fn user_edit(
    _user: Admin,
    State(_state): State<AppState>,
    Path(_id): Path<UserId>,
    Json(_body): Json<EditUser>,
) -> Result<Json<User>, Problem> {
    Err(Problem::not_built())
}
