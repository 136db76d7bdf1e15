//! `POST /api/v1/session/link/info`

use axum::extract::State;

use crate::auth::Public;
use crate::extract::Json;
use crate::model::{LinkInfo, LinkToken};
use crate::problem::Problem;
use crate::state::AppState;

/// What a one-time link asks for
///
/// Uses nothing up.
#[utoipa::path(
    post,
    path = "/api/v1/session/link/info",
    tag = "session",
    request_body = LinkToken,
    responses((status = 200, description = "Done.", body = LinkInfo))
)]
pub async fn session_link_info(
    _user: Public,
    State(_state): State<AppState>,
    Json(_body): Json<LinkToken>,
) -> Result<Json<LinkInfo>, Problem> {
    Err(Problem::not_built())
}
