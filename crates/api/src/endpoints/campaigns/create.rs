//! `POST /api/v1/campaigns`

use axum::extract::State;
use axum::http::StatusCode;

use crate::auth::Operator;
use crate::extract::Json;
use crate::middleware::Audited;
use crate::model::{Campaign, NewCampaign};
use crate::problem::Problem;
use crate::state::AppState;
use crate::view::{Tagged, full_campaign};

use super::made::{name_of, settings_of};

/// Make a campaign, as Draft
#[utoipa::path(
    post,
    path = "/api/v1/campaigns",
    tag = "campaigns",
    request_body = NewCampaign,
    responses((status = 201, description = "Made.", body = Campaign))
)]
pub(crate) async fn campaign_create(
    user: Operator,
    State(state): State<AppState>,
    Json(body): Json<NewCampaign>,
) -> Result<(StatusCode, axum::Extension<Audited>, Tagged<Campaign>), Problem> {
    let ws = user.workspace;
    let name = name_of(&body.name)?;
    let settings = settings_of(body.settings)?;
    let employee = match body.employee {
        Some(id) => state.store.employee_newest(ws, id.0).await?,
        None => state.store.employee_list(ws).await?.into_iter().next().map(|(employee, _)| employee),
    };
    let employee = employee.ok_or_else(|| Problem::field("employee", "There is no such AI employee."))?;
    let trunk = match body.trunk {
        Some(id) => state.store.trunk_usable(ws, id.0).await?,
        None => state.store.trunk_list(ws).await?.into_iter().next(),
    };
    let trunk = trunk.ok_or_else(|| Problem::field("trunk", "There is no such trunk: add one in Settings."))?;
    let now = state.now();
    let new = carillon_store::NewCampaign {
        workspace: ws,
        id: state.store.next_id(now)?,
        name,
        employee: employee.version,
        trunk: trunk.id,
        settings,
        file_hash: None,
        property_names: Vec::new(),
        now,
    };
    let id = new.id;
    state.store.campaign_create_by(new, &user.name).await?;
    Ok((StatusCode::CREATED, axum::Extension(Audited::of(id)), full_campaign(&state, &user, id).await?))
}
