//! `GET /api/v1/users/{id}/sessions`

use axum::extract::State;

use crate::auth::Viewer;
use crate::extract::{Json, Path};
use crate::ids::UserId;
use crate::model::UserSessionList;
use crate::problem::Problem;
use crate::state::AppState;

/// Sessions of a user
///
/// Your own; those of others as administrator.
#[utoipa::path(
    get,
    path = "/api/v1/users/{id}/sessions",
    tag = "users",
    params(("id" = UserId, Path, description = "The user.")),
    responses((status = 200, description = "Done.", body = UserSessionList))
)]
pub async fn user_sessions(
    _user: Viewer,
    State(_state): State<AppState>,
    Path(_id): Path<UserId>,
) -> Result<Json<UserSessionList>, Problem> {
    Err(Problem::not_built())
}
