//! `DELETE /api/v1/trunks/{id}`

use axum::extract::State;
use axum::http::StatusCode;

use super::shown;
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
    user: Admin,
    State(state): State<AppState>,
    Path(id): Path<TrunkId>,
) -> Result<StatusCode, Problem> {
    shown::stored(&state, &user, id.0).await?;
    state.store.trunk_delete(user.workspace, id.0, state.now()).await?;
    state.control.trunks_changed(user.workspace).await?;
    Ok(StatusCode::NO_CONTENT)
}
