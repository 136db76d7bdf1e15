//! `GET /api/v1/imports/{id}/skipped.csv`

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use carillon_domain::SkipReason;
use carillon_exchange::{ExportError, RejectedExport, RejectedRow};
use carillon_store::{Import, SkippedRow};
use futures_util::stream;

use crate::auth::Viewer;
use crate::codes;
use crate::extract::{Path, Query};
use crate::ids::ImportId;
use crate::model::SkippedQuery;
use crate::problem::{Code, Problem};
use crate::state::AppState;

/// Rows read at once.
const PAGE: u32 = 1_000;

/// Skipped rows as CSV
///
/// Row, line, column, value and reason, in the file's order.
#[utoipa::path(
    get,
    path = "/api/v1/imports/{id}/skipped.csv",
    tag = "files",
    params(("id" = ImportId, Path, description = "The import."), SkippedQuery),
    responses((status = 200, description = "The file.", body = String, content_type = "text/csv"))
)]
pub async fn import_skipped_csv(
    user: Viewer,
    State(state): State<AppState>,
    Path(id): Path<ImportId>,
    Query(query): Query<SkippedQuery>,
) -> Result<Response, Problem> {
    let mut reasons = codes::list::<codes::SkipReason>(query.reason.as_deref())?.into_iter();
    let reason: Option<SkipReason> = reasons.next().map(|reason| reason.0);
    if reasons.next().is_some() {
        return Err(Problem::new(Code::BadQuery, "reason names one reason".to_owned()));
    }
    let workspace = user.workspace;
    let found = state.store.import_fetch(workspace, id.0).await?;
    let import = found.ok_or_else(|| Problem::not_found("import"))?;
    let name = format!("{}-skipped.csv", import.id);
    // Page by page, so that a long list is never in memory as a whole.
    let lines = stream::try_unfold((state, import, Some(0)), move |(state, import, after)| async move {
        let Some(after) = after else { return Ok::<_, axum::BoxError>(None) };
        let rows = state.store.import_skipped(workspace, &import, reason, after, PAGE).await?;
        let full = rows.len() == PAGE as usize;
        let next = rows.last().filter(|_| full).map(|row| row.row);
        let text = page(&import, &rows, after == 0)?;
        Ok(Some((Bytes::from(text), (state, import, next))))
    });
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    Ok((headers, Body::from_stream(lines)).into_response())
}

fn page(import: &Import, rows: &[SkippedRow], first: bool) -> Result<Vec<u8>, ExportError> {
    let mut csv = if first { RejectedExport::new(Vec::new())? } else { RejectedExport::going_on(Vec::new()) };
    for row in rows {
        let column = usize::try_from(row.column).unwrap_or(0);
        csv.row(&RejectedRow {
            row: u32::try_from(row.row).unwrap_or(u32::MAX),
            line: u64::try_from(row.line).unwrap_or(0),
            column,
            header: import.headers.get(column.saturating_sub(1)).cloned().unwrap_or_default(),
            value: row.value.clone(),
            reason_code: row.reason.code().to_owned(),
            reason: row.text.clone(),
            first_name: row.first_name.clone(),
            last_name: row.last_name.clone(),
        })?;
    }
    csv.finish()
}
