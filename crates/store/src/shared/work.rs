//! Work on files: rows of `jobs` with the id of what people see of it, claimed by a process of the data folder and renewed batch by batch.

use carillon_domain::Timestamp;

use super::jobs::{EXPORT, IMPORT, LEASE_US};
use super::{Tx, jobs, sql};
use crate::error::Fault;
use crate::model::WorkKind;
use crate::session::{Key, OpenJob};

fn number(kind: WorkKind) -> i64 {
    match kind {
        WorkKind::Import => IMPORT,
        WorkKind::Export => EXPORT,
    }
}

/// Asks for work under the id of its import or export; `ours`: this process begins with it at once.
pub(crate) async fn enqueue(
    tx: &mut Tx,
    key: Key,
    kind: WorkKind,
    id: i64,
    folder: i64,
    ours: bool,
    now: Timestamp,
) -> Result<(), Fault> {
    let (slot, fence) = tx.slot()?;
    tx.exec(
        sql(concat!(
            "INSERT INTO jobs(workspace_id, id, kind, campaign_id, cursor, asked_at, folder, lease_slot, fence, until) \
             VALUES($1, $2, $3, $4, 0, $5, $6, $7, $8, CASE WHEN $9 = 1 THEN $10 + ",
            now_us!(),
            " ELSE 0 END)"
        ))
        .bind(key.ws)
        .bind(id)
        .bind(number(kind))
        .bind(key.campaign)
        .bind(now.as_micros())
        .bind(folder)
        .bind(ours.then_some(slot))
        .bind(if ours { fence } else { 0 })
        .bind(i64::from(ours))
        .bind(LEASE_US),
    )
    .await?;
    Ok(())
}

/// Claims the oldest open work of a kind in a data folder.
pub(crate) async fn claim(tx: &mut Tx, ws: i64, kind: WorkKind, folder: i64) -> Result<Option<OpenJob>, Fault> {
    jobs::claim(tx, ws, number(kind), folder).await
}

/// Claims this work, when nobody is at it.
pub(crate) async fn take(tx: &mut Tx, ws: i64, id: i64) -> Result<bool, Fault> {
    let (slot, fence) = tx.slot()?;
    let changed = tx
        .exec(
            sql(concat!(
                "UPDATE jobs SET lease_slot = $3, fence = $4, until = $5 + ",
                now_us!(),
                " WHERE workspace_id = $1 AND id = $2 AND done_at IS NULL AND (until <= ",
                now_us!(),
                " OR (lease_slot = $3 AND fence = $4) OR NOT EXISTS (SELECT 1 FROM leases l WHERE l.slot = jobs.lease_slot \
                 AND l.fence = jobs.fence AND l.dead = 0 AND l.until > ",
                now_us!(),
                "))"
            ))
            .bind(ws)
            .bind(id)
            .bind(slot)
            .bind(fence)
            .bind(LEASE_US),
        )
        .await?;
    Ok(changed == 1)
}

/// Notes how far the work is and that we are still at it. `false`: it is no longer ours, or over.
pub(crate) async fn renew(tx: &mut Tx, ws: i64, id: i64, cursor: Option<i64>) -> Result<bool, Fault> {
    let (slot, fence) = tx.slot()?;
    let changed = tx
        .exec(
            sql(concat!(
                "UPDATE jobs SET cursor = COALESCE($5, cursor), until = $6 + ",
                now_us!(),
                " WHERE workspace_id = $1 AND id = $2 AND lease_slot = $3 AND fence = $4 AND done_at IS NULL"
            ))
            .bind(ws)
            .bind(id)
            .bind(slot)
            .bind(fence)
            .bind(cursor)
            .bind(LEASE_US),
        )
        .await?;
    Ok(changed == 1)
}

/// Notes that the work is over, whoever did it.
pub(crate) async fn close(tx: &mut Tx, ws: i64, id: i64, now: Timestamp) -> Result<(), Fault> {
    tx.exec(
        sql("UPDATE jobs SET done_at = $3, lease_slot = NULL WHERE workspace_id = $1 AND id = $2 AND done_at IS NULL")
            .bind(ws)
            .bind(id)
            .bind(now.as_micros()),
    )
    .await?;
    Ok(())
}
