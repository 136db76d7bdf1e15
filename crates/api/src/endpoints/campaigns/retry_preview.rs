//! `GET /api/v1/campaigns/{id}/retry`

use axum::extract::State;

use crate::auth::Viewer;
use crate::extract::{Json, Path};
use crate::ids::CampaignId;
use crate::model::RetryPreview;
use crate::problem::Problem;
use crate::state::AppState;

/// What Retry Failed would do
#[utoipa::path(
    get,
    path = "/api/v1/campaigns/{id}/retry",
    tag = "campaigns",
    params(("id" = CampaignId, Path, description = "The campaign.")),
    responses((status = 200, description = "Done.", body = RetryPreview))
)]
pub async fn campaign_retry_preview(
    user: Viewer,
    State(state): State<AppState>,
    Path(id): Path<CampaignId>,
) -> Result<Json<RetryPreview>, Problem> {
    let found = state.store.campaign_fetch(user.workspace, id.0).await?;
    found.ok_or_else(|| Problem::not_found("campaign"))?;
    let preview = state.store.retry_preview(user.workspace, id.0).await?;
    Ok(Json(RetryPreview {
        all: preview.all,
        may_work: preview.may_work,
        interrupted: preview.interrupted,
        number_wrong: preview.number_wrong,
        needs_fix: preview.needs_fix,
    }))
}
