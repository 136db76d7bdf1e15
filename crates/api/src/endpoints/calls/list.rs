//! `GET /api/v1/calls`

use axum::extract::State;

use crate::auth::Viewer;
use crate::extract::{Json, Query};
use crate::model::{CallQuery, CallRow};
use crate::paging::CursorPage;
use crate::problem::Problem;
use crate::state::AppState;

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
    _user: Viewer,
    State(_state): State<AppState>,
    Query(_query): Query<CallQuery>,
) -> Result<Json<CursorPage<CallRow>>, Problem> {
    Err(Problem::not_built())
}
