//! `GET /api/v1/exports/{id}/file`

use axum::body::Body;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE};
use axum::response::Response;
use carillon_store::WorkState;
use tokio_util::io::ReaderStream;

use crate::auth::Viewer;
use crate::extract::Path;
use crate::ids::ExportId;
use crate::problem::{Code, Problem};
use crate::state::AppState;
use crate::view::export::export as shown;
use crate::work::{export_path, export_plan};

/// The file of an export
#[utoipa::path(
    get,
    path = "/api/v1/exports/{id}/file",
    tag = "files",
    params(("id" = ExportId, Path, description = "The export.")),
    responses((status = 200, description = "The file.", body = String, content_type = "application/octet-stream"))
)]
pub async fn export_file(
    user: Viewer,
    State(state): State<AppState>,
    Path(id): Path<ExportId>,
) -> Result<Response, Problem> {
    let found = state.store.export_fetch(user.workspace, id.0).await?;
    let export = found.ok_or_else(|| Problem::not_found("export"))?;
    if export.state != WorkState::Done {
        let problem = Problem::new(Code::WrongState, "The export has no file: it is not done.".to_owned());
        return Err(problem.with_current(&shown(&export)?));
    }
    if export.folder != state.config.folder {
        let detail = "The file lies on another machine: ask the Carillon that made it.";
        return Err(Problem::new(Code::NotFound, detail.to_owned()));
    }
    let format = export_plan(&export)?.format;
    let file = match tokio::fs::File::open(export_path(&state, export.id, format)).await {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Err(Problem::not_found("file")),
        Err(error) => return Err(Problem::internal(&error)),
    };
    let bytes = file.metadata().await.map_err(|error| Problem::internal(&error))?.len();
    Response::builder()
        .header(CONTENT_TYPE, format.media_type())
        .header(CONTENT_LENGTH, bytes)
        .header(CONTENT_DISPOSITION, disposition(&export.file_name))
        .header(CACHE_CONTROL, "private, no-store")
        .body(Body::from_stream(ReaderStream::new(file)))
        .map_err(|error| Problem::internal(&error))
}

/// The name in the form that every browser reads: letters of other scripts percent-encoded (RFC 6266).
fn disposition(name: &str) -> String {
    let plain: String = name.chars().map(|ch| if ch.is_ascii() && !"\"\\%".contains(ch) { ch } else { '_' }).collect();
    let mut encoded = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_any_script_is_told() {
        assert_eq!(
            disposition("größe-2026-09-21.csv"),
            "attachment; filename=\"gr__e-2026-09-21.csv\"; filename*=UTF-8''gr%C3%B6%C3%9Fe-2026-09-21.csv"
        );
    }
}
