//! The campaign engine, sans-IO: it is told what happened and what time it is, and says what to do next.
//!
//! The engine decides *when* and *whom*; it never decides *whether it is allowed*: that is `begin_call`'s transaction in the store. So a
//! stale view here can cost a refused begin, never a forbidden call. It holds no clock, no socket and no task: the driver in the binary
//! feeds [`Input`]s, carries out [`Effect`]s, and calls again at [`Engine::next_deadline`].

mod engine;
mod rate;

pub use engine::{CampaignView, Contact, Effect, Engine, Input, TrunkView};
pub use rate::RateGate;
