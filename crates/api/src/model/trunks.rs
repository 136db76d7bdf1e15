//! SIP trunks.

use carillon_domain::trunk as domain;
use carillon_domain::trunk::caller_id_of;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::control::{TestStep, TrunkStatus};
use crate::ids::{CampaignId, Time, TrunkId};
use crate::problem::{FieldError, Problem};

/// A trunk as others refer to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TrunkRef {
    /// Which.
    pub id: TrunkId,
    /// Its name.
    pub name: String,
}

/// How SIP messages travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TrunkTransport {
    /// UDP.
    Udp,
    /// TCP.
    Tcp,
}

/// Which header carries the caller ID.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CallerIdHeader {
    /// The From header.
    From,
    /// P-Asserted-Identity (RFC 3325).
    PAssertedIdentity,
}

/// How numbers are written towards the carrier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum DialFormat {
    /// `+14155550123`.
    PlusE164,
    /// `14155550123`.
    E164,
    /// Without the country code, behind a prefix.
    National {
        /// Country calling code of the trunk, such as 49.
        country_code: u16,
        /// Trunk prefix, such as `0`; may be empty.
        trunk_prefix: String,
    },
    /// A fixed prefix, then E.164 digits.
    Prefix {
        /// The prefix.
        prefix: String,
    },
}

/// A trunk. Its password is never given.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Trunk {
    /// Which.
    pub id: TrunkId,
    /// Its name.
    #[schema(example = "Berlin-1")]
    pub name: String,
    /// All but the password.
    #[serde(flatten)]
    pub settings: TrunkSettings,
    /// Whether a password is stored.
    pub has_password: bool,
    /// When the password was last replaced.
    pub password_set_at: Option<Time>,
    /// Calls in progress by it; absent when nothing here dials.
    pub lines_in_use: Option<u32>,
    /// Where its messages come from, to be given to the carrier; absent when nothing here dials.
    #[schema(example = "203.0.113.7:5060")]
    pub signalling_address: Option<String>,
    /// How it stands; absent when nothing here dials.
    pub state: Option<TrunkState>,
    /// The campaigns that use it and are not over.
    pub used_by: Vec<TrunkUse>,
    /// Raised by each change; also in the ETag.
    pub version: i64,
    /// When it was made.
    pub created_at: Time,
    /// When it was last changed.
    pub updated_at: Time,
}

/// How a trunk stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TrunkState {
    /// How.
    pub status: TrunkStatus,
    /// Since when; absent where that is not known.
    pub since: Option<Time>,
    /// What is wrong, in words.
    pub detail: Option<String>,
}

/// A campaign that uses a trunk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TrunkUse {
    /// Which.
    pub id: CampaignId,
    /// Its name.
    pub name: String,
    /// Its status.
    pub status: crate::codes::CampaignStatus,
}

/// Trunks, by name.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TrunkList {
    /// The trunks.
    pub items: Vec<Trunk>,
}

/// The settings of a trunk.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TrunkSettings {
    /// Host name or address.
    #[schema(example = "sip.example.net")]
    pub host: String,
    /// Port.
    #[serde(default = "sip_port")]
    #[schema(default = 5060)]
    pub port: u16,
    /// UDP or TCP.
    #[serde(default = "udp")]
    pub transport: TrunkTransport,
    /// User for the login; none when the carrier knows this machine by its address.
    #[serde(default)]
    pub user: Option<String>,
    /// Whether the trunk wants a REGISTER.
    #[serde(default)]
    pub register: bool,
    /// How numbers are written.
    #[serde(default = "plus_e164")]
    pub dial_format: DialFormat,
    /// Caller ID shown to contacts.
    #[serde(default)]
    #[schema(example = "+14155550100")]
    pub caller_id: Option<String>,
    /// Where it is put.
    #[serde(default = "from_header")]
    pub caller_id_header: CallerIdHeader,
    /// Address to announce, when this machine is behind NAT.
    #[serde(default)]
    #[schema(example = "203.0.113.7")]
    pub public_address: Option<String>,
    /// Lines at once over all campaigns: 1 to 10,000.
    #[serde(default = "ten_lines")]
    #[schema(default = 10)]
    pub lines: u32,
    /// New calls per second over all campaigns.
    #[serde(default = "five_per_second")]
    #[schema(default = 5.0)]
    pub calls_per_second: f64,
}

const fn sip_port() -> u16 {
    5060
}
const fn udp() -> TrunkTransport {
    TrunkTransport::Udp
}
const fn plus_e164() -> DialFormat {
    DialFormat::PlusE164
}
const fn from_header() -> CallerIdHeader {
    CallerIdHeader::From
}
const fn ten_lines() -> u32 {
    10
}
const fn five_per_second() -> f64 {
    5.0
}

/// A trunk to be made.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct NewTrunk {
    /// Its name, unique in the workspace.
    pub name: String,
    /// Its settings.
    #[serde(flatten)]
    pub settings: TrunkSettings,
    /// Password of the login. It is stored encrypted and never shown again.
    #[serde(default)]
    #[schema(format = Password)]
    pub password: Option<String>,
}

/// Changes of a trunk; what is absent stays, `null` empties.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct EditTrunk {
    /// Its name.
    pub name: Option<String>,
    /// All settings together, in place of the earlier ones.
    pub settings: Option<TrunkSettings>,
    /// A new password; `null` removes it; absent keeps it.
    #[serde(deserialize_with = "super::system::present")]
    #[schema(value_type = Option<String>, format = Password)]
    pub password: Option<Option<String>>,
}

/// What to test.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TestTrunk {
    /// A number to be called for the test INVITE (it rings, and is hung up when answered); none: no call is made.
    #[schema(example = "+14155550123")]
    pub number: Option<String>,
}

/// What a trunk test found.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TrunkTest {
    /// Whether every step that was tried passed.
    pub passed: bool,
    /// The steps, in order.
    pub steps: Vec<TestStep>,
}

impl From<domain::DialFormat> for DialFormat {
    fn from(format: domain::DialFormat) -> DialFormat {
        match format {
            domain::DialFormat::PlusE164 => DialFormat::PlusE164,
            domain::DialFormat::E164 => DialFormat::E164,
            domain::DialFormat::National { country_code, trunk_prefix } => {
                DialFormat::National { country_code, trunk_prefix }
            }
            domain::DialFormat::Prefix(prefix) => DialFormat::Prefix { prefix },
        }
    }
}

impl From<DialFormat> for domain::DialFormat {
    fn from(format: DialFormat) -> domain::DialFormat {
        match format {
            DialFormat::PlusE164 => domain::DialFormat::PlusE164,
            DialFormat::E164 => domain::DialFormat::E164,
            DialFormat::National { country_code, trunk_prefix } => {
                domain::DialFormat::National { country_code, trunk_prefix }
            }
            DialFormat::Prefix { prefix } => domain::DialFormat::Prefix(prefix),
        }
    }
}

impl From<domain::TrunkSettings> for TrunkSettings {
    fn from(s: domain::TrunkSettings) -> TrunkSettings {
        TrunkSettings {
            host: s.host,
            port: s.port,
            transport: match s.transport {
                domain::Transport::Udp => TrunkTransport::Udp,
                domain::Transport::Tcp => TrunkTransport::Tcp,
            },
            user: s.user,
            register: s.register,
            dial_format: s.dial_format.into(),
            caller_id: s.caller_id,
            caller_id_header: match s.caller_id_header {
                domain::CallerIdHeader::From => CallerIdHeader::From,
                domain::CallerIdHeader::PAssertedIdentity => CallerIdHeader::PAssertedIdentity,
            },
            public_address: s.public_address.map(|address| address.to_string()),
            lines: s.lines,
            calls_per_second: s.calls_per_second,
        }
    }
}

impl TrunkSettings {
    /// Checked, or what is wrong with each field.
    pub fn checked(self) -> Result<domain::TrunkSettings, Problem> {
        let mut errors = Vec::new();
        let mut wrong = |field: &str, message: String| errors.push(FieldError { field: field.to_owned(), message });
        let public_address = match self.public_address.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
            None => None,
            Some(text) => match text.parse() {
                Ok(address) => Some(address),
                Err(_) => {
                    wrong("public_address", "This is not an IP address.".to_owned());
                    None
                }
            },
        };
        let settings = domain::TrunkSettings {
            host: self.host.trim().to_owned(),
            port: self.port,
            transport: match self.transport {
                TrunkTransport::Udp => domain::Transport::Udp,
                TrunkTransport::Tcp => domain::Transport::Tcp,
            },
            user: self.user.map(|user| user.trim().to_owned()).filter(|user| !user.is_empty()),
            register: self.register,
            dial_format: self.dial_format.into(),
            caller_id: self.caller_id.as_deref().map(caller_id_of).filter(|id| !id.is_empty()),
            caller_id_header: match self.caller_id_header {
                CallerIdHeader::From => domain::CallerIdHeader::From,
                CallerIdHeader::PAssertedIdentity => domain::CallerIdHeader::PAssertedIdentity,
            },
            public_address,
            lines: self.lines,
            calls_per_second: self.calls_per_second,
        };
        errors.extend(
            settings.faults().into_iter().map(|(field, message)| FieldError { field: field.to_owned(), message }),
        );
        if errors.is_empty() { Ok(settings) } else { Err(Problem::fields(errors)) }
    }
}
