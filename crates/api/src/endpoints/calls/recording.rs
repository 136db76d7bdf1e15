//! `GET /api/v1/calls/{id}/recording`

use axum::extract::State;
use axum::response::Response;

use crate::auth::Viewer;
use crate::extract::Path;
use crate::ids::CallId;
use crate::problem::Problem;
use crate::state::AppState;

/// The recording of a call
///
/// Two channels: the contact on the left, the AI employee on the right. Takes Range.
#[utoipa::path(
    get,
    path = "/api/v1/calls/{id}/recording",
    tag = "calls",
    params(("id" = CallId, Path, description = "The call."), ("Range" = Option<String>, Header, description = "`bytes=0-1023`: a part of the file, answered with 206.")),
    responses((status = 200, description = "The file.", body = String, content_type = "audio/wav"))
)]
pub async fn call_recording(
    _user: Viewer,
    State(_state): State<AppState>,
    Path(_id): Path<CallId>,
) -> Result<Response, Problem> {
    Err(Problem::not_built())
}
