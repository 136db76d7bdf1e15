//! The SIP user agent of Carillon: places calls through trunks (RFC 3261) and, for the practice network, takes them.
//!
//! The library underneath is `rsipstack`; nothing outside this crate names it, so that it can be replaced. Its defects are cured by guards
//! here, each with a test: own deadlines per call, a guarded UDP socket, a hook on every message, own TCP connects, and
//! own answers to requests inside calls.
//!
//! SDP is opaque text here; crate `media` makes and reads it.
//!
//! **Session timers** (RFC 4028) are not offered, so a far end that follows the RFC neither refuses an interval nor makes us the
//! refresher. One that refuses all the same (422 with Min-SE, before anything rang) gets the INVITE once more inside the same call, with that
//! Min-SE and `Session-Expires: ..;refresher=uas`. A refresh by the far end (re-INVITE or UPDATE) is answered like any other. A 200 that
//! names us the refresher although we did not offer to be one is not obeyed: no refresh is sent, and the call runs on until the far end or
//! its proxy ends it when the interval is over, which then shows as a BYE of the far end.
//!
//! **Logs.** The library writes whole messages, phone numbers and credentials included, at level INFO (targets
//! `rsipstack::transport::udp` and `rsipstack::transport::stream`), parts of them at DEBUG and TRACE, and Call-IDs, tags and addresses at
//! WARN. It sets no targets of its own, so each target is a module path that begins with `rsipstack`: its modules are
//! `rsipstack::dialog::*`, `rsipstack::resolver::*`, `rsipstack::sip::*`, `rsipstack::transaction::*` and `rsipstack::transport::*`. A
//! log filter must cap all targets with that prefix at WARN or below. A directive `rsipstack=warn` alone is not enough where a user may add
//! directives: a longer one such as `rsipstack::transport=info` wins over it.

mod agent;
mod call;
mod calls;
mod challenge;
mod driver;
mod endpoint;
mod error;
mod guard;
mod hook;
mod incoming;
mod ladder;
mod late;
mod limits;
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
pub use trunk::{Route, Secret, Trunk, TrunkConfig};
