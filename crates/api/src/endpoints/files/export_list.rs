//! `GET /api/v1/campaigns/{id}/exports`

use axum::extract::State;

use crate::auth::Viewer;
use crate::extract::{Json, Path};
use crate::ids::CampaignId;
use crate::model::ExportList;
use crate::problem::Problem;
use crate::state::AppState;

/// Exports of a campaign
#[utoipa::path(
    get,
    path = "/api/v1/campaigns/{id}/exports",
    tag = "files",
    params(("id" = CampaignId, Path, description = "The campaign.")),
    responses((status = 200, description = "Done.", body = ExportList))
)]
pub async fn export_list(
    _user: Viewer,
    State(_state): State<AppState>,
    Path(_id): Path<CampaignId>,
) -> Result<Json<ExportList>, Problem> {
    Err(Problem::not_built())
}
