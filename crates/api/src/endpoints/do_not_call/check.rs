//! `GET /api/v1/do-not-call/check`

use axum::extract::State;

use crate::auth::Viewer;
use crate::extract::{Json, Query};
use crate::model::{CheckDoNotCall, CheckedDoNotCall};
use crate::problem::Problem;
use crate::state::AppState;

/// Check a number
#[utoipa::path(
    get,
    path = "/api/v1/do-not-call/check",
    tag = "do-not-call",
    params(CheckDoNotCall),
    responses((status = 200, description = "Done.", body = CheckedDoNotCall))
)]
pub async fn do_not_call_check(
    _user: Viewer,
    State(_state): State<AppState>,
    Query(_query): Query<CheckDoNotCall>,
) -> Result<Json<CheckedDoNotCall>, Problem> {
    Err(Problem::not_built())
}
