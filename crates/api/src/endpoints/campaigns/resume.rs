//! `POST /api/v1/campaigns/{id}/resume`

use axum::extract::State;
use axum::http::HeaderMap;
use carillon_store::CampaignControl;

use crate::auth::Operator;
use crate::extract::Path;
use crate::ids::CampaignId;
use crate::model::Campaign;
use crate::problem::Problem;
use crate::state::AppState;
use crate::view::{Tagged, waiting_for};

use super::press::press;

/// Resume
///
/// Goes on where it was paused.
#[utoipa::path(
    post,
    path = "/api/v1/campaigns/{id}/resume",
    tag = "campaigns",
    params(("id" = CampaignId, Path, description = "The campaign."), ("If-Match" = Option<String>, Header, description = "The `control_version` that was read, in quotes. Another one is refused with 412 and the state now. Pause and Stop are never refused for it.")),
    responses((status = 200, description = "Done.", body = Campaign))
)]
pub(crate) async fn campaign_resume(
    user: Operator,
    State(state): State<AppState>,
    Path(id): Path<CampaignId>,
    headers: HeaderMap,
) -> Result<Tagged<Campaign>, Problem> {
    let control = CampaignControl::Resume { waiting_for: waiting_for(&state) };
    press(&state, &user, id.0, &headers, control).await
}
