use std::sync::Arc;
use std::time::Instant;

use carillon_domain::{CampaignId, Timestamp, WorkspaceId};

use crate::Store;
use crate::error::StoreError;
use crate::model::{Claimed, ContactRecord, Event, ImportBatch, NewContact};
use crate::session::Key;

impl Store {
    /// Imports a batch of contacts: at most 5,000 while anything dials, 50,000 otherwise. Rows that are stored already are left alone, so
    /// an import may be repeated from its beginning. A blocked number becomes Skipped `do_not_call`, the number of an earlier contact of the
    /// campaign `duplicate`.
    pub async fn contacts_import(
        &self,
        ws: WorkspaceId,
        id: CampaignId,
        batch: Vec<NewContact>,
        now: Timestamp,
    ) -> Result<ImportBatch, StoreError> {
        let session = Some(self.session.required()?);
        let (key, batch) = (Key::new(ws, id), Arc::new(batch));
        Ok(write_tx!(self, session, [batch], import::import(key, &batch, now))?.0)
    }

    /// Leases up to `n` contacts that may be called at `now`: due ones first, then ready ones in the campaign's order.
    /// [`StoreError::SlotLost`] when this process's lease has ended or ends within 2 s. After any other error ask [`Store::leases_reconcile`]: the lease may stand.
    pub async fn contacts_claim(
        &self,
        ws: WorkspaceId,
        id: CampaignId,
        n: u32,
        now: Timestamp,
    ) -> Result<Vec<Claimed>, StoreError> {
        let session = self.session.required()?;
        session.may_place(Instant::now())?;
        let session = Some(session);
        let (key, n) = (Key::new(ws, id), i64::from(n));
        Ok(write_tx!(self, session, [], claim::claim(key, n, now))?.0)
    }

    /// Gives leased contacts back as they were. Gives how many were still ours.
    pub async fn contacts_release(&self, ws: WorkspaceId, id: CampaignId, rows: &[i64]) -> Result<u64, StoreError> {
        if rows.is_empty() {
            return Ok(0);
        }
        let session = Some(self.session.required()?);
        let (key, rows) = (Key::new(ws, id), Arc::<[i64]>::from(rows));
        Ok(write_tx!(self, session, [rows], claim::release(key, &rows))?.0)
    }

    /// After a failed claim, whose COMMIT may stand although its answer was lost: gives back what is leased to this process in the campaign
    /// and not in `held`, the rows it knows of. Waits until its own claims under way are decided, so no other claim of this campaign may be
    /// under way whose rows are not in `held`. Gives how many leases it found.
    pub async fn leases_reconcile(&self, ws: WorkspaceId, id: CampaignId, held: &[i64]) -> Result<u64, StoreError> {
        let session = Some(self.session.required()?);
        let (key, held) = (Key::new(ws, id), Arc::<[i64]>::from(held));
        Ok(write_tx!(self, session, [held], claim::reconcile(key, &held))?.0)
    }

    /// When the next contact that waits for another attempt is due.
    pub async fn contacts_next_due(&self, ws: WorkspaceId, id: CampaignId) -> Result<Option<Timestamp>, StoreError> {
        read!(self, lists::next_due(Key::new(ws, id)))
    }

    /// A page of contacts in file order: at most `limit` with a row above `after_row`.
    pub async fn contacts_page(
        &self,
        ws: WorkspaceId,
        id: CampaignId,
        after_row: i64,
        limit: u32,
    ) -> Result<Vec<ContactRecord>, StoreError> {
        read!(self, lists::contacts(Key::new(ws, id), after_row, i64::from(limit)))
    }

    /// A page of a campaign's events: at most `limit` with an id above `after`. `None`: the events of the workspace itself.
    pub async fn events_page(
        &self,
        ws: WorkspaceId,
        id: Option<CampaignId>,
        after: i64,
        limit: u32,
    ) -> Result<Vec<Event>, StoreError> {
        let key = Key { ws: ws.raw(), campaign: id.map_or(0, CampaignId::raw) };
        read!(self, lists::events(key, after, i64::from(limit)))
    }
}
