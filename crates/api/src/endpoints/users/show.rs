//! `GET /api/v1/users/{id}`

use axum::extract::State;

use super::kept;
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
    user: Admin,
    State(state): State<AppState>,
    Path(id): Path<UserId>,
) -> Result<Json<User>, Problem> {
    let users = kept::all(state.store.user_list(user.workspace).await?);
    users.into_iter().find(|user| user.id == id).map(Json).ok_or_else(|| Problem::not_found("user"))
}
