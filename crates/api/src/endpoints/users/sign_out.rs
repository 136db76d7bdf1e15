//! `DELETE /api/v1/users/{id}/sessions/{session}`

use axum::extract::State;
use axum::http::StatusCode;

use super::sessions::may_see;
use crate::auth::Viewer;
use crate::extract::Path;
use crate::ids::{SessionId, UserId};
use crate::problem::Problem;
use crate::state::AppState;

/// Sign out a session of a user
///
/// Your own; those of others as administrator.
#[utoipa::path(
    delete,
    path = "/api/v1/users/{id}/sessions/{session}",
    tag = "users",
    params(("id" = UserId, Path, description = "The user."), ("session" = SessionId, Path, description = "The session.")),
    responses((status = 204, description = "Done."))
)]
pub async fn user_sign_out(
    user: Viewer,
    State(state): State<AppState>,
    Path((id, session)): Path<(UserId, SessionId)>,
) -> Result<StatusCode, Problem> {
    may_see(&user, id)?;
    if state.store.session_end(user.workspace, id.0, session.0).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Problem::not_found("session"))
    }
}
