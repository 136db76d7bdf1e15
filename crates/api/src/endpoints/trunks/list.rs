//! `GET /api/v1/trunks`

use axum::extract::State;

use super::shown::shown;
use crate::auth::Viewer;
use crate::extract::Json;
use crate::model::TrunkList;
use crate::problem::Problem;
use crate::state::AppState;

/// Trunks
#[utoipa::path(
    get,
    path = "/api/v1/trunks",
    tag = "trunks",
    responses((status = 200, description = "Done.", body = TrunkList))
)]
pub async fn trunk_list(user: Viewer, State(state): State<AppState>) -> Result<Json<TrunkList>, Problem> {
    let trunks = state.store.trunk_list(user.workspace).await?;
    let uses = state.store.trunk_uses(user.workspace).await?;
    let items = trunks.into_iter().map(|trunk| shown(&state, &user, trunk, &uses)).collect();
    Ok(Json(TrunkList { items }))
}
