//! `GET /api/v1/users`

use axum::extract::State;

use super::kept;
use crate::auth::Admin;
use crate::extract::Json;
use crate::model::UserList;
use crate::problem::Problem;
use crate::state::AppState;

/// Users
#[utoipa::path(
    get,
    path = "/api/v1/users",
    tag = "users",
    responses((status = 200, description = "Done.", body = UserList))
)]
pub async fn user_list(user: Admin, State(state): State<AppState>) -> Result<Json<UserList>, Problem> {
    let users = state.store.user_list(user.workspace).await?;
    Ok(Json(UserList { items: kept::all(users) }))
}
