//! Recordings of calls whose process died: put right and noted, so that what was said is found, exported and deleted with the rest.

use std::path::Path;

use carillon_domain::{CallId, CampaignId, WorkspaceId};
use carillon_media::wav;
use carillon_store::Store;

/// Where a call is recorded, below the data folder.
pub(crate) fn recording_path(campaign: CampaignId, call: CallId) -> String {
    format!("recordings/{campaign}/{call}.wav")
}

/// Looks for the recordings of calls that were given up. One that cannot be mended stays as it is: the log says so.
pub(crate) async fn salvage(store: &Store, workspace: WorkspaceId, data: &Path, given_up: Vec<(CampaignId, CallId)>) {
    for (campaign, call) in given_up {
        let path = recording_path(campaign, call);
        let file = data.join(&path);
        let mended = match tokio::task::spawn_blocking(move || wav::repair(&file)).await {
            Ok(Err(error)) if error.kind() == std::io::ErrorKind::NotFound => continue, // nobody answered, or another machine
            Ok(mended) => mended,
            Err(error) => Err(std::io::Error::other(error)),
        };
        let noted = match mended {
            Ok(0) => continue,
            Ok(_) => store.call_recording(workspace, call, &path).await.map_err(|error| error.to_string()),
            Err(error) => Err(error.to_string()),
        };
        if let Err(error) = noted {
            tracing::warn!(%call, path, error, "the recording of an interrupted call could not be put right");
        }
    }
}
