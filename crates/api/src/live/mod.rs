//! Live numbers: one poller of the database for each process, whatever the number of clients; snapshots, never differences.

mod hub;
mod jobs;
mod poller;
mod snapshot;
mod stream;

pub use hub::Live;
pub(crate) use snapshot::stats;
pub(crate) use stream::{Topics, stream};
