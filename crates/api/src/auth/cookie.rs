//! The session's cookie.

use axum::http::HeaderMap;
use axum::http::header::COOKIE;

use crate::spec::SESSION_COOKIE;
use crate::state::AppState;

/// The cookie that signs in. HttpOnly: no script reads it. SameSite=Lax: other sites can't write with it.
pub(crate) fn session_cookie(state: &AppState, token: &str) -> String {
    let seconds = super::SESSION_LASTS.as_secs();
    format!("{SESSION_COOKIE}={token}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{}", secure(state))
}

/// The cookie that signs out.
pub(crate) fn clear_cookie(state: &AppState) -> String {
    format!("{SESSION_COOKIE}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0{}", secure(state))
}

fn secure(state: &AppState) -> &'static str {
    if state.config.is_https() { "; Secure" } else { "" }
}

/// The token in a request's cookies.
pub(crate) fn token(headers: &HeaderMap) -> Option<&str> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, token)| *name == SESSION_COOKIE && !token.is_empty())
        .map(|(_, token)| token)
}
