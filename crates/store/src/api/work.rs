use carillon_domain::{CampaignId, WorkspaceId};

use crate::Store;
use crate::error::StoreError;
use crate::model::{Work, WorkKind};

impl Store {
    /// Takes the oldest open work of a kind whose files lie in this data folder: one that nobody is at, whose process died, or that is ours
    /// already. One caller of a process at a time for each kind.
    pub async fn work_claim(&self, ws: WorkspaceId, kind: WorkKind, folder: i64) -> Result<Option<Work>, StoreError> {
        let session = Some(self.session.required()?);
        let ws = ws.raw();
        let job = write_tx!(self, session, [], work::claim(ws, kind, folder))?.0;
        Ok(job.map(|job| Work { kind, id: job.id, campaign: CampaignId::from_raw(job.campaign), cursor: job.cursor }))
    }

    /// Takes one piece of work, wherever its files lie. `false`: somebody is at it, or it is over.
    pub async fn work_take(&self, ws: WorkspaceId, id: i64) -> Result<bool, StoreError> {
        let session = Some(self.session.required()?);
        let ws = ws.raw();
        Ok(write_tx!(self, session, [], work::take(ws, id))?.0)
    }

    /// Says that we are still at it: to be called at least every 20 s while nothing else is written for the work. `false`: it was canceled
    /// or another process has it; nothing more may be done for it.
    pub async fn work_renew(&self, ws: WorkspaceId, id: i64) -> Result<bool, StoreError> {
        let session = Some(self.session.required()?);
        let ws = ws.raw();
        Ok(write_tx!(self, session, [], work::renew(ws, id, None))?.0)
    }
}
