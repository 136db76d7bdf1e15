//! What still goes on after its call has ended: an INVITE that nobody waits for any more (a late reply is cancelled or hung up), and a BYE
//! without its reply. The library does the work; this knows when it is done, so that the sockets are not closed before.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

/// The Call-IDs of ended calls with something on its way.
pub(crate) struct Late {
    calls: Mutex<HashMap<String, Instant>>,
    /// Nothing is repeated for longer.
    limit: Duration,
    settled: Notify,
}

impl Late {
    pub(crate) fn new(limit: Duration) -> Self {
        Late { calls: Mutex::default(), limit, settled: Notify::new() }
    }

    /// A call has ended before its far end said the last word.
    pub(crate) fn add(&self, call_id: &str) {
        let now = Instant::now();
        let mut calls = self.lock();
        calls.retain(|_, until| *until > now);
        calls.insert(call_id.to_owned(), now + self.limit);
    }

    /// The far end said it, or the library gave up.
    pub(crate) fn settle(&self, call_id: &str) {
        if self.lock().remove(call_id).is_some() {
            self.settled.notify_waiters();
        }
    }

    /// Waits until nothing is on its way, or the longest time of each has passed.
    pub(crate) async fn all_settled(&self) {
        loop {
            let settled = self.settled.notified();
            tokio::pin!(settled);
            settled.as_mut().enable();
            let Some(last) = self.lock().values().max().copied() else { return };
            tokio::select! {
                () = settled => {}
                () = tokio::time::sleep_until(last) => return,
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Instant>> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
