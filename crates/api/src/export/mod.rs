//! Results out, for the background job and for the command line alike: contacts are read page by page, each page one moment of the database,
//! and written by a thread of its own; memory does not grow with the campaign.

mod plan;
#[cfg(feature = "pdf")]
mod report;
mod rows;
mod write;

pub use plan::Plan;
pub use write::{ExportFault, Progress, Source, Written, write};
