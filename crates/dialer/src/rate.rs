//! A cap on calls per second that holds in every sliding second.

use std::collections::VecDeque;
use std::time::Duration;

use carillon_domain::Timestamp;

/// A driver's timer wakes it up to this late. What was due meanwhile is sent at once; anything older is only caught up at twice the even
/// rate. At 1,000 calls a second this is eight calls, at 100 a second one.
const LATE_WAKE_UP: Duration = Duration::from_millis(4);

/// Lets at most `n` sends through in any window of `n / rate` seconds (`n` = whole calls per second, at least one), and spaces them: at
/// most twice the even rate while catching up, so that a trunk never sees a burst longer than a late wake-up of the driver's timer.
#[derive(Debug, Clone)]
pub struct RateGate {
    rate: f64,
    sends: VecDeque<Timestamp>,
    capacity: usize,
    window: Duration,
    spacing: Duration,
    /// When spacing allows the next send.
    spaced: Option<Timestamp>,
}

impl RateGate {
    /// For `rate` calls per second, which must be above 0.
    pub fn new(rate: f64) -> Self {
        assert!(rate > 0.0, "a rate of {rate} calls per second never lets a call through");
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "the settings bound the rate to 5,000"
        )]
        let capacity = (rate.floor() as usize).max(1);
        #[expect(clippy::cast_precision_loss, reason = "at most 5,000")]
        let window = Duration::from_secs_f64(capacity as f64 / rate);
        Self {
            rate,
            sends: VecDeque::with_capacity(capacity.min(1024)),
            capacity,
            window,
            spacing: Duration::from_secs_f64(0.5 / rate),
            spaced: None,
        }
    }

    /// The rate this gate was made for.
    pub fn rate(&self) -> f64 {
        self.rate
    }

    /// The earliest time of the next send.
    pub fn ready_at(&self) -> Option<Timestamp> {
        let window =
            (self.sends.len() >= self.capacity).then(|| self.sends[self.sends.len() - self.capacity] + self.window);
        self.spaced.max(window)
    }

    /// Whether a call may be sent now.
    pub fn is_ready(&self, now: Timestamp) -> bool {
        self.ready_at().is_none_or(|at| at <= now)
    }

    /// A call is sent now.
    pub fn sent(&mut self, now: Timestamp) {
        if self.sends.len() >= self.capacity {
            self.sends.pop_front();
        }
        self.sends.push_back(now);
        let earliest = now - LATE_WAKE_UP;
        self.spaced = Some(self.spaced.map_or(now, |due| due.max(earliest)) + self.spacing);
    }

    /// Takes another rate and keeps the memory of what was sent, so that a change of settings opens no gap.
    pub fn set_rate(&mut self, rate: f64) {
        if rate != self.rate {
            let mut next = RateGate::new(rate);
            let keep = self.sends.len().saturating_sub(next.capacity);
            next.sends.extend(self.sends.iter().skip(keep));
            next.spaced = self.sends.back().map(|&last| last + next.spacing);
            *self = next;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// However irregularly the driver wakes up, no sliding second holds more than the cap and one.
        #[test]
        fn no_sliding_second_holds_more_than_the_cap(rate in 0.2f64..3_000.0, wakes in prop::collection::vec(1u64..200_000, 1..400)) {
            let mut gate = RateGate::new(rate);
            let mut now = Timestamp::from_secs(0);
            let mut sent = Vec::new();
            for wake in wakes {
                now = now + Duration::from_micros(wake);
                while gate.is_ready(now) {
                    gate.sent(now);
                    sent.push(now);
                }
            }
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small")]
            let cap = rate.ceil() as usize + 1;
            for (n, &first) in sent.iter().enumerate() {
                let within = sent[n..].iter().take_while(|&&at| at.since(first) < Duration::from_secs(1)).count();
                prop_assert!(within <= cap, "{within} sends in one second at {rate}/s");
            }
        }
    }

    #[test]
    fn a_punctual_driver_reaches_the_rate() {
        let mut gate = RateGate::new(100.0);
        let mut sent = 0;
        for ms in 0..10_000 {
            let now = Timestamp::from_micros(ms * 1_000);
            if gate.is_ready(now) {
                gate.sent(now);
                sent += 1;
            }
        }
        assert!((990..=1_010).contains(&sent), "{sent} calls in ten seconds at 100/s");
    }

    /// A timer of whole milliseconds wakes the driver one or two of them late; what was due meanwhile must not be lost.
    #[test]
    fn a_coarse_timer_reaches_a_high_rate_in_short_bursts() {
        let mut gate = RateGate::new(2_000.0);
        let (mut sent, mut longest) = (0, 0);
        for wake in 0..5_000 {
            let now = Timestamp::from_micros(wake * 2_000);
            let before = sent;
            while gate.is_ready(now) {
                gate.sent(now);
                sent += 1;
            }
            longest = longest.max(sent - before);
        }
        assert!((19_900..=20_001).contains(&sent), "{sent} calls in ten seconds at 2,000/s");
        assert!(longest <= 17, "{longest} calls at once");
    }
}
