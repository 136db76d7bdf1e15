//! `PATCH /api/v1/campaigns/{id}`

use axum::extract::State;

use crate::auth::Operator;
use crate::extract::{Json, Path};
use crate::ids::CampaignId;
use crate::model::{Campaign, EditCampaign};
use crate::problem::Problem;
use crate::state::AppState;

/// Change a campaign
///
/// A Draft entirely; later only name and settings, for the calls to come.
#[utoipa::path(
    patch,
    path = "/api/v1/campaigns/{id}",
    tag = "campaigns",
    params(("id" = CampaignId, Path, description = "The campaign."), ("If-Match" = Option<String>, Header, description = "The `control_version` that was read, in quotes. Another one is refused with 412 and the state now. Pause and Stop are never refused for it.")),
    request_body = EditCampaign,
    responses((status = 200, description = "Done.", body = Campaign))
)]
pub async fn campaign_edit(
    _user: Operator,
    State(_state): State<AppState>,
    Path(_id): Path<CampaignId>,
    Json(_body): Json<EditCampaign>,
) -> Result<Json<Campaign>, Problem> {
    Err(Problem::not_built())
}
