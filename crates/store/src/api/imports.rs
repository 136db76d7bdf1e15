use std::sync::Arc;

use carillon_domain::ids::{ImportId, UploadId};
use carillon_domain::{CampaignId, SkipReason, Timestamp, WorkspaceId};

use crate::Store;
use crate::error::StoreError;
use crate::model::{FileBatch, Import, ImportEnd, NewImport, SkippedRow, Upload};
use crate::session::Key;

impl Store {
    /// Notes an uploaded file, which lies in its folder already, or of which parts are still to come.
    pub async fn upload_put(&self, ws: WorkspaceId, upload: Upload) -> Result<(), StoreError> {
        let session = Some(self.session.required()?);
        let (ws, upload) = (ws.raw(), Arc::new(upload));
        write_tx!(self, session, [upload], uploads::put(ws, &upload))?;
        Ok(())
    }

    /// Notes that the last part of an uploaded file has come.
    pub async fn upload_whole(&self, ws: WorkspaceId, id: UploadId, sha256: String) -> Result<(), StoreError> {
        let session = Some(self.session.required()?);
        let (ws, id) = (ws.raw(), id.raw());
        write_tx!(self, session, [sha256], uploads::whole(ws, id, &sha256))?;
        Ok(())
    }

    /// An uploaded file.
    pub async fn upload_fetch(&self, ws: WorkspaceId, id: UploadId) -> Result<Option<Upload>, StoreError> {
        read!(self, uploads::fetch(ws.raw(), id.raw()))
    }

    /// The uploaded files of a data folder, oldest first.
    pub async fn uploads_of_folder(&self, ws: WorkspaceId, folder: i64) -> Result<Vec<Upload>, StoreError> {
        read!(self, uploads::of_folder(ws.raw(), folder))
    }

    /// Forgets an uploaded file; the caller deletes it then. `unused_since`: only when no import took it, and it did not come, since then;
    /// else `false`. [`StoreError::NotPossible`] while an import needs it.
    pub async fn upload_remove(
        &self,
        ws: WorkspaceId,
        id: UploadId,
        unused_since: Option<Timestamp>,
    ) -> Result<bool, StoreError> {
        let session = Some(self.session.required()?);
        let (ws, id) = (ws.raw(), id.raw());
        Ok(write_tx!(self, session, [], uploads::remove(ws, id, unused_since))?.0)
    }

    /// Asks for an import into a Draft; a process of its data folder does it, see [`Store::work_claim`]. [`StoreError::NotPossible`] when the
    /// campaign is no Draft, or contacts are being imported or copied into it.
    pub async fn import_create(&self, ws: WorkspaceId, new: NewImport) -> Result<(), StoreError> {
        let session = Some(self.session.required()?);
        let (ws, new) = (ws.raw(), Arc::new(new));
        write_tx!(self, session, [new], imports::create(ws, &new))?;
        Ok(())
    }

    /// One import.
    pub async fn import_fetch(&self, ws: WorkspaceId, id: ImportId) -> Result<Option<Import>, StoreError> {
        read!(self, imports::fetch(ws.raw(), id.raw()))
    }

    /// These imports, in any order; unknown ones are left out.
    pub async fn imports_fetch(&self, ws: WorkspaceId, ids: &[ImportId]) -> Result<Vec<Import>, StoreError> {
        let ids: Vec<i64> = ids.iter().map(|id| id.raw()).collect();
        read!(self, imports::of_ids(ws.raw(), &ids))
    }

    /// The last import that was asked for of a campaign.
    pub async fn import_newest(&self, ws: WorkspaceId, campaign: CampaignId) -> Result<Option<Import>, StoreError> {
        read!(self, imports::newest(Key::new(ws, campaign)))
    }

    /// The imports that are not over, at most `limit`.
    pub async fn imports_open(&self, ws: WorkspaceId, limit: u32) -> Result<Vec<Import>, StoreError> {
        read!(self, imports::all_open(ws.raw(), limit))
    }

    /// Begins with an import that this process has claimed, or goes on with it. `None`: it is no longer ours, or over.
    pub async fn import_begin(&self, ws: WorkspaceId, id: ImportId) -> Result<Option<Import>, StoreError> {
        let session = Some(self.session.required()?);
        let (ws, id) = (ws.raw(), id.raw());
        Ok(write_tx!(self, session, [], imports::begin(ws, id))?.0)
    }

    /// Notes that the file was read to its end and can be taken: it has so many rows. `false`: the import is no longer ours, or over.
    pub async fn import_checked(&self, ws: WorkspaceId, id: ImportId, rows: i64) -> Result<bool, StoreError> {
        let session = Some(self.session.required()?);
        let (ws, id) = (ws.raw(), id.raw());
        Ok(write_tx!(self, session, [], imports::checked(ws, id, rows))?.0)
    }

    /// Takes the next rows of the file, at most 5,000 while anything dials; gives the import after them. `None`: it is no longer ours, or
    /// over, and nothing was taken.
    pub async fn import_batch(
        &self,
        ws: WorkspaceId,
        id: ImportId,
        batch: FileBatch,
        now: Timestamp,
    ) -> Result<Option<Import>, StoreError> {
        let session = Some(self.session.required()?);
        let (ws, id, batch) = (ws.raw(), id.raw(), Arc::new(batch));
        Ok(write_tx!(self, session, [batch], imports::batch(ws, id, &batch, now))?.0)
    }

    /// Ends an import, and gives it as it is now. One that is over stays as it is, so does one that another process has, unless a person
    /// cancels it. With its end by [`ImportEnd::Done`] the campaign's `imported_at` stands.
    pub async fn import_end(
        &self,
        ws: WorkspaceId,
        id: ImportId,
        end: ImportEnd,
        now: Timestamp,
    ) -> Result<Import, StoreError> {
        let session = Some(self.session.required()?);
        let (ws, id, end) = (ws.raw(), id.raw(), Arc::new(end));
        let import = write_tx!(self, session, [end], imports::end(ws, id, &end, now))?.0;
        if *end == ImportEnd::Done {
            self.statistics().await?;
        }
        Ok(import)
    }

    /// Rows that an import skipped, in the file's order: at most `limit` with a row above `after_row`, perhaps of one reason.
    pub async fn import_skipped(
        &self,
        ws: WorkspaceId,
        import: &Import,
        reason: Option<SkipReason>,
        after_row: i64,
        limit: u32,
    ) -> Result<Vec<SkippedRow>, StoreError> {
        let (first, last) = import.rows();
        let rows = (first.max(after_row + 1), last);
        read!(self, skipped::page(Key::new(ws, import.campaign), rows, reason, i64::from(limit)))
    }
}
