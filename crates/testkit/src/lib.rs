//! What tests of several crates need from outside: real servers, started for a test and gone after it.

pub mod postgres;
