//! Beginning a call: conditional writes in one fixed order (number, contact, trunk, count row), no decision from an earlier read.

use carillon_domain::call::CallPhase;
use carillon_domain::campaign::Gate;
use carillon_domain::policy::{RetryRule, settle};
use carillon_domain::{CallOutcome, ContactStatus, Timestamp};
use sqlx::types::Json;

use super::counts::{self, Moves};
use super::{Tx, events, slots, sql};
use crate::error::{Fault, Refusal, StoreError};
use crate::model::{BeginCall, CallUnknown, EventKind, Tried, settled_number};
use crate::session::Key;

/// How long a contact waits when another campaign's call to its number is in progress: its end is not known beforehand. Short: campaigns that
/// call the same people would else stand still for most of the time.
const LIVE_CALL_WAIT: std::time::Duration = std::time::Duration::from_secs(5);

/// Commits a call to be placed, or says which rule refuses it.
pub(crate) async fn begin(tx: &mut Tx, call: &BeginCall) -> Result<(), Fault> {
    let key = Key::new(call.workspace, call.campaign);
    let now = call.now.as_micros();
    take_number(tx, call).await?;
    let (slot, fence) = tx.slot()?;
    let contact: Option<(i64,)> = tx
        .opt(
            // The slot, too: another process may have been given it although the contact's lease was not given up yet.
            sql(concat!(
                "UPDATE contacts SET status = 1, call_id = $4, last_call_at = $5, due_at = NULL, lease_slot = NULL, reason = NULL \
                 WHERE workspace_id = $1 AND campaign_id = $2 AND row = $3 AND status = 0 AND lease_slot = $6 AND fence = $7 AND phone = $8 \
                 AND EXISTS (SELECT 1 FROM leases l WHERE l.slot = $6 AND l.fence = $7 AND l.dead = 0 AND l.until > ",
                now_us!(),
                ") RETURNING attempts + put_backs + unsent"
            ))
            .bind(key.ws)
            .bind(key.campaign)
            .bind(call.row)
            .bind(call.call.raw())
            .bind(now)
            .bind(slot)
            .bind(fence)
            .bind(call.phone.digits()),
        )
        .await?;
    let Some((tried,)) = contact else {
        slots::hold(tx).await?;
        return Err(Fault::Refused(Refusal::LeaseLost));
    };
    // With many machines the trunk's grant is taken here, between the contact and the count row.
    open_gate(tx, key, i64::from(tried > 0), now).await?;
    tx.exec_later(
        sql("INSERT INTO calls(workspace_id, id, campaign_id, row, phone, slot, fence, trunk_id, state, placed_at, decision) \
             VALUES($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)")
        .bind(key.ws)
        .bind(call.call.raw())
        .bind(key.campaign)
        .bind(call.row)
        .bind(call.phone.digits())
        .bind(slot)
        .bind(fence)
        .bind(call.trunk.raw())
        .bind(CallPhase::Placing.number())
        .bind(now)
        .bind(Json(call.decision.clone())),
    )
    .await?;
    let entry = events::Entry {
        row: Some(call.row),
        call: Some(call.call.raw()),
        moved: Some((ContactStatus::Pending, ContactStatus::InProgress)),
        ..Default::default()
    };
    events::append(tx, key, EventKind::CallBegun, call.now, entry).await
}

async fn take_number(tx: &mut Tx, call: &BeginCall) -> Result<(), Fault> {
    let (ws, phone) = (call.workspace.raw(), call.phone.digits());
    let taken = tx
        .exec(
            sql(concat!(
                "INSERT INTO numbers(workspace_id, phone, live_call, last_call_at) VALUES($1, $2, $3, $4) \
                 ON CONFLICT(workspace_id, phone) DO UPDATE SET live_call = excluded.live_call, live_until = NULL, \
                 last_call_at = excluded.last_call_at WHERE (numbers.blocked = 0 OR numbers.blocked_until <= excluded.last_call_at) AND (numbers.live_call IS NULL OR numbers.live_until <= ",
                now_us!(),
                ")"
            ))
            .bind(ws)
            .bind(phone)
            .bind(call.call.raw())
            .bind(call.now.as_micros()),
        )
        .await?;
    if taken == 1 {
        return Ok(());
    }
    // Only words for a refusal that already stands: whatever this reads, nothing is begun.
    let state: Option<(i64, Option<i64>)> = tx
        .opt(
            sql("SELECT CASE WHEN blocked_until <= $3 THEN 0 ELSE blocked END, live_until FROM numbers WHERE workspace_id = $1 AND phone = $2")
                .bind(ws)
                .bind(phone)
                .bind(call.now.as_micros()),
        )
        .await?;
    Err(Fault::Refused(match state {
        Some((1, _)) => Refusal::Blocked,
        Some((_, Some(until))) => Refusal::LiveCall { again_at: Timestamp::from_micros(until) },
        _ => Refusal::LiveCall { again_at: call.now + LIVE_CALL_WAIT },
    }))
}

/// The last conditional write: this lane's count row, while the gate on it is open.
async fn open_gate(tx: &mut Tx, key: Key, waited: i64, now: i64) -> Result<(), Fault> {
    let (slot, _) = tx.slot()?;
    let moved = tx
        .exec(
            sql("UPDATE campaign_counts SET pending = pending - 1, in_progress = in_progress + 1, waiting = waiting - $5, calls = calls + 1, \
                 first_call_at = COALESCE(first_call_at, $6), version = version + 1 \
                 WHERE workspace_id = $1 AND campaign_id = $2 AND slot = $3 AND lane = $4 AND gate = 1")
            .bind(key.ws)
            .bind(key.campaign)
            .bind(slot)
            .bind(tx.lane)
            .bind(waited)
            .bind(now),
        )
        .await?;
    if moved == 1 {
        return Ok(());
    }
    let gate: Option<(i64,)> = tx
        .opt(
            sql("SELECT gate FROM campaign_counts WHERE workspace_id = $1 AND campaign_id = $2 AND slot = $3 AND lane = $4")
                .bind(key.ws)
                .bind(key.campaign)
                .bind(slot)
                .bind(tx.lane),
        )
        .await?;
    // The row may have been opened since; the refusal stands, and the contact is asked for again.
    match counts::gate_of(gate, key)? {
        Gate::Open => Err(Fault::Refused(Refusal::Gate(Gate::Closed))),
        gate => Err(Fault::Refused(Refusal::Gate(gate))),
    }
}

/// What a refusal means for the contact, in a transaction of its own after the roll-back.
pub(crate) async fn refused(tx: &mut Tx, call: &BeginCall, refusal: Refusal) -> Result<(), Fault> {
    let key = Key::new(call.workspace, call.campaign);
    match refusal {
        Refusal::LeaseLost => Ok(()),
        Refusal::Gate(_) => give_back(tx, key, call.row, None, None).await,
        Refusal::LiveCall { again_at } => give_back(tx, key, call.row, Some(again_at), Some("live_call")).await,
        Refusal::Blocked => skip_blocked(tx, key, call).await,
    }
}

async fn give_back(
    tx: &mut Tx,
    key: Key,
    row: i64,
    due: Option<Timestamp>,
    reason: Option<&'static str>,
) -> Result<(), Fault> {
    let (slot, fence) = tx.slot()?;
    tx.exec(
        sql("UPDATE contacts SET lease_slot = NULL, due_at = COALESCE($6, due_at), reason = COALESCE($7, reason) \
             WHERE workspace_id = $1 AND campaign_id = $2 AND row = $3 AND status = 0 AND lease_slot = $4 AND fence = $5")
        .bind(key.ws)
        .bind(key.campaign)
        .bind(row)
        .bind(slot)
        .bind(fence)
        .bind(due.map(Timestamp::as_micros))
        .bind(reason),
    )
    .await?;
    Ok(())
}

async fn skip_blocked(tx: &mut Tx, key: Key, call: &BeginCall) -> Result<(), Fault> {
    let (slot, fence) = tx.slot()?;
    let contact: Option<Tried> = tx
        .opt(
            sql(concat!(
                "SELECT attempts, put_backs, unsent, withdrawals, last_outcome FROM contacts WHERE workspace_id = $1 AND campaign_id = $2 AND row = $3 \
                 AND status = 0 AND lease_slot = $4 AND fence = $5",
                for_update!()
            ))
            .bind(key.ws)
            .bind(key.campaign)
            .bind(call.row)
            .bind(slot)
            .bind(fence),
        )
        .await?;
    let Some(tried) = contact else { return Ok(()) };
    let tried = tried.attempted()?;
    let state = settle(CallOutcome::Withdrawn, false, tried, &RetryRule::default(), Gate::Open, true, call.now).contact;
    let result = settled_number(&state);
    tx.exec(
        sql("UPDATE contacts SET status = $4, result = $5, reason = NULL, due_at = NULL, lease_slot = NULL \
             WHERE workspace_id = $1 AND campaign_id = $2 AND row = $3")
        .bind(key.ws)
        .bind(key.campaign)
        .bind(call.row)
        .bind(state.status().number())
        .bind(result.unwrap_or(0)),
    )
    .await?;
    let mut moves = Moves { waiting: -i64::from(tried.any()), ..Moves::default() };
    moves.counts.add(ContactStatus::Pending, -1);
    moves.counts.add(state.status(), 1);
    counts::apply(tx, key, &moves).await?;
    if let Some(result) = result {
        counts::outcome(tx, key, result, 1).await?;
    }
    let moved = Some((ContactStatus::Pending, state.status()));
    let entry = events::Entry { row: Some(call.row), moved, outcome: result, ..Default::default() };
    events::append(tx, key, EventKind::ContactSkipped, call.now, entry).await
}

/// After a lost answer of COMMIT: waits for that transaction by locking the contact's row, then looks. Releases the lease when the call is
/// not there.
pub(crate) async fn look_unknown(tx: &mut Tx, call: &BeginCall) -> Result<CallUnknown, Fault> {
    let key = Key::new(call.workspace, call.campaign);
    let contact: Option<(i64,)> = tx
        .opt(
            sql(concat!(
                "SELECT status FROM contacts WHERE workspace_id = $1 AND campaign_id = $2 AND row = $3",
                for_update!()
            ))
            .bind(key.ws)
            .bind(key.campaign)
            .bind(call.row),
        )
        .await?;
    if contact.is_none() {
        return Err(StoreError::NotFound { what: "contact" }.into());
    }
    let stands: Option<(i64,)> = tx
        .opt(sql("SELECT id FROM calls WHERE workspace_id = $1 AND id = $2").bind(key.ws).bind(call.call.raw()))
        .await?;
    if stands.is_some() {
        return Ok(CallUnknown::Withdrawn);
    }
    give_back(tx, key, call.row, None, None).await?;
    Ok(CallUnknown::Released)
}
