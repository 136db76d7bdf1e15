//! `POST /api/v1/campaigns/{id}/duplicate`

use axum::extract::State;
use axum::http::StatusCode;
use carillon_store::CopyOf;

use crate::auth::Operator;
use crate::extract::{OptionalJson, Path};
use crate::ids::CampaignId;
use crate::middleware::Audited;
use crate::model::{Campaign, DuplicateCampaign};
use crate::problem::Problem;
use crate::state::AppState;
use crate::view::{Tagged, full_campaign};

use super::made::from_campaign;

/// Duplicate
///
/// A draft with the same settings, without contacts.
#[utoipa::path(
    post,
    path = "/api/v1/campaigns/{id}/duplicate",
    tag = "campaigns",
    params(("id" = CampaignId, Path, description = "The campaign.")),
    request_body = Option<DuplicateCampaign>,
    responses((status = 201, description = "Made.", body = Campaign))
)]
pub(crate) async fn campaign_duplicate(
    user: Operator,
    State(state): State<AppState>,
    Path(id): Path<CampaignId>,
    OptionalJson(body): OptionalJson<DuplicateCampaign>,
) -> Result<(StatusCode, axum::Extension<Audited>, Tagged<Campaign>), Problem> {
    let of = CopyOf::Settings;
    let made = from_campaign(&state, &user, id.0, body.name.as_deref(), "", of).await?;
    Ok((StatusCode::CREATED, axum::Extension(Audited::of(made)), full_campaign(&state, &user, made).await?))
}
