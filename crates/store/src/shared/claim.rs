//! Claiming contacts to be called: due ones first, then the ready ones in the campaign's order; a lease, never a promise to call.

use std::collections::{BTreeMap, HashMap};

use carillon_domain::{PhoneNumber, Timestamp};
use sqlx::types::Json;

use super::jobs::list_json;
use super::{Tx, slots, sql};
use crate::error::{Fault, StoreError};
use crate::model::{Claimed, Tried};
use crate::session::Key;

/// The zone key of a contact that may be called at any hour.
const ZONE_ANY: i64 = 0;

#[derive(sqlx::FromRow)]
struct Candidate {
    row: i64,
    phone: Option<i64>,
    #[sqlx(flatten)]
    tried: Tried,
}

/// Leases up to `n` contacts that may be called at `now`.
pub(crate) async fn claim(tx: &mut Tx, key: Key, n: i64, now: Timestamp) -> Result<Vec<Claimed>, Fault> {
    let (slot, fence) = slots::hold(tx).await?;
    let mut found: Vec<Candidate> = tx
        .all(
            sql(concat!(
                "SELECT row, phone, attempts, put_backs, unsent, withdrawals, last_outcome FROM contacts WHERE workspace_id = $1 AND campaign_id = $2 \
                 AND status = 0 AND due_at IS NOT NULL AND lease_slot IS NULL AND due_at <= $3 ORDER BY due_at, row LIMIT $4",
                for_update_skip_locked!()
            ))
            .bind(key.ws)
            .bind(key.campaign)
            .bind(now.as_micros())
            .bind(n),
        )
        .await?;
    let rest = n - i64::try_from(found.len()).unwrap_or(n);
    if rest > 0 {
        let ready: Vec<Candidate> = tx
            .all(
                sql(concat!(
                    "SELECT row, phone, attempts, put_backs, unsent, withdrawals, last_outcome FROM contacts WHERE workspace_id = $1 AND campaign_id = $2 \
                     AND zone_key = $3 AND status = 0 AND due_at IS NULL AND lease_slot IS NULL ORDER BY order_key, row LIMIT $4",
                    for_update_skip_locked!()
                ))
                .bind(key.ws)
                .bind(key.campaign)
                .bind(ZONE_ANY)
                .bind(rest),
            )
            .await?;
        found.extend(ready);
    }
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let list: Vec<i64> = found.iter().map(|c| c.row).collect();
    let list = list_json(&list);
    tx.exec(
        sql(concat!(
            "UPDATE contacts SET lease_slot = $3, fence = $4 WHERE workspace_id = $1 AND campaign_id = $2 AND row ",
            in_list!("$5")
        ))
        .bind(key.ws)
        .bind(key.campaign)
        .bind(slot)
        .bind(fence)
        .bind(list.clone()),
    )
    .await?;
    complete(tx, key, found, list).await
}

#[derive(sqlx::FromRow)]
struct Details {
    row: i64,
    first_name: String,
    last_name: String,
    properties: Json<BTreeMap<String, String>>,
}

async fn complete(tx: &mut Tx, key: Key, found: Vec<Candidate>, list: String) -> Result<Vec<Claimed>, Fault> {
    let details: Vec<Details> = tx
        .all(
            sql(concat!(
                "SELECT row, first_name, last_name, properties FROM contact_properties WHERE workspace_id = $1 AND campaign_id = $2 AND row ",
                in_list!("$3")
            ))
            .bind(key.ws)
            .bind(key.campaign)
            .bind(list),
        )
        .await?;
    let mut details: HashMap<i64, Details> = details.into_iter().map(|d| (d.row, d)).collect();
    found
        .into_iter()
        .map(|c| {
            let broken = || StoreError::Corrupt(format!("contact {} without its number or properties", c.row));
            let details = details.remove(&c.row).ok_or_else(broken)?;
            Ok(Claimed {
                row: c.row,
                phone: c.phone.and_then(PhoneNumber::from_digits).ok_or_else(broken)?,
                first_name: details.first_name,
                last_name: details.last_name,
                properties: details.properties.0,
                attempted: c.tried.attempted()?,
            })
        })
        .collect()
}

/// Gives leased contacts back, as they were.
pub(crate) async fn release(tx: &mut Tx, key: Key, rows: &[i64]) -> Result<u64, Fault> {
    let (slot, fence) = tx.slot()?;
    tx.exec(
        sql(concat!(
            "UPDATE contacts SET lease_slot = NULL WHERE workspace_id = $1 AND campaign_id = $2 AND status = 0 AND lease_slot = $3 \
             AND fence = $4 AND row ",
            in_list!("$5")
        ))
        .bind(key.ws)
        .bind(key.campaign)
        .bind(slot)
        .bind(fence)
        .bind(list_json(rows)),
    )
    .await
}

/// Gives back what is leased to us in this campaign but not in `held`. First it waits for our claims under way: of one whose answer was
/// lost the rows would not be seen yet.
pub(crate) async fn reconcile(tx: &mut Tx, key: Key, held: &[i64]) -> Result<u64, Fault> {
    let (slot, fence) = tx.slot()?;
    let own: Option<(i64,)> =
        tx.opt(sql(concat!("SELECT slot FROM leases WHERE slot = $1", for_update!())).bind(slot)).await?;
    own.ok_or(Fault::Store(StoreError::SlotLost { slot }))?;
    tx.exec(
        sql(concat!(
            "UPDATE contacts SET lease_slot = NULL WHERE workspace_id = $1 AND campaign_id = $2 AND status = 0 AND lease_slot = $3 \
             AND fence = $4 AND NOT (row ",
            in_list!("$5"),
            ")"
        ))
        .bind(key.ws)
        .bind(key.campaign)
        .bind(slot)
        .bind(fence)
        .bind(list_json(held)),
    )
    .await
}
