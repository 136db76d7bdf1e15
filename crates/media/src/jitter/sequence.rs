//! RTP sequence numbers: order, duplicates, restarts and loss (RFC 3550 appendix A).

/// A forward step larger than this is a restart, not a loss.
const MAX_FORWARD: i16 = 3_000;
/// How far back duplicates are known.
const WINDOW: i16 = 64;

/// How a packet stands to those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// The first packet of a stream, or the first after its numbers jumped.
    First,
    /// Newer than all before it.
    Newer,
    /// Older than the newest, seen for the first time.
    Older,
    /// Seen before, or too old to tell.
    Duplicate,
    /// Far from all before it: dropped, unless the next packet follows it.
    Stray,
}

/// Follows one source's sequence numbers.
#[derive(Debug, Default)]
pub struct SequenceTracker {
    highest: Option<u16>,
    /// Bit n: `highest - n` was seen.
    seen: u64,
    /// The number that would confirm a jump.
    jump: Option<u16>,
    expected: u64,
    received: u64,
}

impl SequenceTracker {
    /// Judges a packet and remembers it.
    pub fn packet(&mut self, sequence: u16) -> Order {
        let Some(highest) = self.highest else { return self.restart(sequence) };
        let step = sequence.wrapping_sub(highest) as i16;
        if (1..=MAX_FORWARD).contains(&step) {
            self.seen = self.seen.checked_shl(step as u32).unwrap_or(0) | 1;
            self.highest = Some(sequence);
            self.jump = None;
            self.expected += step as u64;
            self.received += 1;
            return Order::Newer;
        }
        if (1 - WINDOW..=0).contains(&step) {
            let bit = 1u64 << -step;
            if self.seen & bit != 0 {
                return Order::Duplicate;
            }
            self.seen |= bit;
            self.received += 1;
            return Order::Older;
        }
        if self.jump == Some(sequence) {
            return self.restart(sequence);
        }
        self.jump = Some(sequence.wrapping_add(1));
        if (-MAX_FORWARD..0).contains(&step) { Order::Duplicate } else { Order::Stray }
    }

    /// Packets that never came, by the numbers.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.expected.saturating_sub(self.received)
    }

    /// Another source: its numbers start anew, the loss so far stays counted.
    pub fn forget(&mut self) {
        self.highest = None;
        self.jump = None;
    }

    fn restart(&mut self, sequence: u16) -> Order {
        self.highest = Some(sequence);
        // What came before the first packet counts as seen: it is not ours to play.
        self.seen = 1;
        self.jump = None;
        self.expected += 1;
        self.received += 1;
        Order::First
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_duplicates_wrap_and_loss() {
        let mut tracker = SequenceTracker::default();
        assert_eq!(tracker.packet(65_534), Order::First);
        assert_eq!(tracker.packet(0), Order::Newer);
        assert_eq!(tracker.lost(), 1);
        assert_eq!(tracker.packet(65_535), Order::Older);
        assert_eq!(tracker.lost(), 0);
        assert_eq!(tracker.packet(65_535), Order::Duplicate);
        assert_eq!(tracker.packet(0), Order::Duplicate);
    }

    /// Trap 9: jumps at answer are normal; one stray packet is not a jump.
    #[test]
    fn a_jump_is_believed_at_its_second_packet() {
        let mut tracker = SequenceTracker::default();
        tracker.packet(100);
        assert_eq!(tracker.packet(40_000), Order::Stray);
        assert_eq!(tracker.packet(101), Order::Newer);
        assert_eq!(tracker.packet(40_000), Order::Stray);
        assert_eq!(tracker.packet(40_001), Order::First);
        assert_eq!(tracker.packet(40_002), Order::Newer);
        assert_eq!(tracker.lost(), 0);
    }
}
