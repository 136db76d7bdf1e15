//! `GET /api/v1/campaigns/{id}`

use axum::extract::State;

use crate::auth::Viewer;
use crate::extract::{Json, Path};
use crate::ids::CampaignId;
use crate::model::Campaign;
use crate::problem::Problem;
use crate::state::AppState;

/// A campaign
///
/// The ETag holds the `control_version`.
#[utoipa::path(
    get,
    path = "/api/v1/campaigns/{id}",
    tag = "campaigns",
    params(("id" = CampaignId, Path, description = "The campaign.")),
    responses((status = 200, description = "Done.", body = Campaign))
)]
pub async fn campaign_show(
    _user: Viewer,
    State(_state): State<AppState>,
    Path(_id): Path<CampaignId>,
) -> Result<Json<Campaign>, Problem> {
    Err(Problem::not_built())
}
