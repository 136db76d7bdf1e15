//! `DELETE /api/v1/campaigns/{id}`

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};

use crate::auth::Operator;
use crate::extract::Path;
use crate::ids::CampaignId;
use crate::problem::Problem;
use crate::state::AppState;
use crate::view::if_match;

use super::press::refused;

/// Delete a draft
///
/// With its contacts.
#[utoipa::path(
    delete,
    path = "/api/v1/campaigns/{id}",
    tag = "campaigns",
    params(("id" = CampaignId, Path, description = "The campaign."), ("If-Match" = Option<String>, Header, description = "The `control_version` that was read, in quotes. Another one is refused with 412 and the state now. Pause and Stop are never refused for it.")),
    responses((status = 204, description = "Done."))
)]
pub async fn campaign_delete(
    user: Operator,
    State(state): State<AppState>,
    Path(id): Path<CampaignId>,
    headers: HeaderMap,
) -> Result<StatusCode, Problem> {
    let expected = if_match(&headers)?;
    let deleted = state.store.campaign_delete(user.workspace, id.0, expected, &user.name, state.now()).await;
    match deleted {
        Ok(()) => Ok(StatusCode::NO_CONTENT),
        Err(error) => Err(refused(&state, &user, id.0, error).await),
    }
}
