//! A trunk that is overloaded gets fewer calls per second, and its full rate again when it heals.
//!
//! Additive increase, multiplicative decrease: a refusal halves the rate; while the trunk takes calls, the rate grows evenly back to the cap. A
//! `Retry-After` stops the calls for that long. Nothing grows before the trunk took a call again, so that a trunk that stays ill is asked
//! once in five seconds and not at a rising rate.

use std::time::Duration;

use crate::time::Timestamp;

/// What a trunk answered to a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrunkSignal {
    /// It took the call: it rings, is answered, or was refused for a reason of the person called.
    Taken,
    /// It is overloaded.
    Overloaded {
        /// How long it asks to be left alone.
        retry_after: Option<Duration>,
    },
}

impl TrunkSignal {
    /// By the first answer to an INVITE that says anything (18x or final), with its `Retry-After`. `None`: it says nothing about the trunk's
    /// load. 404, 480, 486, 600 and 603 may carry a `Retry-After` too (RFC 3261, section 20.33): it is the person's then, not the trunk's.
    pub fn of_answer(status: u16, retry_after: Option<Duration>) -> Option<TrunkSignal> {
        match status {
            429 | 503 => Some(TrunkSignal::Overloaded { retry_after }),
            413 | 500 | 504 if retry_after.is_some() => Some(TrunkSignal::Overloaded { retry_after }),
            180..=299 | 404 | 410 | 480 | 484 | 486 | 487 | 600 | 603 | 604 => Some(TrunkSignal::Taken),
            _ => None,
        }
    }
}

/// Slowest rate, in calls per second: an ill trunk is asked this often.
const FLOOR: f64 = 0.2;
/// Seconds in which a rate grows from nothing to the cap.
const RECOVERY_S: f64 = 60.0;
/// What is left of the rate after a refusal.
const CUT: f64 = 0.5;
/// Refusals within this time of a cut are of calls that left before it.
const REACTION: Duration = Duration::from_secs(1);
/// Longest `Retry-After` that is believed.
const RETRY_AFTER_MAX: Duration = Duration::from_secs(300);

/// The pace of one trunk.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TrunkPace {
    cap: f64,
    /// The rate at `grows_from`.
    base: f64,
    /// When the rate began to grow; `None`: the trunk took no call since the last cut.
    grows_from: Option<Timestamp>,
    last_cut: Option<Timestamp>,
    silent_until: Option<Timestamp>,
}

impl TrunkPace {
    /// A healthy trunk with a cap in calls per second.
    pub fn new(cap: f64, now: Timestamp) -> TrunkPace {
        let cap = sound(cap);
        TrunkPace { cap, base: cap, grows_from: Some(now), last_cut: None, silent_until: None }
    }

    /// The settings changed the cap. A slowed trunk stays slowed.
    pub fn set_cap(&mut self, now: Timestamp, cap: f64) {
        let slowed = self.is_slowed(now);
        let rate = self.without_silence(now);
        self.cap = sound(cap);
        self.base = if slowed { rate.min(self.cap) } else { self.cap };
        self.grows_from = self.grows_from.map(|_| now);
    }

    /// The trunk answered a call.
    pub fn on_outcome(&mut self, now: Timestamp, signal: TrunkSignal) {
        match signal {
            TrunkSignal::Taken => {
                if self.grows_from.is_none() && self.silent_until.is_none_or(|until| now >= until) {
                    self.grows_from = Some(now);
                }
            }
            TrunkSignal::Overloaded { retry_after } => {
                if self.last_cut.is_none_or(|cut| now < cut || now.since(cut) >= REACTION) {
                    self.base = (self.without_silence(now) * CUT).max(FLOOR).min(self.cap);
                    self.grows_from = None;
                    self.last_cut = Some(now);
                }
                if let Some(wait) = retry_after {
                    self.silent_until = self.silent_until.max(Some(now + wait.min(RETRY_AFTER_MAX)));
                }
            }
        }
    }

    /// Calls per second that may be placed at `now`: 0 while the trunk asked to be left alone, never above the cap.
    pub fn rate(&self, now: Timestamp) -> f64 {
        if self.silent_until(now).is_some() { 0.0 } else { self.without_silence(now) }
    }

    /// Until when the trunk asked to be left alone.
    pub fn silent_until(&self, now: Timestamp) -> Option<Timestamp> {
        self.silent_until.filter(|&until| now < until)
    }

    /// Whether the rate is below the cap.
    pub fn is_slowed(&self, now: Timestamp) -> bool {
        self.rate(now) < self.cap
    }

    fn without_silence(&self, now: Timestamp) -> f64 {
        let grown = self.grows_from.map_or(0.0, |from| now.since(from).as_secs_f64() * self.cap / RECOVERY_S);
        (self.base + grown).min(self.cap)
    }
}

/// A cap that is no number, or below nothing, calls nobody.
fn sound(cap: f64) -> f64 {
    if cap.is_finite() { cap.max(0.0) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const START: Timestamp = Timestamp::from_secs(1_790_000_000);
    const REFUSED: TrunkSignal = TrunkSignal::Overloaded { retry_after: None };

    fn at(secs: f64) -> Timestamp {
        START + Duration::from_secs_f64(secs)
    }

    #[test]
    fn a_refusal_halves_and_a_healthy_trunk_is_back_within_a_minute() {
        let mut pace = TrunkPace::new(40.0, START);
        assert_eq!(pace.rate(START), 40.0);
        for millis in [0, 100, 900] {
            pace.on_outcome(START + Duration::from_millis(millis), REFUSED);
        }
        assert_eq!(pace.rate(at(1.0)), 20.0, "one burst of refusals is one cut");
        pace.on_outcome(at(1.5), REFUSED);
        assert_eq!((pace.rate(at(2.0)), pace.rate(at(600.0))), (10.0, 10.0), "nothing grows before a call is taken");
        pace.on_outcome(at(10.0), TrunkSignal::Taken);
        assert_eq!([10.0, 25.0, 55.0, 56.0].map(|secs| pace.rate(at(secs))), [10.0, 20.0, 40.0, 40.0]);
        assert!(pace.is_slowed(at(54.0)) && !pace.is_slowed(at(55.0)));
    }

    #[test]
    fn retry_after_stops_the_calls_and_a_long_one_is_not_believed() {
        let mut pace = TrunkPace::new(10.0, START);
        let wait = |secs| TrunkSignal::Overloaded { retry_after: Some(Duration::from_secs(secs)) };
        pace.on_outcome(START, wait(30));
        assert_eq!([0.0, 29.9, 30.0].map(|secs| pace.rate(at(secs))), [0.0, 0.0, 5.0]);
        assert_eq!(pace.silent_until(at(1.0)), Some(at(30.0)));
        pace.on_outcome(at(5.0), TrunkSignal::Taken);
        assert_eq!(pace.rate(at(40.0)), 5.0, "what was taken meanwhile had left before");
        pace.on_outcome(at(40.0), wait(86_400));
        assert_eq!([339.0, 341.0].map(|secs| pace.rate(at(secs))), [0.0, 2.5]);
        pace.on_outcome(at(341.0), wait(10));
        pace.on_outcome(at(341.5), wait(2));
        assert_eq!(pace.silent_until(at(342.0)), Some(at(351.0)), "the longest wait holds");
    }

    #[test]
    fn answers_that_speak_of_the_trunk() {
        let wait = Some(Duration::from_secs(9));
        let overloaded = Some(TrunkSignal::Overloaded { retry_after: wait });
        for (status, retry_after, signal) in [
            (503, None, Some(REFUSED)),
            (429, wait, overloaded),
            (500, wait, overloaded),
            (500, None, None),
            (180, None, Some(TrunkSignal::Taken)),
            (200, None, Some(TrunkSignal::Taken)),
            (486, wait, Some(TrunkSignal::Taken)),
            (480, wait, Some(TrunkSignal::Taken)),
            (603, wait, Some(TrunkSignal::Taken)),
            (100, None, None),
            (403, None, None),
        ] {
            assert_eq!(TrunkSignal::of_answer(status, retry_after), signal, "{status} {retry_after:?}");
        }
    }

    #[test]
    fn a_changed_cap_holds_at_once_and_a_slowed_trunk_stays_slowed() {
        let mut pace = TrunkPace::new(10.0, START);
        pace.set_cap(at(1.0), 50.0);
        assert_eq!(pace.rate(at(1.0)), 50.0);
        pace.on_outcome(at(2.0), REFUSED);
        pace.set_cap(at(3.0), 100.0);
        assert_eq!(pace.rate(at(3.0)), 25.0);
        pace.set_cap(at(4.0), 5.0);
        assert_eq!(pace.rate(at(4.0)), 5.0);
        for broken in [f64::NAN, f64::INFINITY, -1.0] {
            assert_eq!(TrunkPace::new(broken, START).rate(at(100.0)), 0.0);
        }
    }

    fn any_signal() -> impl Strategy<Value = TrunkSignal> {
        prop_oneof![
            3 => Just(TrunkSignal::Taken),
            2 => Just(REFUSED),
            1 => (0_u64..10_000).prop_map(|secs| TrunkSignal::Overloaded { retry_after: Some(Duration::from_secs(secs)) }),
        ]
    }

    proptest! {
        /// Whatever the trunk answers, also by a clock that steps back: never above the cap, never below the floor unless asked for silence, a
        /// refusal never speeds up, taken calls never slow down, and from any state it is back at its cap within silence and recovery.
        #[test]
        fn stays_within_bounds_and_heals(
            cap in 0.01_f64..500.0, new_cap in 0.01_f64..500.0,
            events in proptest::collection::vec((-2_000_i64..20_000, any_signal(), 0_u32..40), 0..200),
        ) {
            let mut pace = TrunkPace::new(cap, START);
            let (mut now, mut cap) = (START, cap);
            for (millis, signal, change) in events {
                now = Timestamp::from_micros(now.as_micros() + millis * 1_000);
                let before = pace.rate(now);
                if change == 0 {
                    pace.set_cap(now, new_cap);
                    cap = new_cap;
                } else {
                    let mut twin = pace;
                    pace.on_outcome(now, signal);
                    twin.on_outcome(now, signal);
                    prop_assert_eq!(pace, twin);
                    match signal {
                        TrunkSignal::Taken => prop_assert!(pace.rate(now) >= before),
                        TrunkSignal::Overloaded { .. } => prop_assert!(pace.rate(now) <= before.max(FLOOR)),
                    }
                }
                let rate = pace.rate(now);
                prop_assert!(rate <= cap);
                prop_assert!(rate >= FLOOR.min(cap) || pace.silent_until(now).is_some());
            }
            let healed = now + RETRY_AFTER_MAX + Duration::from_secs(4_000);
            pace.on_outcome(healed, TrunkSignal::Taken);
            prop_assert_eq!(pace.rate(healed + Duration::from_secs(61)), cap);
        }
    }
}
