//! An outage of the database, told once when it begins and once when it is over: every call in progress would say it again each second.

use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// The outage of this process's database, if there is one.
#[derive(Debug)]
pub(crate) struct Outage {
    since: Mutex<Option<Instant>>,
}

/// The process has one database.
pub(crate) static DATABASE: Outage = Outage { since: Mutex::new(None) };

impl Outage {
    /// Something could not be written or read for now.
    pub(crate) fn failed(&self, what: &str, error: &dyn std::fmt::Display) {
        let mut since = self.since.lock().unwrap_or_else(PoisonError::into_inner);
        if since.is_none() {
            *since = Some(Instant::now());
            tracing::warn!(
                what,
                %error,
                "the database does not answer: no new calls begin, calls in progress go on, and what came of them is kept and written when it is back"
            );
        } else {
            tracing::debug!(what, %error, "the database does not answer yet");
        }
    }

    /// It answers.
    pub(crate) fn over(&self) {
        if let Some(since) = self.since.lock().unwrap_or_else(PoisonError::into_inner).take() {
            tracing::warn!(seconds = since.elapsed().as_secs(), "the database is back");
        }
    }
}
