//! `POST /api/v1/campaigns/{id}/contacts/{row}/retry`

use axum::extract::State;
use carillon_domain::ContactStatus;
use carillon_store::ContactAction;

use crate::auth::Operator;
use crate::extract::{Json, Path};
use crate::ids::CampaignId;
use crate::model::Contact;
use crate::problem::Problem;
use crate::state::AppState;
use crate::view::waiting_for;

use super::act::act;

/// Call a failed contact again
#[utoipa::path(
    post,
    path = "/api/v1/campaigns/{id}/contacts/{row}/retry",
    tag = "contacts",
    params(("id" = CampaignId, Path, description = "The campaign."), ("row" = i64, Path, description = "The contact's row.")),
    responses((status = 200, description = "Done.", body = Contact))
)]
pub async fn contact_retry(
    user: Operator,
    State(state): State<AppState>,
    Path((id, row)): Path<(CampaignId, i64)>,
) -> Result<Json<Contact>, Problem> {
    let done = |contact: &Contact| contact.contact.status == ContactStatus::Pending.into();
    act(&state, &user, id.0, row, ContactAction::Retry { waiting_for: waiting_for(&state) }, done).await
}
