//! The slot under which this process writes.

use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use carillon_domain::ids::{Id, IdGenerator};
use carillon_domain::{Timestamp, WorkspaceId};

use crate::error::StoreError;
use crate::model::Slot;

/// So long before its lease ends a process begins no more calls: what is under way then is sent before another may take the slot.
const LEASE_MARGIN: Duration = Duration::from_secs(2);

/// A held slot with its id generator.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) slot: Slot,
    ids: Mutex<IdGenerator>,
    /// Until when this process may begin calls, by its own clock.
    lease_until: Mutex<Option<Instant>>,
}

impl Session {
    /// `asked`: the instant before the lease was asked for; the database counts `ttl` from a later one.
    pub(crate) fn new(slot: Slot, last_id_time: Timestamp, asked: Instant, ttl: Duration) -> Session {
        let ids = Mutex::new(IdGenerator::new(slot.slot, last_id_time));
        let session = Session { slot, ids, lease_until: Mutex::default() };
        session.renewed(asked, ttl);
        session
    }

    /// The lease was renewed by a statement sent after `asked`.
    pub(crate) fn renewed(&self, asked: Instant, ttl: Duration) {
        // A lease shorter than the margin allows no call at all.
        let until = ttl.checked_sub(LEASE_MARGIN).and_then(|ttl| asked.checked_add(ttl));
        *self.lease_until.lock().unwrap_or_else(PoisonError::into_inner) = until;
    }

    /// Refuses when the lease ends soon or has ended.
    pub(crate) fn may_place(&self, now: Instant) -> Result<(), StoreError> {
        let until = *self.lease_until.lock().unwrap_or_else(PoisonError::into_inner);
        if until.is_some_and(|until| now < until) {
            Ok(())
        } else {
            Err(StoreError::SlotLost { slot: self.slot.slot.into() })
        }
    }

    pub(crate) fn next_id<K>(&self, now: Timestamp) -> Id<K> {
        self.ids.lock().unwrap_or_else(PoisonError::into_inner).next(now)
    }

    pub(crate) fn last_id_time(&self) -> Timestamp {
        self.ids.lock().unwrap_or_else(PoisonError::into_inner).last_id_time()
    }
}

/// The session of a store, when it has one.
#[derive(Debug, Default, Clone)]
pub(crate) struct Current(Arc<RwLock<Option<Arc<Session>>>>);

impl Current {
    pub(crate) fn get(&self) -> Option<Arc<Session>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn required(&self) -> Result<Arc<Session>, StoreError> {
        self.get().ok_or(StoreError::NoSlot)
    }

    pub(crate) fn set(&self, session: Option<Arc<Session>>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = session;
    }
}

/// A workspace and a campaign of it, as numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    pub(crate) ws: i64,
    pub(crate) campaign: i64,
}

impl Key {
    pub(crate) fn new(workspace: WorkspaceId, campaign: carillon_domain::CampaignId) -> Key {
        Key { ws: workspace.raw(), campaign: campaign.raw() }
    }
}

/// The times that decide about kept answers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct IdempotencyTimes {
    pub(crate) now: Timestamp,
    pub(crate) oldest: Timestamp,
    pub(crate) given_up: Timestamp,
}

/// An unfinished job.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(crate) struct OpenJob {
    pub(crate) id: i64,
    pub(crate) campaign: i64,
    /// The last row done.
    pub(crate) cursor: i64,
    pub(crate) asked_at: i64,
    /// What is to be done, where the kind does not say it all.
    pub(crate) params: Option<sqlx::types::Json<serde_json::Value>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placing_ends_before_the_lease_and_goes_on_when_it_is_renewed() {
        let asked = Instant::now();
        let secs = Duration::from_secs;
        let session = Session::new(Slot { slot: 7, fence: 1 }, Timestamp::from_secs(0), asked, secs(10));
        assert!(session.may_place(asked + secs(7)).is_ok());
        let late = session.may_place(asked + secs(8));
        assert!(matches!(late, Err(StoreError::SlotLost { slot: 7 })), "{late:?}");
        session.renewed(asked + secs(9), secs(10));
        assert!(session.may_place(asked + secs(16)).is_ok());
        session.renewed(asked + secs(9), secs(1));
        assert!(session.may_place(asked).is_err(), "a lease shorter than the margin");
    }
}
