//! Imports and exports as clients watch them.

use std::collections::HashMap;
use std::sync::Arc;

use carillon_domain::WorkspaceId;
use carillon_domain::ids::{ExportId, ImportId};
use carillon_store::{Store, StoreError};
use serde::Serialize;

use crate::view::{export, import};

/// What a client watches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum JobTopic {
    /// An import.
    Import(ImportId),
    /// An export.
    Export(ExportId),
}

impl JobTopic {
    /// The name of its events.
    pub(crate) fn name(self) -> &'static str {
        match self {
            JobTopic::Import(_) => "import",
            JobTopic::Export(_) => "export",
        }
    }
}

/// A job of a workspace.
pub(crate) type JobKey = (WorkspaceId, JobTopic);

/// A snapshot as it is sent, and its version.
#[derive(Debug, Clone)]
pub(crate) struct JobFrame {
    pub(crate) version: i64,
    pub(crate) text: Arc<str>,
}

fn frame(version: i64, of: &impl Serialize) -> Option<JobFrame> {
    match serde_json::to_string(of) {
        Ok(text) => Some(JobFrame { version, text: text.into() }),
        Err(error) => {
            tracing::error!(%error, "a frame could not be written");
            None
        }
    }
}

/// Those of these jobs that there are, as they are now.
pub(crate) async fn snapshots(store: &Store, wanted: &[JobKey]) -> Result<Vec<(JobKey, JobFrame)>, StoreError> {
    let mut imports: HashMap<WorkspaceId, Vec<ImportId>> = HashMap::new();
    let mut exports: Vec<(WorkspaceId, ExportId)> = Vec::new();
    for (ws, topic) in wanted {
        match topic {
            JobTopic::Import(id) => imports.entry(*ws).or_default().push(*id),
            JobTopic::Export(id) => exports.push((*ws, *id)),
        }
    }
    let mut frames = Vec::new();
    for (ws, id) in exports {
        if let Some(found) = store.export_fetch(ws, id).await? {
            let key = (ws, JobTopic::Export(id));
            frames.extend(frame(found.version, &export::export(&found)?).map(|frame| (key, frame)));
        }
    }
    for (ws, ids) in imports {
        for found in store.imports_fetch(ws, &ids).await? {
            let key = (ws, JobTopic::Import(found.id));
            frames.extend(frame(found.version, &import::import(&found)).map(|frame| (key, frame)));
        }
    }
    Ok(frames)
}
