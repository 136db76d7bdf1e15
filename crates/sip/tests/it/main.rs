//! The user agent against real far ends on loopback: SIPp, a raw socket, and our own server.

mod common;
mod far_end;
mod load;
mod raw;
mod tcp;
mod trunks;
