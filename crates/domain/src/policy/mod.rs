//! Rules as pure functions: pacing, order, retries, and what a finished call means for its contact.

mod pacing;
mod retry;
mod settle;

pub use pacing::{CallOrder, Pacing};
pub use retry::{RetryEvent, RetryRule, RetryRuleError, RetrySetting};
pub use settle::{
    Attempted, PUT_BACKS_MAX, Settlement, interrupted, put_back_delay, settle, settle_on_stop, withdrawn_delay,
};
