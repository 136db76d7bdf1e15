//! What can go wrong outside of a call: bad settings, no socket, no address.

use std::net::SocketAddr;

/// A fault of the SIP layer that is not the ending of a call (that is [`crate::Ending`]).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SipError {
    /// The local address could not be opened.
    #[error(
        "sip_bind: cannot open {address} for SIP ({source}). Another program may hold the port: choose another one or port 0"
    )]
    Bind {
        /// The address asked for.
        address: SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
    /// A trunk setting cannot be used.
    #[error("sip_config: the trunk's {field} cannot be used: {why}. Correct the setting")]
    Config {
        /// Name of the setting.
        field: &'static str,
        /// What is wrong with it.
        why: String,
    },
    /// The trunk's host name has no address.
    #[error(
        "sip_resolve: no address found for {host} ({why}). Check the trunk's host name and the DNS of this machine"
    )]
    Resolve {
        /// The name looked up.
        host: String,
        /// What the resolver said.
        why: String,
    },
    /// The trunk has addresses, but only of the family that our socket does not speak.
    #[error(
        "sip_family: {host} has only IPv{} addresses, but SIP is opened on {bound}, which is IPv{}. Open SIP on an IPv{} address of this machine, or give the trunk by an IPv{} address",
        other_family(bound),
        family(bound),
        other_family(bound),
        family(bound)
    )]
    Family {
        /// The trunk's host.
        host: String,
        /// The address of our socket.
        bound: SocketAddr,
    },
    /// A TCP connection to the trunk could not be made in time.
    #[error("sip_connect: no TCP connection to {address} ({why}). Check the trunk's address and the firewall")]
    Connect {
        /// The address tried.
        address: SocketAddr,
        /// What the system said.
        why: String,
    },
    /// The SIP library refused something we built; a fault of ours.
    #[error("sip_internal: {0}. This is a fault of Carillon: report it with the log")]
    Internal(String),
}

impl SipError {
    /// The stable code, the first word of the message.
    pub fn code(&self) -> &'static str {
        match self {
            SipError::Bind { .. } => "sip_bind",
            SipError::Config { .. } => "sip_config",
            SipError::Resolve { .. } => "sip_resolve",
            SipError::Family { .. } => "sip_family",
            SipError::Connect { .. } => "sip_connect",
            SipError::Internal(_) => "sip_internal",
        }
    }
}

fn family(address: &SocketAddr) -> u8 {
    if address.is_ipv4() { 4 } else { 6 }
}

fn other_family(address: &SocketAddr) -> u8 {
    if address.is_ipv4() { 6 } else { 4 }
}

impl From<rsipstack::Error> for SipError {
    fn from(error: rsipstack::Error) -> Self {
        SipError::Internal(error.to_string())
    }
}
