//! The record: one row for each change, in the transaction of the change.

use carillon_domain::{ContactStatus, Counts, Timestamp};
use serde_json::{Value, json};
use sqlx::types::Json;

use super::{Tx, sql};
use crate::error::Fault;
use crate::model::EventKind;
use crate::session::Key;

/// An event to be written.
#[derive(Debug, Default)]
pub(crate) struct Entry {
    pub(crate) row: Option<i64>,
    pub(crate) call: Option<i64>,
    pub(crate) moved: Option<(ContactStatus, ContactStatus)>,
    pub(crate) outcome: Option<i64>,
    pub(crate) data: Option<Value>,
}

/// Appends an event of a campaign.
pub(crate) async fn append(tx: &mut Tx, key: Key, kind: EventKind, now: Timestamp, entry: Entry) -> Result<(), Fault> {
    let id = tx.event_id(now)?;
    tx.exec_later(
        sql("INSERT INTO events(workspace_id, campaign_id, id, at, kind, row, call_id, from_status, to_status, outcome, data) \
             VALUES($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)")
        .bind(key.ws)
        .bind(key.campaign)
        .bind(id)
        .bind(now.as_micros())
        .bind(kind.number())
        .bind(entry.row)
        .bind(entry.call)
        .bind(entry.moved.map(|(from, _)| from.number()))
        .bind(entry.moved.map(|(_, to)| to.number()))
        .bind(entry.outcome)
        .bind(entry.data.map(Json)),
    )
    .await
}

/// A batch's change of each count, as `doctor` sums it.
pub(crate) fn moved_data(counts: &Counts) -> Value {
    json!({
        "pending": counts.pending, "in_progress": counts.in_progress, "completed": counts.completed,
        "failed": counts.failed, "skipped": counts.skipped, "canceled": counts.canceled,
    })
}
