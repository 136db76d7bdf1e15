//! `POST /api/v1/campaigns/{id}/start`

use axum::extract::State;

use crate::auth::Operator;
use crate::extract::{Json, Path};
use crate::ids::CampaignId;
use crate::model::Campaign;
use crate::problem::Problem;
use crate::state::AppState;

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
pub async fn campaign_start(
    _user: Operator,
    State(_state): State<AppState>,
    Path(_id): Path<CampaignId>,
) -> Result<Json<Campaign>, Problem> {
    Err(Problem::not_built())
}
