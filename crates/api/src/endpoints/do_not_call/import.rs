//! `POST /api/v1/do-not-call/import`

use axum::Extension;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use carillon_domain::access::BlockSource;
use serde_json::json;

use super::add::new_block;
use super::{numbers, text};
use crate::auth::Operator;
use crate::extract::Json;
use crate::middleware::Audited;
use crate::model::{ImportDoNotCall, ImportedDoNotCall};
use crate::problem::Problem;
use crate::state::AppState;
use crate::work::sentence;

/// Add many numbers
///
/// A number a line, or a CSV: then the column that its header calls phone. A line of which nobody can say which value is the number is rejected.
#[utoipa::path(
    post,
    path = "/api/v1/do-not-call/import",
    tag = "do-not-call",
    request_body = ImportDoNotCall,
    responses((status = 200, description = "Done.", body = ImportedDoNotCall))
)]
pub async fn do_not_call_import(
    user: Operator,
    State(state): State<AppState>,
    Json(body): Json<ImportDoNotCall>,
) -> Result<Response, Problem> {
    let country = numbers::country(&state, user.workspace, body.country.as_deref()).await?;
    let block = new_block(&state, &user, BlockSource::Import, body.reason, body.expires_at)?;
    let pasted = tokio::task::spawn_blocking(move || text::read(&body.text, country))
        .await
        .map_err(|error| Problem::internal(&error))?
        .map_err(|error| Problem::field("text", sentence(&error)))?;
    let done = state.store.numbers_block(user.workspace, &pasted.phones, &block).await?;
    state.control.wake();
    let numbers = i64::try_from(pasted.phones.len()).unwrap_or(i64::MAX);
    let answer = ImportedDoNotCall {
        lines: pasted.lines,
        added: done.added,
        existing: pasted.repeated + numbers - done.added,
        rejected: pasted.rejected,
        rejected_lines: pasted.rejected_lines,
        skipped_contacts: done.contacts,
    };
    let details = json!({ "added": answer.added, "rejected": answer.rejected, "skipped_contacts": done.contacts });
    Ok((Extension(Audited::default().with(details)), Json(answer)).into_response())
}
