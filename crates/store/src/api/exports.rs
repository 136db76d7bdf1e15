use std::sync::Arc;

use carillon_domain::{CallId, CampaignId, ExportId, Timestamp, WorkspaceId};

use crate::Store;
use crate::error::StoreError;
use crate::model::{ContactFilter, Export, ExportEnd, ExportPage, NewExport};
use crate::session::Key;

impl Store {
    /// Asks for results in a file: a process of its data folder writes it ([`Store::work_claim`]).
    pub async fn export_create(&self, new: NewExport) -> Result<(), StoreError> {
        let session = Some(self.session.required()?);
        let new = Arc::new(new);
        write_tx!(self, session, [new], exports::create(&new))?;
        Ok(())
    }

    /// One export.
    pub async fn export_fetch(&self, ws: WorkspaceId, id: ExportId) -> Result<Option<Export>, StoreError> {
        read!(self, exports::fetch(ws.raw(), id))
    }

    /// Exports of a campaign, newest first.
    pub async fn exports_of(&self, ws: WorkspaceId, id: CampaignId, limit: u32) -> Result<Vec<Export>, StoreError> {
        read!(self, exports::of_campaign(Key::new(ws, id), i64::from(limit)))
    }

    /// Notes how many contacts are written, also as a sign that we are still at it. `false`: it was canceled, or another process has it.
    pub async fn export_progress(
        &self,
        ws: WorkspaceId,
        id: ExportId,
        rows: i64,
        total: Option<i64>,
    ) -> Result<bool, StoreError> {
        let session = Some(self.session.required()?);
        let ws = ws.raw();
        Ok(write_tx!(self, session, [], exports::progress(ws, id, rows, total))?.0)
    }

    /// Ends an export that this process writes. `false`: it was canceled, or another process has it.
    pub async fn export_end(
        &self,
        ws: WorkspaceId,
        id: ExportId,
        end: ExportEnd,
        expires: Timestamp,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let session = Some(self.session.required()?);
        let (ws, end) = (ws.raw(), Arc::new(end));
        Ok(write_tx!(self, session, [end], exports::end(ws, id, &end, expires, now))?.0)
    }

    /// Cancels an export that is not over (it is shown until `expires`), deletes one that is. Gives it as it is or was; its file is not touched.
    pub async fn export_remove(
        &self,
        ws: WorkspaceId,
        id: ExportId,
        expires: Timestamp,
        now: Timestamp,
    ) -> Result<Option<Export>, StoreError> {
        let session = Some(self.session.required()?);
        let ws = ws.raw();
        Ok(write_tx!(self, session, [], exports::remove(ws, id, expires, now))?.0)
    }

    /// Forgets exports of a data folder whose time is over, and gives those whose files may lie there.
    pub async fn exports_kept(
        &self,
        ws: WorkspaceId,
        folder: i64,
        now: Timestamp,
    ) -> Result<Vec<ExportId>, StoreError> {
        let session = Some(self.session.required()?);
        let ws = ws.raw();
        Ok(write_tx!(self, session, [], exports::kept(ws, folder, now))?.0)
    }

    /// The last row of a campaign; 0 when it has no contacts.
    pub async fn contacts_last_row(&self, ws: WorkspaceId, id: CampaignId) -> Result<i64, StoreError> {
        read!(self, exports::last_row(Key::new(ws, id)))
    }

    /// The next contacts that a filter takes, at most `limit`, after a row, in file order, with marks and calls: one moment of the database,
    /// in a transaction that is short whatever the filter. Go on after [`ExportPage::seen`] until the last row.
    pub async fn export_page(
        &self,
        ws: WorkspaceId,
        id: CampaignId,
        filter: &ContactFilter,
        after: i64,
        limit: u32,
    ) -> Result<ExportPage, StoreError> {
        snapshot!(self, exports::page(Key::new(ws, id), filter, after, i64::from(limit)))
    }

    /// Calls begun and not withdrawn between two times, and how many of them were answered; without a time from the first or to the last.
    /// By the time in their ids.
    pub async fn calls_tally(
        &self,
        ws: WorkspaceId,
        id: CampaignId,
        from: Option<Timestamp>,
        to: Option<Timestamp>,
    ) -> Result<(i64, i64), StoreError> {
        let from = from.map_or(0, |at| CallId::floor_at(at).raw());
        let below = to.map_or(i64::MAX, |at| CallId::floor_at(at).raw());
        read!(self, exports::tally(Key::new(ws, id), from, below))
    }
}
