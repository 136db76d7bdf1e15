//! `GET /api/v1/campaigns/{id}/summary`

use axum::extract::State;

use crate::auth::Viewer;
use crate::extract::{Json, Path};
use crate::ids::CampaignId;
use crate::model::Summary;
use crate::problem::Problem;
use crate::state::AppState;

/// Final statistics
#[utoipa::path(
    get,
    path = "/api/v1/campaigns/{id}/summary",
    tag = "campaigns",
    params(("id" = CampaignId, Path, description = "The campaign.")),
    responses((status = 200, description = "Done.", body = Summary))
)]
pub async fn campaign_summary(
    _user: Viewer,
    State(_state): State<AppState>,
    Path(_id): Path<CampaignId>,
) -> Result<Json<Summary>, Problem> {
    Err(Problem::not_built())
}
