//! `POST /api/v1/campaigns/{id}/stop`

use axum::extract::State;
use axum::http::HeaderMap;
use carillon_store::CampaignControl;

use crate::auth::Operator;
use crate::extract::{OptionalJson, Path};
use crate::ids::CampaignId;
use crate::model::{Campaign, StopCampaign};
use crate::problem::Problem;
use crate::state::AppState;
use crate::view::Tagged;

use super::press::press;

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
pub(crate) async fn campaign_stop(
    user: Operator,
    State(state): State<AppState>,
    Path(id): Path<CampaignId>,
    headers: HeaderMap,
    OptionalJson(body): OptionalJson<StopCampaign>,
) -> Result<Tagged<Campaign>, Problem> {
    let stopped = press(&state, &user, id.0, &headers, CampaignControl::Stop).await?;
    if body.hang_up {
        state.control.hang_up_campaign(user.workspace, id.0).await?;
    }
    Ok(stopped)
}
