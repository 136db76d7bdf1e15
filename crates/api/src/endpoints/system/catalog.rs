//! `GET /api/v1/catalog`

use std::sync::OnceLock;

use carillon_domain::campaign::CampaignStatus;
use carillon_domain::outcome::{CallResult, FailureCode};
use carillon_domain::phone::Country;
use carillon_domain::{ContactStatus, SkipReason};

use crate::auth::Viewer;
use crate::extract::Json;
use crate::model::{
    CampaignStatusWord, Catalog, ContactStatusWord, CountryWord, FailureWord, ResultWord, SkipReasonWord,
};
use crate::problem::Problem;

/// Words for every code
#[utoipa::path(
    get,
    path = "/api/v1/catalog",
    tag = "system",
    responses((status = 200, description = "Done.", body = Catalog))
)]
pub async fn catalog(_user: Viewer) -> Result<Json<Catalog>, Problem> {
    static CATALOG: OnceLock<Catalog> = OnceLock::new();
    Ok(Json(CATALOG.get_or_init(words).clone()))
}

fn words() -> Catalog {
    let label = |text: &str| text.to_owned();
    Catalog {
        campaign_statuses: CampaignStatus::ALL
            .iter()
            .map(|&code| CampaignStatusWord { code: code.into(), label: label(code.label()) })
            .collect(),
        contact_statuses: ContactStatus::ALL
            .iter()
            .map(|&code| ContactStatusWord { code: code.into(), label: label(code.label()) })
            .collect(),
        results: CallResult::ALL
            .iter()
            .map(|&code| ResultWord {
                code: code.into(),
                label: label(code.label()),
                answered_by_person: code.answered_by_person(),
            })
            .collect(),
        skip_reasons: SkipReason::ALL
            .iter()
            .map(|&code| SkipReasonWord { code: code.into(), label: label(code.label()) })
            .collect(),
        failures: FailureCode::ALL.iter().map(|&code| FailureWord::from(code)).collect(),
        countries: Country::all()
            .filter_map(|country| {
                Some(CountryWord { code: country.to_string(), calling_code: country.calling_code()? })
            })
            .collect(),
    }
}
