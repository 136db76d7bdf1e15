//! The SIP user agent of Carillon: places calls through trunks (RFC 3261) and, for the practice network, takes them.
//!
//! The library underneath is `rsipstack`; nothing outside this crate names it, so that it can be replaced. Its defects are cured by guards
//! here, each with a test: own deadlines per call, a guarded UDP socket, a hook on every message, own TCP connects, and
//! own answers to requests inside calls.
//!
//! SDP is opaque text here; crate `media` makes and reads it.
//!
//! **Logs.** The library writes whole messages, phone numbers and credentials included, at level INFO. Every log filter must hold
//! `rsipstack=warn`.

mod agent;
mod call;
mod challenge;
mod driver;
mod endpoint;
mod error;
mod guard;
mod hook;
mod incoming;
mod ladder;
mod machine;
pub mod outcome;
mod register;
mod request;
pub mod server;
mod streams;
mod text;
mod trunk;

pub use agent::{UserAgent, UserAgentConfig};
pub use call::{
    ByeReason, Call, CallEvent, CallHandle, CancelReason, EndWhy, EndedBy, Ending, OutgoingCall, Reached, ReinviteReply,
};
pub use endpoint::Stats;
pub use error::SipError;
pub use ladder::{Direction, LadderEntry};
pub use register::RegistrationState;
pub use request::ProbeResult;
pub use trunk::{Secret, Trunk, TrunkConfig};
