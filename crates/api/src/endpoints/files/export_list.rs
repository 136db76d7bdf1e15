//! `GET /api/v1/campaigns/{id}/exports`

use axum::extract::State;

use crate::auth::Viewer;
use crate::extract::{Json, Path};
use crate::ids::CampaignId;
use crate::model::ExportList;
use crate::problem::Problem;
use crate::state::AppState;
use crate::view::export::export as shown;

/// Exports of a campaign
///
/// The newest 100, newest first.
#[utoipa::path(
    get,
    path = "/api/v1/campaigns/{id}/exports",
    tag = "files",
    params(("id" = CampaignId, Path, description = "The campaign.")),
    responses((status = 200, description = "Done.", body = ExportList))
)]
pub async fn export_list(
    user: Viewer,
    State(state): State<AppState>,
    Path(id): Path<CampaignId>,
) -> Result<Json<ExportList>, Problem> {
    let found = state.store.campaign_fetch(user.workspace, id.0).await?;
    found.ok_or_else(|| Problem::not_found("campaign"))?;
    let exports = state.store.exports_of(user.workspace, id.0, 100).await?;
    Ok(Json(ExportList { items: exports.iter().map(shown).collect::<Result<_, _>>()? }))
}
