//! `POST /api/v1/uploads`

use axum::body::Body;
use axum::extract::State;
use axum::http::StatusCode;

use crate::auth::Operator;
use crate::extract::Json;
use crate::model::Upload;
use crate::problem::Problem;
use crate::state::AppState;

/// Upload a contact file
///
/// The body is the file as it is; at most 4 GB.
#[utoipa::path(
    post,
    path = "/api/v1/uploads",
    tag = "files",
    params(("X-File-Name" = Option<String>, Header, description = "The file's name, percent-encoded.")),
    request_body(content = String, content_type = "application/octet-stream", description = "The file."),
    responses((status = 201, description = "Made.", body = Upload))
)]
pub async fn upload_create(
    _user: Operator,
    State(_state): State<AppState>,
    _file: Body,
) -> Result<(StatusCode, Json<Upload>), Problem> {
    Err(Problem::not_built())
}
