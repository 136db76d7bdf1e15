//! `GET /api/v1/campaigns/{id}/activity`

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use axum::extract::State;
use carillon_domain::ids::EventId;

use crate::auth::Viewer;
use crate::extract::{Json, Path, Query};
use crate::ids::CampaignId;
use crate::model::{ActivityQuery, ActivityRow};
use crate::paging::{self, CursorPage};
use crate::problem::{Code, Problem};
use crate::state::AppState;
use crate::view::{activity_row, sample_of};

/// What happened
///
/// Newest first.
#[utoipa::path(
    get,
    path = "/api/v1/campaigns/{id}/activity",
    tag = "campaigns",
    params(("id" = CampaignId, Path, description = "The campaign."), ActivityQuery),
    responses((status = 200, description = "Done.", body = CursorPage<ActivityRow>))
)]
pub async fn campaign_activity(
    user: Viewer,
    State(state): State<AppState>,
    Path(id): Path<CampaignId>,
    Query(query): Query<ActivityQuery>,
) -> Result<Json<CursorPage<ActivityRow>>, Problem> {
    let found = state.store.campaign_fetch(user.workspace, id.0).await?;
    found.ok_or_else(|| Problem::not_found("campaign"))?;
    let per_page = paging::per_page(query.per_page)?;
    let before = match query.after.as_deref() {
        Some(text) => {
            let id: EventId =
                text.parse().map_err(|_| Problem::new(Code::BadQuery, "The cursor can't be read.".to_owned()))?;
            Some(id.raw())
        }
        None => None,
    };
    let all = query.contacts.unwrap_or(false);
    let events = state.store.activity(user.workspace, id.0, before, all, per_page + 1).await?;
    let mut samples = BTreeMap::new();
    for sample in events.iter().filter_map(sample_of) {
        if let Entry::Vacant(unknown) = samples.entry(sample) {
            unknown.insert(state.store.campaign_fetch(user.workspace, sample).await?.map(|found| found.name));
        }
    }
    let name = |event| sample_of(event).and_then(|id| samples.get(&id)?.as_deref());
    let rows: Vec<ActivityRow> = events.iter().map(|event| activity_row(event, name(event))).collect();
    Ok(Json(CursorPage::cut(rows, per_page, |row| row.id.to_string())))
}
