//! `POST /api/v1/campaigns/{id}/pause`

use axum::extract::State;

use crate::auth::Operator;
use crate::extract::{Json, OptionalJson, Path};
use crate::ids::CampaignId;
use crate::model::{Campaign, PauseCampaign};
use crate::problem::Problem;
use crate::state::AppState;

/// Pause
///
/// No new calls; calls in progress finish. Pausing a paused campaign changes nothing.
#[utoipa::path(
    post,
    path = "/api/v1/campaigns/{id}/pause",
    tag = "campaigns",
    params(("id" = CampaignId, Path, description = "The campaign."), ("If-Match" = Option<String>, Header, description = "The `control_version` that was read, in quotes. Another one is refused with 412 and the state now. Pause and Stop are never refused for it.")),
    request_body = Option<PauseCampaign>,
    responses((status = 200, description = "Done.", body = Campaign))
)]
pub async fn campaign_pause(
    _user: Operator,
    State(_state): State<AppState>,
    Path(_id): Path<CampaignId>,
    OptionalJson(_body): OptionalJson<PauseCampaign>,
) -> Result<Json<Campaign>, Problem> {
    Err(Problem::not_built())
}
