use std::sync::Arc;

use carillon_domain::ids::JobId;
use carillon_domain::{CampaignId, Timestamp, WorkspaceId};

use crate::error::StoreError;
use crate::model::{Acted, CampaignEdit, ContactAction, ContactTarget, CopyOf, NewCampaign, Notes, RetryPreview};
use crate::session::Key;
use crate::{ANY_FOLDER, Store};

/// Windows of a long work that the one who asks for it waits for.
const AT_ONCE: usize = 3;
/// Kinds of jobs, as in `shared::jobs`.
const ACT: i64 = 3;
const COPY: i64 = 4;
const PURGE: i64 = 5;
/// Rows of one action on a list.
const ROWS_MAX: usize = 5_000;

impl Store {
    /// Does something with contacts whose status allows it: a list in one transaction, a filter in windows of rows, of which the first are
    /// done before this returns and the rest by [`Store::jobs_work`]. The campaign may become Completed by it.
    pub async fn contacts_act(
        &self,
        ws: WorkspaceId,
        id: CampaignId,
        target: ContactTarget,
        action: ContactAction,
        by: &str,
        now: Timestamp,
    ) -> Result<Acted, StoreError> {
        let session = Some(self.session.required()?);
        let key = Key::new(ws, id);
        let acted = match target {
            ContactTarget::Rows(mut rows) => {
                rows.truncate(ROWS_MAX);
                rows.sort_unstable();
                rows.dedup();
                let asked = i64::try_from(rows.len()).unwrap_or(i64::MAX);
                let (rows, action, by) = (Arc::<[i64]>::from(rows), Arc::new(action), Arc::<str>::from(by));
                let act = write_tx!(self, session, [rows, action, by], marks::act(key, &rows, &action, &by, now));
                let (changed, _) = act?;
                Acted { changed, unchanged: asked - changed, job: None, unseen: 0 }
            }
            ContactTarget::Filter(filter) => self.act_on_filter(key, filter, action, by, now).await?,
        };
        if acted.changed > 0 {
            self.campaign_complete_if_done(ws, id, now).await?;
        }
        Ok(acted)
    }

    async fn act_on_filter(
        &self,
        key: Key,
        filter: crate::model::ContactFilter,
        action: ContactAction,
        by: &str,
        now: Timestamp,
    ) -> Result<Acted, StoreError> {
        let session = Some(self.session.required()?);
        let (filter, action, by) = (Arc::new(filter), Arc::new(action), Arc::<str>::from(by));
        let asked = write_tx!(self, session, [filter, action, by], copies::ask_act(key, &filter, &action, &by, now));
        let (job, _) = asked?;
        let mut acted = Acted { job: Some(JobId::from_raw(job)), ..Acted::default() };
        for _ in 0..AT_ONCE {
            let Some((changed, unchanged, unseen)) = self.window(key.ws, ACT, job, now).await? else {
                return Ok(Acted { job: None, unseen: 0, ..acted });
            };
            acted.changed += changed;
            acted.unchanged += unchanged;
            acted.unseen = unseen;
            if unseen == 0 {
                return Ok(Acted { job: None, ..acted });
            }
        }
        Ok(acted)
    }

    /// The next window of a long work: contacts changed, unchanged, and rows behind it. `None`: nothing was left.
    async fn window(
        &self,
        ws: i64,
        kind: i64,
        job: i64,
        now: Timestamp,
    ) -> Result<Option<(i64, i64, i64)>, StoreError> {
        let session = Some(self.session.required()?);
        let window = write_tx!(self, session, [], copies::window_of(ws, kind, job, now))?.0;
        Ok(window)
    }

    /// Makes a campaign from another, as Draft: its settings alone, some of its contacts, or a sample. Contacts of a filter follow by
    /// [`Store::jobs_work`] (the first windows before this returns); the campaign's `imported_at` stands when all are in.
    pub async fn campaign_copy(
        &self,
        new: NewCampaign,
        parent: CampaignId,
        of: CopyOf,
        by: &str,
    ) -> Result<(), StoreError> {
        let session = Some(self.session.required()?);
        let (ws, now) = (new.workspace.raw(), new.now);
        let (new, of, by) = (Arc::new(new), Arc::new(of), Arc::<str>::from(by));
        let made = write_tx!(self, session, [new, of, by], copies::create(&new, parent, &of, &by));
        let (job, _) = made?;
        if let Some(job) = job {
            for _ in 0..AT_ONCE {
                if self.window(ws, COPY, job, now).await?.is_none_or(|(_, _, unseen)| unseen == 0) {
                    break;
                }
            }
        }
        Ok(())
    }

    /// Makes a campaign as Draft, by a person.
    pub async fn campaign_create_by(&self, new: NewCampaign, by: &str) -> Result<(), StoreError> {
        let session = Some(self.session.required()?);
        let (new, by) = (Arc::new(new), Arc::<str>::from(by));
        write_tx!(self, session, [new, by], campaigns::create_from(&new, None, Some(&by)))?;
        Ok(())
    }

    /// Changes a campaign. [`StoreError::VersionChanged`] when another version stands than was seen, [`StoreError::NotPossible`] when its status
    /// does not allow it.
    pub async fn campaign_edit(
        &self,
        ws: WorkspaceId,
        id: CampaignId,
        edit: CampaignEdit,
        by: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let session = Some(self.session.required()?);
        let (key, edit, by) = (Key::new(ws, id), Arc::new(edit), Arc::<str>::from(by));
        write_tx!(self, session, [edit, by], overview::edit(key, &edit, &by, now))?;
        Ok(())
    }

    /// Deletes a Draft with its contacts. It is gone when this returns; its contacts follow by [`Store::jobs_work`]. Contacts that a sample
    /// took out of its parent are to be called there again.
    pub async fn campaign_delete(
        &self,
        ws: WorkspaceId,
        id: CampaignId,
        expected: Option<i64>,
        by: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let session = Some(self.session.required()?);
        let (key, by) = (Key::new(ws, id), Arc::<str>::from(by));
        let deleted = write_tx!(self, session, [by], copies::delete_draft(key, expected, &by, now));
        let (job, _) = deleted?;
        for _ in 0..AT_ONCE {
            if self.window(ws.raw(), PURGE, job, now).await?.is_none_or(|(_, _, unseen)| unseen == 0) {
                break;
            }
        }
        Ok(())
    }

    /// Goes on with what actions on filters, copies and deleted campaigns left to do, also of a process that died meanwhile: up to
    /// `windows` windows of rows. Gives how many it did; fewer than `windows`: nothing is left.
    pub async fn jobs_work(&self, ws: WorkspaceId, windows: usize, now: Timestamp) -> Result<usize, StoreError> {
        let ws = ws.raw();
        let mut done = 0;
        for kind in [ACT, COPY, PURGE] {
            while done < windows {
                let session = Some(self.session.required()?);
                let Some(job) = write_tx!(self, session, [], jobs::claim(ws, kind, ANY_FOLDER))?.0 else { break };
                let mut left = true;
                while left && done < windows {
                    done += 1;
                    left = match self.window(ws, kind, job.id, now).await {
                        Ok(window) => window.is_some_and(|(_, _, unseen)| unseen > 0),
                        Err(error) => {
                            self.set_aside(ws, job.id, error).await?;
                            false
                        }
                    };
                }
            }
        }
        Ok(done)
    }

    /// A long work that has failed must not hold up the others: nobody claims it for a minute. What only the database's state explains is
    /// passed on.
    pub(super) async fn set_aside(&self, ws: i64, job: i64, error: StoreError) -> Result<(), StoreError> {
        if error.is_transient() {
            return Err(error);
        }
        tracing::error!(job, %error, "a long work has failed; it is tried again in a minute");
        let session = Some(self.session.required()?);
        write_tx!(self, session, [], jobs::set_aside(ws, job))?;
        Ok(())
    }

    /// How many contacts each way of Retry Failed takes.
    pub async fn retry_preview(&self, ws: WorkspaceId, id: CampaignId) -> Result<RetryPreview, StoreError> {
        Ok(RetryPreview::of(&self.results(ws, id).await?.failures))
    }

    /// Writes the notes of a campaign; gives them as they stand. [`StoreError::VersionChanged`] when another version stands than was seen.
    pub async fn notes_put(
        &self,
        ws: WorkspaceId,
        id: CampaignId,
        text: &str,
        expected: Option<i64>,
        by: &str,
        now: Timestamp,
    ) -> Result<Notes, StoreError> {
        let session = Some(self.session.required()?);
        let (key, text, by) = (Key::new(ws, id), Arc::<str>::from(text), Arc::<str>::from(by));
        Ok(write_tx!(self, session, [text, by], findings::put_notes(key, &text, expected, &by, now))?.0)
    }
}
