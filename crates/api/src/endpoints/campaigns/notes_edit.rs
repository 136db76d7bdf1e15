//! `PUT /api/v1/campaigns/{id}/notes`

use axum::extract::State;

use crate::auth::Operator;
use crate::extract::{Json, Path};
use crate::ids::CampaignId;
use crate::model::{EditNotes, Notes};
use crate::problem::Problem;
use crate::state::AppState;

/// Change the notes
#[utoipa::path(
    put,
    path = "/api/v1/campaigns/{id}/notes",
    tag = "campaigns",
    params(("id" = CampaignId, Path, description = "The campaign."), ("If-Match" = Option<String>, Header, description = "The `version` that was read, in quotes.")),
    request_body = EditNotes,
    responses((status = 200, description = "Done.", body = Notes))
)]
pub async fn campaign_notes_edit(
    _user: Operator,
    State(_state): State<AppState>,
    Path(_id): Path<CampaignId>,
    Json(_body): Json<EditNotes>,
) -> Result<Json<Notes>, Problem> {
    Err(Problem::not_built())
}
