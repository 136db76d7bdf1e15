//! Bulk insert: one JSON value a batch, 16 times faster than a statement a row.

use serde_json::json;

use super::shared::import::Prepared;
use super::shared::skipped::Line;
use super::{Tx, sql};
use crate::error::Fault;
use crate::session::Key;

/// Writes new contacts with their properties.
pub(crate) async fn insert_contacts(tx: &mut Tx, key: Key, contacts: &[Prepared<'_>]) -> Result<(), Fault> {
    let mut text = String::from("[");
    for (n, c) in contacts.iter().enumerate() {
        if n > 0 {
            text.push(',');
        }
        let new = c.new;
        let value = json!([
            new.row,
            new.phone.map(|p| p.digits()),
            c.name,
            c.status,
            c.result,
            c.reason,
            new.zone_key,
            c.order_key,
            new.line,
            new.first_name,
            new.last_name,
            new.phone_text,
            new.properties,
            new.time_zone,
            new.external_id
        ]);
        text.push_str(&value.to_string());
    }
    text.push(']');
    tx.exec(
        sql("INSERT INTO contacts(workspace_id, campaign_id, row, phone, name, status, result, reason, zone_key, order_key) \
             SELECT $1, $2, value->>0, value->>1, value->>2, value->>3, value->>4, value->>5, value->>6, value->>7 FROM json_each($3)")
        .bind(key.ws)
        .bind(key.campaign)
        .bind(text.clone()),
    )
    .await?;
    tx.exec(
        sql("INSERT INTO contact_properties(workspace_id, campaign_id, row, line, first_name, last_name, phone_text, properties, time_zone, external_id) \
             SELECT $1, $2, value->>0, value->>8, value->>9, value->>10, value->>11, value->>12, value->>13, value->>14 FROM json_each($3)")
        .bind(key.ws)
        .bind(key.campaign)
        .bind(text),
    )
    .await?;
    Ok(())
}

/// Keeps skipped rows.
pub(crate) async fn insert_skipped(tx: &mut Tx, key: Key, lines: &[Line]) -> Result<(), Fault> {
    let values: Vec<_> = lines.iter().map(|l| json!([l.row, l.reason, l.line, l.place, l.value, l.text])).collect();
    tx.exec(
        sql("INSERT INTO skipped_rows(workspace_id, campaign_id, row, reason, line, place, value, text) \
             SELECT $1, $2, value->>0, value->>1, value->>2, value->>3, value->>4, value->>5 FROM json_each($3)")
        .bind(key.ws)
        .bind(key.campaign)
        .bind(serde_json::Value::Array(values).to_string()),
    )
    .await?;
    Ok(())
}
