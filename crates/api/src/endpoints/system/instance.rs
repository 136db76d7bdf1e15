//! `GET /api/v1/instance`

use axum::extract::State;

use crate::auth::Public;
use crate::extract::Json;
use crate::model::Instance;
use crate::problem::Problem;
use crate::state::AppState;

/// What anybody may know before signing in
#[utoipa::path(
    get,
    path = "/api/v1/instance",
    tag = "system",
    responses((status = 200, description = "Done.", body = Instance))
)]
pub async fn instance(_anybody: Public, State(state): State<AppState>) -> Result<Json<Instance>, Problem> {
    let first_start = !state.store.any_user(state.config.workspace).await?;
    let version = state.config.version.to_owned();
    Ok(Json(Instance { version, first_start, dials: state.control.dials() }))
}
