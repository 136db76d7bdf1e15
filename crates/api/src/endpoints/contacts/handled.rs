//! `POST /api/v1/campaigns/{id}/contacts/{row}/handled`

use axum::extract::State;
use carillon_store::ContactAction;

use crate::auth::Operator;
use crate::extract::{Json, Path};
use crate::ids::CampaignId;
use crate::limits::NOTE_CHARS;
use crate::model::{Contact, MarkHandled};
use crate::problem::Problem;
use crate::state::AppState;

use super::act::act;

/// Mark a contact as handled by hand
///
/// Or take the mark off.
#[utoipa::path(
    post,
    path = "/api/v1/campaigns/{id}/contacts/{row}/handled",
    tag = "contacts",
    params(("id" = CampaignId, Path, description = "The campaign."), ("row" = i64, Path, description = "The contact's row.")),
    request_body = MarkHandled,
    responses((status = 200, description = "Done.", body = Contact))
)]
pub async fn contact_handled(
    user: Operator,
    State(state): State<AppState>,
    Path((id, row)): Path<(CampaignId, i64)>,
    Json(body): Json<MarkHandled>,
) -> Result<Json<Contact>, Problem> {
    if body.note.chars().count() > NOTE_CHARS {
        return Err(Problem::field("note", format!("A note has at most {NOTE_CHARS} characters.")));
    }
    let action = if body.handled { ContactAction::Handled { note: body.note } } else { ContactAction::NotHandled };
    act(&state, &user, id.0, row, action, |_| true).await
}
