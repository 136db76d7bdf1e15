//! `POST /api/v1/session/link/info`

use axum::extract::State;

use super::start;
use crate::auth::Public;
use crate::codes::LinkPurpose;
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
    _anybody: Public,
    State(state): State<AppState>,
    Json(body): Json<LinkToken>,
) -> Result<Json<LinkInfo>, Problem> {
    let (workspace, link) = start::link(&state, &body.token).await?;
    let user = match link.user {
        Some(id) => state.store.user_fetch(workspace, id).await?,
        None => None,
    };
    let purpose = LinkPurpose(link.purpose);
    let (login, name) = user.map(|user| (user.login, user.name)).unzip();
    let needs_password = link.purpose != carillon_domain::access::LinkPurpose::SignIn;
    Ok(Json(LinkInfo { purpose, login, name, needs_password, expires_at: link.expires_at.into() }))
}
