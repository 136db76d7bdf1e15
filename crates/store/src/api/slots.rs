use std::sync::Arc;
use std::time::{Duration, Instant};

use carillon_domain::ids::Id;
use carillon_domain::{CallId, Timestamp, WorkspaceId};

use crate::error::{Fault, StoreError};
use crate::model::{InterruptScope, Interrupted, Report, Slot};
use crate::session::Session;
use crate::{Backend, Store};

/// Calls given up in one transaction.
const INTERRUPT_BATCH: i64 = 100;

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

impl Store {
    /// Leases a slot for this process until `ttl` from now by the database's clock; all writes need it. `holder` names the process in
    /// words for people: host, process id, a random part. From 2 s before its end on no call is begun and no contact claimed.
    pub async fn slot_lease(&self, holder: &str, ttl: Duration) -> Result<Slot, StoreError> {
        let holder: Arc<str> = holder.into();
        let (asked, ttl_us) = (Instant::now(), micros(ttl));
        let ((slot, last_id_time), _) = write_tx!(self, None, [holder], slots::lease(&holder, ttl_us))?;
        self.session.set(Some(Arc::new(Session::new(slot, last_id_time, asked, ttl))));
        Ok(slot)
    }

    /// Extends the lease. `false`: it ran out (on PostgreSQL; on SQLite it may be extended as long as nobody gave it up or took it); this
    /// process must place no more calls. [`StoreError::NoAnswer`] when the database takes longer than a third of `ttl`: try again.
    pub async fn slot_renew(&self, ttl: Duration) -> Result<bool, StoreError> {
        let session = self.session.required()?;
        let (slot, last, ttl_us) = (session.slot, session.last_id_time(), micros(ttl));
        let (asked, limit) = (Instant::now(), ttl / 3);
        let renewal = async { write_tx!(self, None, [], slots::renew(slot, last, ttl_us)) };
        let answer = tokio::time::timeout(limit, renewal).await;
        let (held, _) = answer.map_err(|_| StoreError::NoAnswer(limit))??;
        if held {
            session.renewed(asked, ttl);
        }
        Ok(held)
    }

    /// Gives the slot back; no write is possible after it.
    pub async fn slot_release(&self) -> Result<(), StoreError> {
        let session = self.session.required()?;
        let (slot, last) = (session.slot, session.last_id_time());
        write_tx!(self, None, [], slots::release(slot, last))?;
        self.session.set(None);
        Ok(())
    }

    /// The slot this process holds.
    pub fn slot(&self) -> Option<Slot> {
        self.session.get().map(|s| s.slot)
    }

    /// A new id, above every earlier one of this slot.
    pub fn next_id<K>(&self, now: Timestamp) -> Result<Id<K>, StoreError> {
        Ok(self.session.required()?.next_id(now))
    }

    /// Gives up the unfinished calls of dead processes: each becomes Unconfirmed, its contact Failed (`interrupted`); leases of contacts
    /// that were never called are released. Repeating it changes nothing. Afterwards run [`Store::campaigns_sweep`].
    pub async fn calls_interrupt(
        &self,
        workspace: WorkspaceId,
        scope: InterruptScope,
        now: Timestamp,
    ) -> Result<Interrupted, StoreError> {
        let ws = workspace.raw();
        let mut sum = Interrupted::default();
        loop {
            let session = Some(self.session.required()?);
            let (batch, _) = write_tx!(self, session, [], interrupt::batch(ws, scope, INTERRUPT_BATCH, now))?;
            sum.calls += batch.calls;
            sum.released += batch.released;
            sum.given_up.extend(batch.given_up);
            if batch.calls == 0 {
                return Ok(sum);
            }
        }
    }

    /// Notes the recording of a call that [`Store::calls_interrupt`] gave up: its path below the data folder.
    pub async fn call_recording(&self, ws: WorkspaceId, call: CallId, path: &str) -> Result<(), StoreError> {
        let session = Some(self.session.required()?);
        let (ws, path) = (ws.raw(), Arc::<str>::from(path));
        write_tx!(self, session, [path], interrupt::recording(ws, call, &path))?;
        Ok(())
    }

    /// Recounts rows against counters and events, calls against numbers, and checks the file. Reads everything of the workspace.
    pub async fn doctor(&self, workspace: WorkspaceId) -> Result<Report, StoreError> {
        let report = match &self.backend {
            Backend::Sqlite(db) => db.doctor(workspace.raw()).await,
            Backend::Postgres(db) => db.doctor(workspace.raw()).await,
        };
        report.map_err(|fault: Fault| fault.into())
    }
}
