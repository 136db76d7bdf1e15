//! Who asks, and what they may do. A handler's first argument is its role: without one it does not fit into the router.

mod cookie;
mod identity;
mod limit;
pub mod link;
mod origin;
pub mod password;
mod role;
pub mod token;

pub use carillon_domain::access::Role;
pub(crate) use cookie::{clear_cookie, is_https, session_cookie};
pub use identity::{Identity, SESSION_LASTS, Via};
pub(crate) use identity::{identify, still_signed_in};
pub use limit::Limits;
pub(crate) use origin::check_origin;
pub(crate) use role::Found;
pub use role::{Admin, Operator, Public, RoleExtractor, Viewer};
