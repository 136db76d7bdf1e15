//! `POST /api/v1/users/{id}/link`

use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use carillon_domain::access::LinkPurpose;

use crate::auth::{Admin, link};
use crate::extract::{Json, Path};
use crate::ids::UserId;
use crate::middleware::ShownOnce;
use crate::model::OneTimeLink;
use crate::problem::Problem;
use crate::state::AppState;

/// A new one-time link for a user
///
/// To choose a password. Earlier links of the user no longer work. It is shown once.
#[utoipa::path(
    post,
    path = "/api/v1/users/{id}/link",
    tag = "users",
    params(("id" = UserId, Path, description = "The user.")),
    responses((status = 201, description = "Made.", body = OneTimeLink))
)]
pub async fn user_link(
    user: Admin,
    State(state): State<AppState>,
    Path(id): Path<UserId>,
) -> Result<Response, Problem> {
    let found = state.store.user_fetch(user.workspace, id.0).await?.ok_or_else(|| Problem::not_found("user"))?;
    let purpose = if found.is_active() { LinkPurpose::Reset } else { LinkPurpose::Invite };
    let link = link::create(&state.store, user.workspace, purpose, Some(id.0), state.now()).await?;
    let url = format!("{}{}", state.public_url(user.workspace).await?, link.path);
    let answer = OneTimeLink { url, expires_at: link.expires_at.into() };
    Ok((StatusCode::CREATED, Extension(ShownOnce), Json(answer)).into_response())
}
