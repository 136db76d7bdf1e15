//! `GET /api/v1/campaigns/{id}/minutes`

use axum::extract::State;
use std::time::Duration;

use crate::auth::Viewer;
use crate::extract::{Json, Path};
use crate::ids::CampaignId;
use crate::model::{Minute, Minutes};
use crate::problem::Problem;
use crate::state::AppState;

/// Calls minute by minute
#[utoipa::path(
    get,
    path = "/api/v1/campaigns/{id}/minutes",
    tag = "campaigns",
    params(("id" = CampaignId, Path, description = "The campaign.")),
    responses((status = 200, description = "Done.", body = Minutes))
)]
pub async fn campaign_minutes(
    user: Viewer,
    State(state): State<AppState>,
    Path(id): Path<CampaignId>,
) -> Result<Json<Minutes>, Problem> {
    let found = state.store.campaign_overview(user.workspace, id.0).await?;
    let overview = found.ok_or_else(|| Problem::not_found("campaign"))?;
    // The last three hours in which it called.
    let end = overview.totals.last_end_at.unwrap_or_else(|| state.now());
    let minutes = state.store.call_minutes(user.workspace, id.0, end - Duration::from_secs(180 * 60)).await?;
    let items = minutes
        .into_iter()
        .map(|(at, ended, completed, failed)| Minute { at: at.into(), ended, completed, failed })
        .collect();
    Ok(Json(Minutes { items }))
}
