//! The count rows: sharded by (slot, lane), moved in the transaction that moves the contact; they also carry the campaign's gate.

use std::collections::BTreeMap;

use carillon_domain::campaign::{CampaignStatus, Gate};
use carillon_domain::{Counts, Timestamp};

use super::jobs::list_json;
use super::{Tx, sql};
use crate::error::{Fault, StoreError};
use crate::model::{Results, Totals, add_outcome};
use crate::session::Key;

/// A change of a campaign's counts.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Moves {
    pub(crate) counts: Counts,
    pub(crate) waiting: i64,
}

/// Adds to this lane's row and gives the gate it carries.
pub(crate) async fn apply(tx: &mut Tx, key: Key, moves: &Moves) -> Result<Gate, Fault> {
    let (slot, _) = tx.slot()?;
    let c = &moves.counts;
    let statement = sql("UPDATE campaign_counts SET pending = pending + $5, in_progress = in_progress + $6, \
         completed = completed + $7, failed = failed + $8, skipped = skipped + $9, canceled = canceled + $10, waiting = waiting + $11, version = version + 1 \
         WHERE workspace_id = $1 AND campaign_id = $2 AND slot = $3 AND lane = $4 RETURNING gate")
    .bind(key.ws)
    .bind(key.campaign)
    .bind(slot)
    .bind(tx.lane)
    .bind(c.pending)
    .bind(c.in_progress)
    .bind(c.completed)
    .bind(c.failed)
    .bind(c.skipped)
    .bind(c.canceled)
    .bind(moves.waiting);
    gate_of(tx.opt::<(i64,)>(statement).await?, key)
}

/// The gate of an updated row; no row means that this lane has none yet.
pub(crate) fn gate_of(row: Option<(i64,)>, key: Key) -> Result<Gate, Fault> {
    let (gate,) = row.ok_or(Fault::NoCountRow { workspace: key.ws, campaign: key.campaign })?;
    Gate::from_number(gate).ok_or_else(|| Fault::Store(StoreError::Corrupt(format!("gate {gate}"))))
}

/// Makes this lane's row; the gate is copied under the campaign's row lock, so a Pause or Stop either sees the row or is seen by it.
pub(crate) async fn create_row(tx: &mut Tx, key: Key) -> Result<(), Fault> {
    let (slot, _) = tx.slot()?;
    let status: Option<(i64,)> = tx
        .opt(
            sql(concat!("SELECT status FROM campaigns WHERE workspace_id = $1 AND id = $2", for_update!()))
                .bind(key.ws)
                .bind(key.campaign),
        )
        .await?;
    let status = status
        .and_then(|(n,)| CampaignStatus::from_number(n))
        .ok_or(Fault::Store(StoreError::NotFound { what: "campaign" }))?;
    tx.exec(
        sql("INSERT INTO campaign_counts(workspace_id, campaign_id, slot, lane, gate) VALUES($1, $2, $3, $4, $5) \
             ON CONFLICT(workspace_id, campaign_id, slot, lane) DO NOTHING")
        .bind(key.ws)
        .bind(key.campaign)
        .bind(slot)
        .bind(tx.lane)
        .bind(Gate::for_status(status).number()),
    )
    .await?;
    Ok(())
}

/// Sets the gate on all of a campaign's count rows, in (slot, lane) order. The caller holds the campaign's row lock.
pub(crate) async fn set_gate(tx: &mut Tx, key: Key, gate: Gate) -> Result<(), Fault> {
    let locked: Vec<(i64,)> = tx
        .all(
            sql(concat!(
                "SELECT slot FROM campaign_counts WHERE workspace_id = $1 AND campaign_id = $2 AND gate <> $3 ORDER BY slot, lane",
                for_update!()
            ))
            .bind(key.ws)
            .bind(key.campaign)
            .bind(gate.number()),
        )
        .await?;
    if !locked.is_empty() {
        tx.exec(
            sql("UPDATE campaign_counts SET gate = $3 WHERE workspace_id = $1 AND campaign_id = $2 AND gate <> $3")
                .bind(key.ws)
                .bind(key.campaign)
                .bind(gate.number()),
        )
        .await?;
    }
    Ok(())
}

/// Moves the number of contacts with an outcome.
pub(crate) async fn outcome(tx: &mut Tx, key: Key, outcome: i64, by: i64) -> Result<(), Fault> {
    let (slot, _) = tx.slot()?;
    tx.exec_later(
        sql("INSERT INTO campaign_outcomes(workspace_id, campaign_id, slot, lane, outcome, n) VALUES($1, $2, $3, $4, $5, $6) \
             ON CONFLICT(workspace_id, campaign_id, slot, lane, outcome) DO UPDATE SET n = campaign_outcomes.n + excluded.n")
        .bind(key.ws)
        .bind(key.campaign)
        .bind(slot)
        .bind(tx.lane)
        .bind(outcome)
        .bind(by),
    )
    .await
}

#[derive(sqlx::FromRow)]
struct Sums {
    campaign_id: i64,
    pending: i64,
    in_progress: i64,
    completed: i64,
    failed: i64,
    skipped: i64,
    canceled: i64,
    waiting: i64,
    calls: i64,
    answered: i64,
    talk_ms: i64,
    first_call_at: Option<i64>,
    last_end_at: Option<i64>,
    version: i64,
}

macro_rules! sums {
    ($rest:expr) => {
        concat!(
            "SELECT CAST(COALESCE(MAX(campaign_id), 0) AS BIGINT) AS campaign_id, \
             CAST(COALESCE(SUM(pending), 0) AS BIGINT) AS pending, CAST(COALESCE(SUM(in_progress), 0) AS BIGINT) AS in_progress, \
             CAST(COALESCE(SUM(completed), 0) AS BIGINT) AS completed, CAST(COALESCE(SUM(failed), 0) AS BIGINT) AS failed, \
             CAST(COALESCE(SUM(skipped), 0) AS BIGINT) AS skipped, CAST(COALESCE(SUM(canceled), 0) AS BIGINT) AS canceled, \
             CAST(COALESCE(SUM(waiting), 0) AS BIGINT) AS waiting, CAST(COALESCE(SUM(calls), 0) AS BIGINT) AS calls, \
             CAST(COALESCE(SUM(answered), 0) AS BIGINT) AS answered, CAST(COALESCE(SUM(talk_ms), 0) AS BIGINT) AS talk_ms, \
             MIN(first_call_at) AS first_call_at, MAX(last_end_at) AS last_end_at, CAST(COALESCE(SUM(version), 0) AS BIGINT) AS version \
             FROM campaign_counts WHERE workspace_id = $1 AND ",
            $rest
        )
    };
}

/// The sums over all count rows of a campaign.
pub(crate) async fn totals(tx: &mut Tx, key: Key) -> Result<Totals, Fault> {
    let s: Sums = tx.one(sql(sums!("campaign_id = $2")).bind(key.ws).bind(key.campaign)).await?;
    Ok(s.into())
}

/// The sums of these campaigns; one without count rows is left out.
pub(crate) async fn totals_of(tx: &mut Tx, ws: i64, campaigns: &[i64]) -> Result<BTreeMap<i64, Totals>, Fault> {
    let rows: Vec<Sums> = tx
        .all(
            sql(sums!(concat!("campaign_id ", in_list!("$2"), " GROUP BY campaign_id")))
                .bind(ws)
                .bind(list_json(campaigns)),
        )
        .await?;
    Ok(rows.into_iter().map(|s| (s.campaign_id, s.into())).collect())
}

impl From<Sums> for Totals {
    fn from(s: Sums) -> Totals {
        Totals {
            counts: Counts {
                pending: s.pending,
                in_progress: s.in_progress,
                completed: s.completed,
                failed: s.failed,
                skipped: s.skipped,
                canceled: s.canceled,
            },
            waiting: s.waiting,
            calls: s.calls,
            answered: s.answered,
            talk_ms: s.talk_ms,
            first_call_at: s.first_call_at.map(Timestamp::from_micros),
            last_end_at: s.last_end_at.map(Timestamp::from_micros),
            version: s.version,
        }
    }
}

/// How many contacts have which number in the column `result`.
pub(crate) async fn outcomes(tx: &mut Tx, key: Key) -> Result<BTreeMap<i64, i64>, Fault> {
    let rows: Vec<(i64, i64)> = tx
        .all(
            sql("SELECT outcome, CAST(SUM(n) AS BIGINT) FROM campaign_outcomes WHERE workspace_id = $1 AND campaign_id = $2 \
                 GROUP BY outcome HAVING SUM(n) <> 0")
            .bind(key.ws)
            .bind(key.campaign),
        )
        .await?;
    Ok(rows.into_iter().collect())
}

/// How many contacts have which result, failure or skip reason.
pub(crate) async fn results(tx: &mut Tx, key: Key) -> Result<Results, Fault> {
    let mut results = Results::default();
    for (number, n) in outcomes(tx, key).await? {
        add_outcome(&mut results, number, n)?;
    }
    Ok(results)
}
