//! Long work after Stop and Retry Failed: rows of `jobs`, enqueued in the transaction that asks for them, done in batches, each batch one
//! transaction, resumable by any process.

use carillon_domain::campaign::{CampaignStatus, Gate};
use carillon_domain::ids::Job;
use carillon_domain::policy::settle_on_stop;
use carillon_domain::{ContactStatus, Counts, FailureCode, Timestamp};
use sqlx::types::Json;

use super::counts::{self, Moves};
use super::{Tx, campaigns, control, events, sql, trunks};
use crate::error::{Fault, StoreError};
use crate::model::{EventKind, Retry, RetryFailed, RetryScope, RetrySettled, StopSettled, Tried, settled_number};
use crate::session::{Key, OpenJob};

/// Kind of job: settle the contacts of a stopped campaign.
pub(crate) const STOP: i64 = 1;
/// Kind of job: put failed contacts back.
pub(crate) const RETRY: i64 = 2;
/// How long a claimed job is left alone, in microseconds: far longer than a batch takes.
pub(crate) const LEASE_US: i64 = 60_000_000;

/// Kind of job: an action on the contacts of a filter.
pub(crate) const ACT: i64 = 3;
/// Kind of job: copy contacts of another campaign into this one.
pub(crate) const COPY: i64 = 4;
/// Kind of job: delete what a deleted campaign left.
pub(crate) const PURGE: i64 = 5;
/// Kind of job: read a contact file into a campaign.
pub(crate) const IMPORT: i64 = 6;
/// Kind of job: write a campaign's results to a file.
pub(crate) const EXPORT: i64 = 7;

pub(crate) async fn enqueue(tx: &mut Tx, key: Key, kind: i64, cursor: i64, now: Timestamp) -> Result<i64, Fault> {
    enqueue_with(tx, key, kind, cursor, None, now).await
}

pub(crate) async fn enqueue_with(
    tx: &mut Tx,
    key: Key,
    kind: i64,
    cursor: i64,
    params: Option<serde_json::Value>,
    now: Timestamp,
) -> Result<i64, Fault> {
    let id = tx.session()?.next_id::<Job>(now).raw();
    tx.exec(
        sql("INSERT INTO jobs(workspace_id, id, kind, campaign_id, cursor, asked_at, params) VALUES($1, $2, $3, $4, $5, $6, $7)")
            .bind(key.ws)
            .bind(id)
            .bind(kind)
            .bind(key.campaign)
            .bind(cursor)
            .bind(now.as_micros())
            .bind(params.map(Json)),
    )
    .await?;
    Ok(id)
}

pub(crate) async fn is_open(tx: &mut Tx, key: Key, kind: i64) -> Result<bool, Fault> {
    let open: Option<(i64,)> = tx
        .opt(
            sql("SELECT id FROM jobs WHERE workspace_id = $1 AND kind = $2 AND campaign_id = $3 AND done_at IS NULL LIMIT 1")
                .bind(key.ws)
                .bind(kind)
                .bind(key.campaign),
        )
        .await?;
    Ok(open.is_some())
}

/// Claims the oldest open job of a kind that nobody works on, in this data folder or none: one whose lease ran out, or whose holder did.
pub(crate) async fn claim(tx: &mut Tx, ws: i64, kind: i64, folder: i64) -> Result<Option<OpenJob>, Fault> {
    let (slot, fence) = tx.slot()?;
    let job: Option<OpenJob> = tx
        .opt(
            sql(concat!(
                "SELECT id, campaign_id AS campaign, cursor, asked_at, params FROM jobs WHERE workspace_id = $1 AND kind = $2 AND done_at IS NULL \
                 AND (until <= ",
                now_us!(),
                " OR (lease_slot = $3 AND fence = $4) OR (lease_slot IS NOT NULL AND NOT EXISTS (SELECT 1 FROM leases l \
                 WHERE l.slot = jobs.lease_slot AND l.fence = jobs.fence AND l.dead = 0 AND l.until > ",
                now_us!(),
                "))) AND folder IN (0, $5) ORDER BY id LIMIT 1",
                for_update_skip_locked!()
            ))
            .bind(ws)
            .bind(kind)
            .bind(slot)
            .bind(fence)
            .bind(folder),
        )
        .await?;
    if let Some(job) = &job {
        tx.exec(
            sql(concat!(
                "UPDATE jobs SET lease_slot = $3, fence = $4, until = $5 + ",
                now_us!(),
                " WHERE workspace_id = $1 AND id = $2"
            ))
            .bind(ws)
            .bind(job.id)
            .bind(slot)
            .bind(fence)
            .bind(LEASE_US),
        )
        .await?;
    }
    Ok(job)
}

/// Nobody claims a job that has failed for as long as a claim lasts: the others go on meanwhile.
pub(crate) async fn set_aside(tx: &mut Tx, ws: i64, id: i64) -> Result<(), Fault> {
    tx.exec(
        sql(concat!(
            "UPDATE jobs SET lease_slot = NULL, until = $3 + ",
            now_us!(),
            " WHERE workspace_id = $1 AND id = $2"
        ))
        .bind(ws)
        .bind(id)
        .bind(LEASE_US),
    )
    .await?;
    Ok(())
}

async fn close_all(tx: &mut Tx, key: Key, kind: i64, now: Timestamp) -> Result<(), Fault> {
    tx.exec(
        sql("UPDATE jobs SET done_at = $4 WHERE workspace_id = $1 AND kind = $2 AND campaign_id = $3 AND done_at IS NULL")
            .bind(key.ws)
            .bind(kind)
            .bind(key.campaign)
            .bind(now.as_micros()),
    )
    .await?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct PendingRow {
    row: i64,
    #[sqlx(flatten)]
    tried: Tried,
}

async fn pending_rows(tx: &mut Tx, key: Key, max: i64) -> Result<Vec<PendingRow>, Fault> {
    tx
        .all(
            sql(concat!(
                "SELECT row, attempts, put_backs, unsent, withdrawals, last_outcome FROM contacts WHERE workspace_id = $1 AND campaign_id = $2 AND status = 0 \
                 ORDER BY last_call_at, row LIMIT $3",
                for_update!()
            ))
            .bind(key.ws)
            .bind(key.campaign)
            .bind(max),
        )
        .await
}

/// A status and the result, failure or skip reason that goes with it.
type Target = (ContactStatus, Option<i64>);

/// Settles up to `max` Pending contacts of a stopped campaign; closes the job when none is left.
pub(crate) async fn stop_batch(tx: &mut Tx, key: Key, max: i64, now: Timestamp) -> Result<StopSettled, Fault> {
    if !is_canceled(tx, key).await? {
        return Ok(StopSettled { settled: 0, remaining: 0 });
    }
    let rows = pending_rows(tx, key, max).await?;
    let mut groups: Vec<(Target, Vec<i64>)> = Vec::new();
    let mut moves = Moves::default();
    for row in &rows {
        let attempted = row.tried.attempted()?;
        moves.waiting -= i64::from(attempted.any());
        let state = settle_on_stop(attempted);
        let target = (state.status(), settled_number(&state));
        match groups.iter_mut().find(|(t, _)| *t == target) {
            Some((_, list)) => list.push(row.row),
            None => groups.push((target, vec![row.row])),
        }
    }
    for ((status, result), list) in &groups {
        let n = i64::try_from(list.len()).unwrap_or(i64::MAX);
        tx.exec(
            sql(concat!(
                "UPDATE contacts SET status = $3, result = $4, reason = NULL, due_at = NULL, lease_slot = NULL \
                 WHERE workspace_id = $1 AND campaign_id = $2 AND row ",
                in_list!("$5")
            ))
            .bind(key.ws)
            .bind(key.campaign)
            .bind(status.number())
            .bind(result.unwrap_or(0))
            .bind(list_json(list)),
        )
        .await?;
        moves.counts.add(ContactStatus::Pending, -n);
        moves.counts.add(*status, n);
    }
    if !rows.is_empty() {
        counts::apply(tx, key, &moves).await?;
        for ((_, result), list) in &groups {
            if let Some(result) = result {
                counts::outcome(tx, key, *result, i64::try_from(list.len()).unwrap_or(i64::MAX)).await?;
            }
        }
        let entry = events::Entry { data: Some(events::moved_data(&moves.counts)), ..Default::default() };
        events::append(tx, key, EventKind::StopSettled, now, entry).await?;
    }
    let settled = i64::try_from(rows.len()).unwrap_or(i64::MAX);
    let remaining = if settled < max { 0 } else { counts::totals(tx, key).await?.counts.pending };
    if remaining == 0 {
        close_all(tx, key, STOP, now).await?;
    }
    Ok(StopSettled { settled, remaining })
}

/// Canceled is final, so this needs no lock; on any other campaign a batch would take contacts that are still to be called.
async fn is_canceled(tx: &mut Tx, key: Key) -> Result<bool, Fault> {
    let campaign = campaigns::fetch(tx, key).await?.ok_or(Fault::Store(StoreError::NotFound { what: "campaign" }))?;
    Ok(campaign.state.status() == CampaignStatus::Canceled)
}

/// A list of rows as the one JSON array that `in_list!` reads.
pub(crate) fn list_json(rows: &[i64]) -> String {
    let mut text = String::with_capacity(rows.len() * 8 + 2);
    text.push('[');
    for (n, row) in rows.iter().enumerate() {
        if n > 0 {
            text.push(',');
        }
        text.push_str(&row.to_string());
    }
    text.push(']');
    text
}

/// Retry Failed: the campaign's state and the first batch in one transaction; a job does the rest.
pub(crate) async fn retry_failed(
    tx: &mut Tx,
    key: Key,
    retry: &Retry,
    max: i64,
    now: Timestamp,
) -> Result<RetryFailed, Fault> {
    let before = campaigns::lock_state(tx, key).await?;
    control::as_seen(tx, key, retry.expected).await?;
    let after = before.clone().retry_failed(retry.waiting_for)?;
    let outcomes = counts::outcomes(tx, key).await?;
    let codes = retry.scope.codes();
    let failed: i64 = codes.iter().filter_map(|code| outcomes.get(&code.number())).sum();
    if failed == 0 {
        return Ok(RetryFailed { state: before, retried: 0, remaining: 0 });
    }
    trunks::refuse_deleted(tx, key).await?;
    let which = Failed { cursor: 0, asked_us: i64::MAX, codes: &codes };
    let (retried, cursor) = retry_rows(tx, key, which, max, now).await?;
    if before.status() != after.status() {
        counts::set_gate(tx, key, Gate::for_status(after.status())).await?;
        campaigns::write_state(tx, key, &before, &after, Some(&retry.by), now).await?;
    }
    let remaining = if retried < max { 0 } else { failed - retried };
    if remaining > 0 {
        enqueue_with(tx, key, RETRY, cursor, Some(serde_json::json!({ "scope": retry.scope })), now).await?;
    }
    Ok(RetryFailed { state: after, retried, remaining })
}

/// The next batch of a campaign's oldest Retry Failed that is not done. The campaign's row lock keeps other workers out; one that took the
/// job at an older cursor finds the contacts put back already.
pub(crate) async fn retry_of(tx: &mut Tx, key: Key, max: i64, now: Timestamp) -> Result<RetrySettled, Fault> {
    campaigns::lock_state(tx, key).await?;
    let job: Option<OpenJob> = tx
        .opt(
            sql("SELECT id, campaign_id AS campaign, cursor, asked_at, params FROM jobs \
                 WHERE workspace_id = $1 AND kind = $2 AND campaign_id = $3 AND done_at IS NULL ORDER BY id LIMIT 1")
            .bind(key.ws)
            .bind(RETRY)
            .bind(key.campaign),
        )
        .await?;
    let Some(job) = job else { return Ok(RetrySettled { retried: 0, remaining: 0 }) };
    let retried = retry_batch(tx, key.ws, &job, max, now).await?;
    let remaining =
        if is_open(tx, key, RETRY).await? { counts::totals(tx, key).await?.counts.failed.max(1) } else { 0 };
    Ok(RetrySettled { retried, remaining })
}

/// The next batch of a Retry Failed; one that is not full closes the job. Gives how many it put back.
pub(crate) async fn retry_batch(tx: &mut Tx, ws: i64, job: &OpenJob, max: i64, now: Timestamp) -> Result<i64, Fault> {
    let key = Key { ws, campaign: job.campaign };
    let state = campaigns::lock_state(tx, key).await?;
    // Stopped meanwhile: a contact put back now would never be called.
    let open = matches!(state.status(), CampaignStatus::Queued | CampaignStatus::Running | CampaignStatus::Paused);
    let scope = match &job.params {
        Some(params) => serde_json::from_value(params.0["scope"].clone())
            .map_err(|error| StoreError::Corrupt(format!("the scope of job {}: {error}", job.id)))?,
        None => RetryScope::All,
    };
    let which = Failed { cursor: job.cursor, asked_us: job.asked_at, codes: &scope.codes() };
    let (retried, cursor) = if open { retry_rows(tx, key, which, max, now).await? } else { (0, job.cursor) };
    tx.exec(
        sql("UPDATE jobs SET cursor = $3, done_at = CASE WHEN $4 = 1 THEN $5 ELSE done_at END WHERE workspace_id = $1 AND id = $2")
            .bind(ws)
            .bind(job.id)
            .bind(cursor)
            .bind(i64::from(retried < max))
            .bind(now.as_micros()),
    )
    .await?;
    Ok(retried)
}

/// Failed contacts above `cursor` that had failed when Retry Failed was pressed: one that fails again is not taken twice.
struct Failed<'a> {
    cursor: i64,
    asked_us: i64,
    codes: &'a [FailureCode],
}

/// Puts back up to `max` contacts.
async fn retry_rows(tx: &mut Tx, key: Key, which: Failed<'_>, max: i64, now: Timestamp) -> Result<(i64, i64), Fault> {
    let codes: Vec<i64> = which.codes.iter().map(|code| code.number()).collect();
    let rows: Vec<(i64, i64)> = tx
        .all(
            sql(concat!(
                "SELECT row, result FROM contacts WHERE workspace_id = $1 AND campaign_id = $2 AND status = 3 AND row > $3 \
                 AND last_call_at <= $4 AND result ",
                in_list!("$6"),
                " ORDER BY row LIMIT $5",
                for_update!()
            ))
            .bind(key.ws)
            .bind(key.campaign)
            .bind(which.cursor)
            .bind(which.asked_us)
            .bind(max)
            .bind(list_json(&codes)),
        )
        .await?;
    let n = i64::try_from(rows.len()).unwrap_or(i64::MAX);
    let Some(&(last, _)) = rows.last() else { return Ok((0, which.cursor)) };
    put_back(tx, key, &rows, None, now).await?;
    Ok((n, last))
}

/// Makes failed contacts Pending again: rows with their failure codes, locked.
pub(crate) async fn put_back(
    tx: &mut Tx,
    key: Key,
    rows: &[(i64, i64)],
    by: Option<&str>,
    now: Timestamp,
) -> Result<(), Fault> {
    let n = i64::try_from(rows.len()).unwrap_or(i64::MAX);
    let list: Vec<i64> = rows.iter().map(|(row, _)| *row).collect();
    tx.exec(
        sql(concat!(
            "UPDATE contacts SET status = 0, result = 0, reason = NULL, due_at = NULL, put_backs = 0, withdrawals = 0 \
             WHERE workspace_id = $1 AND campaign_id = $2 AND row ",
            in_list!("$3")
        ))
        .bind(key.ws)
        .bind(key.campaign)
        .bind(list_json(&list)),
    )
    .await?;
    // A failed contact had an attempt or a failure before one, but for one that was only put back by the trunk when the campaign was
    // stopped; that one can't be here.
    let counts = Counts { pending: n, failed: -n, ..Counts::default() };
    counts::apply(tx, key, &Moves { counts, waiting: n }).await?;
    let mut codes: Vec<i64> = rows.iter().map(|(_, code)| *code).collect();
    codes.sort_unstable();
    for group in codes.chunk_by(|a, b| a == b) {
        counts::outcome(tx, key, group[0], -i64::try_from(group.len()).unwrap_or(i64::MAX)).await?;
    }
    let mut data = events::moved_data(&counts);
    if let Some(by) = by {
        data["by"] = by.into();
    }
    let row = if let [(row, _)] = rows { Some(*row) } else { None };
    let entry = events::Entry { row, data: Some(data), ..Default::default() };
    events::append(tx, key, EventKind::Retried, now, entry).await
}
