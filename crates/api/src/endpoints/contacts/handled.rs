//! `POST /api/v1/campaigns/{id}/contacts/{row}/handled`

use axum::extract::State;

use crate::auth::Operator;
use crate::extract::{Json, Path};
use crate::ids::CampaignId;
use crate::model::{Contact, MarkHandled};
use crate::problem::Problem;
use crate::state::AppState;

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
    _user: Operator,
    State(_state): State<AppState>,
    Path((_id, _row)): Path<(CampaignId, i64)>,
    Json(_body): Json<MarkHandled>,
) -> Result<Json<Contact>, Problem> {
    Err(Problem::not_built())
}
