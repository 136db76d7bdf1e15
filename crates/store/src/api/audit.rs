use std::sync::Arc;
use std::time::Duration;

use carillon_domain::{Timestamp, WorkspaceId};

use crate::Store;
use crate::error::StoreError;
use crate::model::{Audit, AuditFilter, Idempotency, IdempotencyEnd, NewAudit, Workspace, WorkspaceEdit};

/// Answers to Idempotency-Keys are kept so long.
const ANSWER_KEPT: Duration = Duration::from_secs(24 * 3600);
/// A request that is not answered by then was cut off with its process; the same key may be used again.
const WORK_LIMIT: Duration = Duration::from_secs(300);

impl Store {
    /// Appends a row to the audit log.
    pub async fn audit_append(&self, workspace: WorkspaceId, new: NewAudit) -> Result<(), StoreError> {
        let session = Some(self.session.required()?);
        let ws = workspace.raw();
        let new = Arc::new(new);
        write_tx!(self, session, [new], audit::append(ws, &new))?;
        Ok(())
    }

    /// A page of the audit log, newest first, at most `limit` rows.
    pub async fn audit_list(
        &self,
        workspace: WorkspaceId,
        filter: &AuditFilter,
        limit: u32,
    ) -> Result<Vec<Audit>, StoreError> {
        read!(self, audit::list(workspace.raw(), filter, i64::from(limit)))
    }

    /// Takes an Idempotency-Key of `actor` for the request of this hash, or says what it was used for. What was taken must be finished by [`Store::idempotency_finish`].
    pub async fn idempotency_take(
        &self,
        workspace: WorkspaceId,
        actor: i64,
        key: &str,
        request_hash: &str,
        now: Timestamp,
    ) -> Result<Idempotency, StoreError> {
        let session = Some(self.session.required()?);
        let ws = workspace.raw();
        let (key, hash) = (Arc::<str>::from(key), Arc::<str>::from(request_hash));
        let times = crate::session::IdempotencyTimes { now, oldest: now - ANSWER_KEPT, given_up: now - WORK_LIMIT };
        Ok(write_tx!(self, session, [key, hash], audit::idempotency_take(ws, actor, &key, &hash, times))?.0)
    }

    /// Keeps how a request with an Idempotency-Key ended.
    pub async fn idempotency_finish(
        &self,
        workspace: WorkspaceId,
        actor: i64,
        key: &str,
        end: IdempotencyEnd,
    ) -> Result<(), StoreError> {
        let session = Some(self.session.required()?);
        let ws = workspace.raw();
        let (key, end) = (Arc::<str>::from(key), Arc::new(end));
        write_tx!(self, session, [key, end], audit::idempotency_finish(ws, actor, &key, &end))?;
        Ok(())
    }

    /// A workspace.
    pub async fn workspace_fetch(&self, workspace: WorkspaceId) -> Result<Option<Workspace>, StoreError> {
        read!(self, audit::workspace(workspace.raw()))
    }

    /// Changes name and settings of a workspace, as far as the edit says; gives it as it stands then.
    pub async fn workspace_edit(&self, workspace: WorkspaceId, edit: WorkspaceEdit) -> Result<Workspace, StoreError> {
        let session = Some(self.session.required()?);
        let ws = workspace.raw();
        let edit = Arc::new(edit);
        Ok(write_tx!(self, session, [edit], audit::workspace_edit(ws, &edit))?.0)
    }
}
