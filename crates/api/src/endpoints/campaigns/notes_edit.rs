//! `PUT /api/v1/campaigns/{id}/notes`

use axum::extract::State;
use axum::http::HeaderMap;
use carillon_store::StoreError;

use crate::auth::Operator;
use crate::extract::{Json, Path};
use crate::ids::CampaignId;
use crate::limits::NOTE_CHARS;
use crate::model::{EditNotes, Notes};
use crate::problem::Problem;
use crate::state::AppState;
use crate::view::{Tagged, if_match, notes};

/// Change the notes
#[utoipa::path(
    put,
    path = "/api/v1/campaigns/{id}/notes",
    tag = "campaigns",
    params(("id" = CampaignId, Path, description = "The campaign."), ("If-Match" = Option<String>, Header, description = "The `version` that was read, in quotes.")),
    request_body = EditNotes,
    responses((status = 200, description = "Done.", body = Notes))
)]
pub(crate) async fn campaign_notes_edit(
    user: Operator,
    State(state): State<AppState>,
    Path(id): Path<CampaignId>,
    headers: HeaderMap,
    Json(body): Json<EditNotes>,
) -> Result<Tagged<Notes>, Problem> {
    if body.text.chars().count() > NOTE_CHARS {
        return Err(Problem::field("text", format!("Notes have at most {NOTE_CHARS} characters.")));
    }
    let (ws, expected) = (user.workspace, if_match(&headers)?);
    match state.store.notes_put(ws, id.0, &body.text, expected, &user.name, state.now()).await {
        Ok(written) => Ok(notes(written)),
        Err(error @ StoreError::VersionChanged { .. }) => {
            let Tagged(_, current) = notes(state.store.notes_fetch(ws, id.0).await?);
            Err(Problem::from(error).with_current(&current))
        }
        Err(error) => Err(error.into()),
    }
}
