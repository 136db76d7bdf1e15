//! Reading the other side's SDP.

use std::net::{IpAddr, SocketAddr};

use sdp_types::{Media, Session};

use super::{Codec, Direction};
use crate::error::SdpError;

/// Longest SDP that is read; real ones have a few hundred bytes.
const MAX_LEN: usize = 16 * 1024;

/// The audio stream of an SDP, as far as we speak it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoteSdp {
    /// Where it wants its audio. Port 0: refused. Unspecified address: on hold.
    pub address: SocketAddr,
    /// Codecs that we know, in its order, with its payload types.
    pub codecs: Vec<(u8, Codec)>,
    /// Its payload type for telephone-event at 8,000 Hz.
    pub keys: Option<u8>,
    /// Its payload type for comfort noise at 8,000 Hz.
    pub noise: Option<u8>,
    /// Packet length it asks for, in ms.
    pub ptime: Option<u32>,
    /// Longest packet it takes, in ms.
    pub maxptime: Option<u32>,
    /// Its direction.
    pub direction: Direction,
    /// All its formats in words, for errors.
    pub offered: String,
    /// Each media line (kind, protocol, formats), for the answer; [`Self::audio_line`] is ours.
    pub(super) lines: Vec<(String, String, String)>,
    /// Index of the audio line in use.
    pub(super) audio_line: usize,
}

impl RemoteSdp {
    /// Reads an SDP.
    ///
    /// # Errors
    /// [`SdpError::BadSdp`] when it is empty, broken or without audio; [`SdpError::SrtpOnly`] when its audio is only
    /// offered encrypted. Never panics, whatever the text is.
    pub fn parse(text: &str) -> Result<Self, SdpError> {
        let bad = |why: &str| SdpError::BadSdp(why.to_owned());
        if text.trim().is_empty() {
            return Err(bad("there is none"));
        }
        if text.len() > MAX_LEN {
            return Err(bad("it is longer than 16 KB"));
        }
        let session = Session::parse(text.as_bytes()).map_err(|error| SdpError::BadSdp(error.to_string()))?;
        let audio: Vec<usize> =
            (0..session.medias.len()).filter(|i| session.medias[*i].media.eq_ignore_ascii_case("audio")).collect();
        if audio.is_empty() {
            return Err(bad("it has no audio line"));
        }
        let audio_line = audio
            .iter()
            .copied()
            .find(|i| is_plain_rtp(&session.medias[*i].proto))
            .ok_or_else(|| refuse_protocol(&session.medias[audio[0]].proto))?;
        let media = &session.medias[audio_line];
        let ip = address_of(&session, media)?;
        let mut remote = Self {
            address: SocketAddr::new(ip, media.port),
            codecs: Vec::new(),
            keys: None,
            noise: None,
            ptime: milliseconds(&session, media, "ptime"),
            maxptime: milliseconds(&session, media, "maxptime"),
            direction: direction_of(&session, media),
            offered: String::new(),
            lines: session.medias.iter().map(|m| (m.media.clone(), m.proto.clone(), m.fmt.clone())).collect(),
            audio_line,
        };
        remote.read_formats(media);
        Ok(remote)
    }

    /// The packet length to send, in ms: what it asks for, at most what it takes, a multiple of 10 from 10 to 100.
    #[must_use]
    pub fn packet_time(&self) -> u32 {
        let wanted = self.ptime.unwrap_or(20).min(self.maxptime.unwrap_or(u32::MAX));
        (wanted / 10 * 10).clamp(10, 100)
    }

    fn read_formats(&mut self, media: &Media) {
        let mut names = Vec::new();
        for format in media.fmt.split_ascii_whitespace() {
            let Ok(payload_type) = format.parse::<u8>() else { continue };
            if payload_type > 127 {
                continue;
            }
            let (name, clock) = format_name(media, payload_type);
            match (name.to_ascii_uppercase().as_str(), clock) {
                ("PCMU", 8_000) => self.codecs.push((payload_type, Codec::Pcmu)),
                ("PCMA", 8_000) => self.codecs.push((payload_type, Codec::Pcma)),
                // Only the one on our clock: 48,000 belongs to Opus (trap 10).
                ("TELEPHONE-EVENT", 8_000) => self.keys = self.keys.or(Some(payload_type)),
                ("CN", 8_000) => self.noise = self.noise.or(Some(payload_type)),
                _ => {}
            }
            names.push(format!("{name}/{clock}"));
        }
        self.offered = if names.is_empty() { "nothing".to_owned() } else { names.join(", ") };
        self.offered.truncate(self.offered.floor_char_boundary(200));
    }
}

fn is_plain_rtp(proto: &str) -> bool {
    proto.eq_ignore_ascii_case("RTP/AVP") || proto.eq_ignore_ascii_case("RTP/AVPF")
}

fn refuse_protocol(proto: &str) -> SdpError {
    if proto.to_ascii_uppercase().contains("SAVP") {
        SdpError::SrtpOnly
    } else {
        SdpError::BadSdp(format!("its audio is not RTP but {}", proto.chars().take(40).collect::<String>()))
    }
}

fn address_of(session: &Session, media: &Media) -> Result<IpAddr, SdpError> {
    let connection = media
        .connections
        .first()
        .or(session.connection.as_ref())
        .ok_or_else(|| SdpError::BadSdp("it names no address".to_owned()))?;
    let address = connection.try_address().map_err(|error| SdpError::BadSdp(error.to_string()))?;
    if address.ip.is_multicast() {
        return Err(SdpError::BadSdp("its address is a multicast group".to_owned()));
    }
    Ok(address.ip)
}

/// The encoding's name and clock: from `a=rtpmap`, else the static table of RFC 3551.
fn format_name(media: &Media, payload_type: u8) -> (String, u32) {
    let own = media
        .attributes
        .iter()
        .filter(|attribute| attribute.attribute.eq_ignore_ascii_case("rtpmap"))
        .filter_map(|attribute| attribute.value.as_deref())
        .find_map(|value| {
            let (number, encoding) = value.trim().split_once(char::is_whitespace)?;
            let mut parts = encoding.trim().split('/');
            let name = parts.next()?.to_owned();
            let clock = parts.next()?.trim().parse().ok()?;
            (number.parse() == Ok(payload_type)).then_some((name, clock))
        });
    own.unwrap_or_else(|| match payload_type {
        0 => ("PCMU".to_owned(), 8_000),
        3 => ("GSM".to_owned(), 8_000),
        8 => ("PCMA".to_owned(), 8_000),
        9 => ("G722".to_owned(), 8_000),
        13 => ("CN".to_owned(), 8_000),
        18 => ("G729".to_owned(), 8_000),
        other => (format!("payload type {other}"), 0),
    })
}

fn milliseconds(session: &Session, media: &Media, name: &str) -> Option<u32> {
    let value = media.get_first_attribute_value(name).or_else(|| session.get_first_attribute_value(name))??;
    // Some devices write "20.0".
    let ms: f32 = value.trim().parse().ok()?;
    (1.0..=1_000.0).contains(&ms).then_some(ms as u32)
}

fn direction_of(session: &Session, media: &Media) -> Direction {
    let names = [
        ("sendrecv", Direction::SendRecv),
        ("sendonly", Direction::SendOnly),
        ("recvonly", Direction::RecvOnly),
        ("inactive", Direction::Inactive),
    ];
    let of_media = names.iter().find(|(name, _)| media.has_attribute(name));
    of_media.or_else(|| names.iter().find(|(name, _)| session.has_attribute(name))).map_or(Direction::SendRecv, |n| n.1)
}
