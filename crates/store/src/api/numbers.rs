use std::sync::Arc;

use carillon_domain::{CampaignId, PhoneNumber, Timestamp, WorkspaceId};

use crate::Store;
use crate::error::StoreError;
use crate::model::{Block, BlockFilter, Blocked, NewBlock};
use crate::session::Key;

/// Numbers blocked in one transaction: their contacts stay locked until it ends.
const BLOCK_BATCH: usize = 200;

impl Store {
    /// Puts numbers on the do-not-call list: blocks them in every campaign of the workspace, and settles their Pending contacts with counters and
    /// events in the same transaction (200 numbers each). Calls in progress are not touched.
    pub async fn numbers_block(
        &self,
        workspace: WorkspaceId,
        phones: &[PhoneNumber],
        new: &NewBlock,
    ) -> Result<Blocked, StoreError> {
        let mut digits: Vec<i64> = phones.iter().map(|phone| phone.digits()).collect();
        digits.sort_unstable();
        digits.dedup();
        let (ws, new) = (workspace.raw(), Arc::new(new.clone()));
        let mut sum = Blocked::default();
        let mut touched = Vec::new();
        for batch in digits.chunks(BLOCK_BATCH) {
            let session = Some(self.session.required()?);
            let batch = Arc::<[i64]>::from(batch);
            let (done, campaigns) = write_tx!(self, session, [batch, new], numbers::block(ws, &batch, &new))?.0;
            sum.added += done.added;
            sum.contacts += done.contacts;
            touched.extend(campaigns);
        }
        touched.sort_unstable();
        touched.dedup();
        for campaign in touched {
            self.complete_if_done(Key::new(workspace, CampaignId::from_raw(campaign)), new.now).await?;
        }
        Ok(sum)
    }

    /// Takes a number off the do-not-call list. `false`: it was not on it. Contacts that were skipped stay so.
    pub async fn number_unblock(
        &self,
        workspace: WorkspaceId,
        phone: PhoneNumber,
        by: &str,
        reason: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let session = Some(self.session.required()?);
        let (ws, phone) = (workspace.raw(), phone.digits());
        let (by, reason) = (Arc::<str>::from(by), Arc::<str>::from(reason));
        Ok(write_tx!(self, session, [by, reason], numbers::unblock(ws, phone, &by, &reason, now))?.0)
    }

    /// The entry of a number on the do-not-call list, while it holds.
    pub async fn number_blocked(
        &self,
        workspace: WorkspaceId,
        phone: PhoneNumber,
        now: Timestamp,
    ) -> Result<Option<Block>, StoreError> {
        read!(self, numbers::fetch(workspace.raw(), phone.digits(), now))
    }

    /// A page of the do-not-call list, newest first, at most `limit` entries.
    pub async fn numbers_blocked(
        &self,
        workspace: WorkspaceId,
        filter: &BlockFilter,
        limit: u32,
        now: Timestamp,
    ) -> Result<Vec<Block>, StoreError> {
        read!(self, numbers::list(workspace.raw(), filter, i64::from(limit), now))
    }

    /// How many contacts have a number, over all campaigns.
    pub async fn contacts_with_number(&self, workspace: WorkspaceId, phone: PhoneNumber) -> Result<i64, StoreError> {
        read!(self, numbers::contacts_with(workspace.raw(), phone.digits()))
    }
}
