//! `POST /api/v1/trunks`

use axum::extract::State;
use axum::http::StatusCode;

use crate::auth::Admin;
use crate::extract::Json;
use crate::model::{NewTrunk, Trunk};
use crate::problem::Problem;
use crate::state::AppState;

/// Add a trunk
#[utoipa::path(
    post,
    path = "/api/v1/trunks",
    tag = "trunks",
    request_body = NewTrunk,
    responses((status = 201, description = "Made.", body = Trunk))
)]
pub async fn trunk_create(
    _user: Admin,
    State(_state): State<AppState>,
    Json(_body): Json<NewTrunk>,
) -> Result<(StatusCode, Json<Trunk>), Problem> {
    Err(Problem::not_built())
}
