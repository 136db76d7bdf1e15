//! `POST /api/v1/campaigns/{id}/contacts/{row}/restore`

use axum::extract::State;
use carillon_domain::ContactStatus;
use carillon_store::ContactAction;

use crate::auth::Operator;
use crate::extract::{Json, Path};
use crate::ids::CampaignId;
use crate::model::Contact;
use crate::problem::Problem;
use crate::state::AppState;

use super::act::act;

/// Undo an exclusion
///
/// Refused once the campaign is Completed or Canceled.
#[utoipa::path(
    post,
    path = "/api/v1/campaigns/{id}/contacts/{row}/restore",
    tag = "contacts",
    params(("id" = CampaignId, Path, description = "The campaign."), ("row" = i64, Path, description = "The contact's row.")),
    responses((status = 200, description = "Done.", body = Contact))
)]
pub async fn contact_restore(
    user: Operator,
    State(state): State<AppState>,
    Path((id, row)): Path<(CampaignId, i64)>,
) -> Result<Json<Contact>, Problem> {
    let done = |contact: &Contact| contact.contact.status == ContactStatus::Pending.into();
    act(&state, &user, id.0, row, ContactAction::Restore, done).await
}
