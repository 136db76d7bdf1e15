//! `GET /api/v1/campaigns/{id}/failures`

use axum::extract::State;

use crate::auth::Viewer;
use crate::extract::{Json, Path};
use crate::ids::CampaignId;
use crate::model::Failures;
use crate::problem::Problem;
use crate::state::AppState;

/// Failures by cause
#[utoipa::path(
    get,
    path = "/api/v1/campaigns/{id}/failures",
    tag = "campaigns",
    params(("id" = CampaignId, Path, description = "The campaign.")),
    responses((status = 200, description = "Done.", body = Failures))
)]
pub async fn campaign_failures(
    _user: Viewer,
    State(_state): State<AppState>,
    Path(_id): Path<CampaignId>,
) -> Result<Json<Failures>, Problem> {
    Err(Problem::not_built())
}
