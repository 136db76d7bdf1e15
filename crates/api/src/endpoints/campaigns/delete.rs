//! `DELETE /api/v1/campaigns/{id}`

use axum::extract::State;
use axum::http::StatusCode;

use crate::auth::Operator;
use crate::extract::Path;
use crate::ids::CampaignId;
use crate::problem::Problem;
use crate::state::AppState;

/// Delete a draft
///
/// With its contacts.
#[utoipa::path(
    delete,
    path = "/api/v1/campaigns/{id}",
    tag = "campaigns",
    params(("id" = CampaignId, Path, description = "The campaign."), ("If-Match" = Option<String>, Header, description = "The `control_version` that was read, in quotes. Another one is refused with 412 and the state now. Pause and Stop are never refused for it.")),
    responses((status = 204, description = "Done."))
)]
pub async fn campaign_delete(
    _user: Operator,
    State(_state): State<AppState>,
    Path(_id): Path<CampaignId>,
) -> Result<StatusCode, Problem> {
    Err(Problem::not_built())
}
