//! The one clock: wall time that never goes back within this process.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use carillon_domain::Timestamp;

/// The machine's wall clock, held back where it was set back: what one process writes is in order, and a machine that slept wakes up to the
/// right time. Clones are the same clock.
#[derive(Debug, Clone)]
pub struct Clock {
    latest: Arc<AtomicI64>,
}

impl Clock {
    /// Begins to read the machine's clock.
    pub fn start() -> Self {
        Self { latest: Arc::default() }
    }

    /// Now.
    pub fn now(&self) -> Timestamp {
        #[expect(clippy::disallowed_methods, reason = "the one place where the machine's wall clock is read")]
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
        let micros = i64::try_from(since_epoch.as_micros()).unwrap_or(i64::MAX);
        Timestamp::from_micros(self.latest.fetch_max(micros, Ordering::Relaxed).max(micros))
    }

    /// The instant at which this clock will show `at`; now, when that has passed.
    pub fn instant(&self, at: Timestamp) -> Instant {
        Instant::now() + at.since(self.now())
    }
}
