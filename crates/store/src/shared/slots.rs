//! Slots of writing processes, leased by the database's clock.

use carillon_domain::Timestamp;
use carillon_domain::ids::SLOT_MAX;

use super::{Tx, sql};
use crate::error::{Fault, StoreError};
use crate::model::Slot;

/// A process whose lease ran out claims and begins nothing. The lock is for [`super::claim::reconcile`], which waits for it.
pub(crate) async fn hold(tx: &mut Tx) -> Result<(i64, i64), Fault> {
    let (slot, fence) = tx.slot()?;
    let held: Option<(i64,)> = tx
        .opt(
            sql(concat!(
                "SELECT slot FROM leases WHERE slot = $1 AND fence = $2 AND dead = 0 AND until > ",
                now_us!(),
                for_key_share!()
            ))
            .bind(slot)
            .bind(fence),
        )
        .await?;
    held.map(|_| (slot, fence)).ok_or(Fault::Store(StoreError::SlotLost { slot }))
}

/// Leases the lowest free slot: one whose lease ran out or was released, else a new one. Gives the newest id time of its earlier holders.
pub(crate) async fn lease(tx: &mut Tx, holder: &str, ttl_us: i64) -> Result<(Slot, Timestamp), Fault> {
    let free: Option<(i64,)> = tx
        .opt(sql(concat!(
            "SELECT slot FROM leases WHERE until <= ",
            now_us!(),
            " ORDER BY slot LIMIT 1",
            for_update_skip_locked!()
        )))
        .await?;
    let row: Option<(i64, i64, i64)> = match free {
        Some((slot,)) => {
            tx.opt(
                sql(concat!(
                    "UPDATE leases SET holder = $2, fence = fence + 1, dead = 0, until = $3 + ",
                    now_us!(),
                    " WHERE slot = $1 RETURNING slot, fence, last_id_time"
                ))
                .bind(slot)
                .bind(holder.to_owned())
                .bind(ttl_us),
            )
            .await?
        }
        None => add(tx, holder, ttl_us).await?,
    };
    let (slot, fence, last_id_time) = row.ok_or(Fault::Store(StoreError::NoFreeSlot))?;
    let slot = u16::try_from(slot).map_err(|_| StoreError::Corrupt(format!("slot {slot}")))?;
    Ok((Slot { slot, fence }, Timestamp::from_micros(last_id_time)))
}

async fn add(tx: &mut Tx, holder: &str, ttl_us: i64) -> Result<Option<(i64, i64, i64)>, Fault> {
    // Two processes may take the same number at once: the loser gets no row and tries the next.
    for _ in 0..=SLOT_MAX {
        let (slot,): (i64,) = tx.one(sql("SELECT CAST(COALESCE(MAX(slot), 0) + 1 AS BIGINT) FROM leases")).await?;
        if slot > i64::from(SLOT_MAX) {
            return Ok(None);
        }
        let row = tx
            .opt(
                sql(concat!(
                    "INSERT INTO leases(slot, holder, fence, until, last_id_time) VALUES($1, $2, 1, $3 + ",
                    now_us!(),
                    ", 0) ON CONFLICT(slot) DO NOTHING RETURNING slot, fence, last_id_time"
                ))
                .bind(slot)
                .bind(holder.to_owned())
                .bind(ttl_us),
            )
            .await?;
        if row.is_some() {
            return Ok(row);
        }
    }
    Ok(None)
}

/// Extends the lease, unless it was given up or taken. Where several processes dial it must not have run out either: they may count on that.
/// With SQLite one process dials, and after the machine slept it goes on.
pub(crate) async fn renew(tx: &mut Tx, slot: Slot, last_id_time: Timestamp, ttl_us: i64) -> Result<bool, Fault> {
    let changed = tx
        .exec(
            sql(concat!(
                "UPDATE leases SET last_id_time = $3, until = $4 + ",
                now_us!(),
                " WHERE slot = $1 AND fence = $2 AND dead = 0",
                not_run_out!()
            ))
            .bind(i64::from(slot.slot))
            .bind(slot.fence)
            .bind(last_id_time.as_micros())
            .bind(ttl_us),
        )
        .await?;
    Ok(changed == 1)
}

/// Gives the slot back.
pub(crate) async fn release(tx: &mut Tx, slot: Slot, last_id_time: Timestamp) -> Result<(), Fault> {
    tx.exec(
        sql("UPDATE leases SET last_id_time = $3, until = 0 WHERE slot = $1 AND fence = $2")
            .bind(i64::from(slot.slot))
            .bind(slot.fence)
            .bind(last_id_time.as_micros()),
    )
    .await?;
    Ok(())
}
