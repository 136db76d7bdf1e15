//! Counts and distributions of the engine and its sessions.

use std::{
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::Duration,
};

/// Counts of one session's stream.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StreamStats {
    /// RTP packets sent.
    pub packets_sent: u64,
    /// RTP packets received and taken.
    pub packets_received: u64,
    /// Packets never received, by sequence number.
    pub packets_lost: u64,
    /// Packets that came too late to be played in time.
    pub packets_late: u64,
    /// Packets seen twice.
    pub packets_duplicate: u64,
    /// Valid packets from an address that may not send to this call.
    pub packets_refused: u64,
    /// Datagrams that were no RTP of this call.
    pub packets_invalid: u64,
    /// 20 ms frames made up because nothing came.
    pub frames_concealed: u64,
    /// Times the play-out jumped to another part of the stream.
    pub resyncs: u64,
    /// Interarrival jitter (RFC 3550 section 6.4.1), seen at the steps of 20 ms in which sockets are read.
    pub jitter: Duration,
    /// Events dropped because nobody took them.
    pub events_dropped: u64,
}

/// Counts of the engine since its start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct EngineStats {
    /// Sessions that are open now.
    pub live_sessions: u64,
    /// Pacer threads running.
    pub pacers: u64,
    /// RTP packets sent.
    pub packets_sent: u64,
    /// Datagrams received.
    pub packets_received: u64,
    /// Packets the operating system did not take.
    pub send_errors: u64,
    /// 20 ms steps left out because a pacer was late by more than a quarter of a second.
    pub steps_skipped: u64,
    /// Recorded 20 ms frames lost because the disk was too slow.
    pub recording_frames_dropped: u64,
    /// Recordings that failed.
    pub recordings_failed: u64,
}

/// Width of one bucket in microseconds.
const BUCKET_US: u64 = 100;
/// Buckets: up to 100 ms; the last one takes everything above.
const BUCKETS: usize = 1_001;

/// How late packets left, in steps of 0.1 ms. Written by pacers without locks.
#[derive(Debug)]
pub(crate) struct Lateness {
    buckets: Vec<AtomicU64>,
}

impl Default for Lateness {
    fn default() -> Self {
        Self { buckets: (0..BUCKETS).map(|_| AtomicU64::new(0)).collect() }
    }
}

impl Lateness {
    pub(crate) fn record(&self, late: Duration) {
        let bucket = (late.as_micros() as u64 / BUCKET_US).min(BUCKETS as u64 - 1);
        self.buckets[bucket as usize].fetch_add(1, Relaxed);
    }

    pub(crate) fn snapshot(&self) -> Histogram {
        Histogram { counts: self.buckets.iter().map(|bucket| bucket.load(Relaxed)).collect() }
    }
}

/// A distribution of times in steps of 0.1 ms up to 100 ms.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Histogram {
    counts: Vec<u64>,
}

impl Histogram {
    /// How many times were measured.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// The time under which `share` (0 to 1) of all lie, to 0.1 ms above; `None` when nothing was measured. 100.1 ms
    /// stands for everything above 100 ms.
    #[must_use]
    pub fn quantile(&self, share: f64) -> Option<Duration> {
        let count = self.count();
        if count == 0 {
            return None;
        }
        let wanted = (count as f64 * share.clamp(0.0, 1.0)).ceil().max(1.0) as u64;
        let mut sum = 0;
        let bucket = self.counts.iter().position(|n| {
            sum += n;
            sum >= wanted
        })?;
        Some(Duration::from_micros((bucket as u64 + 1) * BUCKET_US))
    }

    /// What was measured since `before`, an earlier snapshot of the same engine.
    #[must_use]
    pub fn since(&self, before: &Self) -> Self {
        let earlier = before.counts.iter().copied().chain(std::iter::repeat(0));
        Self { counts: self.counts.iter().zip(earlier).map(|(now, then)| now.saturating_sub(then)).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_read_from_the_buckets() {
        let lateness = Lateness::default();
        assert_eq!(lateness.snapshot().quantile(0.5), None);
        for us in 0..1_000 {
            lateness.record(Duration::from_micros(us * 10));
        }
        let before = lateness.snapshot();
        assert_eq!(before.quantile(0.5), Some(Duration::from_millis(5)));
        assert_eq!(before.quantile(0.99), Some(Duration::from_micros(9_900)));
        lateness.record(Duration::from_secs(9));
        let since = lateness.snapshot().since(&before);
        assert_eq!((since.count(), since.quantile(1.0)), (1, Some(Duration::from_micros(100_100))));
    }
}
