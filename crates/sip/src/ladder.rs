//! The SIP ladder of a call: which message went which way and when. Kept small and bounded; it never holds credentials or bodies.

use std::time::Instant;

/// Entries kept from the start of a call; what comes later pushes out the middle.
const HEAD_MAX: usize = 40;
/// Entries kept from the end of a call.
const TAIL_MAX: usize = 24;
/// Longest text of one line, in bytes.
const TEXT_MAX: usize = 160;

/// Which way a message went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// From us to the far end.
    Sent,
    /// From the far end to us.
    Received,
}

/// One message of the ladder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LadderEntry {
    /// When it was sent or received; the reader's clock knows the wall time of it.
    pub at: Instant,
    /// Which way it went.
    pub direction: Direction,
    /// Request or status line, such as `INVITE sip:+14155550123@trunk.example SIP/2.0`.
    pub first_line: String,
    /// CSeq and what matters for understanding: `CSeq 1 INVITE, SDP 214 bytes, Q.850 cause 17`.
    pub summary: String,
    /// How often the same message was seen in a row; above 1 for retransmissions.
    pub times: u32,
}

/// A bounded recorder of [`LadderEntry`]s.
#[derive(Debug, Default)]
pub(crate) struct Ladder {
    head: Vec<LadderEntry>,
    tail: std::collections::VecDeque<LadderEntry>,
    dropped: u32,
}

impl Ladder {
    /// Records one message. A repetition of the message before it only counts up.
    pub(crate) fn record(&mut self, at: Instant, direction: Direction, first_line: &str, summary: &str) {
        let (first_line, summary) = (cut(first_line), cut(summary));
        if let Some(last) = self.tail.back_mut().or(self.head.last_mut())
            && last.direction == direction
            && last.first_line == first_line
            && last.summary == summary
        {
            last.times = last.times.saturating_add(1);
            return;
        }
        let entry = LadderEntry { at, direction, first_line, summary, times: 1 };
        if self.head.len() < HEAD_MAX {
            self.head.push(entry);
            return;
        }
        if self.tail.len() == TAIL_MAX {
            self.tail.pop_front();
            self.dropped = self.dropped.saturating_add(1);
        }
        self.tail.push_back(entry);
    }

    /// Everything kept, in order of time.
    pub(crate) fn entries(&self) -> Vec<LadderEntry> {
        self.head.iter().chain(self.tail.iter()).cloned().collect()
    }
}

/// At most [`TEXT_MAX`] bytes, cut at a character, without control characters.
fn cut(text: &str) -> String {
    let mut out = String::with_capacity(text.len().min(TEXT_MAX));
    for c in text.chars().filter(|c| !c.is_control()) {
        if out.len() + c.len_utf8() > TEXT_MAX {
            break;
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_keeps_the_start_and_the_end_and_stays_bounded() {
        let mut ladder = Ladder::default();
        let at = Instant::now();
        for i in 0..10_000 {
            ladder.record(at, Direction::Received, &format!("SIP/2.0 180 {i} {}", "x".repeat(9_000)), "CSeq 1 INVITE");
        }
        ladder.record(at, Direction::Sent, "BYE sip:a SIP/2.0", "CSeq 2 BYE");
        let kept = ladder.entries();
        assert_eq!(kept.len(), HEAD_MAX + TAIL_MAX);
        assert!(kept[0].first_line.starts_with("SIP/2.0 180 0 "));
        assert_eq!(kept.last().map(|e| e.first_line.as_str()), Some("BYE sip:a SIP/2.0"));
        assert!(kept.iter().all(|e| e.first_line.len() <= TEXT_MAX));
    }

    #[test]
    fn retransmissions_count_up_instead_of_filling_the_ladder() {
        let mut ladder = Ladder::default();
        for _ in 0..7 {
            ladder.record(Instant::now(), Direction::Sent, "INVITE sip:a SIP/2.0", "CSeq 1 INVITE");
        }
        let kept = ladder.entries();
        assert_eq!((kept.len(), kept[0].times), (1, 7));
    }
}
