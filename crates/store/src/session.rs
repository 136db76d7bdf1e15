//! The slot under which this process writes.

use std::sync::{Arc, Mutex, PoisonError, RwLock};

use carillon_domain::ids::{Id, IdGenerator};
use carillon_domain::{Actor, Timestamp, WaitingFor, WorkspaceId};

use crate::error::StoreError;
use crate::model::Slot;

/// A held slot with its id generator.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) slot: Slot,
    ids: Mutex<IdGenerator>,
}

impl Session {
    pub(crate) fn new(slot: Slot, last_id_time: Timestamp) -> Session {
        Session { slot, ids: Mutex::new(IdGenerator::new(slot.slot, last_id_time)) }
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

/// A control that a person presses.
#[derive(Debug, Clone)]
pub(crate) enum Control {
    Start(Option<WaitingFor>),
    Pause(Actor, String),
    Resume(Option<WaitingFor>),
    Stop(Actor),
}

/// An unfinished job.
#[derive(Debug, Clone, Copy, sqlx::FromRow)]
pub(crate) struct OpenJob {
    pub(crate) id: i64,
    pub(crate) campaign: i64,
    /// The last row done.
    pub(crate) cursor: i64,
    pub(crate) asked_at: i64,
}
