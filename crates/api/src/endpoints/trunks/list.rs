//! `GET /api/v1/trunks`

use axum::extract::State;

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
pub async fn trunk_list(_user: Viewer, State(_state): State<AppState>) -> Result<Json<TrunkList>, Problem> {
    Err(Problem::not_built())
}
