//! The receiving half of a session: datagrams become ordered frames and keys.

use std::{net::SocketAddr, time::Duration};

use crate::{
    Frame,
    dtmf::KeyReceiver,
    g711,
    jitter::{JitterBuffer, MAX_PACKET_SAMPLES, Pulled},
    latch::{Latch, SourceNet, Verdict},
    rtp::RtpPacket,
    sdp::{Codec, Negotiated},
    stats::StreamStats,
};

/// A timestamp step without a missing packet beyond which the sender is seen to suppress silence: 200 ms.
const SUPPRESSED_STEP: u32 = 1_600;

/// What a payload type means in this session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Unknown,
    Audio(Codec),
    Keys,
    Noise,
}

/// What a datagram brought.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Arrived {
    /// It was a packet of this call.
    pub(crate) rtp: bool,
    /// A key that was pressed.
    pub(crate) key: Option<char>,
}

#[derive(Debug)]
pub(crate) struct Receiver {
    latch: Latch,
    formats: [Format; 128],
    jitter: JitterBuffer,
    keys: KeyReceiver,
    ssrc: Option<u32>,
    /// A source seen once beside the current one; seen twice in a row it takes over.
    next_ssrc: Option<u32>,
    last: Option<(u16, u32)>,
    /// When the last packet of the call came.
    pub(crate) heard_at: Option<Duration>,
    /// The last packet was comfort noise: until the next one, silence is meant.
    pub(crate) announced_silence: bool,
    /// This sender leaves silence out.
    pub(crate) suppresses: bool,
    audio: [i16; MAX_PACKET_SAMPLES],
    packets: u64,
    refused: u64,
    invalid: u64,
}

impl Receiver {
    pub(crate) fn new(allowed: Vec<SourceNet>) -> Self {
        Self {
            latch: Latch::new(allowed),
            formats: [Format::Unknown; 128],
            jitter: JitterBuffer::default(),
            keys: KeyReceiver::default(),
            ssrc: None,
            next_ssrc: None,
            last: None,
            heard_at: None,
            announced_silence: false,
            suppresses: false,
            audio: [0; MAX_PACKET_SAMPLES],
            packets: 0,
            refused: 0,
            invalid: 0,
        }
    }

    /// Takes the payload types of the other side's SDP beside those we declare ourselves, and arms the latch.
    pub(crate) fn agree(&mut self, agreed: &Negotiated, declared_keys: u8) {
        self.formats = [Format::Unknown; 128];
        self.formats[usize::from(declared_keys)] = Format::Keys;
        for (payload_type, format) in [
            (Some(0), Format::Audio(Codec::Pcmu)),
            (Some(8), Format::Audio(Codec::Pcma)),
            (Some(13), Format::Noise),
            (agreed.noise, Format::Noise),
            (agreed.keys, Format::Keys),
            (Some(agreed.payload_type), Format::Audio(agreed.codec)),
        ] {
            if let Some(payload_type) = payload_type {
                self.formats[usize::from(payload_type & 0x7F)] = format;
            }
        }
        if !agreed.address.ip().is_unspecified() {
            self.latch.arm(agreed.address);
        }
    }

    pub(crate) fn target(&self) -> Option<SocketAddr> {
        self.latch.target()
    }

    pub(crate) fn datagram(&mut self, source: SocketAddr, bytes: &[u8], now: Duration) -> Arrived {
        let Ok(packet) = RtpPacket::parse(bytes) else {
            self.invalid += 1;
            return Arrived::default();
        };
        let format = self.formats[usize::from(packet.payload_type)];
        if format == Format::Unknown {
            self.invalid += 1;
            return Arrived::default();
        }
        if self.latch.packet(source, packet.ssrc, packet.sequence, now) != Verdict::Accept {
            self.refused += 1;
            return Arrived::default();
        }
        self.packets += 1;
        self.heard_at = Some(now);
        if !self.follow_source(packet.ssrc) {
            return Arrived { rtp: true, key: None };
        }
        let mut arrived = Arrived { rtp: true, key: None };
        self.announced_silence = false;
        match format {
            Format::Audio(codec) => self.audio(codec, &packet, now),
            Format::Keys => {
                arrived.key = self.keys.packet(packet.ssrc, packet.timestamp, packet.payload);
                self.jitter.note_silence(packet.sequence);
            }
            Format::Noise => {
                self.announced_silence = true;
                self.jitter.note_silence(packet.sequence);
            }
            Format::Unknown => {}
        }
        arrived
    }

    pub(crate) fn pull(&mut self, frame: &mut Frame) -> Pulled {
        self.jitter.pull(frame)
    }

    pub(crate) fn stats(&self) -> StreamStats {
        let jitter = self.jitter.stats();
        StreamStats {
            packets_received: self.packets,
            packets_sent: 0,
            packets_lost: jitter.lost,
            packets_late: jitter.late,
            packets_duplicate: jitter.duplicate,
            packets_refused: self.refused,
            packets_invalid: self.invalid + jitter.discarded,
            frames_concealed: jitter.concealed,
            resyncs: jitter.resyncs,
            jitter: Duration::from_micros(u64::from(jitter.jitter) * 125),
            events_dropped: 0,
        }
    }

    /// Whether a packet belongs to the source we follow. Another source must come twice in a row, so that two streams
    /// mixed by a careless gateway do not tear each other apart.
    fn follow_source(&mut self, ssrc: u32) -> bool {
        if self.ssrc == Some(ssrc) {
            self.next_ssrc = None;
            return true;
        }
        if self.ssrc.is_some() && self.next_ssrc != Some(ssrc) {
            self.next_ssrc = Some(ssrc);
            return false;
        }
        if self.ssrc.is_some() {
            self.jitter.restart();
        }
        self.ssrc = Some(ssrc);
        self.next_ssrc = None;
        self.last = None;
        true
    }

    fn audio(&mut self, codec: Codec, packet: &RtpPacket<'_>, now: Duration) {
        let decode = match codec {
            Codec::Pcmu => g711::ulaw_to_linear,
            Codec::Pcma => g711::alaw_to_linear,
        };
        let len = packet.payload.len().min(MAX_PACKET_SAMPLES);
        for (sample, code) in self.audio.iter_mut().zip(packet.payload) {
            *sample = decode(*code);
        }
        if let Some((sequence, timestamp)) = self.last
            && packet.sequence == sequence.wrapping_add(1)
        {
            let step = packet.timestamp.wrapping_sub(timestamp);
            self.suppresses |= step > SUPPRESSED_STEP + len as u32 && step < i32::MAX as u32;
        }
        self.last = Some((packet.sequence, packet.timestamp));
        // A packet that is too long keeps its true length, so that the buffer counts it as discarded.
        if packet.payload.len() > MAX_PACKET_SAMPLES {
            self.jitter.insert(packet.sequence, packet.timestamp, &[], now);
        } else {
            self.jitter.insert(packet.sequence, packet.timestamp, &self.audio[..len], now);
        }
    }
}
