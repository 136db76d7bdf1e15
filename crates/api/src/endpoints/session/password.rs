//! `PUT /api/v1/session/password`

use axum::extract::State;
use axum::http::StatusCode;

use crate::auth::{Viewer, password};
use crate::extract::Json;
use crate::model::ChangePassword;
use crate::problem::{Code, Problem};
use crate::state::AppState;

/// Change your own password
///
/// Signs out all other sessions of the user.
#[utoipa::path(
    put,
    path = "/api/v1/session/password",
    tag = "session",
    request_body = ChangePassword,
    responses((status = 204, description = "Done."))
)]
pub async fn session_password(
    user: Viewer,
    State(state): State<AppState>,
    Json(body): Json<ChangePassword>,
) -> Result<StatusCode, Problem> {
    let Some(session) = user.session() else {
        return Err(Problem::new(Code::RoleMissing, "An API key can't change a password; sign in.".to_owned()));
    };
    let stored = state.store.user_fetch(user.workspace, user.user).await?;
    let stored = stored.ok_or_else(|| Problem::of(Code::SignedOut))?;
    let guess = format!("password of {}", user.user);
    // Somebody who came in by a link has none yet.
    if stored.password.is_some() {
        let attempt = state.limits.try_sign_in(&stored.login, &guess, state.now())?;
        match password::verify(body.current, stored.password).await {
            Ok(true) => state.limits.signed_in(&attempt),
            Ok(false) => return Err(Problem::field("current", "This is not the password until now.")),
            Err(problem) => {
                state.limits.no_attempt(&attempt);
                return Err(problem);
            }
        }
    }
    password::check_choice("new", &body.new, &stored.login)?;
    let hash = password::hash(body.new).await?;
    state.store.user_password(user.workspace, user.user, &hash, Some(session)).await?;
    Ok(StatusCode::NO_CONTENT)
}
