//! What signing in and one-time links share.

use std::net::SocketAddr;

use axum::Extension;
use axum::extract::ConnectInfo;
use axum::http::HeaderMap;
use axum::http::header::{SET_COOKIE, STRICT_TRANSPORT_SECURITY, USER_AGENT};
use axum::response::{IntoResponse, Response};
use carillon_domain::{SessionId, UserId, WorkspaceId};
use carillon_store::{NewSession, OneTimeLink};

use crate::auth::{SESSION_LASTS, is_https, session_cookie, token};
use crate::extract::Json;
use crate::limits::NAME_CHARS;
use crate::middleware::{Audited, HSTS};
use crate::model::CurrentSession;
use crate::problem::{Code, Problem};
use crate::state::AppState;

/// What people sign in with, as it is compared: without spaces around it, in lower case.
pub(crate) fn login(text: &str) -> String {
    text.trim().to_lowercase().chars().take(NAME_CHARS).collect()
}

/// A login that can be taken.
pub(crate) fn checked_login(text: &str) -> Result<String, Problem> {
    let login = login(text);
    if login.is_empty() || login.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err(Problem::field("login", "Give an e-mail address or a short name without spaces to sign in with."));
    }
    Ok(login)
}

/// A name that people read.
pub(crate) fn name(field: &str, text: &str) -> Result<String, Problem> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > NAME_CHARS || text.chars().any(char::is_control) {
        return Err(Problem::field(field, format!("A name has 1 to {NAME_CHARS} characters, all of them visible.")));
    }
    Ok(text.to_owned())
}

/// Where the request came from.
pub(crate) fn address(connection: Option<Extension<ConnectInfo<SocketAddr>>>) -> String {
    connection.map_or_else(|| "unknown".to_owned(), |Extension(ConnectInfo(address))| address.ip().to_string())
}

/// The link of a token, and its workspace.
pub(crate) async fn link(state: &AppState, text: &str) -> Result<(WorkspaceId, OneTimeLink), Problem> {
    let invalid = || Problem::of(Code::LinkInvalid);
    let workspace = token::token_workspace(text).ok_or_else(invalid)?;
    let found = state.store.link_by_token(workspace, &token::token_hash(text), state.now()).await?;
    found.map(|link| (workspace, link)).ok_or_else(invalid)
}

/// Signs a user in: the answer carries the cookie.
pub(crate) async fn session(
    state: &AppState,
    workspace: WorkspaceId,
    user: UserId,
    headers: &HeaderMap,
    address: String,
) -> Result<Response, Problem> {
    let now = state.now();
    let text = token::new_token(workspace).map_err(|error| Problem::internal(&error))?;
    let user_agent = headers.get(USER_AGENT).and_then(|value| value.to_str().ok());
    let new = NewSession {
        user,
        token_hash: token::token_hash(&text),
        expires_at: now + SESSION_LASTS,
        user_agent: user_agent.map(|text| text.chars().take(300).collect()),
        address: Some(address),
        now,
    };
    let id = state.store.session_create(workspace, new).await?;
    let current = current(state, workspace, user, Some(id)).await?;
    let who = Some((Some(user), current.user.name.clone()));
    let audited = Audited { who, target: Some(id.to_string()), details: None };
    let cookie = [(SET_COOKIE, session_cookie(state, headers, &text))];
    let mut response = (Extension(audited), cookie, Json(current)).into_response();
    if is_https(state, headers) {
        response.headers_mut().insert(STRICT_TRANSPORT_SECURITY, HSTS);
    }
    Ok(response)
}

/// Who is signed in.
pub(crate) async fn current(
    state: &AppState,
    workspace: WorkspaceId,
    user: UserId,
    session: Option<SessionId>,
) -> Result<CurrentSession, Problem> {
    let signed_out = || Problem::of(Code::SignedOut);
    let stored = state.store.user_fetch(workspace, user).await?.ok_or_else(signed_out)?;
    let found = state.store.workspace_fetch(workspace).await?.ok_or_else(signed_out)?;
    let sessions = state.store.session_list(workspace, user, state.now()).await?;
    let expires_at = sessions.into_iter().find(|s| Some(s.id) == session).map(|s| s.expires_at.into());
    Ok(CurrentSession {
        id: session.map(Into::into),
        has_password: stored.password.is_some(),
        role: stored.role.into(),
        user: stored.into(),
        expires_at,
        workspace: found.name,
        time_zone: found.settings.time_zone,
    })
}
