//! `GET /api/v1/campaigns/{id}/retry`

use axum::extract::State;

use crate::auth::Viewer;
use crate::extract::{Json, Path};
use crate::ids::CampaignId;
use crate::model::RetryPreview;
use crate::problem::Problem;
use crate::state::AppState;

/// What Retry Failed would do
#[utoipa::path(
    get,
    path = "/api/v1/campaigns/{id}/retry",
    tag = "campaigns",
    params(("id" = CampaignId, Path, description = "The campaign.")),
    responses((status = 200, description = "Done.", body = RetryPreview))
)]
pub async fn campaign_retry_preview(
    _user: Viewer,
    State(_state): State<AppState>,
    Path(_id): Path<CampaignId>,
) -> Result<Json<RetryPreview>, Problem> {
    Err(Problem::not_built())
}
