//! What tests of several crates need from outside: real servers, started for a test and gone after it.
//!
//! [`sipp`] needs Debian's `sip-tester`, [`postgres`] its `postgresql`.

pub mod postgres;
pub mod sipp;
