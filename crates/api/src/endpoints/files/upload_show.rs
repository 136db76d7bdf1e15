//! `GET /api/v1/uploads/{id}`

use axum::extract::State;
use carillon_domain::{CampaignId, WorkspaceId};
use carillon_exchange::{Field, Preview, inspect, open_file};
use tokio::sync::Semaphore;

use super::uploaded::{here, refused};
use crate::auth::Operator;
use crate::endpoints::do_not_call::numbers;
use crate::extract::{Json, Path, Query};
use crate::files;
use crate::ids::UploadId;
use crate::model::{FileFormat, UploadPreview, UploadQuery};
use crate::problem::Problem;
use crate::state::AppState;
use crate::view::import;
use crate::work::missing_variables;

/// Files that are looked at at once: each may take tens of megabytes.
static AT_ONCE: Semaphore = Semaphore::const_new(2);

/// Look at an uploaded file
///
/// Format, columns with samples, suggested mapping. The query overrules the detection.
#[utoipa::path(
    get,
    path = "/api/v1/uploads/{id}",
    tag = "files",
    params(("id" = UploadId, Path, description = "The upload."), UploadQuery),
    responses((status = 200, description = "Done.", body = UploadPreview))
)]
pub async fn upload_show(
    user: Operator,
    State(state): State<AppState>,
    Path(id): Path<UploadId>,
    Query(query): Query<UploadQuery>,
) -> Result<Json<UploadPreview>, Problem> {
    let upload = here(&state, user.workspace, id.0).await?;
    let country = numbers::country(&state, user.workspace, query.country.as_deref()).await?;
    let UploadQuery { encoding, separator, header, sheet, .. } = query;
    let choice = import::format_choice(FileFormat { encoding, separator, header, sheet })?;
    let path = files::path(&state, upload.id);
    // A look reads all texts of a workbook; it goes on when the one who asked is gone.
    let one = AT_ONCE.acquire().await.map_err(|error| Problem::internal(&error))?;
    let look = tokio::task::spawn_blocking(move || {
        let _one = one;
        inspect(open_file(&path)?, &choice, None, country)
    });
    let preview = look.await.map_err(|error| Problem::internal(&error))?.map_err(|error| refused(&error))?;
    let missing_variables = match query.campaign {
        Some(campaign) => missing(&state, user.workspace, campaign.0, &preview).await?,
        None => Vec::new(),
    };
    Ok(Json(UploadPreview {
        upload: import::upload(&upload, import::bytes(&upload)),
        format: import::detected(&preview),
        columns: import::columns(&preview, country),
        missing_variables,
        needs_country: preview.needs_country,
        warnings: import::warnings(&preview, country),
    }))
}

/// Variables of the campaign's employee that neither the file nor the campaign's contacts give.
async fn missing(
    state: &AppState,
    workspace: WorkspaceId,
    campaign: CampaignId,
    preview: &Preview,
) -> Result<Vec<String>, Problem> {
    let found = state.store.campaign_fetch(workspace, campaign).await?;
    let campaign = found.ok_or_else(|| Problem::not_found("campaign"))?;
    let Some(employee) = state.store.employee_fetch(workspace, campaign.employee).await? else { return Ok(Vec::new()) };
    let mut known = campaign.property_names;
    for column in &preview.columns {
        match &column.field {
            Field::Property { name } => known.push(name.clone()),
            Field::TimeZone | Field::ExternalId => known.push(column.header.clone()),
            _ => {}
        }
    }
    missing_variables(&employee.employee, &known).map_err(|error| Problem::internal(&error))
}
