//! `GET /api/v1/campaigns/{id}/contacts/{row}`

use axum::extract::State;

use crate::auth::Viewer;
use crate::extract::{Json, Path};
use crate::ids::CampaignId;
use crate::model::Contact;
use crate::problem::Problem;
use crate::state::AppState;
use crate::view::show_contact;

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
    user: Viewer,
    State(state): State<AppState>,
    Path((id, row)): Path<(CampaignId, i64)>,
) -> Result<Json<Contact>, Problem> {
    Ok(Json(show_contact(&state, &user, id.0, row).await?))
}
