//! Media of a call: G.711 over RTP on a steady 20 ms clock, jitter, DTMF, tones, listening and two-channel recording.
//!
//! Two layers. The **cores** ([`g711`], [`rtp`], [`jitter`], [`dtmf`], [`tones`], [`sdp`], [`latch`], [`vad`], [`beep`],
//! [`mod@core`]) take packets and time as arguments and hold no socket, clock, thread or randomness, so each trap of the
//! field is a table test. The **engine** ([`MediaEngine`], [`Session`]) gives them sockets, pacer threads and a recording
//! writer. All audio inside is 16-bit linear at 8,000 Hz, one channel, in frames of [`SAMPLES_PER_FRAME`] samples.

pub mod beep;
pub mod conceal;
pub mod core;
pub mod dtmf;
mod engine;
pub mod error;
pub mod g711;
pub mod jitter;
pub mod latch;
pub mod listen;
mod pacer;
pub mod playout;
mod ports;
mod receive;
pub mod record;
pub mod rtp;
pub mod sdp;
mod send;
mod session;
pub mod stats;
pub mod tones;
pub mod vad;
pub mod wav;

use std::time::Duration;

pub use crate::core::SessionEvent;
pub use engine::{MediaConfig, MediaEngine, SessionConfig};
pub use error::{MediaError, PlayError, SdpError};
pub use latch::SourceNet;
pub use listen::{Deaf, Ears, ListenEvent, ListenEvents, Listener};
pub use playout::{Clip, Heard, Played};
pub use record::RecordingSummary;
pub use sdp::{Codec, Negotiated};
pub use session::{Session, SessionSummary};
pub use stats::{EngineStats, Histogram, StreamStats};

/// Samples a second of all audio in this crate.
pub const SAMPLE_RATE: u32 = 8_000;
/// Samples in one [`Frame`]: 20 ms at 8,000 Hz.
pub const SAMPLES_PER_FRAME: usize = 160;
/// Length of one [`Frame`] in time.
pub const FRAME_TIME: Duration = Duration::from_millis(20);
/// 20 ms of 16-bit linear audio at 8,000 Hz, one channel.
pub type Frame = [i16; SAMPLES_PER_FRAME];
/// A frame of digital silence.
pub const SILENCE: Frame = [0; SAMPLES_PER_FRAME];
