//! `GET /api/v1/campaigns/{id}/contacts`

use axum::extract::State;
use carillon_store::{Matched, Position};

use crate::auth::Viewer;
use crate::extract::{Json, Path, Query};
use crate::ids::CampaignId;
use crate::model::{ContactQuery, ContactRow};
use crate::paging::{Page, Total};
use crate::problem::Problem;
use crate::state::AppState;
use crate::view::{contact_query, contact_row, cursor_text, sort_text};

/// Contacts of a campaign
#[utoipa::path(
    get,
    path = "/api/v1/campaigns/{id}/contacts",
    tag = "contacts",
    params(("id" = CampaignId, Path, description = "The campaign."), ContactQuery),
    responses((status = 200, description = "Done.", body = Page<ContactRow>))
)]
pub async fn contact_list(
    user: Viewer,
    State(state): State<AppState>,
    Path(id): Path<CampaignId>,
    Query(query): Query<ContactQuery>,
) -> Result<Json<Page<ContactRow>>, Problem> {
    let asked = contact_query(&query)?;
    let found = state.store.campaign_fetch(user.workspace, id.0).await?;
    found.ok_or_else(|| Problem::not_found("campaign"))?;
    let list = state.store.contacts_list(user.workspace, id.0, &asked).await?;
    let full = u32::try_from(list.contacts.len()).is_ok_and(|n| n >= asked.per_page);
    let text = |cursor: &Option<_>| cursor.as_ref().and_then(|c| cursor_text(asked.sort, asked.descending, c));
    // A cursor stands also where the page behind it may turn out empty: only the next read can tell.
    let (next, previous) = match &asked.position {
        Position::Page(1) => (full, false),
        Position::Page(_) | Position::After(_) => (full, true),
        Position::Before(_) => (true, full),
    };
    let page = if let Position::Page(page) = asked.position { Some(page) } else { None };
    let total = match list.matched {
        Matched::Exactly(n) => Total::exact(n),
        Matched::MoreThan(n) => Total::more_than(n),
    };
    let last_page = page.is_some_and(|page| total.exact && i64::from(page) * i64::from(asked.per_page) >= total.count);
    Ok(Json(Page {
        items: list.contacts.iter().map(contact_row).collect(),
        page,
        per_page: asked.per_page,
        total,
        sort: sort_text(asked.sort, asked.descending),
        next: if next && !last_page { text(&list.last) } else { None },
        previous: if previous { text(&list.first) } else { None },
    }))
}
