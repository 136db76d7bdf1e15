//! Filters and cursors of contacts.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use carillon_domain::{FailureCode, SkipReason};
use carillon_store::{ContactCursor, ContactSort, Position};
use serde::{Deserialize, Serialize};

use crate::codes::{self, CallResult, ContactStatus};
use crate::model::{ContactFilter, ContactQuery};
use crate::paging;
use crate::problem::{Code, Problem};

/// A sort parameter such as `-name`: what it names in a table, and whether from last to first.
pub(crate) fn sort_of<T: Copy>(asked: Option<&str>, default: &str, table: &[(&str, T)]) -> Result<(T, bool), Problem> {
    let text = asked.filter(|text| !text.is_empty()).unwrap_or(default);
    let name = text.strip_prefix('-').unwrap_or(text);
    match table.iter().find(|(known, _)| *known == name) {
        Some((_, sort)) => Ok((*sort, text.starts_with('-'))),
        None => {
            let names: Vec<&str> = table.iter().map(|(name, _)| *name).collect();
            let detail = format!("sort must be one of {}, with - in front for descending", names.join(", "));
            Err(Problem::new(Code::BadQuery, detail))
        }
    }
}

/// Failure codes and skip reasons, separated by commas.
fn reasons(text: Option<&str>) -> Result<(Vec<FailureCode>, Vec<SkipReason>), Problem> {
    let (mut failures, mut skips) = (Vec::new(), Vec::new());
    for part in text.unwrap_or("").split(',').filter(|part| !part.is_empty()) {
        match (FailureCode::from_code(part), SkipReason::from_code(part)) {
            (Some(code), _) => failures.push(code),
            (None, Some(reason)) => skips.push(reason),
            (None, None) => {
                let part: String = part.chars().take(40).collect();
                let detail = format!("\"{part}\" is neither a failure code nor a skip reason");
                return Err(Problem::new(Code::BadQuery, detail));
            }
        }
    }
    Ok((failures, skips))
}

/// The filter of a query.
fn contact_filter(query: &ContactQuery) -> Result<carillon_store::ContactFilter, Problem> {
    let (failures, skips) = reasons(query.reason.as_deref())?;
    Ok(carillon_store::ContactFilter {
        statuses: codes::list::<ContactStatus>(query.status.as_deref())?.into_iter().map(|s| s.0).collect(),
        results: codes::list::<CallResult>(query.result.as_deref())?.into_iter().map(|r| r.0).collect(),
        failures,
        skips,
        from: query.from.map(|at| at.0),
        to: query.to.map(|at| at.0),
        search: query.q.clone().unwrap_or_default(),
        handled: query.handled,
    })
}

/// The filter of a body.
pub(crate) fn filter_of_body(body: &ContactFilter) -> Result<carillon_store::ContactFilter, Problem> {
    let (failures, skips) = reasons(body.reason.as_deref())?;
    Ok(carillon_store::ContactFilter {
        statuses: body.status.iter().map(|s| s.0).collect(),
        results: body.result.iter().map(|r| r.0).collect(),
        failures,
        skips,
        from: body.from.map(|at| at.0),
        to: body.to.map(|at| at.0),
        search: body.q.clone().unwrap_or_default(),
        handled: body.handled,
    })
}

/// A cursor as text: it belongs to one sort.
#[derive(Serialize, Deserialize)]
struct CursorText {
    s: ContactSort,
    d: bool,
    c: ContactCursor,
}

/// Writes a cursor.
pub(crate) fn cursor_text(sort: ContactSort, descending: bool, cursor: &ContactCursor) -> Option<String> {
    let text = CursorText { s: sort, d: descending, c: cursor.clone() };
    serde_json::to_vec(&text).ok().map(|bytes| URL_SAFE_NO_PAD.encode(bytes))
}

fn cursor(text: &str, sort: ContactSort, descending: bool) -> Result<ContactCursor, Problem> {
    let read = URL_SAFE_NO_PAD.decode(text).ok().and_then(|bytes| serde_json::from_slice::<CursorText>(&bytes).ok());
    match read {
        Some(read) if read.s == sort && read.d == descending => Ok(read.c),
        Some(_) => Err(Problem::new(Code::BadQuery, "The cursor belongs to another sort.".to_owned())),
        None => Err(Problem::new(Code::BadQuery, "The cursor can't be read.".to_owned())),
    }
}

/// The order of a list when nobody asked for one.
fn usual_sort(filter: &carillon_store::ContactFilter) -> &'static str {
    use carillon_domain::ContactStatus::{Canceled, Pending, Skipped};
    if !filter.takes_some() {
        return "row";
    }
    // Those that were never called stand in file order then, and those that wait for another attempt behind them.
    let called = !filter.results.is_empty() || !filter.failures.is_empty();
    let uncalled = if filter.statuses.is_empty() {
        !filter.skips.is_empty()
    } else {
        filter.statuses.iter().all(|status| matches!(status, Pending | Skipped | Canceled))
    };
    if uncalled && !called { "processed" } else { "-processed" }
}

/// A sort as a list's answer names it.
pub(crate) fn sort_text(sort: ContactSort, descending: bool) -> String {
    let known = SORTS.iter().find(|(_, known)| *known == sort).map_or("row", |(name, _)| name);
    format!("{}{known}", if descending { "-" } else { "" })
}

const SORTS: [(&str, ContactSort); 5] = [
    ("row", ContactSort::Row),
    ("status", ContactSort::Status),
    ("name", ContactSort::Name),
    ("processed", ContactSort::Processed),
    ("result", ContactSort::Result),
];

/// The page of contacts that is asked for.
pub(crate) fn contact_query(query: &ContactQuery) -> Result<carillon_store::ContactQuery, Problem> {
    let filter = contact_filter(query)?;
    let (sort, descending) = sort_of(query.sort.as_deref(), usual_sort(&filter), &SORTS)?;
    if sort == ContactSort::Row && filter.takes_some() {
        let detail = "File order is for all contacts: sort by status, name, processed or result, or leave sort out.";
        return Err(Problem::new(Code::BadQuery, detail.to_owned()));
    }
    let position = match (&query.page, &query.after, &query.before) {
        (page, None, None) => Position::Page(paging::page(*page)?),
        (None, Some(text), None) => Position::After(cursor(text, sort, descending)?),
        (None, None, Some(text)) => Position::Before(cursor(text, sort, descending)?),
        _ => {
            return Err(Problem::new(Code::BadQuery, "Give one of page, after and before.".to_owned()));
        }
    };
    let per_page = paging::per_page(query.per_page)?;
    Ok(carillon_store::ContactQuery { filter, sort, descending, position, per_page })
}
