use carillon_domain::{CallId, CallResult, CampaignId, EmployeeId, PhoneNumber, Timestamp, WorkspaceId};

use crate::Store;
use crate::error::StoreError;
use crate::model::{
    AlsoIn, CallLine, CallQuery, CampaignOrigin, CampaignQuery, ChangedContact, ContactLine, ContactList, ContactQuery,
    Event, FailureGroup, Notes, Overview, StoredEmployee,
};
use crate::session::Key;

impl Store {
    /// A page of contacts by any sort and filter. [`StoreError::PageTooDeep`] for a page number beyond 10,000 contacts of a combined filter.
    pub async fn contacts_list(
        &self,
        ws: WorkspaceId,
        id: CampaignId,
        query: &ContactQuery,
    ) -> Result<ContactList, StoreError> {
        read!(self, contact_list::page(Key::new(ws, id), query))
    }

    /// One contact with its last call and what people did to it.
    pub async fn contact_fetch(
        &self,
        ws: WorkspaceId,
        id: CampaignId,
        row: i64,
    ) -> Result<Option<ContactLine>, StoreError> {
        let found = read!(self, contact_list::lines(Key::new(ws, id), &[row]))?;
        Ok(found.into_iter().next())
    }

    /// Contacts with this number in other campaigns of the workspace, newest campaign first, at most `limit`.
    pub async fn contacts_also_in(
        &self,
        ws: WorkspaceId,
        id: CampaignId,
        phone: PhoneNumber,
        limit: u32,
    ) -> Result<Vec<AlsoIn>, StoreError> {
        read!(self, findings::also_in(Key::new(ws, id), phone, i64::from(limit)))
    }

    /// A page of campaigns with their numbers, and how many match.
    pub async fn campaigns_page(
        &self,
        ws: WorkspaceId,
        query: &CampaignQuery,
    ) -> Result<(Vec<Overview>, i64), StoreError> {
        read!(self, overview::page(ws.raw(), query))
    }

    /// A campaign with its numbers.
    pub async fn campaign_overview(&self, ws: WorkspaceId, id: CampaignId) -> Result<Option<Overview>, StoreError> {
        Ok(self.campaign_overviews(ws, &[id]).await?.into_iter().next())
    }

    /// These campaigns with their numbers, in this order; those that are not there are left out.
    pub async fn campaign_overviews(&self, ws: WorkspaceId, ids: &[CampaignId]) -> Result<Vec<Overview>, StoreError> {
        let ids: Vec<i64> = ids.iter().map(|id| id.raw()).collect();
        read!(self, overview::of_ids(ws.raw(), &ids))
    }

    /// Campaigns whose numbers may move by themselves: Queued, Running and Paused.
    pub async fn campaigns_going(&self, ws: WorkspaceId) -> Result<Vec<CampaignId>, StoreError> {
        let ids = read!(self, overview::going(ws.raw()))?;
        Ok(ids.into_iter().map(CampaignId::from_raw).collect())
    }

    /// The versions of these campaigns' numbers ([`Overview::version`]): cheap enough to ask several times a second.
    pub async fn campaign_versions(
        &self,
        ws: WorkspaceId,
        ids: &[CampaignId],
    ) -> Result<Vec<(CampaignId, i64)>, StoreError> {
        let ids: Vec<i64> = ids.iter().map(|id| id.raw()).collect();
        let versions = read!(self, overview::versions(ws.raw(), &ids))?;
        Ok(versions.into_iter().map(|(id, version)| (CampaignId::from_raw(id), version)).collect())
    }

    /// Differs from what it was when a campaign was made, deleted or changed its status, name or settings.
    pub async fn campaigns_version(&self, ws: WorkspaceId) -> Result<(i64, i64), StoreError> {
        read!(self, overview::list_version(ws.raw()))
    }

    /// Campaigns made from this one, newest first.
    pub async fn campaign_children(
        &self,
        ws: WorkspaceId,
        id: CampaignId,
        limit: u32,
    ) -> Result<Vec<(CampaignId, String, CampaignOrigin)>, StoreError> {
        read!(self, overview::children(Key::new(ws, id), i64::from(limit)))
    }

    /// Of a campaign whose contacts are being copied from another one: rows looked at so far, and the last one to look at.
    pub async fn campaign_copying(&self, ws: WorkspaceId, id: CampaignId) -> Result<Option<(i64, i64)>, StoreError> {
        read!(self, copies::copying(Key::new(ws, id)))
    }

    /// The failed contacts by cause, most frequent first.
    pub async fn failures(&self, ws: WorkspaceId, id: CampaignId) -> Result<Vec<FailureGroup>, StoreError> {
        read!(self, findings::failures(Key::new(ws, id)))
    }

    /// Events, newest first, with an id below `before`; `all`: also the begin and end of each call.
    pub async fn activity(
        &self,
        ws: WorkspaceId,
        id: CampaignId,
        before: Option<i64>,
        all: bool,
        limit: u32,
    ) -> Result<Vec<Event>, StoreError> {
        read!(self, findings::activity(Key::new(ws, id), before.unwrap_or(i64::MAX), all, i64::from(limit)))
    }

    /// The newest events with an id above `above`, newest first: id, whether it is of a batch of contacts, and the contact's row.
    pub async fn events_newest(
        &self,
        ws: WorkspaceId,
        id: CampaignId,
        above: i64,
        limit: u32,
    ) -> Result<Vec<(i64, bool, Option<i64>)>, StoreError> {
        let events = read!(self, findings::newest(Key::new(ws, id), above, i64::from(limit)))?;
        // Import, settled after Stop, retried, excluded, restored, handled.
        let batch = |kind: i64| matches!(kind, 3 | 9 | 10 | 13 | 14 | 15);
        Ok(events.into_iter().map(|(id, kind, row)| (id, batch(kind) && row.is_none(), row)).collect())
    }

    /// These contacts (row and version to give it) as they are now.
    pub async fn contacts_changed(
        &self,
        ws: WorkspaceId,
        id: CampaignId,
        rows: &[(i64, i64)],
    ) -> Result<Vec<ChangedContact>, StoreError> {
        read!(self, findings::changed(Key::new(ws, id), rows))
    }

    /// The notes of a campaign.
    pub async fn notes_fetch(&self, ws: WorkspaceId, id: CampaignId) -> Result<Notes, StoreError> {
        read!(self, findings::notes(Key::new(ws, id)))
    }

    /// A page of calls, newest first.
    pub async fn calls_page(&self, ws: WorkspaceId, query: &CallQuery) -> Result<Vec<CallLine>, StoreError> {
        read!(self, call_list::page(ws.raw(), query))
    }

    /// Up to `n` recorded talks of a campaign, chosen by the random numbers `seeds` (a few more than `n` cost nothing); with `results` only
    /// calls with one of these.
    pub async fn calls_random(
        &self,
        ws: WorkspaceId,
        id: CampaignId,
        seeds: &[u64],
        results: &[CallResult],
        n: u32,
    ) -> Result<Vec<CallLine>, StoreError> {
        let n = usize::try_from(n).unwrap_or(usize::MAX);
        read!(self, call_list::random(Key::new(ws, id), seeds, results, n))
    }

    /// Ended calls minute by minute since a time, oldest first: begin of the minute, ended, completed, failed. Reads the calls since then.
    pub async fn call_minutes(
        &self,
        ws: WorkspaceId,
        id: CampaignId,
        since: Timestamp,
    ) -> Result<Vec<(Timestamp, i64, i64, i64)>, StoreError> {
        let floor = CallId::floor_at(since).raw();
        let rows = read!(self, call_list::minutes(Key::new(ws, id), floor))?;
        let minute = |(m, ended, completed, failed)| (Timestamp::from_secs(m * 60), ended, completed, failed);
        Ok(rows.into_iter().map(minute).collect())
    }

    /// The newest version of each employee, by name, with how many campaigns use any version of it.
    pub async fn employee_list(&self, ws: WorkspaceId) -> Result<Vec<(StoredEmployee, i64)>, StoreError> {
        read!(self, people::employee_list(ws.raw()))
    }

    /// The newest version of an employee.
    pub async fn employee_newest(&self, ws: WorkspaceId, id: EmployeeId) -> Result<Option<StoredEmployee>, StoreError> {
        read!(self, people::employee_newest(ws.raw(), id))
    }
}
