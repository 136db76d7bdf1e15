//! The session's cookie.

use axum::http::HeaderMap;
use axum::http::header::{COOKIE, ORIGIN};

use crate::spec::SESSION_COOKIE;
use crate::state::AppState;

/// The cookie that signs in the page that sent these headers. HttpOnly: no script reads it. SameSite=Lax: other sites can't write with it.
pub(crate) fn session_cookie(state: &AppState, headers: &HeaderMap, token: &str) -> String {
    let seconds = super::SESSION_LASTS.as_secs();
    format!("{}={token}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{}", name(state), secure(state, headers))
}

/// The cookie that signs out.
pub(crate) fn clear_cookie(state: &AppState, headers: &HeaderMap) -> String {
    format!("{}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0{}", name(state), secure(state, headers))
}

/// A browser keeps one cookie of a name for all ports of a machine: with the port in it, the demo and a server beside it don't sign each
/// other's people out.
fn name(state: &AppState) -> String {
    let port = state.config.listen_url.rsplit(':').next().filter(|port| port.bytes().all(|byte| byte.is_ascii_digit()));
    port.map_or_else(|| SESSION_COOKIE.to_owned(), |port| format!("{SESSION_COOKIE}_{port}"))
}

fn secure(state: &AppState, headers: &HeaderMap) -> &'static str {
    if is_https(state, headers) { "; Secure" } else { "" }
}

/// Whether the page that sent these headers was opened by https: its Origin tells, also behind a proxy that only Settings know of. Somebody
/// who opens the same server by http beside it can still sign in.
pub(crate) fn is_https(state: &AppState, headers: &HeaderMap) -> bool {
    let origin = headers.get(ORIGIN).and_then(|value| value.to_str().ok());
    state.config.is_https() || origin.is_some_and(|origin| origin.starts_with("https://"))
}

/// The token in a request's cookies.
pub(crate) fn token<'a>(state: &AppState, headers: &'a HeaderMap) -> Option<&'a str> {
    let wanted = name(state);
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, token)| *name == wanted && !token.is_empty())
        .map(|(_, token)| token)
}
