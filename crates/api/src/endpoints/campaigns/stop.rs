//! `POST /api/v1/campaigns/{id}/stop`

use axum::extract::State;

use crate::auth::Operator;
use crate::extract::{Json, OptionalJson, Path};
use crate::ids::CampaignId;
use crate::model::{Campaign, StopCampaign};
use crate::problem::Problem;
use crate::state::AppState;

/// Stop
///
/// For good: no further calls, no resume. Stopping a stopped campaign changes nothing.
#[utoipa::path(
    post,
    path = "/api/v1/campaigns/{id}/stop",
    tag = "campaigns",
    params(("id" = CampaignId, Path, description = "The campaign."), ("If-Match" = Option<String>, Header, description = "The `control_version` that was read, in quotes. Another one is refused with 412 and the state now. Pause and Stop are never refused for it.")),
    request_body = Option<StopCampaign>,
    responses((status = 200, description = "Done.", body = Campaign))
)]
pub async fn campaign_stop(
    _user: Operator,
    State(_state): State<AppState>,
    Path(_id): Path<CampaignId>,
    OptionalJson(_body): OptionalJson<StopCampaign>,
) -> Result<Json<Campaign>, Problem> {
    Err(Problem::not_built())
}
