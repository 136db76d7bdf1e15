//! Reading calls, and noting how far one has come.

use carillon_domain::call::CallPhase;
use carillon_domain::{CallId, CampaignId, EndedBy, PhoneNumber, Timestamp, TrunkId};
use serde_json::Value;
use sqlx::types::Json;

use super::{Tx, sql};
use crate::error::{Fault, StoreError};
use crate::model::{CallRecord, Progress, outcome_from};
use crate::session::Key;

#[derive(sqlx::FromRow)]
pub(crate) struct CallRow {
    id: i64,
    campaign_id: i64,
    row: i64,
    phone: i64,
    slot: i64,
    trunk_id: i64,
    state: i64,
    placed_at: i64,
    ringing_at: Option<i64>,
    answered_at: Option<i64>,
    ended_at: Option<i64>,
    outcome: Option<i64>,
    ended_by: Option<i64>,
    sent: Option<i64>,
    late: i64,
    sip_status: Option<i64>,
    sip_reason: Option<String>,
    q850_cause: Option<i64>,
    recording: Option<String>,
    decision: Json<Value>,
}

#[derive(sqlx::FromRow)]
struct Details {
    turns: Option<Json<Value>>,
    ladder: Option<Json<Value>>,
}

impl TryFrom<CallRow> for CallRecord {
    type Error = StoreError;

    fn try_from(r: CallRow) -> Result<CallRecord, StoreError> {
        let broken = |what: &str| StoreError::Corrupt(format!("call {} has a broken {what}", CallId::from_raw(r.id)));
        let at = |us: Option<i64>| us.map(Timestamp::from_micros);
        let small = |n: Option<i64>| n.and_then(|n| u16::try_from(n).ok());
        Ok(CallRecord {
            id: CallId::from_raw(r.id),
            campaign: CampaignId::from_raw(r.campaign_id),
            row: r.row,
            phone: PhoneNumber::from_digits(r.phone).ok_or_else(|| broken("number"))?,
            trunk: TrunkId::from_raw(r.trunk_id),
            slot: r.slot,
            phase: CallPhase::from_number(r.state).ok_or_else(|| broken("state"))?,
            placed_at: Timestamp::from_micros(r.placed_at),
            ringing_at: at(r.ringing_at),
            answered_at: at(r.answered_at),
            ended_at: at(r.ended_at),
            outcome: r.outcome.map(outcome_from).transpose()?,
            ended_by: r.ended_by.map(|n| EndedBy::from_number(n).ok_or_else(|| broken("side"))).transpose()?,
            sent: r.sent.map(|n| n == 1),
            late: r.late == 1,
            sip_status: small(r.sip_status),
            sip_reason: r.sip_reason,
            q850_cause: small(r.q850_cause),
            recording: r.recording,
            decision: r.decision.0,
            turns: None,
            ladder: None,
        })
    }
}

/// The columns of a [`CallRow`] of `calls k`.
pub(crate) const SELECT_CALL_COLUMNS: &str = "SELECT k.id, k.campaign_id, k.row, k.phone, k.slot, k.trunk_id, k.state, k.placed_at, \
     k.ringing_at, k.answered_at, k.ended_at, k.outcome, k.ended_by, k.sent, k.late, k.sip_status, k.sip_reason, k.q850_cause, k.recording, \
     k.decision";

macro_rules! select_call {
    ($rest:expr) => {
        concat!(
            "SELECT id, campaign_id, row, phone, slot, trunk_id, state, placed_at, ringing_at, answered_at, ended_at, outcome, ended_by, sent, \
             late, sip_status, sip_reason, q850_cause, recording, decision FROM calls WHERE workspace_id = $1 AND ",
            $rest
        )
    };
}

/// Notes ringing or an answer, while the call is not further than that.
pub(crate) async fn progress(tx: &mut Tx, ws: i64, call: CallId, to: Progress, at: Timestamp) -> Result<(), Fault> {
    let (phase, statement) = match to {
        Progress::Ringing => (
            CallPhase::Ringing,
            sql(
                "UPDATE calls SET state = $3, ringing_at = COALESCE(ringing_at, $4) WHERE workspace_id = $1 AND id = $2 AND state < $3",
            ),
        ),
        Progress::Answered => (
            CallPhase::Answered,
            sql(
                "UPDATE calls SET state = $3, answered_at = COALESCE(answered_at, $4) WHERE workspace_id = $1 AND id = $2 AND state < $3",
            ),
        ),
    };
    tx.exec(statement.bind(ws).bind(call.raw()).bind(phase.number()).bind(at.as_micros())).await?;
    Ok(())
}

/// One call with its turns and SIP messages.
pub(crate) async fn fetch(tx: &mut Tx, ws: i64, call: CallId) -> Result<Option<CallRecord>, Fault> {
    let row: Option<CallRow> = tx.opt(sql(select_call!("id = $2")).bind(ws).bind(call.raw())).await?;
    let Some(row) = row else { return Ok(None) };
    let mut record = CallRecord::try_from(row)?;
    let details: Option<Details> = tx
        .opt(
            sql("SELECT turns, ladder FROM call_details WHERE workspace_id = $1 AND call_id = $2")
                .bind(ws)
                .bind(call.raw()),
        )
        .await?;
    if let Some(details) = details {
        record.turns = details.turns.map(|j| j.0);
        record.ladder = details.ladder.map(|j| j.0);
    }
    Ok(Some(record))
}

/// All calls to the contacts with these rows (a JSON list), by row and time, without turns and SIP messages.
pub(crate) async fn of_rows(tx: &mut Tx, key: Key, rows: &str) -> Result<Vec<CallRecord>, Fault> {
    let found: Vec<CallRow> = tx
        .all(
            sql(select_call!(concat!("campaign_id = $2 AND row ", in_list!("$3"), " ORDER BY row, id")))
                .bind(key.ws)
                .bind(key.campaign)
                .bind(rows.to_owned()),
        )
        .await?;
    Ok(found.into_iter().map(CallRecord::try_from).collect::<Result<_, _>>()?)
}

/// Unfinished calls of a workspace, by slot and age.
pub(crate) async fn live(tx: &mut Tx, ws: i64) -> Result<Vec<CallRecord>, Fault> {
    let rows: Vec<CallRow> = tx.all(sql(select_call!("state < 8 AND slot > 0 ORDER BY slot, id")).bind(ws)).await?;
    Ok(rows.into_iter().map(CallRecord::try_from).collect::<Result<_, _>>()?)
}
