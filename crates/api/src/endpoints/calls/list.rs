//! `GET /api/v1/calls`

use axum::extract::State;
use carillon_domain::CallId;

use crate::auth::Viewer;
use crate::codes::{self, CallResult};
use crate::extract::{Json, Query};
use crate::model::{CallQuery, CallRow};
use crate::paging::{self, CursorPage};
use crate::problem::{Code, Problem};
use crate::state::AppState;
use crate::view::call_row;

/// Calls
///
/// Newest first.
#[utoipa::path(
    get,
    path = "/api/v1/calls",
    tag = "calls",
    params(CallQuery),
    responses((status = 200, description = "Done.", body = CursorPage<CallRow>))
)]
pub async fn call_list(
    user: Viewer,
    State(state): State<AppState>,
    Query(query): Query<CallQuery>,
) -> Result<Json<CursorPage<CallRow>>, Problem> {
    let per_page = paging::per_page(query.per_page)?;
    let wrong = |_| Problem::new(Code::BadQuery, "The cursor can't be read.".to_owned());
    let before: Option<CallId> = query.after.as_deref().map(|text| text.parse().map_err(wrong)).transpose()?;
    if query.row.is_some() && query.campaign.is_none() {
        return Err(Problem::new(Code::BadQuery, "row needs a campaign.".to_owned()));
    }
    let asked = carillon_store::CallQuery {
        campaign: query.campaign.map(|id| id.0),
        row: query.row,
        results: codes::list::<CallResult>(query.result.as_deref())?.into_iter().map(|r| r.0).collect(),
        live: query.live,
        recorded: query.recorded,
        from: query.from.map(|at| at.0),
        to: query.to.map(|at| at.0),
        search: query.q.unwrap_or_default(),
        before,
        limit: per_page + 1,
    };
    let calls = state.store.calls_page(user.workspace, &asked).await?;
    let rows: Vec<CallRow> = calls.iter().map(call_row).collect();
    Ok(Json(CursorPage::cut(rows, per_page, |row| row.id.to_string())))
}
