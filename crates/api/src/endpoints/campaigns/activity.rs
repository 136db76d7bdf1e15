//! `GET /api/v1/campaigns/{id}/activity`

use axum::extract::State;

use crate::auth::Viewer;
use crate::extract::{Json, Path, Query};
use crate::ids::CampaignId;
use crate::model::{ActivityQuery, ActivityRow};
use crate::paging::CursorPage;
use crate::problem::Problem;
use crate::state::AppState;

/// What happened
///
/// Newest first.
#[utoipa::path(
    get,
    path = "/api/v1/campaigns/{id}/activity",
    tag = "campaigns",
    params(("id" = CampaignId, Path, description = "The campaign."), ActivityQuery),
    responses((status = 200, description = "Done.", body = CursorPage<ActivityRow>))
)]
pub async fn campaign_activity(
    _user: Viewer,
    State(_state): State<AppState>,
    Path(_id): Path<CampaignId>,
    Query(_query): Query<ActivityQuery>,
) -> Result<Json<CursorPage<ActivityRow>>, Problem> {
    Err(Problem::not_built())
}
