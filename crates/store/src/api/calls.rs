use std::sync::Arc;
use std::time::Instant;

use carillon_domain::policy::RetryRule;
use carillon_domain::{CallEnding, CallId, CallOutcome, Timestamp, WorkspaceId};

use crate::Store;
use crate::error::{BeginError, Fault, StoreError};
use crate::model::{BeginCall, Begun, CallRecord, CallUnknown, FinishCall, Finished, Progress};

impl Store {
    /// Commits a call to be placed. Only after `Ok` may an INVITE leave, and only within 500 ms of [`Begun::committed`]; else withdraw it
    /// with [`Store::call_withdraw`]. After a refusal nothing may be sent, and what follows for the contact is written already.
    /// [`StoreError::SlotLost`] when this process's lease has ended or ends within 2 s: the contact is still to be released.
    pub async fn call_begin(&self, call: BeginCall) -> Result<Begun, BeginError> {
        let session = self.session.required()?;
        session.may_place(Instant::now())?;
        let call = Arc::new(call);
        match write_tx!(self, Some(session.clone()), [call], begin::begin(&call)) {
            Ok(((), committed)) => Ok(Begun { committed }),
            Err(Fault::Refused(refusal)) => {
                let done = write_tx!(self, Some(session), [call], begin::refused(&call, refusal));
                done.map_err(StoreError::from)?;
                Err(refusal.into())
            }
            Err(fault) => Err(StoreError::from(fault).into()),
        }
    }

    /// After [`StoreError::Unknown`] from [`Store::call_begin`]: waits until that transaction is decided, then withdraws the call if it
    /// stands, else releases the contact. Nothing may be sent for it.
    pub async fn call_resolve_unknown(&self, call: BeginCall) -> Result<CallUnknown, StoreError> {
        let session = self.session.required()?;
        let call = Arc::new(call);
        let (found, _) = write_tx!(self, Some(session), [call], begin::look_unknown(&call))?;
        if found == CallUnknown::Withdrawn {
            self.call_withdraw(call.workspace, call.call, call.now).await?;
        }
        Ok(found)
    }

    /// Takes back a call of which nothing was sent: no attempt, its contact is put back (or settled, when its campaign was stopped).
    pub async fn call_withdraw(&self, ws: WorkspaceId, call: CallId, now: Timestamp) -> Result<Finished, StoreError> {
        let ending = CallEnding::never_sent(CallOutcome::Withdrawn, now);
        let finish = FinishCall {
            workspace: ws,
            call,
            ending,
            retry: RetryRule::default(),
            recording: None,
            turns: None,
            ladder: None,
            now,
        };
        self.call_finish(finish).await
    }

    /// Notes ringing or an answer. May come late or never; a call that is further is left alone.
    pub async fn call_progress(
        &self,
        ws: WorkspaceId,
        call: CallId,
        to: Progress,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let session = Some(self.session.required()?);
        let ws = ws.raw();
        write_tx!(self, session, [], calls::progress(ws, call, to, at))?;
        Ok(())
    }

    /// Ends a call: settles its contact, frees its number, moves the counters, all at once; an opt-out blocks the number. A repeated end
    /// changes nothing. A call that was given up takes its true ending also now. Completes the campaign when it was the last.
    pub async fn call_finish(&self, finish: FinishCall) -> Result<Finished, StoreError> {
        let session = self.session.required()?;
        let finish = Arc::new(finish);
        let ((mut finished, key), _) = write_tx!(self, Some(session), [finish], finish::finish(&finish))?;
        if !finished.repeated {
            // The end is committed: that the planner's statistics could not be renewed must not make it look otherwise.
            if let Err(error) = self.count_finished().await {
                tracing::warn!(%error, "the database's statistics could not be renewed");
            }
            finished.campaign_done = self.complete_after_call(key, finish.now).await?;
        }
        Ok(finished)
    }

    /// One call with its turns and SIP messages.
    pub async fn call_fetch(&self, ws: WorkspaceId, call: CallId) -> Result<Option<CallRecord>, StoreError> {
        read!(self, calls::fetch(ws.raw(), call))
    }

    /// The unfinished calls of the workspace, by slot and age.
    pub async fn calls_live(&self, ws: WorkspaceId) -> Result<Vec<CallRecord>, StoreError> {
        read!(self, calls::live(ws.raw()))
    }
}
