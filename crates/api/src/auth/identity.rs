//! The one who asks.

use std::time::Duration;

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use carillon_domain::access::Role;
use carillon_domain::{Actor, ApiKeyId, SessionId, UserId, WorkspaceId};

use super::{cookie, token};
use crate::problem::{Code, Problem};
use crate::state::AppState;

/// How long a session lasts after its last use.
pub const SESSION_LASTS: Duration = Duration::from_secs(14 * 24 * 3600);
/// The last use is noted to the minute.
const NOTED_EVERY: Duration = Duration::from_secs(60);

/// By what they are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Via {
    /// A signed-in browser.
    Session(SessionId),
    /// An API key.
    Key(ApiKeyId),
}

/// Somebody who is signed in, or a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The only workspace whose things they reach.
    pub workspace: WorkspaceId,
    /// The user; for a key, the one who made it.
    pub user: UserId,
    /// As shown to others: the user's name, or "key NAME".
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// By what they are known.
    pub via: Via,
}

impl Identity {
    /// Who did something, as records keep it.
    pub fn actor(&self) -> Actor {
        Actor::User(self.name.clone())
    }

    /// Their session, when it is one.
    pub fn session(&self) -> Option<SessionId> {
        match self.via {
            Via::Session(id) => Some(id),
            Via::Key(_) => None,
        }
    }

    /// The number under which their Idempotency-Keys are kept.
    pub(crate) fn number(&self) -> i64 {
        match self.via {
            Via::Session(_) => self.user.raw(),
            Via::Key(id) => id.raw(),
        }
    }
}

/// Finds out who asks: an API key in `Authorization`, else the session of the cookie. Another scheme in `Authorization` is for a proxy before
/// us; without a cookie it is told as a wrong key.
pub(crate) async fn identify(state: &AppState, headers: &HeaderMap) -> Result<Identity, Problem> {
    match (bearer(headers), cookie::token(state, headers)) {
        (Some(key), _) => by_key(state, key).await,
        (None, Some(token)) => by_session(state, token).await,
        (None, None) if headers.contains_key(AUTHORIZATION) => Err(Problem::of(Code::WrongKey)),
        (None, None) => Err(Problem::of(Code::SignedOut)),
    }
}

/// The key in `Authorization: Bearer KEY`; the scheme's case does not count.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, key) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| key.trim())
}

/// Whether who opened a stream with these headers is still signed in; noted as no use of the session. Unknown counts as signed in.
pub(crate) async fn still_signed_in(state: &AppState, headers: &HeaderMap) -> bool {
    let now = state.now();
    let found = match (bearer(headers), cookie::token(state, headers)) {
        (Some(key), _) => {
            let Some(workspace) = token::key_workspace(key) else { return false };
            let found = state.store.api_key_by_token(workspace, &token::token_hash(key), now).await;
            found.map(|key| key.is_some())
        }
        (None, Some(text)) => {
            let Some(workspace) = token::token_workspace(text) else { return false };
            let found = state.store.session_by_token(workspace, &token::token_hash(text), now).await;
            found.map(|session| session.is_some())
        }
        (None, None) => return false,
    };
    found.unwrap_or_else(|error| {
        tracing::warn!(%error, "whether a session still lasts could not be read; its stream stays open");
        true
    })
}

async fn by_key(state: &AppState, key: &str) -> Result<Identity, Problem> {
    let now = state.now();
    let workspace = token::key_workspace(key).ok_or_else(|| Problem::of(Code::WrongKey))?;
    let found = state.store.api_key_by_token(workspace, &token::token_hash(key), now).await?;
    let key = found.ok_or_else(|| Problem::of(Code::WrongKey))?;
    // Only keys that there are count: made-up ones would crowd them out.
    state.limits.request_by_key(&key.id.to_string(), now)?;
    if key.last_used_at.is_none_or(|at| at + NOTED_EVERY <= now) {
        state.store.api_key_seen(workspace, key.id, now).await?;
    }
    Ok(Identity { workspace, user: key.user, name: format!("key {}", key.name), role: key.role, via: Via::Key(key.id) })
}

async fn by_session(state: &AppState, text: &str) -> Result<Identity, Problem> {
    let now = state.now();
    let signed_out = || Problem::of(Code::SignedOut);
    let workspace = token::token_workspace(text).ok_or_else(signed_out)?;
    let found = state.store.session_by_token(workspace, &token::token_hash(text), now).await?;
    let (session, user) = found.ok_or_else(signed_out)?;
    if session.last_seen_at + NOTED_EVERY <= now {
        state.store.session_seen(workspace, session.id, user.id, now + SESSION_LASTS, now).await?;
    }
    Ok(Identity { workspace, user: user.id, name: user.name, role: user.role, via: Via::Session(session.id) })
}
