//! The router as a client sees it.

mod spec;
