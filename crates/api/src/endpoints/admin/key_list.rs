//! `GET /api/v1/api-keys`

use axum::extract::State;

use crate::auth::Admin;
use crate::extract::Json;
use crate::model::ApiKeyList;
use crate::problem::Problem;
use crate::state::AppState;

/// API keys
#[utoipa::path(
    get,
    path = "/api/v1/api-keys",
    tag = "users",
    responses((status = 200, description = "Done.", body = ApiKeyList))
)]
pub async fn api_key_list(user: Admin, State(state): State<AppState>) -> Result<Json<ApiKeyList>, Problem> {
    let keys = state.store.api_key_list(user.workspace).await?;
    Ok(Json(ApiKeyList { items: keys.into_iter().map(Into::into).collect() }))
}
