//! `GET /api/v1/trunks/{id}`

use axum::extract::State;

use crate::auth::Viewer;
use crate::extract::{Json, Path};
use crate::ids::TrunkId;
use crate::model::Trunk;
use crate::problem::Problem;
use crate::state::AppState;

/// A trunk
#[utoipa::path(
    get,
    path = "/api/v1/trunks/{id}",
    tag = "trunks",
    params(("id" = TrunkId, Path, description = "The trunk.")),
    responses((status = 200, description = "Done.", body = Trunk))
)]
pub async fn trunk_show(
    _user: Viewer,
    State(_state): State<AppState>,
    Path(_id): Path<TrunkId>,
) -> Result<Json<Trunk>, Problem> {
    Err(Problem::not_built())
}
