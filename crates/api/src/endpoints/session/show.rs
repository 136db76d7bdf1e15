//! `GET /api/v1/session`

use axum::extract::State;

use super::start;
use crate::auth::Viewer;
use crate::extract::Json;
use crate::model::CurrentSession;
use crate::problem::Problem;
use crate::state::AppState;

/// Who is signed in
#[utoipa::path(
    get,
    path = "/api/v1/session",
    tag = "session",
    responses((status = 200, description = "Done.", body = CurrentSession))
)]
pub async fn session_show(user: Viewer, State(state): State<AppState>) -> Result<Json<CurrentSession>, Problem> {
    let mut current = start::current(&state, user.workspace, user.user, user.session()).await?;
    // A key may do less than the user who made it.
    current.role = user.role.into();
    Ok(Json(current))
}
