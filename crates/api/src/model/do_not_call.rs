//! The do-not-call list.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::codes::DoNotCallSource;
use crate::ids::Time;

/// Which rows of the do-not-call list, newest first.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct DoNotCallQuery {
    /// Digits that the number begins or ends with, in any usual writing.
    pub q: Option<String>,
    /// Only of this source.
    #[param(value_type = Option<DoNotCallSource>)]
    pub source: Option<DoNotCallSource>,
    /// `next` of the page before.
    pub after: Option<String>,
    /// Rows a page holds: 1 to 250.
    pub per_page: Option<u32>,
}

/// A number that is never called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct DoNotCallEntry {
    /// E.164.
    #[schema(example = "+14155550123")]
    pub phone: String,
    /// How it came on the list.
    pub source: DoNotCallSource,
    /// Why, in words.
    pub reason: Option<String>,
    /// Who added it.
    pub added_by: String,
    /// When.
    pub added_at: Time,
    /// When it may be called again by itself; absent: never.
    pub expires_at: Option<Time>,
}

/// A number to be added.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddDoNotCall {
    /// The number, in any usual writing.
    #[schema(example = "+1 415 555 0123")]
    pub phone: String,
    /// Country of a number without a country code; the workspace's default country unless given.
    #[serde(default)]
    pub country: Option<String>,
    /// Why.
    #[serde(default)]
    pub reason: Option<String>,
    /// When it may be called again by itself; none: never.
    #[serde(default)]
    pub expires_at: Option<Time>,
}

/// What adding a number did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AddedDoNotCall {
    /// The entry as it stands now.
    pub entry: DoNotCallEntry,
    /// False: the number was on the list already; its first reason stays.
    pub added: bool,
    /// Pending contacts that became Skipped, over all campaigns.
    pub skipped_contacts: i64,
}

/// Many numbers to be added.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportDoNotCall {
    /// The text: a number a line, or a CSV whose first column with numbers is taken.
    pub text: String,
    /// Country of numbers without a country code; the workspace's default country unless given.
    #[serde(default)]
    pub country: Option<String>,
    /// Why.
    #[serde(default)]
    pub reason: Option<String>,
    /// When they may be called again by themselves; none: never.
    #[serde(default)]
    pub expires_at: Option<Time>,
}

/// What adding many numbers did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ImportedDoNotCall {
    /// Lines with something in them, a header apart.
    pub lines: i64,
    /// Numbers that are new on the list.
    pub added: i64,
    /// Numbers that were on it already, or stand twice in the text.
    pub existing: i64,
    /// Lines without a usable number.
    pub rejected: i64,
    /// The first 100 of them.
    pub rejected_lines: Vec<RejectedLine>,
    /// Pending contacts that became Skipped, over all campaigns.
    pub skipped_contacts: i64,
}

/// A line without a usable number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RejectedLine {
    /// Line of the text, from 1.
    pub line: i64,
    /// What stands there, cut to 80 characters.
    pub value: String,
    /// What is wrong with it.
    pub reason: String,
}

/// A number to be removed.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RemoveDoNotCall {
    /// Why it may be called again; needed.
    #[param(example = "Asked to be called again by e-mail of 3 October")]
    pub reason: String,
}

/// A number to be checked.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CheckDoNotCall {
    /// The number, in any usual writing.
    pub phone: String,
    /// Country of a number without a country code; the workspace's default country unless given.
    pub country: Option<String>,
}

/// Whether a number is on the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CheckedDoNotCall {
    /// The number as understood, E.164.
    pub phone: String,
    /// Whether it is never called.
    pub blocked: bool,
    /// The entry, when it is on the list.
    pub entry: Option<DoNotCallEntry>,
    /// Contacts with this number, over all campaigns.
    pub contacts: i64,
}

impl From<carillon_store::Block> for DoNotCallEntry {
    fn from(block: carillon_store::Block) -> DoNotCallEntry {
        DoNotCallEntry {
            phone: block.phone.to_string(),
            source: block.source.into(),
            reason: block.reason,
            added_by: block.by,
            added_at: block.at.into(),
            expires_at: block.until.map(Into::into),
        }
    }
}
