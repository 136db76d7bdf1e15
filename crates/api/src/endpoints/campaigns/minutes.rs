//! `GET /api/v1/campaigns/{id}/minutes`

use axum::extract::State;

use crate::auth::Viewer;
use crate::extract::{Json, Path};
use crate::ids::CampaignId;
use crate::model::Minutes;
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
    _user: Viewer,
    State(_state): State<AppState>,
    Path(_id): Path<CampaignId>,
) -> Result<Json<Minutes>, Problem> {
    Err(Problem::not_built())
}
