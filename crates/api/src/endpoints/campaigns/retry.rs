//! `POST /api/v1/campaigns/{id}/retry`

use axum::extract::State;
use axum::http::HeaderMap;
use carillon_store::Retry;

use crate::auth::Operator;
use crate::extract::{Json, OptionalJson, Path};
use crate::ids::CampaignId;
use crate::model::{RetriedCampaign, RetryCampaign, RetryScope};
use crate::problem::Problem;
use crate::state::AppState;
use crate::view::{Tagged, full_campaign, if_match, waiting_for};

use super::press::refused;

/// Retry Failed
///
/// Queues new attempts for contacts in Failed, and only for those. Not on a Canceled campaign.
#[utoipa::path(
    post,
    path = "/api/v1/campaigns/{id}/retry",
    tag = "campaigns",
    params(("id" = CampaignId, Path, description = "The campaign."), ("If-Match" = Option<String>, Header, description = "The `control_version` that was read, in quotes. Another one is refused with 412 and the state now. Pause and Stop are never refused for it.")),
    request_body = Option<RetryCampaign>,
    responses((status = 200, description = "Done.", body = RetriedCampaign))
)]
pub async fn campaign_retry(
    user: Operator,
    State(state): State<AppState>,
    Path(id): Path<CampaignId>,
    headers: HeaderMap,
    OptionalJson(body): OptionalJson<RetryCampaign>,
) -> Result<Json<RetriedCampaign>, Problem> {
    let scope = match (body.code, body.scope) {
        (Some(code), _) => carillon_store::RetryScope::Code(code.0),
        (None, RetryScope::All) => carillon_store::RetryScope::All,
        (None, RetryScope::MayWork) => carillon_store::RetryScope::MayWork,
        (None, RetryScope::WithInterrupted) => carillon_store::RetryScope::WithInterrupted,
    };
    let retry = Retry { scope, waiting_for: waiting_for(&state), by: user.actor(), expected: if_match(&headers)? };
    match state.store.campaign_retry(user.workspace, id.0, retry, state.now()).await {
        Ok(done) => {
            state.control.wake();
            let Tagged(_, campaign) = full_campaign(&state, &user, id.0).await?;
            Ok(Json(RetriedCampaign { retried: done.retried, remaining: done.remaining, campaign }))
        }
        Err(error) => Err(refused(&state, &user, id.0, error).await),
    }
}
