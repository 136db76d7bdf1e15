//! `PATCH /api/v1/campaigns/{id}`

use axum::extract::State;
use axum::http::HeaderMap;
use carillon_store::CampaignEdit;

use crate::auth::Operator;
use crate::extract::{Json, Path};
use crate::ids::CampaignId;
use crate::model::{Campaign, EditCampaign};
use crate::problem::Problem;
use crate::state::AppState;
use crate::view::{Tagged, full_campaign, if_match};

use super::made::{name_of, settings_of};
use super::press::refused;

/// Change a campaign
///
/// A Draft entirely; later only name and settings, for the calls to come.
#[utoipa::path(
    patch,
    path = "/api/v1/campaigns/{id}",
    tag = "campaigns",
    params(("id" = CampaignId, Path, description = "The campaign."), ("If-Match" = Option<String>, Header, description = "The `control_version` that was read, in quotes. Another one is refused with 412 and the state now. Pause and Stop are never refused for it.")),
    request_body = EditCampaign,
    responses((status = 200, description = "Done.", body = Campaign))
)]
pub(crate) async fn campaign_edit(
    user: Operator,
    State(state): State<AppState>,
    Path(id): Path<CampaignId>,
    headers: HeaderMap,
    Json(body): Json<EditCampaign>,
) -> Result<Tagged<Campaign>, Problem> {
    let ws = user.workspace;
    let employee = match body.employee {
        Some(employee) => {
            let found = state.store.employee_newest(ws, employee.0).await?;
            Some(found.ok_or_else(|| Problem::field("employee", "There is no such AI employee."))?.version)
        }
        None => None,
    };
    if let Some(trunk) = body.trunk
        && state.store.trunk_usable(ws, trunk.0).await?.is_none()
    {
        return Err(Problem::field("trunk", "There is no such trunk."));
    }
    let edit = CampaignEdit {
        name: body.name.as_deref().map(name_of).transpose()?,
        settings: body.settings.map(settings_of).transpose()?,
        employee,
        trunk: body.trunk.map(|trunk| trunk.0),
        expected: if_match(&headers)?,
    };
    let edited = state.store.campaign_edit(ws, id.0, edit, &user.name, state.now()).await;
    if let Err(error) = edited {
        return Err(refused(&state, &user, id.0, error).await);
    }
    state.control.wake();
    full_campaign(&state, &user, id.0).await
}
