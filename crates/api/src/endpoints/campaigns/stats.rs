//! `GET /api/v1/campaigns/{id}/stats`

use axum::extract::State;

use crate::auth::Viewer;
use crate::extract::{Json, Path};
use crate::ids::CampaignId;
use crate::model::Stats;
use crate::problem::Problem;
use crate::state::AppState;

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
    _user: Viewer,
    State(_state): State<AppState>,
    Path(_id): Path<CampaignId>,
) -> Result<Json<Stats>, Problem> {
    Err(Problem::not_built())
}
