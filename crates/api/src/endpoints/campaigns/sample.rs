//! `POST /api/v1/campaigns/{id}/sample`

use axum::extract::State;
use axum::http::StatusCode;

use crate::auth::Operator;
use crate::extract::{Json, OptionalJson, Path};
use crate::ids::CampaignId;
use crate::model::{Campaign, SampleCampaign};
use crate::problem::Problem;
use crate::state::AppState;

/// Make a sample campaign
///
/// A draft from the first rows, to try it.
#[utoipa::path(
    post,
    path = "/api/v1/campaigns/{id}/sample",
    tag = "campaigns",
    params(("id" = CampaignId, Path, description = "The campaign.")),
    request_body = Option<SampleCampaign>,
    responses((status = 201, description = "Made.", body = Campaign))
)]
pub async fn campaign_sample(
    _user: Operator,
    State(_state): State<AppState>,
    Path(_id): Path<CampaignId>,
    OptionalJson(_body): OptionalJson<SampleCampaign>,
) -> Result<(StatusCode, Json<Campaign>), Problem> {
    Err(Problem::not_built())
}
