//! Start, pause, resume, stop, retry failed, waiting and completion: each locks the campaign's row before it reads its state, then sets the
//! gate on all count rows, then writes the state.

use carillon_domain::campaign::{CampaignStatus, Gate};
use carillon_domain::{CampaignState, Timestamp, WaitingFor};

use super::{Tx, campaigns, counts, imports, jobs, sql, trunks};
use crate::error::{Fault, StoreError};
use crate::model::{CampaignControl, Press};
use crate::session::Key;

/// Presses a control. Gives the state after it.
pub(crate) async fn press(tx: &mut Tx, key: Key, press: &Press, now: Timestamp) -> Result<CampaignState, Fault> {
    let before = campaigns::lock_state(tx, key).await?;
    let after = match press.control.clone() {
        CampaignControl::Start { waiting_for } => {
            as_seen(tx, key, press.expected).await?;
            let after = before.clone().start(waiting_for)?;
            trunks::refuse_deleted(tx, key).await?;
            imports::refuse_while_open(tx, key).await?;
            after
        }
        CampaignControl::Pause { why } => before.clone().pause(press.by.clone(), why)?,
        CampaignControl::Resume { waiting_for } => {
            as_seen(tx, key, press.expected).await?;
            before.clone().resume(waiting_for)?
        }
        CampaignControl::Stop => before.clone().stop(press.by.clone(), now)?,
    };
    if before.status() != after.status() {
        counts::set_gate(tx, key, Gate::for_status(after.status())).await?;
        campaigns::write_state(tx, key, &before, &after, Some(&press.by), now).await?;
        if after.status() == CampaignStatus::Canceled {
            jobs::enqueue(tx, key, jobs::STOP, 0, now).await?;
        }
    }
    Ok(after)
}

/// Refuses when the control version is another one than was seen. The caller holds the campaign's row lock.
pub(crate) async fn as_seen(tx: &mut Tx, key: Key, expected: Option<i64>) -> Result<(), Fault> {
    let Some(expected) = expected else { return Ok(()) };
    let (version,): (i64,) = tx
        .one(
            sql("SELECT control_version FROM campaigns WHERE workspace_id = $1 AND id = $2")
                .bind(key.ws)
                .bind(key.campaign),
        )
        .await?;
    if version == expected { Ok(()) } else { Err(StoreError::VersionChanged { what: "campaign" }.into()) }
}

/// Notes what a going campaign waits for; nothing else is changed, and other states are left alone.
pub(crate) async fn set_waiting(
    tx: &mut Tx,
    key: Key,
    waiting_for: Option<WaitingFor>,
    now: Timestamp,
) -> Result<CampaignState, Fault> {
    let before = campaigns::lock_state(tx, key).await?;
    let after = match (&before, waiting_for) {
        // A Queued campaign that still waits stays Queued; a Running one never falls back.
        (CampaignState::Queued { .. }, Some(waiting_for)) => CampaignState::Queued { waiting_for },
        (CampaignState::Queued { .. } | CampaignState::Running { .. }, waiting_for) => {
            before.clone().run(waiting_for)?
        }
        _ => return Ok(before),
    };
    if before != after {
        campaigns::write_state(tx, key, &before, &after, None, now).await?;
    }
    Ok(after)
}

/// Completes the campaign when nothing is pending or in progress and no Retry Failed is under way. Draft, Completed and Canceled stay.
pub(crate) async fn complete_if_done(tx: &mut Tx, key: Key, now: Timestamp) -> Result<bool, Fault> {
    let before = campaigns::lock_state(tx, key).await?;
    let open = matches!(before.status(), CampaignStatus::Queued | CampaignStatus::Running | CampaignStatus::Paused);
    if !open {
        return Ok(false);
    }
    // A new statement after the lock: it sees what every earlier holder of the lock committed.
    let sums = counts::totals(tx, key).await?.counts;
    if sums.pending + sums.in_progress > 0 || jobs::is_open(tx, key, jobs::RETRY).await? {
        return Ok(false);
    }
    let after = before.clone().complete(now)?;
    counts::set_gate(tx, key, Gate::for_status(after.status())).await?;
    campaigns::write_state(tx, key, &before, &after, None, now).await?;
    Ok(true)
}

/// Going campaigns without anything pending or in progress, by their counters: what the sweep tries to complete.
pub(crate) async fn maybe_done(tx: &mut Tx, ws: i64) -> Result<Vec<i64>, Fault> {
    let rows: Vec<(i64,)> = tx
        .all(
            sql("SELECT c.id FROM campaigns c WHERE c.workspace_id = $1 AND c.status IN (1, 2, 3) AND 0 = \
                 (SELECT CAST(COALESCE(SUM(k.pending + k.in_progress), 0) AS BIGINT) FROM campaign_counts k \
                 WHERE k.workspace_id = c.workspace_id AND k.campaign_id = c.id)")
            .bind(ws),
        )
        .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}
