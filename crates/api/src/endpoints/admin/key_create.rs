//! `POST /api/v1/api-keys`

use axum::extract::State;
use axum::http::StatusCode;

use crate::auth::Admin;
use crate::extract::Json;
use crate::model::{CreatedApiKey, NewApiKey};
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
    _user: Admin,
    State(_state): State<AppState>,
    Json(_body): Json<NewApiKey>,
) -> Result<(StatusCode, Json<CreatedApiKey>), Problem> {
    Err(Problem::not_built())
}
