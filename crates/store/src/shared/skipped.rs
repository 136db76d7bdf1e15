//! The rows that imports skipped, with the value that is the cause.

use carillon_domain::SkipReason;

use super::import::Skip;
use super::{Tx, bulk, sql};
use crate::error::{Fault, StoreError};
use crate::model::SkippedRow;
use crate::session::Key;

/// Characters kept of a value.
const VALUE_CHARS: usize = 200;

/// A skipped row ready to be written.
pub(crate) struct Line {
    pub(crate) row: i64,
    pub(crate) reason: i64,
    pub(crate) line: i64,
    pub(crate) place: i64,
    pub(crate) value: String,
    pub(crate) text: String,
}

/// Keeps what was skipped; of a row that the file's reader let through, the number is the cause.
pub(crate) async fn put(tx: &mut Tx, key: Key, skips: &[Skip<'_>], phone_column: i64) -> Result<(), Fault> {
    if skips.is_empty() {
        return Ok(());
    }
    let line = |skip: &Skip<'_>| {
        let (place, value) = match &skip.row.cause {
            Some((place, value)) => (*place, value.as_str()),
            None => (phone_column, skip.row.contact.phone_text.as_str()),
        };
        let contact = &skip.row.contact;
        let text = if skip.text.is_empty() { skip.reason.label().to_owned() } else { skip.text.clone() };
        let value = value.chars().take(VALUE_CHARS).collect();
        Line { row: contact.row, reason: skip.reason.number(), line: contact.line, place, value, text }
    };
    let lines: Vec<Line> = skips.iter().map(line).collect();
    bulk::insert_skipped(tx, key, &lines).await
}

#[derive(sqlx::FromRow)]
struct Row {
    row: i64,
    reason: i64,
    line: i64,
    place: i64,
    value: String,
    text: String,
    first_name: String,
    last_name: String,
}

macro_rules! select_skipped {
    ($rest:literal) => {
        concat!(
            "SELECT s.row, s.reason, s.line, s.place, s.value, s.text, p.first_name, p.last_name FROM skipped_rows s \
             JOIN contact_properties p ON p.workspace_id = s.workspace_id AND p.campaign_id = s.campaign_id AND p.row = s.row \
             WHERE s.workspace_id = $1 AND s.campaign_id = $2 AND s.row >= $3 AND s.row <= $4 ",
            $rest
        )
    };
}

/// At most `limit` of the skipped rows `first` to `last`, perhaps of one reason, in the file's order.
pub(crate) async fn page(
    tx: &mut Tx,
    key: Key,
    (first, last): (i64, i64),
    reason: Option<SkipReason>,
    limit: i64,
) -> Result<Vec<SkippedRow>, Fault> {
    let statement = match reason {
        None => sql(select_skipped!("ORDER BY s.row LIMIT $5")),
        Some(_) => sql(select_skipped!("AND s.reason = $6 ORDER BY s.row LIMIT $5")),
    };
    let mut statement = statement.bind(key.ws).bind(key.campaign).bind(first).bind(last).bind(limit);
    if let Some(reason) = reason {
        statement = statement.bind(reason.number());
    }
    let rows: Vec<Row> = tx.all(statement).await?;
    let skipped = |row: Row| {
        let reason = SkipReason::from_number(row.reason)
            .ok_or_else(|| StoreError::Corrupt(format!("skip reason {}", row.reason)))?;
        Ok(SkippedRow {
            row: row.row,
            line: row.line,
            column: row.place,
            value: row.value,
            reason,
            text: row.text,
            first_name: row.first_name,
            last_name: row.last_name,
        })
    };
    rows.into_iter().map(skip_fault(skipped)).collect()
}

fn skip_fault<T, O>(read: impl Fn(T) -> Result<O, StoreError>) -> impl Fn(T) -> Result<O, Fault> {
    move |row| read(row).map_err(Fault::Store)
}
