//! `POST /api/v1/api-keys`

use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use carillon_store::NewApiKey as StoreNewKey;
use serde_json::json;

use crate::auth::{Admin, token};
use crate::endpoints::session::start;
use crate::extract::Json;
use crate::middleware::{Audited, ShownOnce};
use crate::model::{ApiKey, CreatedApiKey, NewApiKey};
use crate::problem::Problem;
use crate::state::AppState;

/// Make an API key
///
/// The secret is shown once.
#[utoipa::path(
    post,
    path = "/api/v1/api-keys",
    tag = "users",
    request_body = NewApiKey,
    responses((status = 201, description = "Made.", body = CreatedApiKey))
)]
pub async fn api_key_create(
    user: Admin,
    State(state): State<AppState>,
    Json(body): Json<NewApiKey>,
) -> Result<Response, Problem> {
    let now = state.now();
    let name = start::name("name", &body.name)?;
    if body.expires_at.is_some_and(|at| at.0 <= now) {
        return Err(Problem::field("expires_at", "The key would have ended already."));
    }
    let secret = token::new_key(user.workspace).map_err(|error| Problem::internal(&error))?;
    let new = StoreNewKey {
        name,
        prefix: token::key_prefix(&secret),
        token_hash: token::token_hash(&secret),
        role: body.scope.role(),
        user: user.user,
        expires_at: body.expires_at.map(|at| at.0),
        now,
    };
    let details = json!({ "name": new.name, "scope": body.scope, "prefix": new.prefix });
    let id = state.store.api_key_create(user.workspace, new).await?;
    let keys = state.store.api_key_list(user.workspace).await?;
    let key = keys.into_iter().find(|key| key.id == id).ok_or_else(|| Problem::not_found("API key"))?;
    let answer = CreatedApiKey { key: ApiKey::from(key), secret };
    let audited = Audited::of(id).with(details);
    Ok((StatusCode::CREATED, Extension(audited), Extension(ShownOnce), Json(answer)).into_response())
}
