//! `POST /api/v1/session`

use axum::Extension;
use axum::extract::{ConnectInfo, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};

use super::start;
use crate::auth::{Public, password};
use crate::extract::Json;
use crate::middleware::Audited;
use crate::model::{CurrentSession, SignIn};
use crate::problem::{Code, Problem};
use crate::state::AppState;

/// Sign in
///
/// Sets the session's cookie.
#[utoipa::path(
    post,
    path = "/api/v1/session",
    tag = "session",
    request_body = SignIn,
    responses((status = 200, description = "Done.", body = CurrentSession))
)]
pub async fn session_sign_in(
    _anybody: Public,
    State(state): State<AppState>,
    connection: Option<Extension<ConnectInfo<std::net::SocketAddr>>>,
    headers: HeaderMap,
    Json(body): Json<SignIn>,
) -> Result<Response, Problem> {
    let workspace = state.config.workspace;
    let login = start::login(&body.login);
    let address = start::address(connection);
    state.limits.may_sign_in(&login, &address, state.now())?;
    let user = state.store.user_by_login(workspace, &login).await?;
    let hash = user.as_ref().and_then(|user| user.password.clone());
    if !password::verify(body.password, hash).await? {
        state.limits.failed_sign_in(&login, &address, state.now());
        let shown: String = login.chars().take(80).collect();
        let audited = Audited { who: Some((None, shown)), ..Audited::default() };
        return Ok((Extension(audited), Problem::of(Code::WrongLogin)).into_response());
    }
    let Some(user) = user else { return Err(Problem::of(Code::WrongLogin)) };
    state.limits.signed_in(&login, &address);
    start::session(&state, workspace, user.id, &headers, address).await
}
