//! A SIP trunk's settings.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::phone::PhoneNumber;

/// How SIP messages travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Transport {
    /// UDP, the default.
    Udp,
    /// TCP.
    Tcp,
}

/// How the number is written in the request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DialFormat {
    /// `+14155550123`.
    PlusE164,
    /// `14155550123`.
    E164,
    /// Without the country code, behind the trunk prefix: `0` and `151…` for Germany. Numbers of other countries are dialled as `00` and E.164.
    National {
        /// Country calling code of the trunk, such as 49.
        country_code: u16,
        /// Trunk prefix, such as `0`; may be empty.
        trunk_prefix: String,
    },
    /// A fixed prefix, then E.164 digits.
    Prefix(String),
}

impl DialFormat {
    /// The user part to dial.
    pub fn dial(&self, number: PhoneNumber) -> String {
        let digits = number.digits().to_string();
        match self {
            DialFormat::PlusE164 => format!("+{digits}"),
            DialFormat::E164 => digits,
            DialFormat::Prefix(prefix) => format!("{prefix}{digits}"),
            DialFormat::National { country_code, trunk_prefix } => match digits.strip_prefix(&country_code.to_string())
            {
                Some(national) => format!("{trunk_prefix}{national}"),
                None => format!("00{digits}"),
            },
        }
    }
}

/// Which header carries the caller ID.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallerIdHeader {
    /// The From header.
    From,
    /// P-Asserted-Identity (RFC 3325), only towards a trunk that is trusted with it.
    PAssertedIdentity,
}

/// All settings of a trunk but its password, which is never stored here.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrunkSettings {
    /// Host name or address.
    pub host: String,
    /// Port; 5060 unless given.
    pub port: u16,
    /// UDP or TCP.
    pub transport: Transport,
    /// User for digest login; none when the carrier knows this machine by its address.
    pub user: Option<String>,
    /// Whether the trunk wants a REGISTER.
    pub register: bool,
    /// How numbers are written.
    pub dial_format: DialFormat,
    /// Caller ID shown to contacts.
    pub caller_id: Option<String>,
    /// Where it is put.
    pub caller_id_header: CallerIdHeader,
    /// Address to announce in Contact and SDP, when behind NAT.
    pub public_address: Option<IpAddr>,
    /// Lines at once over all campaigns.
    pub lines: u32,
    /// New calls per second over all campaigns.
    pub calls_per_second: f64,
}

/// The text is not `sip:HOST[:PORT][;transport=udp|tcp]`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{uri}\" is not a trunk address: {why}. Write sip:HOST:PORT, for example sip:sip.example.net:5060")]
pub struct TrunkUriError {
    uri: String,
    why: &'static str,
}

impl TrunkSettings {
    /// From `sip:HOST[:PORT][;transport=udp|tcp]`, all else by default.
    pub fn from_uri(uri: &str) -> Result<TrunkSettings, TrunkUriError> {
        let error = |why| TrunkUriError { uri: uri.chars().take(200).collect(), why };
        let rest = uri.trim().strip_prefix("sip:").ok_or_else(|| error("it does not begin with sip:"))?;
        let (address, parameters) = rest.split_once(';').unwrap_or((rest, ""));
        if address.contains('@') {
            return Err(error("it names a user; give the user by its own option"));
        }
        let mut transport = Transport::Udp;
        for parameter in parameters.split(';').filter(|p| !p.is_empty()) {
            transport = match parameter.to_ascii_lowercase().as_str() {
                "transport=udp" => Transport::Udp,
                "transport=tcp" => Transport::Tcp,
                "transport=tls" => return Err(error("TLS is not supported yet")),
                _ => return Err(error("it has an unknown parameter")),
            };
        }
        let (host, port) = match address.strip_prefix('[').and_then(|v6| v6.split_once(']')) {
            Some((v6, "")) => (v6, None),
            Some((v6, port)) => (v6, port.strip_prefix(':')),
            None => match address.rsplit_once(':') {
                Some((host, port)) => (host, Some(port)),
                None => (address, None),
            },
        };
        let port = port
            .map_or(Ok(5060), str::parse::<u16>)
            .ok()
            .filter(|&p| p > 0)
            .ok_or_else(|| error("the port is not a number from 1 to 65535"))?;
        let usable = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':');
        if host.is_empty() || host.len() > 253 || !host.chars().all(usable) {
            return Err(error("the host is not a name or an address"));
        }
        Ok(TrunkSettings {
            host: host.to_owned(),
            port,
            transport,
            user: None,
            register: false,
            dial_format: DialFormat::PlusE164,
            caller_id: None,
            caller_id_header: CallerIdHeader::From,
            public_address: None,
            lines: 100,
            calls_per_second: 50.0,
        })
    }
}

/// Bounds for [`TrunkSettings::lines`].
pub const LINES: std::ops::RangeInclusive<u32> = 1..=10_000;
/// Most new calls per second of a trunk.
pub const CALLS_PER_SECOND_MAX: f64 = 5_000.0;

/// A caller ID as carriers take it, from one as people write it: `+49 (30) 123-45` is `+493012345`. Nothing is taken away but spaces and the
/// signs that group digits; what is left may still be none.
pub fn caller_id_of(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '(' | ')' | '-' | '.' | '/')).collect()
}

impl TrunkSettings {
    /// What is out of bounds or malformed, in words: field and sentence.
    pub fn faults(&self) -> Vec<(&'static str, String)> {
        let mut faults = Vec::new();
        let host = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':');
        if self.host.is_empty() || self.host.len() > 253 || !self.host.chars().all(host) {
            faults
                .push(("host", "This is not a host name or an address; write for example sip.example.net.".to_owned()));
        }
        if self.port == 0 {
            faults.push(("port", "The port must be 1 to 65535; 5060 is usual.".to_owned()));
        }
        // These become parts of SIP headers: nothing that could end one.
        let plain = |text: &str| text.len() <= 200 && text.chars().all(|c| c.is_ascii_graphic() && !"<>\"".contains(c));
        if self.user.as_deref().is_some_and(|user| !plain(user)) {
            faults.push(("user", "The user holds characters that a SIP user can't have.".to_owned()));
        }
        if self.register && self.user.is_none() {
            faults.push(("user", "To register, the trunk needs a user.".to_owned()));
        }
        if let Some(caller_id) = &self.caller_id {
            let digits = caller_id.strip_prefix('+').unwrap_or(caller_id);
            if !(2..=20).contains(&digits.len()) || !digits.bytes().all(|b| b.is_ascii_digit()) {
                let text = "Write the caller ID as your carrier wants it: digits, with or without +.";
                faults.push(("caller_id", text.to_owned()));
            }
        }
        let digits =
            |text: &str| text.len() <= 12 && text.chars().all(|c| c.is_ascii_digit() || matches!(c, '*' | '#'));
        let format = match &self.dial_format {
            DialFormat::PlusE164 | DialFormat::E164 => true,
            DialFormat::National { country_code, trunk_prefix } => {
                (1..1000).contains(country_code) && digits(trunk_prefix)
            }
            DialFormat::Prefix(prefix) => !prefix.is_empty() && digits(prefix),
        };
        if !format {
            faults.push(("dial_format", "A prefix is up to 12 digits, a country code 1 to 999.".to_owned()));
        }
        if !LINES.contains(&self.lines) {
            faults.push(("lines", format!("The lines must be 1 to 10,000, not {}.", self.lines)));
        }
        if !(self.calls_per_second > 0.0 && self.calls_per_second <= CALLS_PER_SECOND_MAX) {
            faults.push(("calls_per_second", "The calls per second must be above 0 and at most 5,000.".to_owned()));
        }
        faults
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_trunk_addresses_and_says_what_is_wrong() {
        let t = TrunkSettings::from_uri("sip:sip.example.net;transport=tcp").expect("reads");
        assert_eq!((t.host.as_str(), t.port, t.transport), ("sip.example.net", 5060, Transport::Tcp));
        assert_eq!(TrunkSettings::from_uri("sip:[::1]:5070").map(|t| (t.host, t.port)), Ok(("::1".into(), 5070)));
        for bad in [
            "",
            "http://x",
            "sip:",
            "sip:a@b",
            "sip:host:0",
            "sip:host:99999",
            "sip:host;transport=tls",
            "sip:ho st",
            "sip:h\r\nX:1",
        ] {
            assert!(TrunkSettings::from_uri(bad).is_err(), "{bad:?} was taken");
        }
    }

    #[test]
    fn dials_as_the_trunk_wants() {
        let berlin = PhoneNumber::from_digits(4_930_123_456).expect("possible");
        let us = PhoneNumber::from_digits(14_155_550_123).expect("possible");
        let german = DialFormat::National { country_code: 49, trunk_prefix: "0".into() };
        assert_eq!(DialFormat::PlusE164.dial(us), "+14155550123");
        assert_eq!(DialFormat::E164.dial(us), "14155550123");
        assert_eq!(DialFormat::Prefix("9".into()).dial(us), "914155550123");
        assert_eq!(german.dial(berlin), "030123456");
        assert_eq!(german.dial(us), "0014155550123");
    }
}
