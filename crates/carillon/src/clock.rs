//! The one clock: wall time that never goes back within this process, and never stands still.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use carillon_domain::Timestamp;

/// The machine's wall clock. Where that was set back, this one goes on from where it was at the speed of the monotonic clock: what one process
/// writes is in order, calls go on leaving, and a machine that slept wakes up to the right time. Clones are the same clock.
#[derive(Debug, Clone)]
pub struct Clock {
    anchor: Arc<Mutex<Anchor>>,
}

/// The latest moment at which the wall clock was believed.
#[derive(Debug, Clone, Copy)]
struct Anchor {
    wall_us: i64,
    instant: Instant,
}

impl Anchor {
    /// What the clock shows when the wall clock reads `wall_us` at `instant`.
    fn read(&mut self, wall_us: i64, instant: Instant) -> i64 {
        let passed = instant.saturating_duration_since(self.instant);
        let steady_us = self.wall_us.saturating_add(i64::try_from(passed.as_micros()).unwrap_or(i64::MAX));
        if wall_us >= steady_us {
            *self = Anchor { wall_us, instant };
            return wall_us;
        }
        steady_us
    }
}

impl Clock {
    /// Begins to read the machine's clock.
    pub fn start() -> Self {
        Self { anchor: Arc::new(Mutex::new(Anchor { wall_us: wall_us(), instant: Instant::now() })) }
    }

    /// Now.
    pub fn now(&self) -> Timestamp {
        let mut anchor = self.anchor.lock().unwrap_or_else(PoisonError::into_inner);
        Timestamp::from_micros(anchor.read(wall_us(), Instant::now()))
    }

    /// The instant at which this clock will show `at`; now, when that has passed.
    pub fn instant(&self, at: Timestamp) -> Instant {
        Instant::now() + at.since(self.now())
    }
}

/// What the machine's wall clock says, in microseconds since 1970.
fn wall_us() -> i64 {
    #[expect(clippy::disallowed_methods, reason = "the one place where the machine's wall clock is read")]
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    i64::try_from(since_epoch.as_micros()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000_000;

    /// What is shown for each (seconds since the start, wall clock in microseconds).
    fn shown(readings: &[(u64, i64)]) -> Vec<i64> {
        let start = Instant::now();
        let mut anchor = Anchor { wall_us: HOUR, instant: start };
        readings.iter().map(|(seconds, wall)| anchor.read(*wall, start + Duration::from_secs(*seconds))).collect()
    }

    #[test]
    fn a_wall_clock_set_back_by_an_hour_neither_goes_back_nor_stops_the_calls() {
        let second = 1_000_000;
        assert_eq!(
            shown(&[(1, second), (2, 2 * second), (3, 3 * second)]),
            [HOUR + second, HOUR + 2 * second, HOUR + 3 * second]
        );
    }

    #[test]
    fn a_machine_that_slept_wakes_up_to_the_right_time() {
        // The monotonic clock does not count sleep everywhere.
        assert_eq!(shown(&[(1, 9 * HOUR), (2, 9 * HOUR + 1)]), [9 * HOUR, 9 * HOUR + 1_000_000]);
    }
}
