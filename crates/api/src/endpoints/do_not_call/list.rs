//! `GET /api/v1/do-not-call`

use axum::extract::State;

use crate::auth::Viewer;
use crate::extract::{Json, Query};
use crate::model::{DoNotCallEntry, DoNotCallQuery};
use crate::paging::CursorPage;
use crate::problem::Problem;
use crate::state::AppState;

/// Numbers that are never called
///
/// Newest first.
#[utoipa::path(
    get,
    path = "/api/v1/do-not-call",
    tag = "do-not-call",
    params(DoNotCallQuery),
    responses((status = 200, description = "Done.", body = CursorPage<DoNotCallEntry>))
)]
pub async fn do_not_call_list(
    _user: Viewer,
    State(_state): State<AppState>,
    Query(_query): Query<DoNotCallQuery>,
) -> Result<Json<CursorPage<DoNotCallEntry>>, Problem> {
    Err(Problem::not_built())
}
