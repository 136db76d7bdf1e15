//! `POST /api/v1/campaigns/{id}/exports`

use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use carillon_exchange::export_file_name;
use serde_json::json;

use crate::auth::Viewer;
use crate::export::Plan;
use crate::extract::{Json, Path};
use crate::ids::CampaignId;
use crate::middleware::Audited;
use crate::model::{Export, NewExport};
use crate::problem::{Code, Problem};
use crate::state::AppState;
use crate::view::export::export as shown;
use crate::view::filter_of_body;

/// Exports of a campaign that wait or are written at a time.
const OPEN_MAX: u32 = 20;

/// Export
///
/// In the background; the file is kept for seven days. A running campaign is read page by page: the export says from when to when.
#[utoipa::path(
    post,
    path = "/api/v1/campaigns/{id}/exports",
    tag = "files",
    params(("id" = CampaignId, Path, description = "The campaign.")),
    request_body = NewExport,
    responses((status = 202, description = "Begun.", body = Export))
)]
pub async fn export_create(
    user: Viewer,
    State(state): State<AppState>,
    Path(id): Path<CampaignId>,
    Json(body): Json<NewExport>,
) -> Result<(StatusCode, Extension<Audited>, Json<Export>), Problem> {
    let ws = user.workspace;
    let found = state.store.campaign_fetch(ws, id.0).await?;
    let campaign = found.ok_or_else(|| Problem::not_found("campaign"))?;
    let plan = Plan {
        format: body.format,
        filter: body.filter.as_ref().map(filter_of_body).transpose()?,
        columns: body.columns,
        byte_order_mark: body.byte_order_mark,
    };
    plan.check()?;
    let open =
        state.store.exports_of(ws, id.0, OPEN_MAX).await?.iter().filter(|export| !export.state.is_over()).count();
    if open >= OPEN_MAX as usize {
        let detail = format!("{open} exports of this campaign are waiting already; wait for one, or cancel one.");
        return Err(Problem::new(Code::WrongState, detail));
    }
    let now = state.now();
    let export = state.store.next_id(now)?;
    let file_name = export_file_name(&campaign.name, now, plan.format.extension());
    let new = carillon_store::NewExport {
        workspace: ws,
        id: export,
        campaign: campaign.id,
        folder: state.config.folder,
        plan: serde_json::to_value(&plan).map_err(|error| Problem::internal(&error))?,
        file_name,
        by: user.name.clone(),
        now,
    };
    state.store.export_create(new).await?;
    state.work.wake();
    let found = state.store.export_fetch(ws, export).await?.ok_or_else(|| Problem::not_found("export"))?;
    let audited = Audited::default().with(json!({ "export": export, "format": plan.format }));
    Ok((StatusCode::ACCEPTED, Extension(audited), Json(shown(&found)?)))
}
