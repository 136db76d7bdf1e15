//! `PATCH /api/v1/trunks/{id}`

use axum::extract::State;

use crate::auth::Admin;
use crate::extract::{Json, Path};
use crate::ids::TrunkId;
use crate::model::{EditTrunk, Trunk};
use crate::problem::Problem;
use crate::state::AppState;

/// Change a trunk
///
/// Holds for the calls to come.
#[utoipa::path(
    patch,
    path = "/api/v1/trunks/{id}",
    tag = "trunks",
    params(("id" = TrunkId, Path, description = "The trunk."), ("If-Match" = Option<String>, Header, description = "The `version` that was read, in quotes.")),
    request_body = EditTrunk,
    responses((status = 200, description = "Done.", body = Trunk))
)]
pub async fn trunk_edit(
    _user: Admin,
    State(_state): State<AppState>,
    Path(_id): Path<TrunkId>,
    Json(_body): Json<EditTrunk>,
) -> Result<Json<Trunk>, Problem> {
    Err(Problem::not_built())
}
