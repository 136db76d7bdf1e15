//! What the controls have in common.

use axum::http::HeaderMap;
use carillon_domain::CampaignId;
use carillon_store::{CampaignControl, Press, StoreError};

use crate::auth::Identity;
use crate::model::Campaign;
use crate::problem::{Code, Problem};
use crate::state::AppState;
use crate::view::{Tagged, full_campaign, if_match};

/// Presses a control and answers the campaign after it; a refusal carries its state now.
pub(super) async fn press(
    state: &AppState,
    user: &Identity,
    id: CampaignId,
    headers: &HeaderMap,
    control: CampaignControl,
) -> Result<Tagged<Campaign>, Problem> {
    // Nobody is kept from stopping a campaign because somebody else changed it.
    let ends = matches!(control, CampaignControl::Pause { .. } | CampaignControl::Stop);
    let expected = if ends { None } else { if_match(headers)? };
    let press = Press { control, by: user.actor(), expected };
    if let Err(error) = state.store.campaign_press(user.workspace, id, press, state.now()).await {
        return Err(refused(state, user, id, error).await);
    }
    state.control.wake();
    full_campaign(state, user, id).await
}

/// A refusal with the campaign as it is now.
pub(super) async fn refused(state: &AppState, user: &Identity, id: CampaignId, error: StoreError) -> Problem {
    let problem = Problem::from(error);
    if !matches!(problem.code(), Code::WrongState | Code::VersionChanged) {
        return problem;
    }
    match full_campaign(state, user, id).await {
        Ok(Tagged(_, campaign)) => problem.with_current(&campaign),
        // The refusal is the answer; that its state can't be read as well changes nothing.
        Err(_) => problem,
    }
}
