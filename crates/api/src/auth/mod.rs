//! Who asks, and what they may do. A handler's first argument is its role: without one it does not fit into the router.

mod identity;
mod role;

pub use identity::{Identity, Via};
pub use role::{Admin, Operator, Public, Role, RoleExtractor, Viewer};
