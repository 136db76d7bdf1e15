//! Where a call's RTP may come from and goes to: symmetric RTP, latched with care (RFC 7362 says why).
//!
//! Packets from exactly the address in the SDP are taken at once: nothing is redirected by them. Another address is taken
//! only when it lies on the SDP's host or in an allowed net, and only after several packets of one source in sequence;
//! from then on our packets go there too. While the latched stream is alive nobody else gets in.

use std::{
    net::{IpAddr, SocketAddr},
    str::FromStr,
    time::Duration,
};

/// Packets of one source in sequence before an address other than the SDP's is believed.
pub const LATCH_PACKETS: u32 = 3;
/// After this silence of the latched stream another allowed source may take over.
const STREAM_DEAD: Duration = Duration::from_secs(1);

/// A network whose packets may be latched beside the SDP's host, such as `203.0.113.0/24` or one address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SourceNet {
    address: IpAddr,
    prefix: u8,
}

impl SourceNet {
    /// The net of `prefix` leading bits of `address`; longer than the address means the whole address.
    #[must_use]
    pub fn new(address: IpAddr, prefix: u8) -> Self {
        let longest = if address.is_ipv4() { 32 } else { 128 };
        Self { address, prefix: prefix.min(longest) }
    }

    /// Whether the address lies in this net.
    #[must_use]
    pub fn contains(&self, other: IpAddr) -> bool {
        match (self.address, other) {
            (IpAddr::V4(net), IpAddr::V4(ip)) => {
                let mask = u32::MAX.checked_shl(32 - u32::from(self.prefix)).unwrap_or(0);
                u32::from(net) & mask == u32::from(ip) & mask
            }
            (IpAddr::V6(net), IpAddr::V6(ip)) => {
                let mask = u128::MAX.checked_shl(128 - u32::from(self.prefix)).unwrap_or(0);
                u128::from(net) & mask == u128::from(ip) & mask
            }
            _ => false,
        }
    }
}

impl From<IpAddr> for SourceNet {
    fn from(address: IpAddr) -> Self {
        Self::new(address, 128)
    }
}

/// A net that was not written as `ADDRESS` or `ADDRESS/BITS`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is not a network; write an address such as 203.0.113.7 or a net such as 203.0.113.0/24")]
pub struct BadSourceNet(String);

impl FromStr for SourceNet {
    type Err = BadSourceNet;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bad = || BadSourceNet(text.to_owned());
        let (address, prefix) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
        let address: IpAddr = address.trim().parse().map_err(|_| bad())?;
        let longest = if address.is_ipv4() { 32 } else { 128 };
        match prefix {
            None => Ok(Self::new(address, longest)),
            Some(bits) => match bits.trim().parse::<u8>() {
                Ok(bits) if bits <= longest => Ok(Self::new(address, bits)),
                _ => Err(bad()),
            },
        }
    }
}

/// What to do with a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Use it.
    Accept,
    /// It may become the stream, but has not shown itself for long enough: drop it.
    Wait,
    /// It has no business here: drop it.
    Refuse,
}

#[derive(Debug, Clone, Copy)]
struct Candidate {
    source: SocketAddr,
    ssrc: u32,
    sequence: u16,
    count: u32,
}

/// The latch of one call. It is armed by every SDP that brings another address.
#[derive(Debug, Default)]
pub struct Latch {
    signalled: Option<SocketAddr>,
    nets: Vec<SourceNet>,
    current: Option<SocketAddr>,
    heard_at: Duration,
    candidate: Option<Candidate>,
}

impl Latch {
    /// A latch that also believes these nets.
    #[must_use]
    pub fn new(nets: Vec<SourceNet>) -> Self {
        Self { nets, ..Self::default() }
    }

    /// The SDP named this address: forget what was latched if it is another one.
    pub fn arm(&mut self, signalled: SocketAddr) {
        if self.signalled != Some(signalled) {
            self.signalled = Some(signalled);
            self.current = None;
            self.candidate = None;
        }
    }

    /// Where our packets go: the latched address, else the SDP's.
    #[must_use]
    pub fn target(&self) -> Option<SocketAddr> {
        self.current.or(self.signalled)
    }

    /// Judges a valid RTP packet with a payload type of this call.
    pub fn packet(&mut self, source: SocketAddr, ssrc: u32, sequence: u16, now: Duration) -> Verdict {
        let Some(signalled) = self.signalled else { return Verdict::Refuse };
        if self.current == Some(source) {
            self.heard_at = now;
            return Verdict::Accept;
        }
        if self.current.is_some() && now.saturating_sub(self.heard_at) < STREAM_DEAD {
            return Verdict::Refuse;
        }
        if source == signalled {
            return self.take(source, now);
        }
        if source.ip() != signalled.ip() && !self.nets.iter().any(|net| net.contains(source.ip())) {
            return Verdict::Refuse;
        }
        let count = match self.candidate {
            Some(c) if c.source == source && c.ssrc == ssrc && (1..=8).contains(&sequence.wrapping_sub(c.sequence)) => {
                c.count + 1
            }
            _ => 1,
        };
        if count >= LATCH_PACKETS {
            return self.take(source, now);
        }
        self.candidate = Some(Candidate { source, ssrc, sequence, count });
        Verdict::Wait
    }

    fn take(&mut self, source: SocketAddr, now: Duration) -> Verdict {
        self.current = Some(source);
        self.heard_at = now;
        self.candidate = None;
        Verdict::Accept
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Verdict::{Accept, Refuse, Wait};

    fn at(text: &str) -> SocketAddr {
        text.parse().unwrap()
    }

    const T: Duration = Duration::from_millis(500);

    /// Trap 9: the first packet of a stranger is an attack, not a NAT.
    #[test]
    fn only_the_sdp_host_or_allowed_nets_latch_and_only_after_several_packets() {
        let mut latch = Latch::new(vec!["203.0.113.0/24".parse().unwrap()]);
        assert_eq!(latch.packet(at("198.51.100.1:4000"), 1, 1, T), Refuse, "no SDP yet");
        latch.arm(at("198.51.100.1:4000"));
        assert_eq!(latch.packet(at("192.0.2.66:4000"), 9, 1, T), Refuse, "stranger");
        for sequence in 1..20 {
            assert_eq!(
                latch.packet(at("192.0.2.66:4000"), 9, sequence, T),
                Refuse,
                "patience does not help a stranger"
            );
        }
        // The same host from another port (NAT): believed at the third packet in sequence.
        assert_eq!(latch.packet(at("198.51.100.1:61000"), 5, 10, T), Wait);
        assert_eq!(latch.packet(at("198.51.100.1:61000"), 6, 11, T), Wait, "another source starts the count again");
        assert_eq!(latch.packet(at("198.51.100.1:61000"), 6, 12, T), Wait);
        assert_eq!(latch.target(), Some(at("198.51.100.1:4000")));
        assert_eq!(latch.packet(at("198.51.100.1:61000"), 6, 13, T), Accept);
        assert_eq!(latch.target(), Some(at("198.51.100.1:61000")));
        // While it lives nobody takes it over, not even an allowed net.
        for sequence in 1..9 {
            assert_eq!(latch.packet(at("203.0.113.9:5000"), 7, sequence, T), Refuse);
        }
        // When it is dead an allowed source may.
        let later = T + Duration::from_secs(2);
        assert_eq!(latch.packet(at("203.0.113.9:5000"), 7, 20, later), Wait);
        assert_eq!(latch.packet(at("203.0.113.9:5000"), 7, 21, later), Wait);
        assert_eq!(latch.packet(at("203.0.113.9:5000"), 7, 22, later), Accept);
    }

    /// Trap 7 and 9: an SDP with another address latches again; the same SDP twice keeps what was learnt.
    #[test]
    fn a_new_address_in_sdp_arms_the_latch_again() {
        let mut latch = Latch::default();
        latch.arm(at("198.51.100.1:4000"));
        assert_eq!(latch.packet(at("198.51.100.1:4000"), 1, 1, T), Accept);
        latch.arm(at("198.51.100.1:4000"));
        assert_eq!(latch.packet(at("198.51.100.1:4000"), 1, 2, T), Accept);
        latch.arm(at("198.51.100.2:6000"));
        assert_eq!(latch.target(), Some(at("198.51.100.2:6000")));
        assert_eq!(latch.packet(at("198.51.100.1:4000"), 1, 3, T), Refuse, "the early-media host has no more say");
        assert_eq!(latch.packet(at("198.51.100.2:6000"), 2, 1, T), Accept);
    }

    #[test]
    fn nets_are_read_and_refused_in_words() {
        let net: SourceNet = "10.1.0.0/16".parse().unwrap();
        assert!(net.contains("10.1.255.1".parse().unwrap()) && !net.contains("10.2.0.1".parse().unwrap()));
        let all: SourceNet = "0.0.0.0/0".parse().unwrap();
        assert!(all.contains("8.8.8.8".parse().unwrap()) && !all.contains("::1".parse().unwrap()));
        let one: SourceNet = "2001:db8::1".parse().unwrap();
        assert!(one.contains("2001:db8::1".parse().unwrap()) && !one.contains("2001:db8::2".parse().unwrap()));
        assert!("10.0.0.0/33".parse::<SourceNet>().unwrap_err().to_string().contains("203.0.113.0/24"));
        assert!("trunk".parse::<SourceNet>().is_err());
    }
}
