//! `GET /api/v1/campaigns`

use axum::extract::State;
use carillon_store::CampaignSort;

use crate::auth::Viewer;
use crate::codes::{self, CampaignStatus};
use crate::extract::{Json, Query};
use crate::model::{CampaignQuery, CampaignRow};
use crate::paging::{self, Page, Total};
use crate::problem::Problem;
use crate::state::AppState;
use crate::view::{campaign_row, sort_of};

/// Imports that are looked at for a list: far more than run at one time.
const IMPORTS_MAX: u32 = 1_000;

/// Campaigns
#[utoipa::path(
    get,
    path = "/api/v1/campaigns",
    tag = "campaigns",
    params(CampaignQuery),
    responses((status = 200, description = "Done.", body = Page<CampaignRow>))
)]
pub async fn campaign_list(
    user: Viewer,
    State(state): State<AppState>,
    Query(query): Query<CampaignQuery>,
) -> Result<Json<Page<CampaignRow>>, Problem> {
    let table = [
        ("created", CampaignSort::Created),
        ("name", CampaignSort::Name),
        ("status", CampaignSort::Status),
        ("started", CampaignSort::Started),
    ];
    let (order, usual) = (query.sort.as_deref().filter(|text| !text.is_empty()), "-created");
    let (sort, descending) = sort_of(order, usual, &table)?;
    let order = order.unwrap_or(usual).to_owned();
    let page = paging::page(query.page)?;
    let per_page = paging::per_page(query.per_page.or(Some(25)))?;
    let asked = carillon_store::CampaignQuery {
        statuses: codes::list::<CampaignStatus>(query.status.as_deref())?.into_iter().map(|s| s.0).collect(),
        search: query.q.unwrap_or_default(),
        employee: query.employee.map(|id| id.0),
        from: query.from.map(|at| at.0),
        to: query.to.map(|at| at.0),
        sort,
        descending,
        page,
        per_page,
    };
    let (campaigns, total) = state.store.campaigns_page(user.workspace, &asked).await?;
    // Only a Draft has one; a list without any Draft asks nothing.
    let draft = campaigns.iter().any(|one| one.campaign.state.status() == carillon_domain::CampaignStatus::Draft);
    let imports = if draft { state.store.imports_open(user.workspace, IMPORTS_MAX).await? } else { Vec::new() };
    let items = campaigns.iter().map(|one| campaign_row(one, &imports)).collect();
    let total = Total::exact(total);
    Ok(Json(Page { items, page: Some(page), per_page, total, sort: order, next: None, previous: None }))
}
