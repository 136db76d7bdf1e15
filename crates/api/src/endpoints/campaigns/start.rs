//! `POST /api/v1/campaigns/{id}/start`

use axum::extract::State;
use axum::http::HeaderMap;
use carillon_store::CampaignControl;

use crate::auth::Operator;
use crate::extract::Path;
use crate::ids::CampaignId;
use crate::model::Campaign;
use crate::problem::{Code, Problem};
use crate::state::AppState;
use crate::view::{Tagged, full_campaign, waiting_for};

use super::press::press;

/// Start
///
/// Begins calling. Running when a call may be placed now, else Queued with what it waits for.
#[utoipa::path(
    post,
    path = "/api/v1/campaigns/{id}/start",
    tag = "campaigns",
    params(("id" = CampaignId, Path, description = "The campaign."), ("If-Match" = Option<String>, Header, description = "The `control_version` that was read, in quotes. Another one is refused with 412 and the state now. Pause and Stop are never refused for it.")),
    responses((status = 200, description = "Done.", body = Campaign))
)]
pub(crate) async fn campaign_start(
    user: Operator,
    State(state): State<AppState>,
    Path(id): Path<CampaignId>,
    headers: HeaderMap,
) -> Result<Tagged<Campaign>, Problem> {
    let Tagged(_, campaign) = full_campaign(&state, &user, id.0).await?;
    if let Some(blocker) = campaign.blockers.first() {
        return Err(Problem::new(Code::WrongState, blocker.text.clone()).with_current(&campaign));
    }
    let control = CampaignControl::Start { waiting_for: waiting_for(&state) };
    press(&state, &user, id.0, &headers, control).await
}
