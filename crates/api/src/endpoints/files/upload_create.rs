//! `POST /api/v1/uploads`

use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use serde_json::json;

use super::uploaded::number;
use crate::auth::Operator;
use crate::extract::Json;
use crate::files::{self, Broken, Part};
use crate::limits::UPLOAD_BYTES;
use crate::middleware::Audited;
use crate::model::Upload;
use crate::problem::{Code, Problem};
use crate::state::AppState;
use crate::view::import;

/// Upload a contact file
///
/// The body is the file as it is, at most 4 GB. With `Upload-Length` and an empty body the file comes in parts afterwards
/// (`PATCH /api/v1/uploads/{id}`), which may be paused and taken up again. It is kept for a day after it came or was last used.
#[utoipa::path(
    post,
    path = "/api/v1/uploads",
    tag = "files",
    params(
        ("X-File-Name" = Option<String>, Header, description = "The file's name, percent-encoded."),
        ("Upload-Length" = Option<u64>, Header, description = "The file's size in bytes: it comes in parts, the body is empty."),
    ),
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
    let announced = number(&headers, "upload-length")?;
    let told = announced.or(number(&headers, header::CONTENT_LENGTH.as_str())?);
    if told == Some(0) {
        return Err(Problem::new(Code::BadFile, "The file is empty.".to_owned()));
    }
    let room = files::take_room(&state, told.unwrap_or(0))?;
    let (bytes, sha256) = match announced {
        Some(bytes) => (bytes, None),
        None => {
            let part = Part { id, offset: 0, most: UPLOAD_BYTES, broken: Broken::Goes };
            let bytes = files::receive(&state, part, room, file).await?;
            (bytes, Some(files::finish(&state, id).await?))
        }
    };
    let received = if sha256.is_some() { bytes } else { 0 };
    let upload = carillon_store::Upload {
        id,
        folder: state.config.folder,
        name: files::name(&headers),
        bytes: i64::try_from(bytes).unwrap_or(i64::MAX),
        sha256,
        created_at: now,
        created_by: user.name.clone(),
        used_at: None,
    };
    if let Err(error) = state.store.upload_put(user.workspace, upload.clone()).await {
        files::delete(&state, &upload).await;
        return Err(error.into());
    }
    let audited = Audited::of(id).with(json!({ "file": upload.name, "bytes": upload.bytes }));
    Ok((StatusCode::CREATED, Extension(audited), Json(import::upload(&upload, received))))
}
