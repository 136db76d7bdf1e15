//! `POST /api/v1/uploads`

use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use serde_json::json;

use crate::auth::Operator;
use crate::extract::Json;
use crate::files;
use crate::middleware::Audited;
use crate::model::Upload;
use crate::problem::Problem;
use crate::state::AppState;
use crate::view::import;

/// Upload a contact file
///
/// The body is the file as it is; at most 4 GB. It is kept for a day after it came or was last used.
#[utoipa::path(
    post,
    path = "/api/v1/uploads",
    tag = "files",
    params(("X-File-Name" = Option<String>, Header, description = "The file's name, percent-encoded.")),
    request_body(content = String, content_type = "application/octet-stream", description = "The file."),
    responses((status = 201, description = "Made.", body = Upload))
)]
pub async fn upload_create(
    user: Operator,
    State(state): State<AppState>,
    headers: HeaderMap,
    file: Body,
) -> Result<(StatusCode, Extension<Audited>, Json<Upload>), Problem> {
    let now = state.now();
    let id = state.store.next_id(now)?;
    let received = files::receive(&state, id, &headers, file).await?;
    let upload = carillon_store::Upload {
        id,
        folder: state.config.folder,
        name: files::name(&headers),
        bytes: i64::try_from(received.bytes).unwrap_or(i64::MAX),
        sha256: received.sha256,
        created_at: now,
        created_by: user.name.clone(),
        used_at: None,
    };
    if let Err(error) = state.store.upload_put(user.workspace, upload.clone()).await {
        files::delete(&state, &upload).await;
        return Err(error.into());
    }
    let audited = Audited::of(id).with(json!({ "file": upload.name, "bytes": upload.bytes }));
    Ok((StatusCode::CREATED, Extension(audited), Json(import::upload(&upload))))
}
