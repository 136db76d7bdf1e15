//! What a person presses on a campaign, and campaigns made from others.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::ContactFilter;

/// Pause.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PauseCampaign {
    /// Why, in words; shown beside the status.
    pub why: Option<String>,
}

/// Stop, for good.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct StopCampaign {
    /// Also hang up the calls in progress; else they finish.
    pub hang_up: bool,
}

/// Which failed contacts are called again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RetryScope {
    /// Every failed contact, also those whose phone may already have rung.
    All,
    /// Those that may work: not numbers that don't exist, not interrupted calls.
    #[default]
    MayWork,
    /// Those that may work, and those whose call was interrupted: their phone may already have rung.
    WithInterrupted,
}

/// Retry Failed.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RetryCampaign {
    /// Which; those that may work unless given.
    pub scope: RetryScope,
    /// Only with this failure code.
    pub code: Option<crate::codes::FailureCode>,
}

/// What Retry Failed did.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RetriedCampaign {
    /// Contacts that are Pending again.
    pub retried: i64,
    /// Failed contacts that follow in the background.
    pub remaining: i64,
    /// The campaign after it.
    pub campaign: super::Campaign,
}

/// How many contacts each way of Retry Failed would call again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct RetryPreview {
    /// Failed contacts.
    pub all: i64,
    /// Of these, those that may work.
    pub may_work: i64,
    /// Of these, those whose call was interrupted: their phone may already have rung.
    pub interrupted: i64,
    /// Of these, those whose number does not exist or is incomplete.
    pub number_wrong: i64,
    /// Of these, those that need something mended first (login, credit, audio): all would fail again.
    pub needs_fix: i64,
}

/// A draft with the same settings, without contacts.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DuplicateCampaign {
    /// Its name; "NAME (2)" unless given.
    pub name: Option<String>,
}

/// A small campaign from the first rows, to try it.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SampleCampaign {
    /// How many rows: 1 to 100.
    #[schema(default = 10, minimum = 1, maximum = 100)]
    pub rows: u32,
    /// Its name; "NAME (sample)" unless given.
    pub name: Option<String>,
    /// Its contacts become Skipped (`called_in_sample`) in this campaign, so that nobody is called twice.
    #[schema(default = true)]
    pub skip_in_parent: bool,
}

impl Default for SampleCampaign {
    fn default() -> Self {
        SampleCampaign { rows: 10, name: None, skip_in_parent: true }
    }
}

/// A new campaign from contacts of this one.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CampaignFromFilter {
    /// Its name; "NAME (2)" unless given.
    #[serde(default)]
    pub name: Option<String>,
    /// Which contacts.
    pub filter: ContactFilter,
}
