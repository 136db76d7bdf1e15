//! `DELETE /api/v1/session`

use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};

use crate::auth::{Viewer, clear_cookie};
use crate::problem::Problem;
use crate::state::AppState;

/// Sign out
#[utoipa::path(
    delete,
    path = "/api/v1/session",
    tag = "session",
    responses((status = 204, description = "Done."))
)]
pub async fn session_sign_out(
    user: Viewer,
    State(state): State<AppState>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    if let Some(session) = user.session() {
        state.store.session_end(user.workspace, user.user, session).await?;
    }
    Ok((StatusCode::NO_CONTENT, [(SET_COOKIE, clear_cookie(&state, &headers))]).into_response())
}
