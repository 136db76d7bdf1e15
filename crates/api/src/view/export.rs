//! Exports.

use carillon_store::{Export, StoreError, WorkState};

use crate::model;
use crate::work::export_plan;

/// An export as people see it.
pub(crate) fn export(found: &Export) -> Result<model::Export, StoreError> {
    let done = found.state == WorkState::Done;
    Ok(model::Export {
        id: found.id.into(),
        campaign: found.campaign.into(),
        format: export_plan(found)?.format,
        state: found.state.into(),
        rows_done: found.rows_done,
        rows_total: found.rows_total,
        file_name: found.file_name.clone(),
        bytes: found.bytes.and_then(|bytes| u64::try_from(bytes).ok()),
        download: done.then(|| format!("/api/v1/exports/{}/file", found.id)),
        read_from: found.read.map(|(from, _)| from.into()),
        read_to: found.read.map(|(_, to)| to.into()),
        error: found.error.as_ref().map(|(_, text)| text.clone()),
        created_by: found.created_by.clone(),
        created_at: found.created_at.into(),
        expires_at: found.expires_at.filter(|_| done).map(Into::into),
    })
}
