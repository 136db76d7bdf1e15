//! `PUT /api/v1/session/password`

use axum::extract::State;
use axum::http::StatusCode;

use crate::auth::Viewer;
use crate::extract::Json;
use crate::model::ChangePassword;
use crate::problem::Problem;
use crate::state::AppState;

/// Change your own password
///
/// Signs out all other sessions of the user.
#[utoipa::path(
    put,
    path = "/api/v1/session/password",
    tag = "session",
    request_body = ChangePassword,
    responses((status = 204, description = "Done."))
)]
pub async fn session_password(
    _user: Viewer,
    State(_state): State<AppState>,
    Json(_body): Json<ChangePassword>,
) -> Result<StatusCode, Problem> {
    Err(Problem::not_built())
}
