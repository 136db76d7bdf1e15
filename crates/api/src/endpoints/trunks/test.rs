//! `POST /api/v1/trunks/{id}/test`

use axum::extract::State;

use crate::auth::Operator;
use crate::extract::{Json, Path};
use crate::ids::TrunkId;
use crate::model::{TestTrunk, TrunkTest};
use crate::problem::Problem;
use crate::state::AppState;

/// Test a trunk
///
/// Step by step, each with its finding in words. Without a number no call is made.
#[utoipa::path(
    post,
    path = "/api/v1/trunks/{id}/test",
    tag = "trunks",
    params(("id" = TrunkId, Path, description = "The trunk.")),
    request_body = TestTrunk,
    responses((status = 200, description = "Done.", body = TrunkTest))
)]
pub async fn trunk_test(
    _user: Operator,
    State(_state): State<AppState>,
    Path(_id): Path<TrunkId>,
    Json(_body): Json<TestTrunk>,
) -> Result<Json<TrunkTest>, Problem> {
    Err(Problem::not_built())
}
