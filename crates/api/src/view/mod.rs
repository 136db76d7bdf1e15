//! From what the store gives to what the API writes.

mod activity;
mod blockers;
mod call;
mod campaign;
mod contact;
pub(crate) mod export;
mod filter;
pub(crate) mod import;
mod tagged;

pub(crate) use activity::{activity_row, notes, sample_of};
pub use blockers::start_blockers;
pub(crate) use call::{call_row, ladder, turns};
pub(crate) use campaign::{campaign_row, campaign_state, full_campaign, waiting_for};
pub(crate) use contact::{changed_row, contact_of, contact_row, explain, show_contact};
pub(crate) use filter::{contact_query, cursor_text, filter_of_body, sort_of, sort_text};
pub(crate) use tagged::{Tagged, if_match, not_modified};
