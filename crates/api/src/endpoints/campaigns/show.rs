//! `GET /api/v1/campaigns/{id}`

use axum::extract::State;

use crate::auth::Viewer;
use crate::extract::Path;
use crate::ids::CampaignId;
use crate::model::Campaign;
use crate::problem::Problem;
use crate::state::AppState;
use crate::view::{Tagged, full_campaign};

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
pub(crate) async fn campaign_show(
    user: Viewer,
    State(state): State<AppState>,
    Path(id): Path<CampaignId>,
) -> Result<Tagged<Campaign>, Problem> {
    full_campaign(&state, &user, id.0).await
}
