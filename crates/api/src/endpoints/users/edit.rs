//! `PATCH /api/v1/users/{id}`

use axum::Extension;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::auth::Admin;
use crate::endpoints::session::start;
use crate::extract::{Json, Path};
use crate::ids::UserId;
use crate::middleware::Audited;
use crate::model::{EditUser, User};
use crate::problem::Problem;
use crate::state::AppState;

/// Change a user
///
/// The last administrator keeps the role.
#[utoipa::path(
    patch,
    path = "/api/v1/users/{id}",
    tag = "users",
    params(("id" = UserId, Path, description = "The user.")),
    request_body = EditUser,
    responses((status = 200, description = "Done.", body = User))
)]
pub async fn user_edit(
    user: Admin,
    State(state): State<AppState>,
    Path(id): Path<UserId>,
    Json(body): Json<EditUser>,
) -> Result<Response, Problem> {
    let name = body.name.as_deref().map(|name| start::name("name", name)).transpose()?;
    let role = body.role.map(|role| role.0);
    let edited = state.store.user_edit(user.workspace, id.0, name.as_deref(), role).await?;
    let audited = Audited::of(id).with(json!({ "name": name, "role": role.map(|role| role.code()) }));
    Ok((Extension(audited), Json(User::from(edited))).into_response())
}
