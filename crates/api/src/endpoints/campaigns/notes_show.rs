//! `GET /api/v1/campaigns/{id}/notes`

use axum::extract::State;

use crate::auth::Viewer;
use crate::extract::Path;
use crate::ids::CampaignId;
use crate::model::Notes;
use crate::problem::Problem;
use crate::state::AppState;
use crate::view::{Tagged, notes};

/// Notes
#[utoipa::path(
    get,
    path = "/api/v1/campaigns/{id}/notes",
    tag = "campaigns",
    params(("id" = CampaignId, Path, description = "The campaign.")),
    responses((status = 200, description = "Done.", body = Notes))
)]
pub(crate) async fn campaign_notes_show(
    user: Viewer,
    State(state): State<AppState>,
    Path(id): Path<CampaignId>,
) -> Result<Tagged<Notes>, Problem> {
    let found = state.store.campaign_fetch(user.workspace, id.0).await?;
    found.ok_or_else(|| Problem::not_found("campaign"))?;
    Ok(notes(state.store.notes_fetch(user.workspace, id.0).await?))
}
