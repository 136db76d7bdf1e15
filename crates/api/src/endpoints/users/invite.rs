//! `POST /api/v1/users`

use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use carillon_domain::access::LinkPurpose;
use carillon_store::NewUser;
use serde_json::json;

use crate::auth::{Admin, link};
use crate::endpoints::session::start;
use crate::extract::Json;
use crate::middleware::{Audited, ShownOnce};
use crate::model::{InviteUser, InvitedUser, OneTimeLink};
use crate::problem::Problem;
use crate::state::AppState;

/// Invite a user
///
/// Gives the one-time link to be handed over; it is shown once.
#[utoipa::path(
    post,
    path = "/api/v1/users",
    tag = "users",
    request_body = InviteUser,
    responses((status = 201, description = "Made.", body = InvitedUser))
)]
pub async fn user_invite(
    user: Admin,
    State(state): State<AppState>,
    Json(body): Json<InviteUser>,
) -> Result<Response, Problem> {
    let (workspace, now) = (user.workspace, state.now());
    let login = start::checked_login(&body.login)?;
    let name = start::name("name", &body.name)?;
    let new = NewUser { login, name, role: body.role.0, password: None, now };
    let id = state.store.user_create(workspace, new).await?;
    let made = state.store.user_fetch(workspace, id).await?.ok_or_else(|| Problem::not_found("user"))?;
    let link = link::create(&state.store, workspace, LinkPurpose::Invite, Some(id), now).await?;
    let url = format!("{}{}", state.public_url(workspace).await?, link.path);
    let audited = Audited::of(id).with(json!({ "login": made.login, "role": made.role.code() }));
    let answer = InvitedUser { user: made.into(), link: OneTimeLink { url, expires_at: link.expires_at.into() } };
    Ok((StatusCode::CREATED, Extension(audited), Extension(ShownOnce), Json(answer)).into_response())
}
