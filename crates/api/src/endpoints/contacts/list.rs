//! `GET /api/v1/campaigns/{id}/contacts`

use axum::extract::State;

use crate::auth::Viewer;
use crate::extract::{Json, Path, Query};
use crate::ids::CampaignId;
use crate::model::{ContactQuery, ContactRow};
use crate::paging::Page;
use crate::problem::Problem;
use crate::state::AppState;

/// Contacts of a campaign
#[utoipa::path(
    get,
    path = "/api/v1/campaigns/{id}/contacts",
    tag = "contacts",
    params(("id" = CampaignId, Path, description = "The campaign."), ContactQuery),
    responses((status = 200, description = "Done.", body = Page<ContactRow>))
)]
pub async fn contact_list(
    _user: Viewer,
    State(_state): State<AppState>,
    Path(_id): Path<CampaignId>,
    Query(_query): Query<ContactQuery>,
) -> Result<Json<Page<ContactRow>>, Problem> {
    Err(Problem::not_built())
}
