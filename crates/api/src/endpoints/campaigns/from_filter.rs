//! `POST /api/v1/campaigns/{id}/from-filter`

use axum::extract::State;
use axum::http::StatusCode;
use carillon_store::CopyOf;

use crate::auth::Operator;
use crate::extract::{Json, Path};
use crate::ids::CampaignId;
use crate::middleware::Audited;
use crate::model::{Campaign, CampaignFromFilter};
use crate::problem::Problem;
use crate::state::AppState;
use crate::view::{Tagged, filter_of_body, full_campaign};

use super::made::from_campaign;

/// Make a campaign from a filter
///
/// A draft with the contacts of this one that match.
#[utoipa::path(
    post,
    path = "/api/v1/campaigns/{id}/from-filter",
    tag = "campaigns",
    params(("id" = CampaignId, Path, description = "The campaign.")),
    request_body = CampaignFromFilter,
    responses((status = 201, description = "Made.", body = Campaign))
)]
pub(crate) async fn campaign_from_filter(
    user: Operator,
    State(state): State<AppState>,
    Path(id): Path<CampaignId>,
    Json(body): Json<CampaignFromFilter>,
) -> Result<(StatusCode, axum::Extension<Audited>, Tagged<Campaign>), Problem> {
    let of = CopyOf::Contacts(filter_of_body(&body.filter)?);
    let made = from_campaign(&state, &user, id.0, body.name.as_deref(), "", of).await?;
    Ok((StatusCode::CREATED, axum::Extension(Audited::of(made)), full_campaign(&state, &user, made).await?))
}
