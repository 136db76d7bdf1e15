//! The sending half of a session: frames and keys become RTP packets of the agreed length.

use std::{f32::consts::TAU, net::SocketAddr};

use crate::{
    Frame, SAMPLE_RATE, SAMPLES_PER_FRAME, SILENCE,
    dtmf::{KeySender, KeyStep, key_of},
    g711,
    rtp::{HEADER_LEN, RtpPacket},
    sdp::{Codec, Negotiated},
    tones,
};

/// Largest payload: 100 ms of G.711.
const MAX_PAYLOAD: usize = 800;
/// Packets of one step: two of 10 ms.
const MAX_PACKETS: usize = 2;
/// Peak of each of the two tones of a key that is sent as sound.
const KEY_AMPLITUDE: f32 = 6_000.0;

/// Random start of a stream's numbers (RFC 3550 section 5.1), drawn by the caller.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RtpSeed {
    /// Synchronisation source.
    pub ssrc: u32,
    /// First sequence number.
    pub sequence: u16,
    /// First timestamp.
    pub timestamp: u32,
}

/// The packets of one step, in fixed memory; one outbox serves all sessions of a pacer.
#[derive(Debug)]
pub struct Outbox {
    to: Option<SocketAddr>,
    count: usize,
    lengths: [usize; MAX_PACKETS],
    packets: [[u8; HEADER_LEN + MAX_PAYLOAD]; MAX_PACKETS],
}

impl Default for Outbox {
    fn default() -> Self {
        Self { to: None, count: 0, lengths: [0; MAX_PACKETS], packets: [[0; HEADER_LEN + MAX_PAYLOAD]; MAX_PACKETS] }
    }
}

impl Outbox {
    /// Where the packets go, and the packets.
    pub fn packets(&self) -> Option<(SocketAddr, impl Iterator<Item = &[u8]>)> {
        let to = self.to?;
        Some((to, self.packets.iter().zip(self.lengths).take(self.count).map(|(packet, len)| &packet[..len])))
    }

    pub(crate) fn clear(&mut self, to: Option<SocketAddr>) {
        self.to = to;
        self.count = 0;
    }

    fn push(&mut self, packet: &RtpPacket<'_>) {
        if let Some(buffer) = self.packets.get_mut(self.count)
            && let Some(len) = packet.write(buffer)
        {
            self.lengths[self.count] = len;
            self.count += 1;
        }
    }
}

/// Makes the packets of one direction.
#[derive(Debug)]
pub(crate) struct Sender {
    next: RtpSeed,
    codec: Codec,
    payload_type: u8,
    keys_type: Option<u8>,
    /// Samples in a packet.
    packet: usize,
    waiting: [i16; MAX_PAYLOAD + SAMPLES_PER_FRAME],
    waiting_len: usize,
    /// The next packet starts a talkspurt.
    marker: bool,
    talking: bool,
    keys: KeySender,
    key_timestamp: u32,
    key_samples: u32,
    pub(crate) packets: u64,
}

impl Sender {
    pub(crate) fn new(seed: RtpSeed) -> Self {
        Self {
            next: seed,
            codec: Codec::Pcmu,
            payload_type: 0,
            keys_type: None,
            packet: SAMPLES_PER_FRAME,
            waiting: [0; MAX_PAYLOAD + SAMPLES_PER_FRAME],
            waiting_len: 0,
            marker: true,
            talking: false,
            keys: KeySender::default(),
            key_timestamp: 0,
            key_samples: 0,
            packets: 0,
        }
    }

    pub(crate) fn agree(&mut self, agreed: &Negotiated) {
        self.codec = agreed.codec;
        self.payload_type = agreed.payload_type;
        self.keys_type = agreed.keys;
        self.packet = (agreed.ptime_ms as usize * 8).clamp(80, MAX_PAYLOAD);
        self.drop_waiting();
    }

    pub(crate) fn push_keys(&mut self, keys: &str) -> usize {
        self.keys.push(keys)
    }

    /// Time passes without a packet: before the answer, on hold, or when the pacer fell behind.
    pub(crate) fn idle(&mut self, frames: u32) {
        self.drop_waiting();
        self.next.timestamp = self.next.timestamp.wrapping_add(frames * SAMPLES_PER_FRAME as u32);
        self.marker = true;
    }

    /// One step while a key may be pressed. Returns whether audio must wait; `sent` is what goes out as sound then.
    pub(crate) fn key_step(&mut self, sent: &mut Frame, out: &mut Outbox) -> bool {
        let (payload, first) = match self.keys.step() {
            KeyStep::Idle => return false,
            KeyStep::Pause => {
                *sent = SILENCE;
                self.audio_step(sent, false, out);
                return true;
            }
            KeyStep::Event { payload, first } => (payload, first),
        };
        if first {
            self.key_samples = 0;
        }
        let Some(keys_type) = self.keys_type else {
            self.key_sound(payload[0], sent);
            self.audio_step(sent, true, out);
            return true;
        };
        *sent = SILENCE;
        self.drop_waiting();
        if first {
            self.key_timestamp = self.next.timestamp;
        }
        let timestamp = self.key_timestamp;
        self.emit(keys_type, first, timestamp, &payload, out);
        self.next.timestamp = self.next.timestamp.wrapping_add(SAMPLES_PER_FRAME as u32);
        self.marker = true;
        true
    }

    /// One step of audio. `talking` says that the frame is a clip and not fill.
    pub(crate) fn audio_step(&mut self, frame: &Frame, talking: bool, out: &mut Outbox) {
        self.marker |= talking && !self.talking;
        self.talking = talking;
        self.waiting[self.waiting_len..self.waiting_len + SAMPLES_PER_FRAME].copy_from_slice(frame);
        self.waiting_len += SAMPLES_PER_FRAME;
        while self.waiting_len >= self.packet {
            let mut payload = [0u8; MAX_PAYLOAD];
            let encode = match self.codec {
                Codec::Pcmu => g711::linear_to_ulaw,
                Codec::Pcma => g711::linear_to_alaw,
            };
            for (code, sample) in payload.iter_mut().zip(&self.waiting[..self.packet]) {
                *code = encode(*sample);
            }
            let (timestamp, marker) = (self.next.timestamp, self.marker);
            self.marker = false;
            self.emit(self.payload_type, marker, timestamp, &payload[..self.packet], out);
            self.next.timestamp = timestamp.wrapping_add(self.packet as u32);
            self.waiting.copy_within(self.packet..self.waiting_len, 0);
            self.waiting_len -= self.packet;
        }
    }

    fn emit(&mut self, payload_type: u8, marker: bool, timestamp: u32, payload: &[u8], out: &mut Outbox) {
        let packet =
            RtpPacket { marker, payload_type, sequence: self.next.sequence, timestamp, ssrc: self.next.ssrc, payload };
        out.push(&packet);
        self.next.sequence = self.next.sequence.wrapping_add(1);
        self.packets += 1;
    }

    fn drop_waiting(&mut self) {
        self.next.timestamp = self.next.timestamp.wrapping_add(self.waiting_len as u32);
        self.waiting_len = 0;
    }

    /// The other side takes no telephone-events: the key is sent as its two tones.
    fn key_sound(&mut self, event: u8, sent: &mut Frame) {
        let pair = key_of(event).and_then(tones::dtmf_frequencies).unwrap_or_default();
        for (i, sample) in sent.iter_mut().enumerate() {
            let at = (self.key_samples + i as u32) as f32 / SAMPLE_RATE as f32;
            *sample = pair.iter().map(|hz| (TAU * (hz * at).fract()).sin() * KEY_AMPLITUDE).sum::<f32>() as i16;
        }
        self.key_samples += SAMPLES_PER_FRAME as u32;
    }
}
