//! Pages of contacts and events.

use std::collections::BTreeMap;

use carillon_domain::{CallId, PhoneNumber, Timestamp};
use sqlx::types::Json;

use super::{Tx, sql};
use crate::error::{Fault, StoreError};
use crate::model::{ContactRecord, Event, EventRow, contact_state, outcome_from};
use crate::session::Key;

#[derive(sqlx::FromRow)]
pub(crate) struct ContactRow {
    row: i64,
    line: i64,
    phone: Option<i64>,
    phone_text: String,
    first_name: String,
    last_name: String,
    status: i64,
    result: Option<i64>,
    reason: Option<String>,
    due_at: Option<i64>,
    attempts: i64,
    put_backs: i64,
    last_outcome: Option<i64>,
    call_id: Option<i64>,
    last_call_at: Option<i64>,
    lease_slot: Option<i64>,
    zone_key: i64,
    time_zone: Option<String>,
    external_id: Option<String>,
    properties: Json<BTreeMap<String, String>>,
}

impl TryFrom<ContactRow> for ContactRecord {
    type Error = StoreError;

    fn try_from(r: ContactRow) -> Result<ContactRecord, StoreError> {
        Ok(ContactRecord {
            row: r.row,
            line: r.line,
            phone: r.phone.and_then(PhoneNumber::from_digits),
            phone_text: r.phone_text,
            first_name: r.first_name,
            last_name: r.last_name,
            state: contact_state(r.status, r.result, r.due_at, r.call_id)?,
            reason: r.reason.filter(|text| !text.is_empty()),
            attempts: u32::try_from(r.attempts).unwrap_or(u32::MAX),
            put_backs: u32::try_from(r.put_backs).unwrap_or(u32::MAX),
            last_outcome: r.last_outcome.map(outcome_from).transpose()?,
            call: r.call_id.map(CallId::from_raw),
            last_call_at: r.last_call_at.filter(|us| *us > 0).map(Timestamp::from_micros),
            lease_slot: r.lease_slot,
            zone_key: r.zone_key,
            time_zone: r.time_zone,
            external_id: r.external_id,
            properties: r.properties.0,
        })
    }
}

/// A contact with its properties; more conditions follow.
macro_rules! select_contact {
    () => {
        "SELECT k.row, p.line, k.phone, p.phone_text, p.first_name, p.last_name, k.status, k.result, k.reason, k.due_at, k.attempts, \
         k.put_backs, k.last_outcome, k.call_id, k.last_call_at, k.lease_slot, k.zone_key, p.time_zone, p.external_id, p.properties FROM contacts k \
         JOIN contact_properties p ON p.workspace_id = k.workspace_id AND p.campaign_id = k.campaign_id AND p.row = k.row \
         WHERE k.workspace_id = $1 AND k.campaign_id = $2 "
    };
}
pub(crate) use select_contact;

/// Contacts in file order after a row.
pub(crate) async fn contacts(tx: &mut Tx, key: Key, after: i64, limit: i64) -> Result<Vec<ContactRecord>, Fault> {
    let rows: Vec<ContactRow> = tx
        .all(
            sql(concat!(select_contact!(), "AND k.row > $3 ORDER BY k.row LIMIT $4"))
                .bind(key.ws)
                .bind(key.campaign)
                .bind(after)
                .bind(limit),
        )
        .await?;
    Ok(rows.into_iter().map(ContactRecord::try_from).collect::<Result<_, _>>()?)
}

/// The earliest due time of a campaign's Pending contacts that nobody holds: when to claim again.
pub(crate) async fn next_due(tx: &mut Tx, key: Key) -> Result<Option<Timestamp>, Fault> {
    let row: Option<(i64,)> = tx
        .opt(
            sql("SELECT due_at FROM contacts WHERE workspace_id = $1 AND campaign_id = $2 AND status = 0 AND due_at IS NOT NULL \
                 AND lease_slot IS NULL ORDER BY due_at, row LIMIT 1")
            .bind(key.ws)
            .bind(key.campaign),
        )
        .await?;
    Ok(row.map(|(us,)| Timestamp::from_micros(us)))
}

/// Events of a campaign (0: of the workspace) after an id.
pub(crate) async fn events(tx: &mut Tx, key: Key, after: i64, limit: i64) -> Result<Vec<Event>, Fault> {
    let rows: Vec<EventRow> = tx
        .all(
            sql("SELECT id, at, kind, row, call_id, from_status, to_status, outcome, data FROM events \
                 WHERE workspace_id = $1 AND campaign_id = $2 AND id > $3 ORDER BY id LIMIT $4")
            .bind(key.ws)
            .bind(key.campaign)
            .bind(after)
            .bind(limit),
        )
        .await?;
    Ok(rows.into_iter().map(Event::try_from).collect::<Result<_, _>>()?)
}
