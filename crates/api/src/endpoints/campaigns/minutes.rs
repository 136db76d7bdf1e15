//! `GET /api/v1/campaigns/{id}/minutes`

use axum::extract::State;
use std::time::Duration;

use crate::auth::Viewer;
use crate::extract::{Json, Path, Query};
use crate::ids::CampaignId;
use crate::model::{Minute, Minutes, MinutesQuery};
use crate::problem::{Code, Problem};
use crate::state::AppState;

/// Calls minute by minute
#[utoipa::path(
    get,
    path = "/api/v1/campaigns/{id}/minutes",
    tag = "campaigns",
    params(("id" = CampaignId, Path, description = "The campaign."), MinutesQuery),
    responses((status = 200, description = "Done.", body = Minutes))
)]
pub async fn campaign_minutes(
    user: Viewer,
    State(state): State<AppState>,
    Path(id): Path<CampaignId>,
    Query(query): Query<MinutesQuery>,
) -> Result<Json<Minutes>, Problem> {
    let minutes = query.minutes.unwrap_or(180);
    if !(1..=1440).contains(&minutes) {
        return Err(Problem::new(Code::BadQuery, "minutes is 1 to 1440".to_owned()));
    }
    let found = state.store.campaign_overview(user.workspace, id.0).await?;
    let overview = found.ok_or_else(|| Problem::not_found("campaign"))?;
    // The last ones in which it called.
    let end = overview.totals.last_end_at.unwrap_or_else(|| state.now());
    let since = end - Duration::from_secs(u64::from(minutes) * 60);
    let items = state.store.call_minutes(user.workspace, id.0, since).await?;
    let items = items
        .into_iter()
        .map(|(at, ended, completed, failed)| Minute { at: at.into(), ended, completed, failed })
        .collect();
    Ok(Json(Minutes { items }))
}
