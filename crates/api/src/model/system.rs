//! This installation, and the words of its codes.

use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use crate::codes::{CallResult, CampaignStatus, ContactStatus, FailureCategory, FailureCode, SkipReason};

/// Tells an absent field (`None`) from an explicit `null` (`Some(None)`).
pub(crate) fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(d: D) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(d).map(Some)
}

/// What anybody may know before signing in.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Instance {
    /// Version of Carillon.
    #[schema(example = "0.1.0")]
    pub version: String,
    /// There is no user yet: the link that was printed in the terminal makes the first administrator.
    pub first_start: bool,
    /// This process calls; else campaigns wait for one that does.
    pub dials: bool,
}

/// Words for every code that the API writes: one table for page, command line and reports.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Catalog {
    /// Statuses of campaigns.
    pub campaign_statuses: Vec<CampaignStatusWord>,
    /// Statuses of contacts.
    pub contact_statuses: Vec<ContactStatusWord>,
    /// Results.
    pub results: Vec<ResultWord>,
    /// Reasons for which contacts are skipped.
    pub skip_reasons: Vec<SkipReasonWord>,
    /// Failures.
    pub failures: Vec<FailureWord>,
    /// Countries that can be a default country.
    pub countries: Vec<CountryWord>,
}

/// A status of a campaign.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CampaignStatusWord {
    /// The code.
    pub code: CampaignStatus,
    /// What people read.
    pub label: String,
}

/// A status of a contact.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ContactStatusWord {
    /// The code.
    pub code: ContactStatus,
    /// What people read.
    pub label: String,
}

/// A result.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ResultWord {
    /// The code.
    pub code: CallResult,
    /// What people read.
    pub label: String,
    /// Whether a person answered.
    pub answered_by_person: bool,
}

/// A reason for which contacts are skipped.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SkipReasonWord {
    /// The code.
    pub code: SkipReason,
    /// What people read.
    pub label: String,
}

/// A failure, explained.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FailureWord {
    /// The code.
    pub code: FailureCode,
    /// Under which it is counted.
    pub category: FailureCategory,
    /// The category as people read it.
    pub category_label: String,
    /// Title.
    pub title: String,
    /// What it means, in one sentence.
    pub meaning: String,
    /// What to do next.
    pub next_step: String,
    /// Whether calling again unchanged may succeed.
    pub may_work: bool,
}

/// A country.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CountryWord {
    /// ISO 3166-1 letters.
    #[schema(example = "US")]
    pub code: String,
    /// Country calling code.
    #[schema(example = 1)]
    pub calling_code: u16,
}

impl From<carillon_domain::FailureCode> for FailureWord {
    fn from(code: carillon_domain::FailureCode) -> FailureWord {
        FailureWord {
            code: code.into(),
            category: code.category().into(),
            category_label: code.category().label().to_owned(),
            title: code.label().to_owned(),
            meaning: code.meaning().to_owned(),
            next_step: code.next_step().to_owned(),
            may_work: code.may_work(),
        }
    }
}
