//! `PATCH /api/v1/uploads/{id}`

use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;

use super::uploaded::{known, number, settle};
use crate::auth::Operator;
use crate::extract::{Json, Path};
use crate::files::{self, Broken, Part};
use crate::ids::UploadId;
use crate::model::Upload;
use crate::problem::{Code, Problem};
use crate::state::AppState;
use crate::view::import;

/// Send a part of an uploaded file
///
/// The body goes after the bytes that have come. When a connection breaks off, what came of the part stays: ask for `received` and go on from
/// there. With the last byte the file can be looked at and imported.
#[utoipa::path(
    patch,
    path = "/api/v1/uploads/{id}",
    tag = "files",
    params(
        ("id" = UploadId, Path, description = "The upload."),
        ("Upload-Offset" = u64, Header, description = "Bytes of the file before this part: what `received` says."),
    ),
    request_body(content = String, content_type = "application/octet-stream", description = "The next bytes of the file."),
    responses((status = 200, description = "Done.", body = Upload))
)]
pub async fn upload_part(
    user: Operator,
    State(state): State<AppState>,
    Path(id): Path<UploadId>,
    headers: HeaderMap,
    part: Body,
) -> Result<Json<Upload>, Problem> {
    let upload = known(&state, user.workspace, id.0).await?;
    if upload.sha256.is_some() {
        let detail = "The file is whole already.".to_owned();
        return Err(
            Problem::new(Code::UploadOffset, detail).with_current(&import::upload(&upload, import::bytes(&upload)))
        );
    }
    let offset = number(&headers, "upload-offset")?;
    let offset = offset.ok_or_else(|| Problem::new(Code::BadRequest, "Upload-Offset is missing.".to_owned()))?;
    let room = files::take_room(&state, import::bytes(&upload).saturating_sub(offset))?;
    let part_of = Part { id: id.0, offset, most: import::bytes(&upload), broken: Broken::Stays };
    let received = files::receive(&state, part_of, room, part).await?;
    let upload = settle(&state, user.workspace, upload, received).await?;
    Ok(Json(import::upload(&upload, received)))
}
