//! Keys as telephone-events, RFC 4733: one event is many packets with the same timestamp.
//!
//! Sending: the marker on the first packet only, the duration growing, the end packet three times. Receiving: an event is
//! told once, from whichever of its packets comes first, so that lost ends cost nothing.

use std::collections::VecDeque;

/// Samples that one 20 ms step adds to an event's duration.
const STEP: u16 = 160;
/// Steps of a key press: 100 ms, above the 40 ms that receivers ask for.
const PRESS_STEPS: u16 = 5;
/// Silent steps between two keys.
const PAUSE_STEPS: u8 = 3;
/// Keys that may wait to be sent.
pub const MAX_QUEUED: usize = 32;

/// The RFC 4733 event code of a key, or `None` when it is not one of `0-9 * # A-D`.
#[must_use]
pub fn event_of(key: char) -> Option<u8> {
    match key {
        '0'..='9' => Some(key as u8 - b'0'),
        '*' => Some(10),
        '#' => Some(11),
        'A'..='D' => Some(key as u8 - b'A' + 12),
        'a'..='d' => Some(key as u8 - b'a' + 12),
        _ => None,
    }
}

/// The key of an RFC 4733 event code, or `None` for flash and the other signals.
#[must_use]
pub fn key_of(event: u8) -> Option<char> {
    match event {
        0..=9 => Some(char::from(b'0' + event)),
        10 => Some('*'),
        11 => Some('#'),
        12..=15 => Some(char::from(b'A' + event - 12)),
        _ => None,
    }
}

/// What the key sender wants in this 20 ms step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyStep {
    /// Nothing to do: audio may be sent.
    Idle,
    /// Between two keys: send nothing.
    Pause,
    /// Send one event packet.
    Event {
        /// Payload: event, end bit and volume, duration.
        payload: [u8; 4],
        /// First packet of the event: set the marker, and take the current timestamp for all its packets.
        first: bool,
    },
}

/// Sends keys one after another, one step each 20 ms.
#[derive(Debug)]
pub struct KeySender {
    queue: VecDeque<u8>,
    current: Option<Press>,
    pause: u8,
}

#[derive(Debug, Clone, Copy)]
struct Press {
    event: u8,
    step: u16,
    ends: u8,
}

impl Default for KeySender {
    fn default() -> Self {
        Self { queue: VecDeque::with_capacity(MAX_QUEUED), current: None, pause: 0 }
    }
}

impl KeySender {
    /// Queues keys; returns how many were taken (unknown characters and what is over [`MAX_QUEUED`] are not).
    pub fn push(&mut self, keys: &str) -> usize {
        let before = self.queue.len();
        for event in keys.chars().filter_map(event_of) {
            if self.queue.len() < MAX_QUEUED {
                self.queue.push_back(event);
            }
        }
        self.queue.len() - before
    }

    /// The next step of 20 ms.
    pub fn step(&mut self) -> KeyStep {
        if self.pause > 0 {
            self.pause -= 1;
            return KeyStep::Pause;
        }
        let mut press = match self.current.take() {
            Some(press) => press,
            None => match self.queue.pop_front() {
                Some(event) => Press { event, step: 0, ends: 0 },
                None => return KeyStep::Idle,
            },
        };
        let first = press.step == 0;
        press.step = (press.step + 1).min(PRESS_STEPS);
        let end = press.step == PRESS_STEPS;
        press.ends += u8::from(end);
        // The volume is 10, in dB below the reference level: what telephones send.
        let duration = (press.step * STEP).to_be_bytes();
        let payload = [press.event, (u8::from(end) << 7) | 10, duration[0], duration[1]];
        if press.ends < 3 {
            self.current = Some(press);
        } else {
            self.pause = PAUSE_STEPS;
        }
        KeyStep::Event { payload, first }
    }
}

/// How far behind the last key a timestamp counts as that of an earlier one, late on its way: 2 s. Further behind, the sender's clock has
/// jumped and what comes is new.
const LATE_WITHIN: u32 = 16_000;

/// Tells each received event once.
#[derive(Debug, Default)]
pub struct KeyReceiver {
    last: Option<(u32, u32)>,
}

impl KeyReceiver {
    /// Takes one telephone-event packet and returns the key when it is a new one. Repeats, late packets of an earlier key
    /// and events that are no key give `None`.
    pub fn packet(&mut self, ssrc: u32, timestamp: u32, payload: &[u8]) -> Option<char> {
        let key = key_of(*payload.first()?)?;
        if payload.len() < 4 {
            return None;
        }
        if let Some((last_ssrc, last_timestamp)) = self.last
            && last_ssrc == ssrc
            && last_timestamp.wrapping_sub(timestamp) <= LATE_WITHIN
        {
            return None;
        }
        self.last = Some((ssrc, timestamp));
        Some(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Trap 10: the end packet three times with the same timestamp and duration, the marker on the first packet only.
    #[test]
    fn a_key_is_sent_as_rfc_4733_asks() {
        let mut sender = KeySender::default();
        assert_eq!(sender.push("7x#"), 2);
        let steps: Vec<KeyStep> = (0..10).map(|_| sender.step()).collect();
        let event = |end: u8, duration: u16, first| KeyStep::Event {
            payload: [7, end << 7 | 10, duration.to_be_bytes()[0], duration.to_be_bytes()[1]],
            first,
        };
        assert_eq!(
            steps,
            [
                event(0, 160, true),
                event(0, 320, false),
                event(0, 480, false),
                event(0, 640, false),
                event(1, 800, false),
                event(1, 800, false),
                event(1, 800, false),
                KeyStep::Pause,
                KeyStep::Pause,
                KeyStep::Pause,
            ]
        );
        assert!(matches!(sender.step(), KeyStep::Event { payload: [11, ..], first: true }));
    }

    #[test]
    fn a_key_is_told_once_even_with_lost_starts_repeats_and_late_packets() {
        let mut receiver = KeyReceiver::default();
        assert_eq!(
            receiver.packet(1, 8_000, &[5, 10, 1, 64]),
            Some('5'),
            "the first packet was lost, the next tells it"
        );
        assert_eq!(receiver.packet(1, 8_000, &[5, 0x8A, 3, 32]), None);
        assert_eq!(receiver.packet(1, 9_600, &[5, 10, 0, 160]), Some('5'), "the same key pressed again");
        assert_eq!(receiver.packet(1, 8_000, &[5, 0x8A, 3, 32]), None, "a late end of the first press");
        assert_eq!(receiver.packet(1, 900_000, &[6, 10, 0, 160]), Some('6'));
        assert_eq!(receiver.packet(1, 700, &[7, 10, 0, 160]), Some('7'), "the sender's clock jumped back");
        assert_eq!(receiver.packet(1, 700, &[7, 0x8A, 3, 32]), None);
        assert_eq!(receiver.packet(1, 2_300, &[8, 10, 0, 160]), Some('8'), "and runs on from there");
        assert_eq!(receiver.packet(2, 50, &[11, 10, 0, 160]), Some('#'), "another source starts anew");
        assert_eq!(receiver.packet(2, 5_000, &[16, 10, 0, 160]), None, "flash is no key");
        assert_eq!(receiver.packet(2, 6_000, &[1]), None);
        assert_eq!(receiver.packet(2, 6_000, &[]), None);
    }
}
