//! The UDP socket under the library. It lets through only what comes from known addresses, cures what the library would cut off, and
//! answers what it would swallow.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use rsipstack::platform::net::UdpSocket as LibrarySocket;
use tokio::net::UdpSocket;

/// The addresses from which datagrams are taken.
#[derive(Debug, Clone)]
pub(crate) enum Sources {
    /// Everybody (the practice network, on loopback).
    Any,
    /// The trunks' addresses, added as trunks are opened, and those that a call's messages name while it lasts.
    Only(Arc<RwLock<HashMap<IpAddr, Grant>>>),
}

/// Why an address is heard.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Grant {
    /// It is a trunk's.
    trunk: bool,
    /// So many calls go by it.
    calls: usize,
    /// Until then it may repeat what belongs to a call that has ended.
    until: Option<Instant>,
}

impl Grant {
    fn holds(&self, now: Instant) -> bool {
        self.trunk || self.calls > 0 || self.until.is_some_and(|until| until > now)
    }
}

impl Sources {
    pub(crate) fn only() -> Self {
        Sources::Only(Arc::default())
    }

    /// A trunk's address.
    pub(crate) fn add(&self, ip: IpAddr) {
        self.change(|grants| grants.entry(ip).or_default().trunk = true);
    }

    /// An address that a call's messages name; until [`Sources::release`].
    pub(crate) fn hold(&self, ip: IpAddr) {
        self.change(|grants| grants.entry(ip).or_default().calls += 1);
    }

    /// The call that held these has ended; they are heard for `linger` more.
    pub(crate) fn release(&self, addresses: &[IpAddr], linger: Duration) {
        let now = Instant::now();
        self.change(|grants| {
            for ip in addresses {
                if let Some(grant) = grants.get_mut(ip) {
                    grant.calls = grant.calls.saturating_sub(1);
                    grant.until = grant.until.max(Some(now + linger));
                }
            }
            grants.retain(|_, grant| grant.holds(now));
        });
    }

    pub(crate) fn allow(&self, ip: IpAddr) -> bool {
        match self {
            Sources::Any => true,
            Sources::Only(grants) => {
                let grants = grants.read().unwrap_or_else(PoisonError::into_inner);
                grants.get(&ip).is_some_and(|grant| grant.holds(Instant::now()))
            }
        }
    }

    fn change(&self, change: impl FnOnce(&mut HashMap<IpAddr, Grant>)) {
        if let Sources::Only(grants) = self {
            change(&mut grants.write().unwrap_or_else(PoisonError::into_inner));
        }
    }
}

/// What was kept away from the library.
#[derive(Debug, Default)]
pub(crate) struct GuardCounts {
    pub(crate) foreign: AtomicU64,
    pub(crate) too_big: AtomicU64,
    pub(crate) malformed: AtomicU64,
}

/// A UDP socket that guards the library.
pub(crate) struct GuardedSocket {
    socket: UdpSocket,
    sources: Sources,
    counts: Arc<GuardCounts>,
}

impl GuardedSocket {
    pub(crate) fn new(socket: UdpSocket, sources: Sources, counts: Arc<GuardCounts>) -> Self {
        GuardedSocket { socket, sources, counts }
    }

    /// The length to give to the library, or `None` to drop the datagram.
    async fn examine(&self, datagram: &mut [u8], room: usize, from: SocketAddr) -> Option<usize> {
        if !self.sources.allow(from.ip()) {
            self.counts.foreign.fetch_add(1, Ordering::Relaxed);
            tracing::debug!(source = %from, "dropped a SIP datagram from an address that belongs to no trunk");
            return None;
        }
        // A datagram that fills the buffer was cut by the system.
        if datagram.len() >= room {
            self.counts.too_big.fetch_add(1, Ordering::Relaxed);
            tracing::warn!(source = %from, "dropped a SIP datagram above {room} bytes; use TCP with this trunk");
            return None;
        }
        match inspect(datagram) {
            Verdict::Pass => Some(datagram.len()),
            Verdict::Drop => {
                self.counts.malformed.fetch_add(1, Ordering::Relaxed);
                None
            }
            Verdict::Answer(reply) => {
                self.counts.malformed.fetch_add(1, Ordering::Relaxed);
                if let Err(error) = self.socket.send_to(&reply, from).await {
                    tracing::debug!(%error, "could not answer an unknown SIP method");
                }
                None
            }
        }
    }
}

#[async_trait]
impl LibrarySocket for GuardedSocket {
    async fn recv_from(&self, buf: &mut [u8]) -> rsipstack::Result<(usize, SocketAddr)> {
        let room = buf.len();
        loop {
            let (len, from) = self.socket.recv_from(buf).await?;
            if let Some(len) = self.examine(&mut buf[..len], room, from).await {
                return Ok((len, from));
            }
        }
    }

    async fn send_to(&self, buf: &[u8], addr: SocketAddr) -> rsipstack::Result<usize> {
        Ok(self.socket.send_to(buf, addr).await?)
    }

    fn local_addr(&self) -> rsipstack::Result<SocketAddr> {
        Ok(self.socket.local_addr()?)
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    Pass,
    Drop,
    Answer(Vec<u8>),
}

const METHODS: [&str; 14] = [
    "ACK",
    "BYE",
    "CANCEL",
    "INFO",
    "INVITE",
    "MESSAGE",
    "NOTIFY",
    "OPTIONS",
    "PRACK",
    "PUBLISH",
    "REFER",
    "REGISTER",
    "SUBSCRIBE",
    "UPDATE",
];

/// Looks at a datagram and cures its header part in place.
fn inspect(datagram: &mut [u8]) -> Verdict {
    if datagram.iter().all(u8::is_ascii_whitespace) {
        return Verdict::Pass; // keep-alive
    }
    let head_len = find(datagram, b"\r\n\r\n").unwrap_or(datagram.len());
    if std::str::from_utf8(&datagram[..head_len]).is_err() {
        // One Latin-1 letter would make the library cut off all later headers and the body.
        for byte in &mut datagram[..head_len] {
            if !byte.is_ascii() {
                *byte = b'?';
            }
        }
    }
    let Ok(head) = std::str::from_utf8(&datagram[..head_len]) else { return Verdict::Drop };
    let first_line = head.lines().next().unwrap_or_default();
    if let Some(status) = first_line.strip_prefix("SIP/2.0 ") {
        // A status below 100 the library would take for a final one.
        return match status.get(..3).and_then(|s| s.parse::<u16>().ok()) {
            Some(100..=699) => Verdict::Pass,
            _ => Verdict::Drop,
        };
    }
    let mut words = first_line.split(' ');
    match (words.next(), words.next(), words.next(), words.next()) {
        (Some(method), Some(_), Some("SIP/2.0"), None) if METHODS.contains(&method) => Verdict::Pass,
        (Some(method), Some(_), Some("SIP/2.0"), None) if is_token(method) => match not_implemented(head) {
            Some(reply) => Verdict::Answer(reply),
            None => Verdict::Drop,
        },
        _ => Verdict::Drop,
    }
}

/// A 501 that mirrors the request's headers (RFC 3261 section 8.2.1 and 8.2.6).
fn not_implemented(head: &str) -> Option<Vec<u8>> {
    let mut reply = String::from("SIP/2.0 501 Not Implemented\r\n");
    let mut seen = 0u8;
    for line in head.lines().skip(1) {
        let (name, value) = line.split_once(':')?;
        match name.trim().to_ascii_lowercase().as_str() {
            "via" | "v" => seen |= 1,
            "from" | "f" => seen |= 2,
            "call-id" | "i" => seen |= 4,
            "cseq" => seen |= 8,
            "to" | "t" => {
                seen |= 16;
                let tag = if value.contains("tag=") { "" } else { ";tag=none" };
                reply.push_str(&format!("To:{value}{tag}\r\n"));
                continue;
            }
            _ => continue,
        }
        reply.push_str(&format!("{line}\r\n"));
    }
    reply.push_str(&format!("Allow: {}\r\nContent-Length: 0\r\n\r\n", crate::incoming::ALLOW));
    (seen == 31).then(|| reply.into_bytes())
}

fn is_token(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 32
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.!%*_+`'~".contains(&b))
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|w| w == needle)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ASK: &str = "Via: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:c@d>\r\nCall-ID: x\r\nCSeq: 1 DANCE\r\n\r\n";

    #[test]
    fn cures_latin_1_in_headers_and_leaves_bodies_alone() {
        let mut datagram = b"SIP/2.0 200 OK\r\nSubject: caf\xe9\r\n\r\n\xe9".to_vec();
        assert_eq!(inspect(&mut datagram), Verdict::Pass);
        assert_eq!(datagram, b"SIP/2.0 200 OK\r\nSubject: caf?\r\n\r\n\xe9");
        let utf8 = "SIP/2.0 200 OK\r\nSubject: café\r\n\r\n".as_bytes();
        let mut kept = utf8.to_vec();
        assert_eq!(inspect(&mut kept), Verdict::Pass);
        assert_eq!(kept, utf8);
    }

    #[test]
    fn answers_unknown_methods_and_drops_what_is_no_sip() {
        let Verdict::Answer(reply) = inspect(&mut format!("DANCE sip:a SIP/2.0\r\n{ASK}").into_bytes()) else {
            panic!("an unknown method gets an answer");
        };
        let reply = String::from_utf8(reply).expect("text");
        assert!(
            reply.starts_with("SIP/2.0 501 ")
                && reply.contains("CSeq: 1 DANCE\r\n")
                && reply.contains("To: <sip:c@d>;tag=none\r\n"),
            "{reply}"
        );
        for bad in [
            "SIP/2.0 0 x\r\n\r\n",
            "SIP/2.0 099 x\r\n\r\n",
            "SIP/2.0 900 x\r\n\r\n",
            "\u{1}\u{2}",
            "DANCE sip:a SIP/2.0\r\n\r\n",
            "GET / HTTP/1.1\r\n\r\n",
        ] {
            assert_eq!(inspect(&mut bad.as_bytes().to_vec()), Verdict::Drop, "{bad:?}");
        }
        assert_eq!(inspect(&mut b"\r\n\r\n".to_vec()), Verdict::Pass, "keep-alives are the library's");
        assert_eq!(inspect(&mut format!("INVITE sip:a SIP/2.0\r\n{ASK}").into_bytes()), Verdict::Pass);
    }

    #[test]
    fn an_address_that_a_call_named_is_heard_as_long_as_calls_go_by_it() {
        let [trunk, gateway] = ["192.0.2.1", "192.0.2.2"].map(|ip| ip.parse::<IpAddr>().expect("an address"));
        let sources = Sources::only();
        sources.add(trunk);
        for ip in [gateway, gateway, trunk] {
            sources.hold(ip);
        }
        sources.release(&[gateway, trunk], Duration::ZERO);
        assert!(sources.allow(gateway), "the other call still goes by it");
        sources.release(&[gateway], Duration::from_secs(3_600));
        assert!(sources.allow(gateway), "what it repeats is answered");
        sources.hold(gateway);
        sources.release(&[gateway], Duration::ZERO);
        assert!(sources.allow(gateway), "a shorter time takes nothing away");
        assert!(sources.allow(trunk));
        let other = Sources::only();
        other.hold(gateway);
        other.release(&[gateway], Duration::ZERO);
        assert!(!other.allow(gateway));
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_examined_without_panic(mut bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..600)) {
            inspect(&mut bytes);
        }
    }
}
