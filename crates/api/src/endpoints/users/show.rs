//! `GET /api/v1/users/{id}`

use axum::extract::State;

use crate::auth::Admin;
use crate::extract::{Json, Path};
use crate::ids::UserId;
use crate::model::User;
use crate::problem::Problem;
use crate::state::AppState;

/// A user
#[utoipa::path(
    get,
    path = "/api/v1/users/{id}",
    tag = "users",
    params(("id" = UserId, Path, description = "The user.")),
    responses((status = 200, description = "Done.", body = User))
)]
pub async fn user_show(
    _user: Admin,
    State(_state): State<AppState>,
    Path(_id): Path<UserId>,
) -> Result<Json<User>, Problem> {
    Err(Problem::not_built())
}
