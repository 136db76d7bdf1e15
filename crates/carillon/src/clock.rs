//! The one clock: wall time that never goes back within this process.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use carillon_domain::Timestamp;

/// Wall time taken once, then moved on by the monotonic clock: a step of the machine's clock cannot reorder what one process writes.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    start: Timestamp,
    started: Instant,
}

impl Clock {
    /// Reads the machine's clock.
    pub fn start() -> Self {
        #[expect(clippy::disallowed_methods, reason = "the one place where the machine's wall clock is read")]
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
        let micros = i64::try_from(since_epoch.as_micros()).unwrap_or(i64::MAX);
        Self { start: Timestamp::from_micros(micros), started: Instant::now() }
    }

    /// Now.
    pub fn now(&self) -> Timestamp {
        self.start + self.started.elapsed()
    }

    /// The instant at which this clock shows `at`; now, when that has passed.
    pub fn instant(&self, at: Timestamp) -> Instant {
        self.started + at.since(self.start)
    }
}
