//! What the addresses of an uploaded file have in common.

use axum::http::HeaderMap;
use carillon_domain::WorkspaceId;
use carillon_domain::ids::UploadId;
use carillon_exchange::ContactFileError;
use carillon_store::Upload;

use crate::files;
use crate::problem::{Code, Problem};
use crate::state::AppState;
use crate::view::import;
use crate::work::sentence;

/// An uploaded file that lies whole in this process's data folder.
pub(super) async fn here(state: &AppState, workspace: WorkspaceId, id: UploadId) -> Result<Upload, Problem> {
    let upload = known(state, workspace, id).await?;
    if upload.sha256.is_some() {
        return Ok(upload);
    }
    let received = files::received(state, id).await?;
    let upload = settle(state, workspace, upload, received).await?;
    if upload.sha256.is_some() {
        return Ok(upload);
    }
    let detail = format!("{received} of its {} bytes have come. Send the others first.", upload.bytes);
    Err(Problem::new(Code::UploadIncomplete, detail).with_current(&import::upload(&upload, received)))
}

/// Notes that the file is whole, once its last byte has come.
pub(super) async fn settle(
    state: &AppState,
    workspace: WorkspaceId,
    upload: Upload,
    received: u64,
) -> Result<Upload, Problem> {
    if upload.sha256.is_some() || received < import::bytes(&upload) {
        return Ok(upload);
    }
    let sha256 = files::finish(state, upload.id).await?;
    state.store.upload_whole(workspace, upload.id, sha256.clone()).await?;
    Ok(Upload { sha256: Some(sha256), ..upload })
}

/// A header that holds a number of bytes.
pub(super) fn number(headers: &HeaderMap, name: &'static str) -> Result<Option<u64>, Problem> {
    let Some(value) = headers.get(name) else { return Ok(None) };
    let number = value.to_str().ok().and_then(|text| text.parse().ok());
    let wrong = || Problem::new(Code::BadRequest, format!("The header {name} is a number of bytes."));
    number.ok_or_else(wrong).map(Some)
}

/// An uploaded file of this process's data folder, whole or not.
pub(super) async fn known(state: &AppState, workspace: WorkspaceId, id: UploadId) -> Result<Upload, Problem> {
    let found = state.store.upload_fetch(workspace, id).await?;
    let upload = found.ok_or_else(gone)?;
    if upload.folder != state.config.folder {
        let detail = "The file was uploaded to another machine of this workspace; upload it here again.".to_owned();
        return Err(Problem::new(Code::WrongState, detail));
    }
    Ok(upload)
}

fn gone() -> Problem {
    let detail = "There is no such uploaded file: files are kept for a day after they were last used. Upload it again.";
    Problem::new(Code::NotFound, detail.to_owned())
}

/// A contact file that can't be taken. What was said about it wrongly is told as the field that says it.
pub(super) fn refused(error: &ContactFileError) -> Problem {
    let text = sentence(error);
    match error {
        ContactFileError::Mapping(_) => Problem::field("mapping", text),
        ContactFileError::NoSheet { .. } => Problem::field("format.sheet", text),
        ContactFileError::UnknownEncoding { .. } => Problem::field("format.encoding", text),
        ContactFileError::Missing { .. } => gone(),
        ContactFileError::Unreadable { .. } | ContactFileError::Io { .. } => Problem::internal(error),
        _ => Problem::new(Code::BadFile, text),
    }
}
