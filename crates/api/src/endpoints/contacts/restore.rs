//! `POST /api/v1/campaigns/{id}/contacts/{row}/restore`

use axum::extract::State;

use crate::auth::Operator;
use crate::extract::{Json, Path};
use crate::ids::CampaignId;
use crate::model::Contact;
use crate::problem::Problem;
use crate::state::AppState;

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
    _user: Operator,
    State(_state): State<AppState>,
    Path((_id, _row)): Path<(CampaignId, i64)>,
) -> Result<Json<Contact>, Problem> {
    Err(Problem::not_built())
}
