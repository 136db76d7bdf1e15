//! `GET /api/v1/do-not-call`

use axum::extract::State;
use carillon_domain::{PhoneNumber, Timestamp};
use carillon_store::BlockFilter;

use crate::auth::Viewer;
use crate::extract::{Json, Query};
use crate::model::{DoNotCallEntry, DoNotCallQuery};
use crate::paging::{CursorPage, per_page};
use crate::problem::{Code, Problem};
use crate::state::AppState;

/// Numbers that are never called
///
/// Newest first.
#[utoipa::path(
    get,
    path = "/api/v1/do-not-call",
    tag = "do-not-call",
    params(DoNotCallQuery),
    responses((status = 200, description = "Done.", body = CursorPage<DoNotCallEntry>))
)]
pub async fn do_not_call_list(
    user: Viewer,
    State(state): State<AppState>,
    Query(query): Query<DoNotCallQuery>,
) -> Result<Json<CursorPage<DoNotCallEntry>>, Problem> {
    let per_page = per_page(query.per_page)?;
    let filter = BlockFilter {
        digits: query.q.as_deref().and_then(digits),
        source: query.source.map(|source| source.0),
        after: query.after.as_deref().map(cursor).transpose()?,
    };
    let rows = state.store.numbers_blocked(user.workspace, &filter, per_page + 1, state.now()).await?;
    let next = |row: &carillon_store::Block| format!("{}.{}", row.at.as_micros(), row.phone.digits());
    let page = CursorPage::cut(rows, per_page, next);
    Ok(Json(CursorPage { items: page.items.into_iter().map(Into::into).collect(), next: page.next }))
}

/// With `+` or `00` the begin of the number, else its end: `0123` and `(0)151 0123` find what ends so.
fn digits(text: &str) -> Option<String> {
    let text = text.trim();
    let digits: String = text.chars().filter(char::is_ascii_digit).take(18).collect();
    if digits.is_empty() {
        return None;
    }
    match (text.starts_with('+'), digits.strip_prefix("00")) {
        (true, _) => Some(digits),
        (false, Some(rest)) if !rest.is_empty() => Some(rest.to_owned()),
        (false, _) => Some(format!("*{}", digits.trim_start_matches('0'))),
    }
}

fn cursor(text: &str) -> Result<(Timestamp, PhoneNumber), Problem> {
    let parts = text.split_once('.');
    let parsed = parts.and_then(|(at, phone)| Some((at.parse().ok()?, phone.parse().ok()?)));
    let found = parsed.and_then(|(at, phone)| Some((Timestamp::from_micros(at), PhoneNumber::from_digits(phone)?)));
    found.ok_or_else(|| Problem::new(Code::BadQuery, "after must be the next of the page before.".to_owned()))
}
