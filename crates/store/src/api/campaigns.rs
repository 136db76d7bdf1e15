use std::sync::{Arc, PoisonError};

use carillon_domain::campaign::CampaignSettings;
use carillon_domain::{Actor, CampaignId, CampaignState, Counts, Timestamp, WaitingFor, WorkspaceId};

use crate::error::StoreError;
use crate::model::{
    Campaign, CampaignControl, NewCampaign, Press, Results, Retry, RetryFailed, RetryScope, RetrySettled, StopSettled,
    Totals,
};
use crate::session::Key;
use crate::{ANY_FOLDER, SETTLE_BATCH, Store};

const BATCH: i64 = SETTLE_BATCH as i64;
/// Kinds of jobs, as in `shared::jobs`.
const STOP: i64 = 1;
const RETRY: i64 = 2;
/// With so few contacts left, every finished call looks whether it was the last.
const FEW: i64 = 64;

impl Store {
    /// Makes a campaign as Draft.
    pub async fn campaign_create(&self, new: NewCampaign) -> Result<(), StoreError> {
        let session = Some(self.session.required()?);
        let new = Arc::new(new);
        write_tx!(self, session, [new], campaigns::create(&new))?;
        Ok(())
    }

    /// One campaign.
    pub async fn campaign_fetch(&self, ws: WorkspaceId, id: CampaignId) -> Result<Option<Campaign>, StoreError> {
        read!(self, campaigns::fetch(Key::new(ws, id)))
    }

    /// One campaign by its name.
    pub async fn campaign_by_name(&self, ws: WorkspaceId, name: &str) -> Result<Option<Campaign>, StoreError> {
        read!(self, campaigns::by_name(ws.raw(), name))
    }

    /// A page of campaigns, newest first: at most `limit` made before `before`.
    pub async fn campaign_list(
        &self,
        ws: WorkspaceId,
        before: Option<CampaignId>,
        limit: u32,
    ) -> Result<Vec<Campaign>, StoreError> {
        read!(self, campaigns::list(ws.raw(), before, i64::from(limit)))
    }

    /// The campaigns to be called: Running and Queued, oldest first.
    pub async fn campaigns_running(&self, ws: WorkspaceId) -> Result<Vec<Campaign>, StoreError> {
        read!(self, campaigns::running(ws.raw()))
    }

    /// Notes that every row of the contact file is in.
    pub async fn campaign_import_finished(
        &self,
        ws: WorkspaceId,
        id: CampaignId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let session = Some(self.session.required()?);
        let key = Key::new(ws, id);
        write_tx!(self, session, [], campaigns::import_finished(key, now))?;
        // The rows are in; without fresh statistics the first calls are only slower.
        if let Err(error) = self.statistics().await {
            tracing::warn!(campaign = %id, %error, "statistics of the database could not be renewed after an import");
        }
        Ok(())
    }

    /// Gives a campaign other settings, for the calls to come.
    pub async fn campaign_settings_put(
        &self,
        ws: WorkspaceId,
        id: CampaignId,
        settings: CampaignSettings,
    ) -> Result<(), StoreError> {
        let session = Some(self.session.required()?);
        let (key, settings) = (Key::new(ws, id), Arc::new(settings));
        write_tx!(self, session, [settings], campaigns::put_settings(key, &settings))?;
        Ok(())
    }

    /// Presses a control by a person who saw a version of the campaign; gives the state after it. [`StoreError::VersionChanged`] when that version
    /// is not the one that stands.
    pub async fn campaign_press(
        &self,
        ws: WorkspaceId,
        id: CampaignId,
        press: Press,
        now: Timestamp,
    ) -> Result<CampaignState, StoreError> {
        let session = Some(self.session.required()?);
        let (key, press) = (Key::new(ws, id), Arc::new(press));
        Ok(write_tx!(self, session, [press], control::press(key, &press, now))?.0)
    }

    async fn press(
        &self,
        ws: WorkspaceId,
        id: CampaignId,
        control: CampaignControl,
        by: Actor,
        now: Timestamp,
    ) -> Result<CampaignState, StoreError> {
        self.campaign_press(ws, id, Press { control, by, expected: None }, now).await
    }

    /// Start (A23): Running, or Queued with what it waits for.
    pub async fn campaign_start(
        &self,
        ws: WorkspaceId,
        id: CampaignId,
        waiting_for: Option<WaitingFor>,
        now: Timestamp,
    ) -> Result<CampaignState, StoreError> {
        self.press(ws, id, CampaignControl::Start { waiting_for }, Actor::CommandLine, now).await
    }

    /// Pause (A24). When this returns, no begun call can be committed any more until Resume.
    pub async fn campaign_pause(
        &self,
        ws: WorkspaceId,
        id: CampaignId,
        by: Actor,
        why: &str,
        now: Timestamp,
    ) -> Result<CampaignState, StoreError> {
        self.press(ws, id, CampaignControl::Pause { why: why.to_owned() }, by, now).await
    }

    /// Resume (A25): Running, or Queued with what it waits for.
    pub async fn campaign_resume(
        &self,
        ws: WorkspaceId,
        id: CampaignId,
        waiting_for: Option<WaitingFor>,
        now: Timestamp,
    ) -> Result<CampaignState, StoreError> {
        self.press(ws, id, CampaignControl::Resume { waiting_for }, Actor::CommandLine, now).await
    }

    /// Stop (A26): the status stands at once, and no call can begin any more; its contacts follow by [`Store::stop_settle_batch`] or
    /// [`Store::stop_settle_pending`].
    pub async fn campaign_stop(
        &self,
        ws: WorkspaceId,
        id: CampaignId,
        by: Actor,
        now: Timestamp,
    ) -> Result<CampaignState, StoreError> {
        self.press(ws, id, CampaignControl::Stop, by, now).await
    }

    /// Settles up to `max` Pending contacts of a stopped campaign, at most [`SETTLE_BATCH`].
    pub async fn stop_settle_batch(
        &self,
        ws: WorkspaceId,
        id: CampaignId,
        max: u32,
        now: Timestamp,
    ) -> Result<StopSettled, StoreError> {
        let session = Some(self.session.required()?);
        let (key, max) = (Key::new(ws, id), i64::from(max).min(BATCH));
        Ok(write_tx!(self, session, [], jobs::stop_batch(key, max, now))?.0)
    }

    /// Finishes what Stop left to do, also of a process that died meanwhile. Gives how many contacts it settled.
    pub async fn stop_settle_pending(&self, ws: WorkspaceId, now: Timestamp) -> Result<i64, StoreError> {
        let ws_raw = ws.raw();
        let mut settled = 0;
        loop {
            let session = Some(self.session.required()?);
            let Some(job) = write_tx!(self, session, [], jobs::claim(ws_raw, STOP, ANY_FOLDER))?.0 else {
                return Ok(settled);
            };
            let id = CampaignId::from_raw(job.campaign);
            match self.stop_settle_batch(ws, id, SETTLE_BATCH, now).await {
                Ok(batch) => settled += batch.settled,
                Err(error) => self.set_aside(ws_raw, job.id, error).await?,
            }
        }
    }

    /// Retry Failed (A27): all Failed contacts, interrupted ones included, become Pending; a Completed campaign goes again. The first
    /// [`SETTLE_BATCH`] in this transaction, the rest by [`Store::retry_settle_batch`] or [`Store::retry_settle_pending`]. Without a Failed contact nothing changes.
    pub async fn campaign_retry_failed(
        &self,
        ws: WorkspaceId,
        id: CampaignId,
        waiting_for: Option<WaitingFor>,
        now: Timestamp,
    ) -> Result<RetryFailed, StoreError> {
        let retry = Retry { scope: RetryScope::All, waiting_for, by: Actor::CommandLine, expected: None };
        self.campaign_retry(ws, id, retry, now).await
    }

    /// Retry Failed of some of the failed contacts, by a person who saw a version of the campaign; as [`Store::campaign_retry_failed`].
    pub async fn campaign_retry(
        &self,
        ws: WorkspaceId,
        id: CampaignId,
        retry: Retry,
        now: Timestamp,
    ) -> Result<RetryFailed, StoreError> {
        let session = Some(self.session.required()?);
        let (key, retry) = (Key::new(ws, id), Arc::new(retry));
        Ok(write_tx!(self, session, [retry], jobs::retry_failed(key, &retry, BATCH, now))?.0)
    }

    /// Puts back up to `max` further contacts of one campaign's Retry Failed; repeated until nothing remains.
    pub async fn retry_settle_batch(
        &self,
        ws: WorkspaceId,
        id: CampaignId,
        max: u32,
        now: Timestamp,
    ) -> Result<RetrySettled, StoreError> {
        let session = Some(self.session.required()?);
        let (key, max) = (Key::new(ws, id), i64::from(max.min(SETTLE_BATCH)));
        Ok(write_tx!(self, session, [], jobs::retry_of(key, max, now))?.0)
    }

    /// Finishes what Retry Failed left to do, in all campaigns, also of a process that died meanwhile. Gives how many contacts it put back.
    pub async fn retry_settle_pending(&self, ws: WorkspaceId, now: Timestamp) -> Result<i64, StoreError> {
        let ws = ws.raw();
        let mut retried = 0;
        loop {
            let session = Some(self.session.required()?);
            let Some(job) = write_tx!(self, session, [], jobs::claim(ws, RETRY, ANY_FOLDER))?.0 else {
                return Ok(retried);
            };
            let session = Some(self.session.required()?);
            let id = job.id;
            match write_tx!(self, session, [job], jobs::retry_batch(ws, &job, BATCH, now)) {
                Ok((batch, _)) => retried += batch,
                Err(error) => self.set_aside(ws, id, error.into()).await?,
            }
        }
    }

    /// Completes the campaign when nothing is pending or in progress (A36).
    pub async fn campaign_complete_if_done(
        &self,
        ws: WorkspaceId,
        id: CampaignId,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.complete_if_done(Key::new(ws, id), now).await
    }

    pub(super) async fn complete_if_done(&self, key: Key, now: Timestamp) -> Result<bool, StoreError> {
        let session = Some(self.session.required()?);
        Ok(write_tx!(self, session, [], control::complete_if_done(key, now))?.0)
    }

    /// Completes every campaign that has nothing left: what a lost completion check (a process that died) needs. Gives how many.
    pub async fn campaigns_sweep(&self, ws: WorkspaceId, now: Timestamp) -> Result<i64, StoreError> {
        let candidates = read!(self, control::maybe_done(ws.raw()))?;
        let mut completed = 0;
        for campaign in candidates {
            completed += i64::from(self.complete_if_done(Key { ws: ws.raw(), campaign }, now).await?);
        }
        Ok(completed)
    }

    /// After a finished call: sums the counters when few contacts may be left, and completes the campaign when none is.
    pub(super) async fn complete_after_call(&self, key: Key, now: Timestamp) -> Result<bool, StoreError> {
        {
            let mut checks = self.checks.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(skip) = checks.get_mut(&key)
                && *skip > 0
            {
                *skip -= 1;
                return Ok(false);
            }
        }
        let counts = self.counts_of(key).await?.counts;
        let left = counts.pending + counts.in_progress;
        // Half of what is left: other processes finish calls of it too. What this misses, the sweep finds.
        let skip = if left > FEW { left / 2 } else { 0 };
        self.checks.lock().unwrap_or_else(PoisonError::into_inner).insert(key, skip);
        if left == 0 { self.complete_if_done(key, now).await } else { Ok(false) }
    }

    /// Notes what a Queued or Running campaign waits for; a Queued one that waits no more becomes Running. Other states are left alone.
    pub async fn campaign_set_waiting(
        &self,
        ws: WorkspaceId,
        id: CampaignId,
        waiting_for: Option<WaitingFor>,
        now: Timestamp,
    ) -> Result<CampaignState, StoreError> {
        let session = Some(self.session.required()?);
        let key = Key::new(ws, id);
        Ok(write_tx!(self, session, [], control::set_waiting(key, waiting_for, now))?.0)
    }

    /// The seven counts.
    pub async fn counts(&self, ws: WorkspaceId, id: CampaignId) -> Result<Counts, StoreError> {
        Ok(self.counts_of(Key::new(ws, id)).await?.counts)
    }

    /// The counts with everything else that is counted: waiting for another attempt, calls, talk time, first and last call.
    pub async fn totals(&self, ws: WorkspaceId, id: CampaignId) -> Result<Totals, StoreError> {
        self.counts_of(Key::new(ws, id)).await
    }

    async fn counts_of(&self, key: Key) -> Result<Totals, StoreError> {
        read!(self, counts::totals(key))
    }

    /// How many contacts have which result, failure or skip reason; from counters.
    pub async fn results(&self, ws: WorkspaceId, id: CampaignId) -> Result<Results, StoreError> {
        read!(self, counts::results(Key::new(ws, id)))
    }
}
