//! `POST /api/v1/session`

use axum::Extension;
use axum::extract::{ConnectInfo, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use carillon_domain::UserId;

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
    let attempt = state.limits.try_sign_in(&login, &address, state.now())?;
    let known = match check(&state, &login, body.password).await {
        Ok(known) => known,
        Err(problem) => {
            state.limits.no_attempt(&attempt);
            return Err(problem);
        }
    };
    let Some(user) = known else {
        let shown: String = login.chars().take(80).collect();
        let audited = Audited { who: Some((None, shown)), ..Audited::default() };
        return Ok((Extension(audited), Problem::of(Code::WrongLogin)).into_response());
    };
    state.limits.signed_in(&attempt);
    start::session(&state, workspace, user, &headers, address).await
}

/// The user of this login, when the password is theirs.
async fn check(state: &AppState, login: &str, password: String) -> Result<Option<UserId>, Problem> {
    let user = state.store.user_by_login(state.config.workspace, login).await?;
    let (id, hash) = user.map(|user| (user.id, user.password)).unzip();
    Ok(if password::verify(password, hash.flatten()).await? { id } else { None })
}
