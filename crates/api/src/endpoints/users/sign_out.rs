//! `DELETE /api/v1/users/{id}/sessions/{session}`

use axum::extract::State;
use axum::http::StatusCode;

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
    _user: Viewer,
    State(_state): State<AppState>,
    Path((_id, _session)): Path<(UserId, SessionId)>,
) -> Result<StatusCode, Problem> {
    Err(Problem::not_built())
}
