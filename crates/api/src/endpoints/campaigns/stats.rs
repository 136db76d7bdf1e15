//! `GET /api/v1/campaigns/{id}/stats`

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};

use crate::auth::Viewer;
use crate::extract::Path;
use crate::ids::CampaignId;
use crate::live::stats;
use crate::model::Stats;
use crate::problem::Problem;
use crate::state::AppState;
use crate::view::{Tagged, not_modified};

/// Live numbers
///
/// The same snapshot as `event: stats`. The ETag is the version: with If-None-Match the answer is 304 while nothing changed.
#[utoipa::path(
    get,
    path = "/api/v1/campaigns/{id}/stats",
    tag = "campaigns",
    params(("id" = CampaignId, Path, description = "The campaign.")),
    responses((status = 200, description = "Done.", body = Stats))
)]
pub async fn campaign_stats(
    user: Viewer,
    State(state): State<AppState>,
    Path(id): Path<CampaignId>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let found = state.store.campaign_overview(user.workspace, id.0).await?;
    let overview = found.ok_or_else(|| Problem::not_found("campaign"))?;
    if not_modified(&headers, overview.version) {
        return Ok(StatusCode::NOT_MODIFIED.into_response());
    }
    let stats: Stats = stats(&state, user.workspace, &overview, state.now()).await?;
    Ok(Tagged(overview.version, stats).into_response())
}
