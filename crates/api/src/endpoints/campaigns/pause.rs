//! `POST /api/v1/campaigns/{id}/pause`

use axum::extract::State;
use axum::http::HeaderMap;
use carillon_store::CampaignControl;

use crate::auth::Operator;
use crate::extract::{OptionalJson, Path};
use crate::ids::CampaignId;
use crate::limits::NOTE_CHARS;
use crate::model::{Campaign, PauseCampaign};
use crate::problem::Problem;
use crate::state::AppState;
use crate::view::Tagged;

use super::press::press;

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
pub(crate) async fn campaign_pause(
    user: Operator,
    State(state): State<AppState>,
    Path(id): Path<CampaignId>,
    headers: HeaderMap,
    OptionalJson(body): OptionalJson<PauseCampaign>,
) -> Result<Tagged<Campaign>, Problem> {
    let why: String = body.why.unwrap_or_default().trim().chars().take(NOTE_CHARS).collect();
    press(&state, &user, id.0, &headers, CampaignControl::Pause { why }).await
}
