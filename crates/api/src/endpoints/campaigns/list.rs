//! `GET /api/v1/campaigns`

use axum::extract::State;

use crate::auth::Viewer;
use crate::extract::{Json, Query};
use crate::model::{CampaignQuery, CampaignRow};
use crate::paging::Page;
use crate::problem::Problem;
use crate::state::AppState;

/// Campaigns
#[utoipa::path(
    get,
    path = "/api/v1/campaigns",
    tag = "campaigns",
    params(CampaignQuery),
    responses((status = 200, description = "Done.", body = Page<CampaignRow>))
)]
pub async fn campaign_list(
    _user: Viewer,
    State(_state): State<AppState>,
    Query(_query): Query<CampaignQuery>,
) -> Result<Json<Page<CampaignRow>>, Problem> {
    Err(Problem::not_built())
}
