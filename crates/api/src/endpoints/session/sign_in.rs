//! `POST /api/v1/session`

use axum::extract::State;

use crate::auth::Public;
use crate::extract::Json;
use crate::model::{CurrentSession, SignIn};
use crate::problem::Problem;
use crate::state::AppState;

/// Sign in
///
/// Sets the session's cookie.
#[utoipa::path(
    post,
    path = "/api/v1/session",
    tag = "session",
    request_body = SignIn,
    responses((status = 200, description = "Done.", body = CurrentSession))
)]
pub async fn session_sign_in(
    _user: Public,
    State(_state): State<AppState>,
    Json(_body): Json<SignIn>,
) -> Result<Json<CurrentSession>, Problem> {
    Err(Problem::not_built())
}
