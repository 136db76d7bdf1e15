//! `GET /api/v1/calls/random`

use axum::extract::State;

use crate::auth::Viewer;
use crate::extract::{Json, Query};
use crate::model::{CallList, RandomCallsQuery};
use crate::problem::Problem;
use crate::state::AppState;

/// Random calls with a recording
///
/// To listen to a few.
#[utoipa::path(
    get,
    path = "/api/v1/calls/random",
    tag = "calls",
    params(RandomCallsQuery),
    responses((status = 200, description = "Done.", body = CallList))
)]
pub async fn call_random(
    _user: Viewer,
    State(_state): State<AppState>,
    Query(_query): Query<RandomCallsQuery>,
) -> Result<Json<CallList>, Problem> {
    Err(Problem::not_built())
}
