//! `POST /api/v1/campaigns`

use axum::extract::State;
use axum::http::StatusCode;

use crate::auth::Operator;
use crate::extract::Json;
use crate::model::{Campaign, NewCampaign};
use crate::problem::Problem;
use crate::state::AppState;

/// Make a campaign, as Draft
#[utoipa::path(
    post,
    path = "/api/v1/campaigns",
    tag = "campaigns",
    request_body = NewCampaign,
    responses((status = 201, description = "Made.", body = Campaign))
)]
pub async fn campaign_create(
    _user: Operator,
    State(_state): State<AppState>,
    Json(_body): Json<NewCampaign>,
) -> Result<(StatusCode, Json<Campaign>), Problem> {
    Err(Problem::not_built())
}
