//! The words, states and rules of Carillon as pure types and functions.
//!
//! Nothing here performs I/O, reads a clock or draws a random number: time, ids and settings are arguments, so that every rule can be
//! tested by a table or a property. Every other crate speaks in these words; this crate knows none of them.

pub mod access;
pub mod call;
pub mod campaign;
pub mod contact;
pub mod counts;
pub mod employee;
pub mod ids;
pub mod outcome;
pub mod phone;
pub mod policy;
pub mod template;
pub mod time;
pub mod transitions;
pub mod trunk;

pub use call::{CallEnding, CallState, EndedBy};
pub use campaign::{Actor, CampaignState, CampaignStatus, WaitingFor};
pub use contact::{ContactState, ContactStatus, SkipReason};
pub use counts::Counts;
pub use ids::{
    ApiKeyId, AuditId, CallId, CampaignId, EmployeeId, ExportId, IdGenerator, ImportId, LinkId, SessionId, TrunkId,
    UploadId, UserId, WorkspaceId,
};
pub use outcome::{CallOutcome, CallResult, FailureCategory, FailureCode};
pub use phone::{PhoneError, PhoneNumber};
pub use time::Timestamp;
pub use transitions::InvalidTransition;
