//! Writing our SDP.

use std::net::SocketAddr;

use sdp_types::{Connection, Media, Origin, Session, Time};

use super::{Codec, Direction, Negotiated, RemoteSdp};
use crate::error::SdpError;

/// The payload type under which we offer telephone-event; an answer may name another one.
pub const OFFERED_KEYS: u8 = 101;

/// Our side of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalSdp {
    /// Where we want our audio: the address the other side can reach, and our RTP port.
    pub address: SocketAddr,
    /// Session id of the origin line, random per session.
    pub session_id: u64,
    /// Version of the origin line; [`Self::offer`] and [`Self::answer`] count it up (RFC 3264 section 8).
    pub version: u64,
    /// Codecs in our order of preference.
    pub codecs: Vec<Codec>,
}

impl LocalSdp {
    /// An offer of all our codecs, both ways.
    pub fn offer(&mut self) -> String {
        let codecs: Vec<(u8, Codec)> = self.codecs.iter().map(|c| (c.payload_type(), *c)).collect();
        let line = audio_line(self.address.port(), "RTP/AVP", &codecs, Some(OFFERED_KEYS), 20, Direction::SendRecv);
        self.write(vec![line])
    }

    /// The answer to an offer, and what it agrees on: one codec, with the offer's payload types; other media refused.
    ///
    /// # Errors
    /// As [`Negotiated::of`].
    pub fn answer(&mut self, offer: &RemoteSdp) -> Result<(String, Negotiated), SdpError> {
        let agreed = Negotiated::of(offer, &self.codecs)?;
        let lines = offer
            .lines
            .iter()
            .enumerate()
            .map(|(i, (kind, proto, formats))| {
                if i == offer.audio_line {
                    let codec = [(agreed.payload_type, agreed.codec)];
                    audio_line(self.address.port(), proto, &codec, agreed.keys, agreed.ptime_ms, agreed.direction)
                } else {
                    empty_line(kind, 0, proto, formats.clone())
                }
            })
            .collect();
        Ok((self.write(lines), agreed))
    }

    fn write(&mut self, medias: Vec<Media>) -> String {
        self.version += 1;
        let ip = self.address.ip();
        let mut session = Session::new(Origin::with_ip_addr(self.session_id, self.version, ip), "-");
        session.origin.username = Some("-".to_owned());
        session.connection = Some(Connection::from_ip_addr(ip));
        session.times.push(Time { start_time: 0, stop_time: 0, repeats: Vec::new() });
        session.medias = medias;
        let mut out = Vec::with_capacity(400);
        match session.write(&mut out) {
            Ok(()) => String::from_utf8_lossy(&out).into_owned(),
            // Writing to a vector cannot fail; were it ever to, an empty SDP is refused by everybody in words.
            Err(_) => String::new(),
        }
    }
}

fn empty_line(kind: &str, port: u16, proto: &str, fmt: String) -> Media {
    Media {
        media: kind.to_owned(),
        port,
        num_ports: None,
        proto: proto.to_owned(),
        fmt,
        media_title: None,
        connections: Vec::new(),
        bandwidths: Vec::new(),
        key: None,
        attributes: Vec::new(),
    }
}

fn audio_line(
    port: u16,
    proto: &str,
    codecs: &[(u8, Codec)],
    keys: Option<u8>,
    ptime_ms: u32,
    direction: Direction,
) -> Media {
    let formats: Vec<String> = codecs.iter().map(|c| c.0).chain(keys).map(|format| format.to_string()).collect();
    let mut line = empty_line("audio", port, proto, formats.join(" "));
    for (payload_type, codec) in codecs {
        line.add_attribute_with_value("rtpmap", format!("{payload_type} {}/8000", codec.name()));
    }
    if let Some(keys) = keys {
        line.add_attribute_with_value("rtpmap", format!("{keys} telephone-event/8000"));
        line.add_attribute_with_value("fmtp", format!("{keys} 0-15"));
    }
    line.add_attribute_with_value("ptime", ptime_ms);
    line.add_attribute_from_str(direction.name());
    line
}
