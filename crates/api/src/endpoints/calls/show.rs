//! `GET /api/v1/calls/{id}`

use axum::extract::State;

use crate::auth::Viewer;
use crate::extract::{Json, Path};
use crate::ids::CallId;
use crate::model::Call;
use crate::problem::Problem;
use crate::state::AppState;

/// A call
///
/// Times, turns, SIP messages, outcome.
#[utoipa::path(
    get,
    path = "/api/v1/calls/{id}",
    tag = "calls",
    params(("id" = CallId, Path, description = "The call.")),
    responses((status = 200, description = "Done.", body = Call))
)]
pub async fn call_show(
    _user: Viewer,
    State(_state): State<AppState>,
    Path(_id): Path<CallId>,
) -> Result<Json<Call>, Problem> {
    Err(Problem::not_built())
}
