//! `GET /api/v1/do-not-call/export`

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use carillon_store::{Block, BlockFilter, StoreError};
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
        let Some(filter) = filter else { return Ok::<_, StoreError>(None) };
        let rows = state.store.numbers_blocked(workspace, &filter, PAGE, state.now()).await?;
        let mut text = String::new();
        if filter.after.is_none() {
            text.push_str("phone,source,reason,added_by,added_at,expires_at\r\n");
        }
        rows.iter().for_each(|row| text.push_str(&line(row)));
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

fn line(row: &Block) -> String {
    let fields = [
        row.phone.to_string(),
        row.source.code().to_owned(),
        guarded(row.reason.as_deref().unwrap_or("")),
        guarded(&row.by),
        row.at.to_string(),
        row.until.map(|at| at.to_string()).unwrap_or_default(),
    ];
    format!("{}\r\n", fields.join(","))
}

/// Quoted for CSV; what a spreadsheet would take for a formula gets an apostrophe.
fn guarded(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = format!("{}{}", if formula { "'" } else { "" }, text.replace('"', "\"\""));
    if text.contains([',', '"', '\n', '\r']) { format!("\"{text}\"") } else { text }
}
