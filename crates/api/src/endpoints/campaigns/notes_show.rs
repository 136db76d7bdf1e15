//! `GET /api/v1/campaigns/{id}/notes`

use axum::extract::State;

use crate::auth::Viewer;
use crate::extract::{Json, Path};
use crate::ids::CampaignId;
use crate::model::Notes;
use crate::problem::Problem;
use crate::state::AppState;

/// Notes
#[utoipa::path(
    get,
    path = "/api/v1/campaigns/{id}/notes",
    tag = "campaigns",
    params(("id" = CampaignId, Path, description = "The campaign.")),
    responses((status = 200, description = "Done.", body = Notes))
)]
pub async fn campaign_notes_show(
    _user: Viewer,
    State(_state): State<AppState>,
    Path(_id): Path<CampaignId>,
) -> Result<Json<Notes>, Problem> {
    Err(Problem::not_built())
}
