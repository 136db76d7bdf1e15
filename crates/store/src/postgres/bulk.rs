//! Bulk insert: one array for each column.

use sqlx::types::Json;

use super::shared::import::Prepared;
use super::shared::skipped::Line;
use super::{Db, Tx};
use crate::error::Fault;
use crate::session::Key;

/// Writes new contacts with their properties.
pub(crate) async fn insert_contacts(tx: &mut Tx, key: Key, contacts: &[Prepared<'_>]) -> Result<(), Fault> {
    let rows: Vec<i64> = contacts.iter().map(|c| c.new.row).collect();
    let phones: Vec<Option<i64>> = contacts.iter().map(|c| c.new.phone.map(|p| p.digits())).collect();
    insert(
        tx,
        sqlx::query("INSERT INTO contacts(workspace_id, campaign_id, row, phone, name, status, result, reason, zone_key, order_key) \
             SELECT $1, $2, u.* FROM UNNEST(CAST($3 AS BIGINT[]), CAST($4 AS BIGINT[]), CAST($5 AS TEXT[]), CAST($6 AS BIGINT[]), \
             CAST($7 AS BIGINT[]), CAST($8 AS TEXT[]), CAST($9 AS BIGINT[]), CAST($10 AS BIGINT[])) AS u")
        .bind(key.ws)
        .bind(key.campaign)
        .bind(rows.clone())
        .bind(phones)
        .bind(contacts.iter().map(|c| storable(&c.name)).collect::<Vec<String>>())
        .bind(contacts.iter().map(|c| c.status).collect::<Vec<i64>>())
        .bind(contacts.iter().map(|c| c.result).collect::<Vec<i64>>())
        .bind(contacts.iter().map(|c| c.reason.clone()).collect::<Vec<Option<String>>>())
        .bind(contacts.iter().map(|c| c.new.zone_key).collect::<Vec<i64>>())
        .bind(contacts.iter().map(|c| c.order_key).collect::<Vec<i64>>()),
    )
    .await?;
    let properties: Vec<Json<std::collections::BTreeMap<String, String>>> = contacts
        .iter()
        .map(|c| Json(c.new.properties.iter().map(|(name, value)| (storable(name), storable(value))).collect()))
        .collect();
    insert(
        tx,
        sqlx::query("INSERT INTO contact_properties(workspace_id, campaign_id, row, line, first_name, last_name, phone_text, properties, time_zone, external_id) \
             SELECT $1, $2, u.* FROM UNNEST(CAST($3 AS BIGINT[]), CAST($4 AS BIGINT[]), CAST($5 AS TEXT[]), CAST($6 AS TEXT[]), \
             CAST($7 AS TEXT[]), CAST($8 AS JSONB[]), CAST($9 AS TEXT[]), CAST($10 AS TEXT[])) AS u")
        .bind(key.ws)
        .bind(key.campaign)
        .bind(rows)
        .bind(contacts.iter().map(|c| c.new.line).collect::<Vec<i64>>())
        .bind(contacts.iter().map(|c| storable(&c.new.first_name)).collect::<Vec<String>>())
        .bind(contacts.iter().map(|c| storable(&c.new.last_name)).collect::<Vec<String>>())
        .bind(contacts.iter().map(|c| storable(&c.new.phone_text)).collect::<Vec<String>>())
        .bind(properties)
        .bind(contacts.iter().map(|c| c.new.time_zone.as_deref().map(storable)).collect::<Vec<Option<String>>>())
        .bind(contacts.iter().map(|c| c.new.external_id.as_deref().map(storable)).collect::<Vec<Option<String>>>()),
    )
    .await
}

/// Keeps skipped rows.
pub(crate) async fn insert_skipped(tx: &mut Tx, key: Key, lines: &[Line]) -> Result<(), Fault> {
    let numbers = |of: fn(&Line) -> i64| lines.iter().map(of).collect::<Vec<i64>>();
    let texts = |of: fn(&Line) -> &str| lines.iter().map(|line| storable(of(line))).collect::<Vec<String>>();
    insert(
        tx,
        sqlx::query("INSERT INTO skipped_rows(workspace_id, campaign_id, row, reason, line, place, value, text) \
             SELECT $1, $2, u.* FROM UNNEST(CAST($3 AS BIGINT[]), CAST($4 AS BIGINT[]), CAST($5 AS BIGINT[]), CAST($6 AS BIGINT[]), \
             CAST($7 AS TEXT[]), CAST($8 AS TEXT[])) AS u")
        .bind(key.ws)
        .bind(key.campaign)
        .bind(numbers(|l| l.row))
        .bind(numbers(|l| l.reason))
        .bind(numbers(|l| l.line))
        .bind(numbers(|l| l.place))
        .bind(texts(|l| &l.value))
        .bind(texts(|l| &l.text)),
    )
    .await
}

async fn insert(tx: &mut Tx, query: sqlx::query::Query<'static, Db, sqlx::postgres::PgArguments>) -> Result<(), Fault> {
    query.execute(&mut **tx.conn).await?;
    tx.step().await
}

/// PostgreSQL keeps no NUL in a text; a file may hold one.
fn storable(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}
