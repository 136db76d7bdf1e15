//! `GET /api/v1/users/{id}/sessions`

use axum::extract::State;
use carillon_domain::access::Role;

use crate::auth::Viewer;
use crate::extract::{Json, Path};
use crate::ids::UserId;
use crate::model::{UserSession, UserSessionList};
use crate::problem::{Code, Problem};
use crate::state::AppState;

/// Sessions of a user
///
/// Your own; those of others as administrator.
#[utoipa::path(
    get,
    path = "/api/v1/users/{id}/sessions",
    tag = "users",
    params(("id" = UserId, Path, description = "The user.")),
    responses((status = 200, description = "Done.", body = UserSessionList))
)]
pub async fn user_sessions(
    user: Viewer,
    State(state): State<AppState>,
    Path(id): Path<UserId>,
) -> Result<Json<UserSessionList>, Problem> {
    may_see(&user, id)?;
    if state.store.user_fetch(user.workspace, id.0).await?.is_none() {
        return Err(Problem::not_found("user"));
    }
    let sessions = state.store.session_list(user.workspace, id.0, state.now()).await?;
    let items = sessions
        .into_iter()
        .map(|session| UserSession {
            id: session.id.into(),
            current: user.session() == Some(session.id),
            created_at: session.created_at.into(),
            last_seen_at: session.last_seen_at.into(),
            expires_at: session.expires_at.into(),
            user_agent: session.user_agent,
            address: session.address,
        })
        .collect();
    Ok(Json(UserSessionList { items }))
}

/// One's own sessions, or those of anybody as administrator.
pub(super) fn may_see(user: &Viewer, id: UserId) -> Result<(), Problem> {
    if user.user == id.0 || user.role == Role::Admin {
        Ok(())
    } else {
        Err(Problem::new(Code::RoleMissing, "Sessions of others are for administrators.".to_owned()))
    }
}
