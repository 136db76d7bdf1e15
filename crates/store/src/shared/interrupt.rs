//! Giving up the calls of dead processes: Unconfirmed, their contacts Failed (`interrupted`), and leases of contacts that were never called.

use std::collections::HashMap;
use std::time::Duration;

use carillon_domain::call::CallPhase;
use carillon_domain::policy::{Attempted, interrupted};
use carillon_domain::{CallId, CallOutcome, CampaignId, ContactStatus, FailureCode, Timestamp};

use super::counts::{self, Moves};
use super::finish::write_contact;
use super::{Tx, campaigns, events, sql};
use crate::error::{Fault, StoreError};
use crate::model::{EventKind, InterruptScope, Interrupted, Tried, settled_number};
use crate::session::Key;

macro_rules! dead {
    ($slot:literal) => {
        concat!(
            "((",
            $slot,
            " = $2 AND fence < $3) OR (",
            $slot,
            " <> $2 AND ",
            $slot,
            " IN (SELECT l.slot FROM leases l WHERE l.dead = 1 OR l.until <= ",
            now_us!(),
            ")))"
        )
    };
}

/// One batch of at most `max` calls; repeated until it gives no calls.
pub(crate) async fn batch(
    tx: &mut Tx,
    ws: i64,
    scope: InterruptScope,
    max: i64,
    now: Timestamp,
) -> Result<Interrupted, Fault> {
    let (slot, fence) = tx.slot()?;
    if scope == InterruptScope::DeadSlots {
        // In this transaction, so that a frozen holder's renewal either comes before all of it or fails.
        tx.exec(
            sql(concat!(
                "UPDATE leases SET dead = 1, fence = fence + 1 WHERE dead = 0 AND until > 0 AND slot <> $1 AND until <= ",
                now_us!()
            ))
            .bind(slot),
        )
        .await?;
    }
    let calls = match scope {
        InterruptScope::OnlyDialer => {
            sql("SELECT id, campaign_id, row FROM calls WHERE workspace_id = $1 AND state < 8 AND slot > 0 \
                 AND NOT (slot = $2 AND fence = $3) ORDER BY slot, id LIMIT $4")
        }
        InterruptScope::DeadSlots => sql(concat!(
            "SELECT id, campaign_id, row FROM calls WHERE workspace_id = $1 AND state < 8 AND slot > 0 AND ",
            dead!("slot"),
            " ORDER BY slot, id LIMIT $4"
        )),
    };
    let calls: Vec<(i64, i64, i64)> = tx.all(calls.bind(ws).bind(slot).bind(fence).bind(max)).await?;
    let mut holds: HashMap<i64, Duration> = HashMap::new();
    let mut given_up = Vec::new();
    for (call, campaign, row) in calls {
        let key = Key { ws, campaign };
        let hold = match holds.get(&campaign) {
            Some(hold) => *hold,
            None => *holds.entry(campaign).or_insert(longest_call(tx, key).await?),
        };
        if give_up(tx, key, call, row, hold, now).await? {
            given_up.push((CampaignId::from_raw(campaign), CallId::from_raw(call)));
        }
    }
    let released = match scope {
        InterruptScope::OnlyDialer => {
            sql("UPDATE contacts SET lease_slot = NULL WHERE workspace_id = $1 AND lease_slot > 0 \
                 AND NOT (lease_slot = $2 AND fence = $3)")
        }
        InterruptScope::DeadSlots => sql(concat!(
            "UPDATE contacts SET lease_slot = NULL WHERE workspace_id = $1 AND lease_slot > 0 AND ",
            dead!("lease_slot")
        )),
    };
    let released = tx.exec(released.bind(ws).bind(slot).bind(fence)).await?;
    let calls = i64::try_from(given_up.len()).unwrap_or(i64::MAX);
    Ok(Interrupted { calls, given_up, released: i64::try_from(released).unwrap_or(i64::MAX) })
}

/// How long a call of this campaign may still hold its number after its process died.
async fn longest_call(tx: &mut Tx, key: Key) -> Result<Duration, Fault> {
    let campaign = campaigns::fetch(tx, key).await?.ok_or(Fault::Store(StoreError::NotFound { what: "campaign" }))?;
    let s = campaign.settings;
    Ok(Duration::from_secs(u64::from(s.ring_timeout_s) + u64::from(s.max_call_s) + 1))
}

#[derive(sqlx::FromRow)]
struct Both {
    state: i64,
    status: i64,
    call_id: Option<i64>,
    #[sqlx(flatten)]
    tried: Tried,
}

async fn give_up(tx: &mut Tx, key: Key, call: i64, row: i64, hold: Duration, now: Timestamp) -> Result<bool, Fault> {
    tx.exec(
        sql(concat!(
            "UPDATE numbers SET live_until = $3 + ",
            now_us!(),
            " WHERE workspace_id = $1 AND phone = (SELECT phone FROM calls WHERE workspace_id = $1 AND id = $2) AND live_call = $2 AND live_until IS NULL"
        ))
        .bind(key.ws)
        .bind(call)
        .bind(i64::try_from(hold.as_micros()).unwrap_or(i64::MAX)),
    )
    .await?;
    let both: Both = tx
        .one(
            sql(concat!(
                "SELECT c.state, k.status, k.call_id, k.attempts, k.put_backs, k.unsent, k.withdrawals, k.last_outcome FROM calls c \
                 JOIN contacts k ON k.workspace_id = c.workspace_id AND k.campaign_id = c.campaign_id AND k.row = c.row \
                 WHERE c.workspace_id = $1 AND c.id = $2",
                for_update!()
            ))
            .bind(key.ws)
            .bind(call),
        )
        .await?;
    if both.state >= CallPhase::Unconfirmed.number() {
        // Its process ended it, or another one gave it up, between our list and our lock.
        return Ok(false);
    }
    let mut entry = events::Entry { row: Some(row), call: Some(call), ..Default::default() };
    if both.status == ContactStatus::InProgress.number() && both.call_id == Some(call) {
        let state = interrupted();
        let mut moves = Moves::default();
        moves.counts.add(ContactStatus::InProgress, -1);
        moves.counts.add(state.status(), 1);
        counts::apply(tx, key, &moves).await?;
        // It may have rung: counted as an attempt.
        let mut tried = Attempted { withdrawals: 0, ..both.tried.attempted()? };
        tried.count(CallOutcome::Failure(FailureCode::Interrupted), true);
        write_contact(tx, key, row, &state, tried).await?;
        if let Some(result) = settled_number(&state) {
            counts::outcome(tx, key, result, 1).await?;
        }
        entry.moved = Some((ContactStatus::InProgress, state.status()));
    }
    tx.exec(
        sql("UPDATE calls SET state = $3 WHERE workspace_id = $1 AND id = $2")
            .bind(key.ws)
            .bind(call)
            .bind(CallPhase::Unconfirmed.number()),
    )
    .await?;
    events::append(tx, key, EventKind::CallInterrupted, now, entry).await?;
    Ok(true)
}

/// Notes what was recorded of a call that was given up; its true end, should it come, says it itself.
pub(crate) async fn recording(tx: &mut Tx, ws: i64, call: CallId, path: &str) -> Result<(), Fault> {
    let statement =
        sql("UPDATE calls SET recording = $3 WHERE workspace_id = $1 AND id = $2 AND state = $4 AND recording IS NULL");
    tx.exec(statement.bind(ws).bind(call.raw()).bind(path.to_owned()).bind(CallPhase::Unconfirmed.number())).await?;
    Ok(())
}
