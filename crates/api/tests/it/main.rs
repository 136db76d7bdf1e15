//! The router as a client sees it, over a real SQLite store.

#![expect(clippy::unwrap_used, reason = "a test ends at the first thing that is not as it must be")]

mod access;
mod administration;
mod app;
mod campaigns;
mod exports;
mod idempotency;
mod imports;
mod live;
mod secrets;
mod spec;
mod uploads;
