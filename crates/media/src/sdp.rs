//! SDP offer and answer (RFC 3264) for one audio stream: PCMU, PCMA and telephone-event.

mod local;
mod remote;

use std::net::SocketAddr;

pub use local::{LocalSdp, OFFERED_KEYS};
pub use remote::RemoteSdp;

use crate::error::SdpError;

/// A codec of the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Codec {
    /// G.711 µ-law, payload type 0.
    Pcmu,
    /// G.711 A-law, payload type 8.
    Pcma,
}

impl Codec {
    /// Its static payload type (RFC 3551).
    #[must_use]
    pub fn payload_type(self) -> u8 {
        match self {
            Self::Pcmu => 0,
            Self::Pcma => 8,
        }
    }

    /// Its name in SDP.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Pcmu => "PCMU",
            Self::Pcma => "PCMA",
        }
    }
}

/// Which way a stream flows, seen from the side that writes the SDP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Both ways.
    SendRecv,
    /// The writer only sends.
    SendOnly,
    /// The writer only receives.
    RecvOnly,
    /// Neither.
    Inactive,
}

impl Direction {
    /// Its attribute in SDP.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::SendRecv => "sendrecv",
            Self::SendOnly => "sendonly",
            Self::RecvOnly => "recvonly",
            Self::Inactive => "inactive",
        }
    }

    fn sends(self) -> bool {
        matches!(self, Self::SendRecv | Self::SendOnly)
    }

    fn receives(self) -> bool {
        matches!(self, Self::SendRecv | Self::RecvOnly)
    }

    fn of(sends: bool, receives: bool) -> Self {
        match (sends, receives) {
            (true, true) => Self::SendRecv,
            (true, false) => Self::SendOnly,
            (false, true) => Self::RecvOnly,
            (false, false) => Self::Inactive,
        }
    }
}

/// What both sides agreed on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Negotiated {
    /// The codec we send.
    pub codec: Codec,
    /// Payload type under which we send it: the one in the other side's SDP.
    pub payload_type: u8,
    /// Payload type for keys (telephone-event at 8,000 Hz) in the other side's SDP; without one, keys are sent as tones.
    pub keys: Option<u8>,
    /// Payload type of comfort noise in the other side's SDP.
    pub noise: Option<u8>,
    /// Where the other side wants its audio; unspecified (`0.0.0.0`) on old-style hold.
    pub address: SocketAddr,
    /// Length of the packets we send, in milliseconds: what the other side asked for, in steps of 10.
    pub ptime_ms: u32,
    /// Our direction.
    pub direction: Direction,
    /// The other side holds the call: it wants no audio from us (trap 13).
    pub held: bool,
}

impl Negotiated {
    /// Finds what we have in common with the other side's SDP, in its order of preference.
    ///
    /// # Errors
    /// [`SdpError::NoCommonCodec`] when there is nothing, [`SdpError::AudioRefused`] when its port is 0.
    pub fn of(remote: &RemoteSdp, ours: &[Codec]) -> Result<Self, SdpError> {
        if remote.address.port() == 0 {
            return Err(SdpError::AudioRefused);
        }
        let (payload_type, codec) = remote
            .codecs
            .iter()
            .copied()
            .find(|(_, codec)| ours.contains(codec))
            .ok_or_else(|| SdpError::NoCommonCodec(remote.offered.clone()))?;
        let old_hold = remote.address.ip().is_unspecified();
        let held = old_hold || !remote.direction.receives();
        Ok(Self {
            codec,
            payload_type,
            keys: remote.keys,
            noise: remote.noise,
            address: remote.address,
            ptime_ms: remote.packet_time(),
            direction: Direction::of(!held, remote.direction.sends()),
            held,
        })
    }

    /// Whether the other side is expected to send audio all the time.
    #[must_use]
    pub fn expects_audio(&self) -> bool {
        self.direction == Direction::SendRecv
    }
}

#[cfg(test)]
mod tests;
