//! `GET /api/v1/campaigns/{id}/contacts/{row}`

use axum::extract::State;

use crate::auth::Viewer;
use crate::extract::{Json, Path};
use crate::ids::CampaignId;
use crate::model::Contact;
use crate::problem::Problem;
use crate::state::AppState;

/// A contact
///
/// With its calls.
#[utoipa::path(
    get,
    path = "/api/v1/campaigns/{id}/contacts/{row}",
    tag = "contacts",
    params(("id" = CampaignId, Path, description = "The campaign."), ("row" = i64, Path, description = "The contact's row.")),
    responses((status = 200, description = "Done.", body = Contact))
)]
pub async fn contact_show(
    _user: Viewer,
    State(_state): State<AppState>,
    Path((_id, _row)): Path<(CampaignId, i64)>,
) -> Result<Json<Contact>, Problem> {
    Err(Problem::not_built())
}
