//! `GET /api/v1/trunks/{id}`

use axum::extract::State;
use axum::response::{IntoResponse, Response};

use super::shown;
use crate::auth::Viewer;
use crate::extract::{ETag, Json, Path};
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
    user: Viewer,
    State(state): State<AppState>,
    Path(id): Path<TrunkId>,
) -> Result<Response, Problem> {
    let trunk: Trunk = shown::one(&state, &user, id.0).await?;
    Ok((ETag(trunk.version), Json(trunk)).into_response())
}
