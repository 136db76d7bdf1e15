//! `POST /api/v1/campaigns/{id}/imports`

use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use carillon_store::ImportSource;
use serde_json::json;

use super::uploaded::{here, refused};
use crate::auth::Operator;
use crate::endpoints::do_not_call::numbers;
use crate::extract::{Json, Path};
use crate::files;
use crate::ids::CampaignId;
use crate::middleware::Audited;
use crate::model::{Import, NewImport};
use crate::problem::{Code, Problem};
use crate::state::AppState;
use crate::view::import;
use crate::work::{AskError, AskedImport, ask};

/// Import contacts
///
/// Into a Draft, in the background; one file at a time. Every row is checked: good rows are taken, the others become Skipped with line and
/// reason. A file that is broken anywhere brings nobody in. Further files are added behind the contacts that are there.
#[utoipa::path(
    post,
    path = "/api/v1/campaigns/{id}/imports",
    tag = "files",
    params(("id" = CampaignId, Path, description = "The campaign.")),
    request_body = NewImport,
    responses((status = 202, description = "Begun.", body = Import))
)]
pub async fn import_create(
    user: Operator,
    State(state): State<AppState>,
    Path(id): Path<CampaignId>,
    Json(body): Json<NewImport>,
) -> Result<(StatusCode, Extension<Audited>, Json<Import>), Problem> {
    let workspace = user.workspace;
    let found = state.store.campaign_fetch(workspace, id.0).await?;
    let campaign = found.ok_or_else(|| Problem::not_found("campaign"))?;
    let upload = here(&state, workspace, body.upload.0).await.map_err(|problem| match problem.code() {
        Code::NotFound => Problem::field("upload", "There is no such uploaded file; files are kept for a day."),
        _ => problem,
    })?;
    let asked = AskedImport {
        campaign,
        folder: state.config.folder,
        source: ImportSource::Upload(upload.id),
        path: files::path(&state, upload.id),
        file_name: upload.name.clone(),
        file_hash: upload.sha256.clone().unwrap_or_default(),
        bytes: u64::try_from(upload.bytes).unwrap_or(0),
        format: import::format_choice(body.format)?,
        mapping: body.mapping.map(import::mapping),
        country: numbers::country(&state, workspace, body.country.as_deref()).await?,
        duplicates: body.duplicates.into(),
        rows_before: None,
        checked: None,
        ours: false,
        by: user.name.clone(),
    };
    let import = ask(&state.store, asked, state.now()).await.map_err(|error| match error {
        AskError::File(error) => refused(&error),
        AskError::Store(error) => error.into(),
        AskError::Employee(error) => {
            Problem::new(Code::WrongState, format!("A text of the AI employee can't be read: {error}."))
        }
        AskError::Thread(error) => Problem::internal(&error),
    })?;
    state.work.wake();
    let found = state.store.import_fetch(workspace, import).await?.ok_or_else(|| Problem::not_found("import"))?;
    let audited = Audited::default().with(json!({ "import": import, "file": upload.name }));
    Ok((StatusCode::ACCEPTED, Extension(audited), Json(import::import(&found))))
}
