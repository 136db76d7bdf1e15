//! `POST /api/v1/session/link`

use axum::Extension;
use axum::extract::{ConnectInfo, State};
use axum::http::HeaderMap;
use axum::response::Response;
use carillon_domain::access::{LinkPurpose, Role};
use carillon_store::{LinkUse, NewUser, OneTimeLink, StoreError};

use super::start;
use crate::auth::{Public, password};
use crate::extract::Json;
use crate::model::{CurrentSession, UseLink};
use crate::problem::{Code, Problem};
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
    _anybody: Public,
    State(state): State<AppState>,
    connection: Option<Extension<ConnectInfo<std::net::SocketAddr>>>,
    headers: HeaderMap,
    Json(body): Json<UseLink>,
) -> Result<Response, Problem> {
    let (workspace, link) = start::link(&state, &body.token).await?;
    let how = how(&state, &link, body).await?;
    let user = state.store.link_use(workspace, link, how).await.map_err(|error| match error {
        StoreError::NotFound { what: "link" } => Problem::of(Code::LinkInvalid),
        error => error.into(),
    })?;
    start::session(&state, workspace, user, &headers, start::address(connection)).await
}

async fn how(state: &AppState, link: &OneTimeLink, body: UseLink) -> Result<LinkUse, Problem> {
    if link.purpose == LinkPurpose::SignIn {
        return Ok(LinkUse::SignIn);
    }
    let chosen = body.password.ok_or_else(|| Problem::field("password", "Choose a password."))?;
    let name = body.name.as_deref().map(|name| start::name("name", name)).transpose()?;
    if link.purpose != LinkPurpose::FirstStart {
        password::check_choice("password", &chosen, "")?;
        return Ok(LinkUse::Password { password: password::hash(chosen).await?, name });
    }
    let login = start::checked_login(body.login.as_deref().unwrap_or(""))?;
    password::check_choice("password", &chosen, &login)?;
    let password = Some(password::hash(chosen).await?);
    let name = name.unwrap_or_else(|| login.clone());
    Ok(LinkUse::FirstAdministrator(NewUser { login, name, role: Role::Admin, password, now: state.now() }))
}
