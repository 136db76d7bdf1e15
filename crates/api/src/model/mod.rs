//! What the API takes and gives.

pub mod account;
pub mod admin;
pub mod calls;
pub mod campaigns;
pub mod contacts;
pub mod controls;
pub mod do_not_call;
pub mod employees;
pub mod exports;
pub mod failures;
pub mod imports;
pub mod live;
pub mod system;
pub mod trunks;

pub use account::*;
pub use admin::*;
pub use calls::*;
pub use campaigns::*;
pub use contacts::*;
pub use controls::*;
pub use do_not_call::*;
pub use employees::*;
pub use exports::*;
pub use failures::*;
pub use imports::*;
pub use live::*;
pub use system::*;
pub use trunks::*;
