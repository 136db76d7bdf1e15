//! `POST /api/v1/campaigns/{id}/contacts/{row}/exclude`

use axum::extract::State;
use carillon_domain::SkipReason;
use carillon_store::ContactAction;

use crate::auth::Operator;
use crate::extract::{Json, Path};
use crate::ids::CampaignId;
use crate::model::Contact;
use crate::problem::Problem;
use crate::state::AppState;

use super::act::act;

/// Take a contact out
///
/// A pending or failed one becomes Skipped.
#[utoipa::path(
    post,
    path = "/api/v1/campaigns/{id}/contacts/{row}/exclude",
    tag = "contacts",
    params(("id" = CampaignId, Path, description = "The campaign."), ("row" = i64, Path, description = "The contact's row.")),
    responses((status = 200, description = "Done.", body = Contact))
)]
pub async fn contact_exclude(
    user: Operator,
    State(state): State<AppState>,
    Path((id, row)): Path<(CampaignId, i64)>,
) -> Result<Json<Contact>, Problem> {
    let done = |contact: &Contact| contact.contact.skip_reason == Some(SkipReason::Excluded.into());
    act(&state, &user, id.0, row, ContactAction::Exclude, done).await
}
