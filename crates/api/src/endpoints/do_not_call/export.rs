//! `GET /api/v1/do-not-call/export`

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use carillon_exchange::{ExportError, csv_row};
use carillon_store::{Block, BlockFilter};
use futures_util::stream;

use crate::auth::Viewer;
use crate::problem::Problem;
use crate::state::AppState;

/// The list as CSV
#[utoipa::path(
    get,
    path = "/api/v1/do-not-call/export",
    tag = "do-not-call",
    responses((status = 200, description = "The file.", body = String, content_type = "text/csv"))
)]
pub async fn do_not_call_export(user: Viewer, State(state): State<AppState>) -> Result<Response, Problem> {
    const PAGE: u32 = 1_000;
    let workspace = user.workspace;
    // Page by page, so that a long list is never in memory as a whole.
    let first = Some(BlockFilter::default());
    let lines = stream::try_unfold((state, first), move |(state, filter)| async move {
        let Some(filter) = filter else { return Ok::<_, axum::BoxError>(None) };
        let rows = state.store.numbers_blocked(workspace, &filter, PAGE, state.now()).await?;
        let mut text = Vec::new();
        if filter.after.is_none() {
            text.extend(csv_row(["phone", "source", "reason", "added_by", "added_at", "expires_at"])?);
        }
        for row in &rows {
            text.extend(line(row)?);
        }
        let full = rows.len() == PAGE as usize;
        let after = rows.last().filter(|_| full).map(|row| (row.at, row.phone));
        let next = after.map(|after| BlockFilter { after: Some(after), ..filter });
        Ok(Some((Bytes::from(text), (state, next))))
    });
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"do-not-call.csv\""),
    ];
    Ok((headers, Body::from_stream(lines)).into_response())
}

fn line(row: &Block) -> Result<Vec<u8>, ExportError> {
    let (phone, at, until) = (row.phone.to_string(), row.at.to_string(), row.until.map(|at| at.to_string()));
    let reason = row.reason.as_deref().unwrap_or_default();
    csv_row([phone.as_str(), row.source.code(), reason, &row.by, &at, until.as_deref().unwrap_or_default()])
}
