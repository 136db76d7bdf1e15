//! `POST /api/v1/campaigns/{id}/duplicate`

use axum::extract::State;
use axum::http::StatusCode;

use crate::auth::Operator;
use crate::extract::{Json, OptionalJson, Path};
use crate::ids::CampaignId;
use crate::model::{Campaign, DuplicateCampaign};
use crate::problem::Problem;
use crate::state::AppState;

/// Duplicate
///
/// A draft with the same settings, without contacts.
#[utoipa::path(
    post,
    path = "/api/v1/campaigns/{id}/duplicate",
    tag = "campaigns",
    params(("id" = CampaignId, Path, description = "The campaign.")),
    request_body = Option<DuplicateCampaign>,
    responses((status = 201, description = "Made.", body = Campaign))
)]
pub async fn campaign_duplicate(
    _user: Operator,
    State(_state): State<AppState>,
    Path(_id): Path<CampaignId>,
    OptionalJson(_body): OptionalJson<DuplicateCampaign>,
) -> Result<(StatusCode, Json<Campaign>), Problem> {
    Err(Problem::not_built())
}
