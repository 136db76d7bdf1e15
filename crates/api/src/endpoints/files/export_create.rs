//! `POST /api/v1/campaigns/{id}/exports`

use axum::extract::State;
use axum::http::StatusCode;

use crate::auth::Viewer;
use crate::extract::{Json, Path};
use crate::ids::CampaignId;
use crate::model::{Export, NewExport};
use crate::problem::Problem;
use crate::state::AppState;

/// Export
///
/// In the background.
#[utoipa::path(
    post,
    path = "/api/v1/campaigns/{id}/exports",
    tag = "files",
    params(("id" = CampaignId, Path, description = "The campaign.")),
    request_body = NewExport,
    responses((status = 202, description = "Begun.", body = Export))
)]
pub async fn export_create(
    _user: Viewer,
    State(_state): State<AppState>,
    Path(_id): Path<CampaignId>,
    Json(_body): Json<NewExport>,
) -> Result<(StatusCode, Json<Export>), Problem> {
    Err(Problem::not_built())
}
