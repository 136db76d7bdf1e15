//! `POST /api/v1/trunks`

use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use carillon_store::NewTrunk as StoreNewTrunk;
use serde_json::json;

use super::shown;
use crate::auth::Admin;
use crate::endpoints::session::start;
use crate::extract::{ETag, Json};
use crate::middleware::Audited;
use crate::model::{NewTrunk, Trunk};
use crate::problem::Problem;
use crate::state::AppState;

/// Add a trunk
#[utoipa::path(
    post,
    path = "/api/v1/trunks",
    tag = "trunks",
    request_body = NewTrunk,
    responses((status = 201, description = "Made.", body = Trunk))
)]
pub async fn trunk_create(
    user: Admin,
    State(state): State<AppState>,
    Json(body): Json<NewTrunk>,
) -> Result<Response, Problem> {
    let name = start::name("name", &body.name)?;
    let settings = body.settings.checked()?;
    let password = shown::sealed(&state, body.password)?;
    let new = StoreNewTrunk { name, settings, password, now: state.now() };
    let id = state.store.trunk_create(user.workspace, new).await?;
    state.control.trunks_changed(user.workspace).await?;
    let trunk: Trunk = shown::one(&state, &user, id).await?;
    let audited = Audited::of(id).with(json!({ "name": trunk.name, "settings": trunk.settings }));
    Ok((StatusCode::CREATED, Extension(audited), ETag(trunk.version), Json(trunk)).into_response())
}
