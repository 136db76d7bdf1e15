//! `GET /api/v1/settings`

use axum::extract::State;

use crate::auth::Viewer;
use crate::extract::Json;
use crate::model::Settings;
use crate::problem::Problem;
use crate::state::AppState;

/// Settings of the workspace
#[utoipa::path(
    get,
    path = "/api/v1/settings",
    tag = "users",
    responses((status = 200, description = "Done.", body = Settings))
)]
pub async fn settings_show(_user: Viewer, State(_state): State<AppState>) -> Result<Json<Settings>, Problem> {
    Err(Problem::not_built())
}
