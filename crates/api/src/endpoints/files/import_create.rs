//! `POST /api/v1/campaigns/{id}/imports`

use axum::extract::State;
use axum::http::StatusCode;

use crate::auth::Operator;
use crate::extract::{Json, Path};
use crate::ids::CampaignId;
use crate::model::{Import, NewImport};
use crate::problem::Problem;
use crate::state::AppState;

/// Import contacts
///
/// Into a Draft, in the background.
#[utoipa::path(
    post,
    path = "/api/v1/campaigns/{id}/imports",
    tag = "files",
    params(("id" = CampaignId, Path, description = "The campaign.")),
    request_body = NewImport,
    responses((status = 202, description = "Begun.", body = Import))
)]
pub async fn import_create(
    _user: Operator,
    State(_state): State<AppState>,
    Path(_id): Path<CampaignId>,
    Json(_body): Json<NewImport>,
) -> Result<(StatusCode, Json<Import>), Problem> {
    Err(Problem::not_built())
}
