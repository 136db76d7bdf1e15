//! `POST /api/v1/users/{id}/link`

use axum::extract::State;
use axum::http::StatusCode;

use crate::auth::Admin;
use crate::extract::{Json, Path};
use crate::ids::UserId;
use crate::model::OneTimeLink;
use crate::problem::Problem;
use crate::state::AppState;

/// A new one-time link for a user
///
/// To choose a password. Earlier links of the user no longer work. It is shown once.
#[utoipa::path(
    post,
    path = "/api/v1/users/{id}/link",
    tag = "users",
    params(("id" = UserId, Path, description = "The user.")),
    responses((status = 201, description = "Made.", body = OneTimeLink))
)]
pub async fn user_link(
    _user: Admin,
    State(_state): State<AppState>,
    Path(_id): Path<UserId>,
) -> Result<(StatusCode, Json<OneTimeLink>), Problem> {
    Err(Problem::not_built())
}
