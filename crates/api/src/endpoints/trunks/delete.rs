//! `DELETE /api/v1/trunks/{id}`

use axum::extract::State;
use axum::http::StatusCode;

use crate::auth::Admin;
use crate::extract::Path;
use crate::ids::TrunkId;
use crate::problem::Problem;
use crate::state::AppState;

/// Delete a trunk
///
/// Refused while a campaign that is not over uses it.
#[utoipa::path(
    delete,
    path = "/api/v1/trunks/{id}",
    tag = "trunks",
    params(("id" = TrunkId, Path, description = "The trunk.")),
    responses((status = 204, description = "Done."))
)]
pub async fn trunk_delete(
    _user: Admin,
    State(_state): State<AppState>,
    Path(_id): Path<TrunkId>,
) -> Result<StatusCode, Problem> {
    Err(Problem::not_built())
}
