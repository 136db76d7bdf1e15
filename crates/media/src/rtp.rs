//! RTP packets, RFC 3550 section 5.1: reading (CSRC list, header extension, padding) and writing the 12-byte header.

/// Bytes of an RTP header without CSRC list and extension.
pub const HEADER_LEN: usize = 12;

/// A received packet; the payload borrows the datagram.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RtpPacket<'a> {
    /// Marker bit: for audio, the first packet of a talkspurt.
    pub marker: bool,
    /// Payload type, 0 to 127.
    pub payload_type: u8,
    /// Sequence number, wraps at 65,536.
    pub sequence: u16,
    /// Timestamp in samples of the payload's clock (8,000 Hz here), wraps at 2^32.
    pub timestamp: u32,
    /// Synchronisation source.
    pub ssrc: u32,
    /// Payload without padding; may be empty.
    pub payload: &'a [u8],
}

/// Why a datagram is no RTP packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RtpError {
    /// Shorter than its own header says.
    #[error("the datagram is shorter than its RTP header says")]
    Truncated,
    /// Version field is not 2.
    #[error("the datagram is not RTP version 2")]
    Version,
    /// The padding length is zero or longer than the payload.
    #[error("the RTP padding is longer than the payload")]
    Padding,
    /// An RTCP packet that came to the RTP port (RFC 5761 section 4).
    #[error("the datagram is RTCP, not RTP")]
    Rtcp,
}

impl<'a> RtpPacket<'a> {
    /// Reads one datagram.
    ///
    /// # Errors
    /// [`RtpError`] when it is not one whole RTP version 2 packet. Never panics, whatever the bytes are.
    pub fn parse(datagram: &'a [u8]) -> Result<Self, RtpError> {
        let (header, mut rest) = datagram.split_first_chunk::<HEADER_LEN>().ok_or(RtpError::Truncated)?;
        if header[0] >> 6 != 2 {
            return Err(RtpError::Version);
        }
        if (192..=223).contains(&header[1]) {
            return Err(RtpError::Rtcp);
        }
        let csrc_len = usize::from(header[0] & 0x0F) * 4;
        rest = rest.get(csrc_len..).ok_or(RtpError::Truncated)?;
        if header[0] & 0x10 != 0 {
            let (extension, after) = rest.split_first_chunk::<4>().ok_or(RtpError::Truncated)?;
            let words = usize::from(u16::from_be_bytes([extension[2], extension[3]]));
            rest = after.get(words * 4..).ok_or(RtpError::Truncated)?;
        }
        if header[0] & 0x20 != 0 {
            let padding = usize::from(*rest.last().ok_or(RtpError::Padding)?);
            if padding == 0 || padding > rest.len() {
                return Err(RtpError::Padding);
            }
            rest = &rest[..rest.len() - padding];
        }
        Ok(Self {
            marker: header[1] & 0x80 != 0,
            payload_type: header[1] & 0x7F,
            sequence: u16::from_be_bytes([header[2], header[3]]),
            timestamp: u32::from_be_bytes([header[4], header[5], header[6], header[7]]),
            ssrc: u32::from_be_bytes([header[8], header[9], header[10], header[11]]),
            payload: rest,
        })
    }

    /// Writes the packet with a plain 12-byte header into `out` and returns the bytes used, or `None` when `out` is too
    /// small.
    pub fn write(&self, out: &mut [u8]) -> Option<usize> {
        let len = HEADER_LEN + self.payload.len();
        let out = out.get_mut(..len)?;
        out[0] = 0x80;
        out[1] = (u8::from(self.marker) << 7) | (self.payload_type & 0x7F);
        out[2..4].copy_from_slice(&self.sequence.to_be_bytes());
        out[4..8].copy_from_slice(&self.timestamp.to_be_bytes());
        out[8..12].copy_from_slice(&self.ssrc.to_be_bytes());
        out[12..].copy_from_slice(self.payload);
        Some(len)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn csrc_extension_and_padding_are_taken_off() {
        let mut bytes = vec![0xB2, 0x80, 0, 7, 0, 0, 0, 160, 1, 2, 3, 4];
        bytes.extend([9; 8]); // two CSRCs
        bytes.extend([0xBE, 0xDE, 0, 1, 5, 5, 5, 5]); // one extension word
        bytes.extend([0xAA, 0xBB, 0, 0, 3]); // two payload bytes, padding of three
        let packet = RtpPacket::parse(&bytes).unwrap();
        assert_eq!(packet.payload, [0xAA, 0xBB]);
        assert_eq!((packet.marker, packet.payload_type, packet.sequence), (true, 0, 7));
        assert_eq!((packet.timestamp, packet.ssrc), (160, 0x0102_0304));
    }

    #[test]
    fn what_is_not_rtp_is_named() {
        assert_eq!(RtpPacket::parse(&[0x80; 11]), Err(RtpError::Truncated));
        assert_eq!(RtpPacket::parse(&[0x40; 12]), Err(RtpError::Version));
        let mut rtcp = [0u8; 28];
        rtcp[..2].copy_from_slice(&[0x80, 200]);
        assert_eq!(RtpPacket::parse(&rtcp), Err(RtpError::Rtcp));
        let mut padded = [0u8; 13];
        padded[0] = 0xA0;
        assert_eq!(RtpPacket::parse(&padded), Err(RtpError::Padding));
        padded[12] = 2;
        assert_eq!(RtpPacket::parse(&padded), Err(RtpError::Padding));
        let mut many_sources = [0u8; 20];
        many_sources[0] = 0x8F;
        assert_eq!(RtpPacket::parse(&many_sources), Err(RtpError::Truncated));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            if let Ok(packet) = RtpPacket::parse(&bytes) {
                prop_assert!(packet.payload.len() + HEADER_LEN <= bytes.len());
            }
        }

        #[test]
        fn what_is_written_is_read_back(marker: bool, pt in 0u8..64, sequence: u16, timestamp: u32, ssrc: u32,
                                        payload in proptest::collection::vec(any::<u8>(), 0..200)) {
            let packet = RtpPacket { marker, payload_type: pt, sequence, timestamp, ssrc, payload: &payload };
            let mut out = [0; 256];
            let len = packet.write(&mut out).unwrap();
            prop_assert_eq!(RtpPacket::parse(&out[..len]), Ok(packet));
        }
    }
}
