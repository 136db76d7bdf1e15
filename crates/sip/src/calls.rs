//! The calls under way.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use crate::call::CallHandle;
use crate::hook::Tap;
use crate::streams::StreamId;

/// The calls under way, by Call-ID.
#[derive(Default)]
pub(crate) struct Calls {
    taps: RwLock<HashMap<String, Arc<Tap>>>,
    gone: tokio::sync::Notify,
}

impl Calls {
    /// Adds a call; `false` when the Call-ID is taken.
    pub(crate) fn add(&self, call_id: &str, tap: Arc<Tap>) -> bool {
        let mut taps = self.taps.write().unwrap_or_else(PoisonError::into_inner);
        if taps.contains_key(call_id) {
            return false;
        }
        taps.insert(call_id.to_owned(), tap);
        true
    }

    pub(crate) fn remove(&self, call_id: &str) {
        self.taps.write().unwrap_or_else(PoisonError::into_inner).remove(call_id);
        self.gone.notify_waiters();
    }

    pub(crate) fn find(&self, call_id: &str) -> Option<Arc<Tap>> {
        self.taps.read().unwrap_or_else(PoisonError::into_inner).get(call_id).cloned()
    }

    pub(crate) fn len(&self) -> usize {
        self.taps.read().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Waits until no call is left.
    pub(crate) async fn all_gone(&self) {
        loop {
            let gone = self.gone.notified();
            tokio::pin!(gone);
            gone.as_mut().enable();
            if self.len() == 0 {
                return;
            }
            gone.await;
        }
    }

    /// Does something with the handle of each of our calls.
    pub(crate) fn each_handle(&self, act: impl Fn(&CallHandle)) {
        let taps = self.taps.read().unwrap_or_else(PoisonError::into_inner);
        taps.values().filter_map(|tap| tap.handle.as_ref()).for_each(act);
    }

    /// The calls whose messages go over this connection.
    pub(crate) fn of_stream(&self, stream: StreamId) -> Vec<Arc<Tap>> {
        let taps = self.taps.read().unwrap_or_else(PoisonError::into_inner);
        taps.values().filter(|tap| tap.stream == Some(stream)).cloned().collect()
    }
}
