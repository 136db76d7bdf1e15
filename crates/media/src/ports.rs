//! RTP sockets: one even port per session (RFC 3550 section 11), found by trying.

use std::{
    io,
    net::{IpAddr, SocketAddr, UdpSocket},
    ops::RangeInclusive,
    sync::atomic::{AtomicU32, Ordering::Relaxed},
};

use socket2::SockRef;

use crate::error::MediaError;

/// Hands out RTP sockets of a range.
#[derive(Debug)]
pub(crate) struct Ports {
    ip: IpAddr,
    range: RangeInclusive<u16>,
    next: AtomicU32,
}

impl Ports {
    /// `start` is random: ports of a call must not be guessable from the ones before a restart.
    pub(crate) fn new(ip: IpAddr, range: RangeInclusive<u16>, start: u32) -> Self {
        Self { ip, range, next: AtomicU32::new(start) }
    }

    /// A bound, non-blocking socket on a free even port.
    pub(crate) fn bind(&self) -> Result<UdpSocket, MediaError> {
        let low = u32::from(*self.range.start()).next_multiple_of(2);
        let high = u32::from(*self.range.end());
        let pairs = (high + 1).saturating_sub(low).div_ceil(2);
        for _ in 0..pairs {
            let step = self.next.fetch_add(1, Relaxed) % pairs;
            let Ok(port) = u16::try_from(low + step * 2) else { continue };
            match UdpSocket::bind(SocketAddr::new(self.ip, port)) {
                Ok(socket) => {
                    socket.set_nonblocking(true)?;
                    mark_as_voice(&socket);
                    return Ok(socket);
                }
                Err(error) if error.kind() == io::ErrorKind::AddrInUse => {}
                Err(source) => return Err(MediaError::Bind { ip: self.ip, source }),
            }
        }
        Err(MediaError::NoPort { ip: self.ip, low: *self.range.start(), high: *self.range.end() })
    }
}

/// Asks routers to prefer the packets: DSCP "expedited forwarding" (RFC 4594 section 4.1). Where that is not allowed the
/// call works all the same.
fn mark_as_voice(socket: &UdpSocket) {
    const EXPEDITED_FORWARDING: u32 = 46 << 2;
    let marked = match socket.local_addr() {
        Ok(SocketAddr::V4(_)) => SockRef::from(socket).set_tos_v4(EXPEDITED_FORWARDING),
        Ok(SocketAddr::V6(_)) => SockRef::from(socket).set_tclass_v6(EXPEDITED_FORWARDING),
        Err(error) => Err(error),
    };
    if let Err(error) = marked {
        tracing::debug!(%error, "RTP packets are not marked as voice");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_range_and_a_foreign_address_are_refused_in_words() {
        let ip: IpAddr = "127.0.0.1".parse().unwrap();
        let taken = (0..50)
            .filter_map(|n| UdpSocket::bind((ip, 41_000 + n * 2)).ok())
            .next()
            .expect("one of fifty ports is free");
        let port = taken.local_addr().unwrap().port();
        let full = Ports::new(ip, port..=port + 1, 7).bind().unwrap_err();
        assert_eq!(full.code(), "media_no_port");
        let foreign = Ports::new("192.0.2.1".parse().unwrap(), 20_000..=20_010, 7).bind().unwrap_err();
        assert_eq!(foreign.code(), "media_bind");
    }
}
