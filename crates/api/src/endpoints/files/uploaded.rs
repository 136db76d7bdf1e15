//! What the addresses of an uploaded file have in common.

use carillon_domain::WorkspaceId;
use carillon_domain::ids::UploadId;
use carillon_exchange::ContactFileError;
use carillon_store::Upload;

use crate::problem::{Code, Problem};
use crate::state::AppState;
use crate::work::sentence;

/// An uploaded file that lies in this process's data folder.
pub(super) async fn here(state: &AppState, workspace: WorkspaceId, id: UploadId) -> Result<Upload, Problem> {
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
