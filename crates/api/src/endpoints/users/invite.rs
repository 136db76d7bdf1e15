//! `POST /api/v1/users`

use axum::extract::State;
use axum::http::StatusCode;

use crate::auth::Admin;
use crate::extract::Json;
use crate::model::{InviteUser, InvitedUser};
use crate::problem::Problem;
use crate::state::AppState;

/// Invite a user
///
/// Gives the one-time link to be handed over; it is shown once.
#[utoipa::path(
    post,
    path = "/api/v1/users",
    tag = "users",
    request_body = InviteUser,
    responses((status = 201, description = "Made.", body = InvitedUser))
)]
pub async fn user_invite(
    _user: Admin,
    State(_state): State<AppState>,
    Json(_body): Json<InviteUser>,
) -> Result<(StatusCode, Json<InvitedUser>), Problem> {
    Err(Problem::not_built())
}
