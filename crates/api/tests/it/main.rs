//! The router as a client sees it.

#![expect(clippy::unwrap_used, reason = "a test ends at the first thing that is not as it must be")]

mod app;
mod campaigns;
mod live;
mod spec;
