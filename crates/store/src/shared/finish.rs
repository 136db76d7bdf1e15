//! Ending a call: number, contact, count row (whose gate decides), call, counters and event in one transaction.

use carillon_domain::call::CallPhase;
use carillon_domain::campaign::Gate;
use carillon_domain::policy::{Attempted, Settlement, settle};
use carillon_domain::{CallEnding, CallOutcome, CallResult, ContactState, ContactStatus, FailureCode, Timestamp};
use sqlx::types::Json;

use super::counts::{self, Moves};
use super::{Tx, events, sql};
use crate::error::{Fault, StoreError};
use crate::model::{EventKind, FinishCall, Finished, Tried, contact_state, outcome_number, settled_number};
use crate::session::Key;

/// The call and its contact, both rows locked.
#[derive(sqlx::FromRow)]
struct Both {
    state: i64,
    campaign_id: i64,
    row: i64,
    status: i64,
    result: Option<i64>,
    due_at: Option<i64>,
    call_id: Option<i64>,
    /// When the call was noted as answered.
    answered_at: Option<i64>,
    #[sqlx(flatten)]
    tried: Tried,
}

/// Ends a call and settles its contact. A repeated end changes nothing.
pub(crate) async fn finish(tx: &mut Tx, f: &FinishCall) -> Result<(Finished, Key), Fault> {
    let blocked = free_number(tx, f).await?;
    let both: Option<Both> = tx
        .opt(
            sql(concat!(
                "SELECT c.state, c.campaign_id, c.row, k.status, k.result, k.due_at, k.call_id, c.answered_at, k.attempts, k.put_backs, \
                 k.unsent, k.withdrawals, k.last_outcome \
                 FROM calls c JOIN contacts k ON k.workspace_id = c.workspace_id AND k.campaign_id = c.campaign_id AND k.row = c.row \
                 WHERE c.workspace_id = $1 AND c.id = $2",
                for_update!()
            ))
            .bind(f.workspace.raw())
            .bind(f.call.raw()),
        )
        .await?;
    let both = both.ok_or(Fault::Store(StoreError::NotFound { what: "call" }))?;
    let key = Key { ws: f.workspace.raw(), campaign: both.campaign_id };
    let phase =
        CallPhase::from_number(both.state).ok_or_else(|| StoreError::Corrupt(format!("call state {}", both.state)))?;
    let (contact, outcome) = match phase {
        CallPhase::Ended => {
            let contact = contact_state(both.status, both.result, both.due_at, both.call_id)?;
            return Ok((Finished { contact, repeated: true, campaign_done: false }, key));
        }
        CallPhase::Unconfirmed => finish_late(tx, key, f, &both).await?,
        CallPhase::Placing | CallPhase::Ringing | CallPhase::Answered => {
            finish_live(tx, key, f, &both, blocked).await?
        }
    };
    write_call(tx, key, f, outcome, phase == CallPhase::Unconfirmed).await?;
    Ok((Finished { contact, repeated: false, campaign_done: false }, key))
}

/// Clears the number's live call if it is this one. An opt-out blocks the number here, so that it is the first thing to stand.
async fn free_number(tx: &mut Tx, f: &FinishCall) -> Result<bool, Fault> {
    let opted_out = f.ending.outcome == CallOutcome::Result(CallResult::OptedOut);
    let blocked: Option<(i64,)> = tx
        .opt(
            sql("UPDATE numbers SET live_call = CASE WHEN live_call = $2 THEN NULL ELSE live_call END, \
                 live_until = CASE WHEN live_call = $2 THEN NULL ELSE live_until END, \
                 blocked = CASE WHEN $3 = 1 THEN 1 ELSE blocked END, \
                 blocked_until = CASE WHEN $3 = 1 THEN NULL ELSE blocked_until END, \
                 blocked_at = CASE WHEN $3 = 1 AND blocked = 0 THEN $4 ELSE blocked_at END, \
                 blocked_source = CASE WHEN $3 = 1 AND blocked = 0 THEN 'call' ELSE blocked_source END, \
                 blocked_reason = CASE WHEN $3 = 1 AND blocked = 0 THEN 'asked in a call never to be called again' ELSE blocked_reason END \
                 WHERE workspace_id = $1 AND phone = (SELECT phone FROM calls WHERE workspace_id = $1 AND id = $2) \
                 RETURNING CASE WHEN blocked_until <= $4 THEN 0 ELSE blocked END")
            .bind(f.workspace.raw())
            .bind(f.call.raw())
            .bind(i64::from(opted_out))
            .bind(f.now.as_micros()),
        )
        .await?;
    Ok(blocked.is_some_and(|(b,)| b == 1))
}

/// What became of a call that settled its contact: the one that was put back once too often is the one that failed, so that lists and charts
/// of calls add up with the contacts.
fn outcome_by(outcome: CallOutcome, settled: &ContactState) -> CallOutcome {
    match (outcome, settled) {
        // Another failure is that of an earlier call, with which a stopped campaign left its contact.
        (CallOutcome::PutBack, ContactState::Failed { code: code @ FailureCode::CarrierOverloaded }) => {
            CallOutcome::Failure(*code)
        }
        (outcome, _) => outcome,
    }
}

async fn finish_live(
    tx: &mut Tx,
    key: Key,
    f: &FinishCall,
    both: &Both,
    blocked: bool,
) -> Result<(ContactState, CallOutcome), Fault> {
    if both.status != ContactStatus::InProgress.number() || both.call_id != Some(f.call.raw()) {
        return Err(StoreError::Corrupt(format!("call {} is in progress, its contact is not", f.call)).into());
    }
    let before = both.tried.attempted()?;
    // Open and Closed give the same status; the gate read back from the count row chooses.
    let settled = |gate| settle(f.ending.outcome, f.ending.sent, before, &f.retry, gate, blocked, f.now);
    let talk = Talk::of(f, both);
    let gate = move_counts(tx, key, talk, &settled(Gate::Open), &settled(Gate::Canceled)).await?;
    let settled = settled(gate);
    write_contact(tx, key, both.row, &settled.contact, settled.attempted).await?;
    let result = settled_number(&settled.contact);
    if let Some(result) = result {
        counts::outcome(tx, key, result, 1).await?;
    }
    let outcome = outcome_by(f.ending.outcome, &settled.contact);
    let entry = events::Entry {
        row: Some(both.row),
        call: Some(f.call.raw()),
        moved: Some((ContactStatus::InProgress, settled.contact.status())),
        outcome: Some(outcome_number(outcome)),
        data: None,
    };
    events::append(tx, key, EventKind::CallEnded, f.now, entry).await?;
    Ok((settled.contact, outcome))
}

/// What a call adds to its campaign's counters, by what its row will hold.
#[derive(Debug, Clone, Copy)]
struct Talk {
    calls: i64,
    answered: i64,
    talk_ms: i64,
    ended_us: Option<i64>,
}

impl Talk {
    fn of(f: &FinishCall, both: &Both) -> Talk {
        // The answer may have been noted before, by `call_progress`.
        let answered_at = f.ending.answered_at.or(both.answered_at.map(Timestamp::from_micros));
        let withdrawn = f.ending.outcome == CallOutcome::Withdrawn;
        let ending = CallEnding { answered_at, ..f.ending.clone() };
        Talk {
            calls: -i64::from(withdrawn),
            answered: i64::from(answered_at.is_some()),
            talk_ms: i64::try_from(ending.talk_ms()).unwrap_or(i64::MAX),
            ended_us: (!withdrawn).then_some(f.ending.ended_at.as_micros()),
        }
    }
}

/// One update moves the counts by whichever settlement the gate asks for, and gives the gate.
async fn move_counts(
    tx: &mut Tx,
    key: Key,
    talk: Talk,
    going: &Settlement,
    stopped: &Settlement,
) -> Result<Gate, Fault> {
    let (slot, _) = tx.slot()?;
    let waits = |s: &Settlement| i64::from(s.contact.status() == ContactStatus::Pending && s.attempted.any());
    let row = tx
        .opt(
            sql("UPDATE campaign_counts SET in_progress = in_progress - 1, \
                 pending = pending + CASE WHEN (CASE WHEN gate = 2 THEN $6 ELSE $5 END) = 0 THEN 1 ELSE 0 END, \
                 completed = completed + CASE WHEN (CASE WHEN gate = 2 THEN $6 ELSE $5 END) = 2 THEN 1 ELSE 0 END, \
                 failed = failed + CASE WHEN (CASE WHEN gate = 2 THEN $6 ELSE $5 END) = 3 THEN 1 ELSE 0 END, \
                 skipped = skipped + CASE WHEN (CASE WHEN gate = 2 THEN $6 ELSE $5 END) = 4 THEN 1 ELSE 0 END, \
                 canceled = canceled + CASE WHEN (CASE WHEN gate = 2 THEN $6 ELSE $5 END) = 5 THEN 1 ELSE 0 END, \
                 waiting = waiting + CASE WHEN gate = 2 THEN 0 ELSE $7 END, calls = calls + $8, answered = answered + $9, \
                 talk_ms = talk_ms + $10, last_end_at = CASE WHEN last_end_at > $11 OR $11 IS NULL THEN last_end_at ELSE $11 END, version = version + 1 \
                 WHERE workspace_id = $1 AND campaign_id = $2 AND slot = $3 AND lane = $4 RETURNING gate")
            .bind(key.ws)
            .bind(key.campaign)
            .bind(slot)
            .bind(tx.lane)
            .bind(going.contact.status().number())
            .bind(stopped.contact.status().number())
            .bind(waits(going))
            .bind(talk.calls)
            .bind(talk.answered)
            .bind(talk.talk_ms)
            .bind(talk.ended_us),
        )
        .await?;
    counts::gate_of(row, key)
}

/// Writes a contact's state and what was tried. The row is locked.
pub(crate) async fn write_contact(
    tx: &mut Tx,
    key: Key,
    row: i64,
    state: &ContactState,
    tried: Attempted,
) -> Result<(), Fault> {
    let due = if let ContactState::Pending { due } = state { due.map(Timestamp::as_micros) } else { None };
    tx.exec_later(
        sql("UPDATE contacts SET status = $4, result = $5, due_at = $6, attempts = $7, put_backs = $8, last_outcome = $9, reason = NULL, \
             unsent = $10, withdrawals = $11 WHERE workspace_id = $1 AND campaign_id = $2 AND row = $3")
        .bind(key.ws)
        .bind(key.campaign)
        .bind(row)
        .bind(state.status().number())
        .bind(settled_number(state).unwrap_or(0))
        .bind(due)
        .bind(i64::from(tried.attempts))
        .bind(i64::from(tried.put_backs))
        .bind(tried.last.map(outcome_number))
        .bind(i64::from(tried.unsent))
        .bind(i64::from(tried.withdrawals)),
    )
    .await
}

/// The end of a call whose process had been given up: the contact gets the true result if nobody retried it; nothing is planned anew.
async fn finish_late(tx: &mut Tx, key: Key, f: &FinishCall, both: &Both) -> Result<(ContactState, CallOutcome), Fault> {
    let before = contact_state(both.status, both.result, both.due_at, both.call_id)?;
    let untouched =
        before == ContactState::Failed { code: FailureCode::Interrupted } && both.call_id == Some(f.call.raw());
    let truth = match f.ending.outcome {
        CallOutcome::Result(result) => Some(ContactState::Completed { result }),
        CallOutcome::Failure(code) => Some(ContactState::Failed { code }),
        CallOutcome::PutBack => Some(ContactState::Failed { code: FailureCode::CarrierOverloaded }),
        // Nothing was sent. A person still has to ask for another attempt: Failed goes to Pending by Retry Failed alone.
        CallOutcome::Withdrawn => None,
    };
    let mut entry = events::Entry { row: Some(both.row), call: Some(f.call.raw()), ..Default::default() };
    move_talk(tx, key, Talk::of(f, both)).await?;
    let (state, outcome) = match truth {
        Some(state) if untouched => {
            settle_late(tx, key, f, both, &before, &state).await?;
            entry.moved = Some((before.status(), state.status()));
            let outcome = outcome_by(f.ending.outcome, &state);
            (state, outcome)
        }
        _ => (before, f.ending.outcome),
    };
    entry.outcome = Some(outcome_number(outcome));
    events::append(tx, key, EventKind::CallEndedLate, f.now, entry).await?;
    Ok((state, outcome))
}

/// The call was not counted as ended when it was given up; whoever has its contact now, it counts.
async fn move_talk(tx: &mut Tx, key: Key, talk: Talk) -> Result<(), Fault> {
    let (slot, _) = tx.slot()?;
    let row = tx
        .opt(
            sql("UPDATE campaign_counts SET calls = calls + $5, answered = answered + $6, talk_ms = talk_ms + $7, \
                 last_end_at = CASE WHEN last_end_at > $8 OR $8 IS NULL THEN last_end_at ELSE $8 END, version = version + 1 \
                 WHERE workspace_id = $1 AND campaign_id = $2 AND slot = $3 AND lane = $4 RETURNING gate")
            .bind(key.ws)
            .bind(key.campaign)
            .bind(slot)
            .bind(tx.lane)
            .bind(talk.calls)
            .bind(talk.answered)
            .bind(talk.talk_ms)
            .bind(talk.ended_us),
        )
        .await?;
    counts::gate_of(row, key).map(drop)
}

async fn settle_late(
    tx: &mut Tx,
    key: Key,
    f: &FinishCall,
    both: &Both,
    before: &ContactState,
    state: &ContactState,
) -> Result<(), Fault> {
    before.clone().to(state.clone())?;
    let mut moves = Moves::default();
    moves.counts.add(before.status(), -1);
    moves.counts.add(state.status(), 1);
    counts::apply(tx, key, &moves).await?;
    if let Some(result) = settled_number(before) {
        counts::outcome(tx, key, result, -1).await?;
    }
    if let Some(result) = settled_number(state) {
        counts::outcome(tx, key, result, 1).await?;
    }
    let mut tried = both.tried.attempted()?;
    if !f.ending.sent {
        // It was counted as an attempt because it might have rung.
        tried.attempts = tried.attempts.saturating_sub(1);
        tried.unsent += 1;
    }
    tried.last = match state {
        ContactState::Completed { result } => Some(CallOutcome::Result(*result)),
        ContactState::Failed { code } => Some(CallOutcome::Failure(*code)),
        _ => tried.last,
    };
    write_contact(tx, key, both.row, state, tried).await
}

async fn write_call(tx: &mut Tx, key: Key, f: &FinishCall, outcome: CallOutcome, late: bool) -> Result<(), Fault> {
    let e = &f.ending;
    let micros = |at: Option<Timestamp>| at.map(Timestamp::as_micros);
    tx.exec_later(
        sql("UPDATE calls SET state = $3, ringing_at = COALESCE($4, ringing_at), answered_at = COALESCE($5, answered_at), ended_at = $6, \
             outcome = $7, ended_by = $8, sent = $9, sip_status = $10, sip_reason = $11, q850_cause = $12, recording = $13, late = $14 \
             WHERE workspace_id = $1 AND id = $2")
        .bind(key.ws)
        .bind(f.call.raw())
        .bind(CallPhase::Ended.number())
        .bind(micros(e.ringing_at))
        .bind(micros(e.answered_at))
        .bind(e.ended_at.as_micros())
        .bind(outcome_number(outcome))
        .bind(e.ended_by.number())
        .bind(i64::from(e.sent))
        .bind(e.sip_status.map(i64::from))
        .bind(e.sip_reason.clone())
        .bind(e.q850_cause.map(i64::from))
        .bind(f.recording.clone())
        .bind(i64::from(late)),
    )
    .await?;
    if f.turns.is_some() || f.ladder.is_some() {
        tx.exec_later(
            sql("INSERT INTO call_details(workspace_id, call_id, turns, ladder) VALUES($1, $2, $3, $4) ON CONFLICT(workspace_id, call_id) \
                 DO UPDATE SET turns = COALESCE(excluded.turns, call_details.turns), ladder = COALESCE(excluded.ladder, call_details.ladder)")
            .bind(key.ws)
            .bind(f.call.raw())
            .bind(f.turns.clone().map(Json))
            .bind(f.ladder.clone().map(Json)),
        )
        .await?;
    }
    Ok(())
}
