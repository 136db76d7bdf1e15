//! The jitter buffer: RTP audio in any order and size goes in, 20 ms frames in order come out.
//!
//! Audio lies in a ring by its RTP timestamp, so packets of any length fit and nothing can be played twice or out of order.
//! The delay starts at 40 ms, follows the measured jitter between 20 and 200 ms, grows when packets come too late and
//! shrinks by whole frames, preferably where it is quiet. A gap is concealed; a gap that the sender announced (comfort
//! noise, silence suppression, a key) is silence and no loss. Memory is fixed: a little over one second.

mod sequence;

use std::time::Duration;

use crate::{Frame, SAMPLES_PER_FRAME, conceal::Concealer};
pub use sequence::{Order, SequenceTracker};

/// Samples in the ring, a power of two that divides 2^32.
const CAPACITY: usize = 8_192;
const MASK: usize = CAPACITY - 1;
/// Longest packet that is believed: 200 ms.
pub const MAX_PACKET_SAMPLES: usize = 1_600;
const FRAME: u32 = SAMPLES_PER_FRAME as u32;
/// Smallest and largest delay.
const MIN_TARGET: u32 = FRAME;
const MAX_TARGET: u32 = 1_600;
/// Pulls over which the smallest depth is watched before the delay shrinks: one second.
const DEPTH_WINDOW: u32 = 50;
/// Pulls after which one late packet's extra delay is given back: ten seconds.
const BOOST_PULLS: u32 = 500;
/// Empty pulls after which the next packet starts a talkspurt of its own.
const STARVED_PULLS: u32 = 5;
/// Mean square below which a frame may be skipped unheard (about -50 dB).
const QUIET_POWER: f32 = 10_000.0;

/// What a pulled frame is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pulled {
    /// Received audio.
    Audio,
    /// Audio is missing and was made up.
    Concealed,
    /// Nothing to play: before the first packet, in announced silence, or after a long gap.
    Silence,
}

/// Counts of one jitter buffer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct JitterStats {
    /// Packets never received, by sequence number.
    pub lost: u64,
    /// Packets that came after their time to be played.
    pub late: u64,
    /// Packets seen twice.
    pub duplicate: u64,
    /// Packets dropped as strays or for a size that cannot be.
    pub discarded: u64,
    /// Frames made up by concealment.
    pub concealed: u64,
    /// Times the play-out point jumped to another part of the stream.
    pub resyncs: u64,
    /// Interarrival jitter in samples (RFC 3550 section 6.4.1).
    pub jitter: u32,
}

/// A jitter buffer for one direction of one call.
#[derive(Debug)]
pub struct JitterBuffer {
    ring: Box<[i16; CAPACITY]>,
    present: [u64; CAPACITY / 64],
    sequence: SequenceTracker,
    concealer: Concealer,
    started: bool,
    /// Timestamp of the next sample to play.
    play: u32,
    /// Timestamp after the newest sample received.
    end: u32,
    /// Extra delay earned by late packets.
    boost: u32,
    boost_left: u32,
    transit: Option<i64>,
    jitter: f32,
    empty_pulls: u32,
    /// The sender announced that nothing comes now.
    announced_silence: bool,
    least_depth: i32,
    depth_pulls: u32,
    stats: JitterStats,
}

impl Default for JitterBuffer {
    fn default() -> Self {
        Self {
            ring: Box::new([0; CAPACITY]),
            present: [0; CAPACITY / 64],
            sequence: SequenceTracker::default(),
            concealer: Concealer::default(),
            started: false,
            play: 0,
            end: 0,
            boost: FRAME,
            boost_left: BOOST_PULLS,
            transit: None,
            jitter: 0.0,
            empty_pulls: 0,
            announced_silence: false,
            least_depth: i32::MAX,
            depth_pulls: 0,
            stats: JitterStats::default(),
        }
    }
}

impl JitterBuffer {
    /// Takes one audio packet, already decoded. `now` only measures jitter.
    pub fn insert(&mut self, sequence: u16, timestamp: u32, audio: &[i16], now: Duration) {
        if audio.is_empty() || audio.len() > MAX_PACKET_SAMPLES {
            self.stats.discarded += 1;
            return;
        }
        match self.sequence.packet(sequence) {
            Order::Duplicate => self.stats.duplicate += 1,
            Order::Stray => self.stats.discarded += 1,
            Order::Older => {
                if self.started && self.ahead(timestamp, audio.len()) > 0 {
                    self.store(timestamp, audio);
                } else {
                    self.stats.late += 1;
                    self.grow();
                }
            }
            order @ (Order::First | Order::Newer) => {
                self.measure(timestamp, now);
                self.announced_silence = false;
                self.place(order, timestamp, audio.len());
                self.store(timestamp, audio);
            }
        }
    }

    /// Takes note of a packet that carries no audio but says that none comes now: comfort noise or a key.
    pub fn note_silence(&mut self, sequence: u16) {
        match self.sequence.packet(sequence) {
            Order::First | Order::Newer => self.announced_silence = true,
            Order::Duplicate => self.stats.duplicate += 1,
            Order::Older | Order::Stray => {}
        }
    }

    /// Gives the next 20 ms.
    pub fn pull(&mut self, out: &mut Frame) -> Pulled {
        if !self.started {
            out.fill(0);
            return Pulled::Silence;
        }
        self.adapt();
        let there = self.take(out);
        self.play = self.play.wrapping_add(FRAME);
        if there == SAMPLES_PER_FRAME {
            self.empty_pulls = 0;
            self.concealer.good(out);
            return Pulled::Audio;
        }
        if there > 0 {
            self.empty_pulls = 0;
            // Part of the frame came: play it as it is, with silence where the rest was. Rare, and never out of order.
            self.concealer.good(out);
            self.stats.concealed += 1;
            return Pulled::Concealed;
        }
        if self.depth() <= 0 {
            self.empty_pulls = self.empty_pulls.saturating_add(1);
        }
        if self.announced_silence && self.depth() <= 0 {
            self.concealer.reset();
        }
        if self.concealer.missing(out) {
            self.stats.concealed += 1;
            Pulled::Concealed
        } else {
            Pulled::Silence
        }
    }

    /// Another source takes over: what is left of the old one is dropped.
    pub fn restart(&mut self) {
        self.sequence.forget();
        self.started = false;
        self.transit = None;
        self.announced_silence = false;
        self.present.fill(0);
        self.concealer.reset();
    }

    /// Counts so far.
    #[must_use]
    pub fn stats(&self) -> JitterStats {
        JitterStats { lost: self.sequence.lost(), jitter: self.jitter as u32, ..self.stats }
    }

    /// The delay aimed at, in samples.
    #[must_use]
    pub fn target(&self) -> u32 {
        let wanted = MIN_TARGET + self.boost + (2.0 * self.jitter) as u32;
        wanted.next_multiple_of(FRAME).clamp(MIN_TARGET, MAX_TARGET)
    }

    /// Decides where a new packet lies: usually where its timestamp says, else the play-out point moves to it.
    fn place(&mut self, order: Order, timestamp: u32, samples: usize) {
        let starved = self.empty_pulls >= STARVED_PULLS;
        let ahead = self.ahead(timestamp, samples);
        if !self.started || order == Order::First || starved || ahead > (CAPACITY - MAX_PACKET_SAMPLES) as i32 {
            if self.started && !starved {
                self.stats.resyncs += 1;
            }
            self.anchor(timestamp.wrapping_sub(self.target()));
        } else if ahead <= 0 {
            // Newest of all and still too late: the path became longer, or the sender's timestamps stood still.
            self.stats.late += 1;
            self.grow();
            self.anchor(timestamp.wrapping_sub(FRAME));
        }
    }

    fn anchor(&mut self, play: u32) {
        self.present.fill(0);
        self.play = play;
        self.end = play;
        self.started = true;
        self.empty_pulls = 0;
        self.least_depth = i32::MAX;
        self.depth_pulls = 0;
    }

    /// Samples from the play-out point to the end of a packet.
    fn ahead(&self, timestamp: u32, samples: usize) -> i32 {
        timestamp.wrapping_add(samples as u32).wrapping_sub(self.play) as i32
    }

    fn depth(&self) -> i32 {
        self.end.wrapping_sub(self.play) as i32
    }

    fn store(&mut self, timestamp: u32, audio: &[i16]) {
        if self.ahead(timestamp, audio.len()) > CAPACITY as i32 {
            self.stats.discarded += 1;
            return;
        }
        for (i, sample) in audio.iter().enumerate() {
            let at = timestamp.wrapping_add(i as u32);
            if (at.wrapping_sub(self.play) as i32) < 0 {
                continue;
            }
            let slot = at as usize & MASK;
            self.ring[slot] = *sample;
            self.present[slot / 64] |= 1 << (slot % 64);
        }
        let end = timestamp.wrapping_add(audio.len() as u32);
        if (end.wrapping_sub(self.end) as i32) > 0 {
            self.end = end;
        }
    }

    /// Moves the next 20 ms out of the ring and returns how many samples were there; holes become zero.
    fn take(&mut self, out: &mut Frame) -> usize {
        let mut there = 0;
        for (i, sample) in out.iter_mut().enumerate() {
            let slot = self.play.wrapping_add(i as u32) as usize & MASK;
            let bit = 1u64 << (slot % 64);
            let word = &mut self.present[slot / 64];
            if *word & bit == 0 {
                *sample = 0;
            } else {
                *word &= !bit;
                *sample = self.ring[slot];
                there += 1;
            }
        }
        there
    }

    fn measure(&mut self, timestamp: u32, now: Duration) {
        // Only differences matter, so the wrap of the timestamp shows as one huge step, which is left out.
        let transit = (now.as_micros() as i64) / 125 - i64::from(timestamp);
        if let Some(last) = self.transit {
            let step = (transit - last).abs();
            if step < i64::from(MAX_TARGET) * 2 {
                self.jitter += (step as f32 - self.jitter) / 16.0;
            }
        }
        self.transit = Some(transit);
    }

    fn grow(&mut self) {
        self.boost = (self.boost + FRAME).min(MAX_TARGET / 2);
        self.boost_left = BOOST_PULLS;
    }

    /// Gives back delay that is not needed any more, a frame at a time.
    fn adapt(&mut self) {
        self.boost_left -= 1;
        if self.boost_left == 0 {
            self.boost = self.boost.saturating_sub(FRAME);
            self.boost_left = BOOST_PULLS;
        }
        let depth = self.depth();
        let target = self.target() as i32;
        let frame = FRAME as i32;
        if depth > target + 15 * frame {
            // A burst after a stall: nobody wants to hear a third of a second late.
            self.skip((depth - target - frame) as u32);
            return;
        }
        if depth > 0 {
            self.least_depth = self.least_depth.min(depth);
        }
        self.depth_pulls += 1;
        if self.depth_pulls < DEPTH_WINDOW {
            return;
        }
        let excess = self.least_depth.saturating_sub(target + frame);
        if self.least_depth != i32::MAX && excess >= frame && (excess >= 3 * frame || self.quiet_ahead()) {
            self.skip(FRAME);
        } else if self.depth_pulls < 2 * DEPTH_WINDOW {
            return;
        }
        self.least_depth = i32::MAX;
        self.depth_pulls = 0;
    }

    fn skip(&mut self, samples: u32) {
        for i in 0..samples {
            let slot = self.play.wrapping_add(i) as usize & MASK;
            self.present[slot / 64] &= !(1 << (slot % 64));
        }
        self.play = self.play.wrapping_add(samples);
    }

    fn quiet_ahead(&self) -> bool {
        let power: f32 =
            (0..FRAME).map(|i| f32::from(self.ring[self.play.wrapping_add(i) as usize & MASK]).powi(2)).sum::<f32>();
        power / FRAME as f32 <= QUIET_POWER
    }
}

#[cfg(test)]
mod tests;
