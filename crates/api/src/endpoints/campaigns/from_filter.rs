//! `POST /api/v1/campaigns/{id}/from-filter`

use axum::extract::State;
use axum::http::StatusCode;

use crate::auth::Operator;
use crate::extract::{Json, Path};
use crate::ids::CampaignId;
use crate::model::{Campaign, CampaignFromFilter};
use crate::problem::Problem;
use crate::state::AppState;

/// Make a campaign from a filter
///
/// A draft with the contacts of this one that match.
#[utoipa::path(
    post,
    path = "/api/v1/campaigns/{id}/from-filter",
    tag = "campaigns",
    params(("id" = CampaignId, Path, description = "The campaign.")),
    request_body = CampaignFromFilter,
    responses((status = 201, description = "Made.", body = Campaign))
)]
pub async fn campaign_from_filter(
    _user: Operator,
    State(_state): State<AppState>,
    Path(_id): Path<CampaignId>,
    Json(_body): Json<CampaignFromFilter>,
) -> Result<(StatusCode, Json<Campaign>), Problem> {
    Err(Problem::not_built())
}
