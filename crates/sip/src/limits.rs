//! The time limits of a call.

use std::time::{Duration, Instant};

/// The time limits of a call.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// Start to INVITE: look-up and connect.
    pub(crate) prepare: Duration,
    /// The INVITE does not leave after this instant.
    pub(crate) latest_send: Option<Instant>,
    /// INVITE to any reply.
    pub(crate) first_reply: Duration,
    /// INVITE to answer.
    pub(crate) ring: Duration,
    /// Answer to BYE.
    pub(crate) max_call: Duration,
    /// CANCEL to the INVITE's final status. RFC 3261 section 9.1 waits 64*T1; a line is not held that long.
    pub(crate) cancel_wait: Duration,
    /// BYE to its reply.
    pub(crate) bye_wait: Duration,
}
