//! `POST /api/v1/session/link`

use axum::extract::State;

use crate::auth::Public;
use crate::extract::Json;
use crate::model::{CurrentSession, UseLink};
use crate::problem::Problem;
use crate::state::AppState;

/// Use a one-time link
///
/// Makes the first administrator, sets a password, or signs in; then the session's cookie is set.
#[utoipa::path(
    post,
    path = "/api/v1/session/link",
    tag = "session",
    request_body = UseLink,
    responses((status = 200, description = "Done.", body = CurrentSession))
)]
pub async fn session_use_link(
    _user: Public,
    State(_state): State<AppState>,
    Json(_body): Json<UseLink>,
) -> Result<Json<CurrentSession>, Problem> {
    Err(Problem::not_built())
}
