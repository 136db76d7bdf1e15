//! `PATCH /api/v1/settings`

use axum::extract::State;

use crate::auth::Admin;
use crate::extract::Json;
use crate::model::{EditSettings, Settings};
use crate::problem::Problem;
use crate::state::AppState;

/// Change settings
#[utoipa::path(
    patch,
    path = "/api/v1/settings",
    tag = "users",
    request_body = EditSettings,
    responses((status = 200, description = "Done.", body = Settings))
)]
pub async fn settings_edit(
    _user: Admin,
    State(_state): State<AppState>,
    Json(_body): Json<EditSettings>,
) -> Result<Json<Settings>, Problem> {
    Err(Problem::not_built())
}
