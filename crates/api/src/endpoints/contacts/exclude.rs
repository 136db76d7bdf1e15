//! `POST /api/v1/campaigns/{id}/contacts/{row}/exclude`

use axum::extract::State;

use crate::auth::Operator;
use crate::extract::{Json, Path};
use crate::ids::CampaignId;
use crate::model::Contact;
use crate::problem::Problem;
use crate::state::AppState;

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
    _user: Operator,
    State(_state): State<AppState>,
    Path((_id, _row)): Path<(CampaignId, i64)>,
) -> Result<Json<Contact>, Problem> {
    Err(Problem::not_built())
}
