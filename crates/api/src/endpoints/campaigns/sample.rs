//! `POST /api/v1/campaigns/{id}/sample`

use axum::extract::State;
use axum::http::StatusCode;
use carillon_store::CopyOf;

use crate::auth::Operator;
use crate::extract::{OptionalJson, Path};
use crate::ids::CampaignId;
use crate::middleware::Audited;
use crate::model::{Campaign, SampleCampaign};
use crate::problem::Problem;
use crate::state::AppState;
use crate::view::{Tagged, full_campaign};

use super::made::from_campaign;

/// Make a sample campaign
///
/// A draft from the first rows, to try it.
#[utoipa::path(
    post,
    path = "/api/v1/campaigns/{id}/sample",
    tag = "campaigns",
    params(("id" = CampaignId, Path, description = "The campaign.")),
    request_body = Option<SampleCampaign>,
    responses((status = 201, description = "Made.", body = Campaign))
)]
pub(crate) async fn campaign_sample(
    user: Operator,
    State(state): State<AppState>,
    Path(id): Path<CampaignId>,
    OptionalJson(body): OptionalJson<SampleCampaign>,
) -> Result<(StatusCode, axum::Extension<Audited>, Tagged<Campaign>), Problem> {
    if !(1..=100).contains(&body.rows) {
        return Err(Problem::field("rows", "A sample has 1 to 100 rows."));
    }
    let of = CopyOf::Sample { rows: body.rows, skip_in_parent: body.skip_in_parent };
    let made = from_campaign(&state, &user, id.0, body.name.as_deref(), "sample", of).await?;
    Ok((StatusCode::CREATED, axum::Extension(Audited::of(made)), full_campaign(&state, &user, made).await?))
}
