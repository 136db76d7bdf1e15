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
pub async fn settings_show(user: Viewer, State(state): State<AppState>) -> Result<Json<Settings>, Problem> {
    let found = state.store.workspace_fetch(user.workspace).await?.ok_or_else(|| Problem::not_found("workspace"))?;
    Ok(Json(settings(&state, found)))
}

/// The settings as shown: what the configuration of this process says comes first.
pub(super) fn settings(state: &AppState, found: carillon_store::Workspace) -> Settings {
    Settings {
        name: found.name,
        time_zone: found.settings.time_zone,
        default_country: found.settings.default_country,
        public_url: state.config.public_url.clone().or(found.settings.public_url),
        public_url_fixed: state.config.public_url.is_some(),
    }
}
