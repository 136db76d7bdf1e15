//! `POST /api/v1/campaigns/{id}/retry`

use axum::extract::State;

use crate::auth::Operator;
use crate::extract::{Json, OptionalJson, Path};
use crate::ids::CampaignId;
use crate::model::{RetriedCampaign, RetryCampaign};
use crate::problem::Problem;
use crate::state::AppState;

/// Retry Failed
///
/// Queues new attempts for contacts in Failed, and only for those. Not on a Canceled campaign.
#[utoipa::path(
    post,
    path = "/api/v1/campaigns/{id}/retry",
    tag = "campaigns",
    params(("id" = CampaignId, Path, description = "The campaign."), ("If-Match" = Option<String>, Header, description = "The `control_version` that was read, in quotes. Another one is refused with 412 and the state now. Pause and Stop are never refused for it.")),
    request_body = Option<RetryCampaign>,
    responses((status = 200, description = "Done.", body = RetriedCampaign))
)]
pub async fn campaign_retry(
    _user: Operator,
    State(_state): State<AppState>,
    Path(_id): Path<CampaignId>,
    OptionalJson(_body): OptionalJson<RetryCampaign>,
) -> Result<Json<RetriedCampaign>, Problem> {
    Err(Problem::not_built())
}
