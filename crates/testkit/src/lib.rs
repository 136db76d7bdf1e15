//! Helpers for tests that need a real far end.
//!
//! Needs SIPp (Debian package `sip-tester`) on the machine for [`sipp`].

pub mod sipp;
