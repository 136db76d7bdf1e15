//! Errors of this crate: what happened, what it means, what to do next, each with a stable code.

use std::{io, net::IpAddr};

/// The engine or a session could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum MediaError {
    /// No free RTP port was found.
    #[error(
        "no free RTP port between {low} and {high} on {ip}: every call needs one even port of its own; \
         widen the media port range or run fewer lines"
    )]
    NoPort {
        /// Address on which ports were looked for.
        ip: IpAddr,
        /// First port of the range.
        low: u16,
        /// Last port of the range.
        high: u16,
    },
    /// The address cannot be bound.
    #[error("RTP cannot be received on {ip}: {source}; set the media address to one of this machine")]
    Bind {
        /// The address that was tried.
        ip: IpAddr,
        /// What the operating system said.
        source: io::Error,
    },
    /// The operating system refused a thread or gave no randomness.
    #[error("media cannot work on this machine: {0}")]
    System(#[from] io::Error),
    /// The engine is shutting down.
    #[error("media is shutting down and opens no new sessions")]
    Stopped,
}

impl MediaError {
    /// Stable code of the error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoPort { .. } => "media_no_port",
            Self::Bind { .. } => "media_bind",
            Self::System(_) => "media_system",
            Self::Stopped => "media_stopped",
        }
    }
}

/// An SDP that no call can be held with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SdpError {
    /// No SDP, or none that can be read. Outcome: `audio`.
    #[error("the other side's SDP cannot be used ({0}); the call has no audio, ask the carrier for its media settings")]
    BadSdp(String),
    /// Nothing in it that we speak. Outcome: `carrier`.
    #[error(
        "no common codec: the other side offers {0}, Carillon speaks PCMU and PCMA; enable one of them at the carrier"
    )]
    NoCommonCodec(String),
    /// Only encrypted audio is offered. Outcome: `carrier`.
    #[error(
        "the other side takes only encrypted audio (SRTP), which Carillon does not speak yet; allow plain RTP at the carrier"
    )]
    SrtpOnly,
    /// The audio line was refused with port 0. Outcome: `audio`.
    #[error("the other side refused the audio of the call (port 0 in its SDP); ask the carrier why")]
    AudioRefused,
    /// An answer came that nobody asked for.
    #[error("the SDP answers no offer of this call")]
    Unexpected,
}

impl SdpError {
    /// Stable code of the error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::BadSdp(_) => "bad_sdp",
            Self::NoCommonCodec(_) => "no_common_codec",
            Self::SrtpOnly => "srtp_only",
            Self::AudioRefused => "audio_refused",
            Self::Unexpected => "sdp_unexpected",
        }
    }
}

/// A clip that could not be queued.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PlayError {
    /// Too many clips wait already.
    #[error("{} clips wait to be played already; wait for one to end or clear them", crate::playout::MAX_CLIPS)]
    QueueFull,
    /// The session is closed.
    #[error("the call's media is closed")]
    Closed,
}
