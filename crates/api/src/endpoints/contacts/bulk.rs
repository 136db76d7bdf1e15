//! `POST /api/v1/campaigns/{id}/contacts/actions`

use axum::extract::State;

use crate::auth::Operator;
use crate::extract::{Json, Path};
use crate::ids::CampaignId;
use crate::model::{BulkContacts, BulkResult};
use crate::problem::Problem;
use crate::state::AppState;

/// Do something with many contacts
#[utoipa::path(
    post,
    path = "/api/v1/campaigns/{id}/contacts/actions",
    tag = "contacts",
    params(("id" = CampaignId, Path, description = "The campaign.")),
    request_body = BulkContacts,
    responses((status = 200, description = "Done.", body = BulkResult))
)]
pub async fn contact_bulk(
    _user: Operator,
    State(_state): State<AppState>,
    Path(_id): Path<CampaignId>,
    Json(_body): Json<BulkContacts>,
) -> Result<Json<BulkResult>, Problem> {
    Err(Problem::not_built())
}
