//! Long work over a campaign's contacts, in windows of rows, each window one transaction: actions on a filter, copies into another campaign,
//! deleting. Rows of `jobs`, resumable by any process.

use carillon_domain::{CampaignId, ContactState, Timestamp};
use serde::{Deserialize, Serialize};
use sqlx::types::Json;

use super::built::Built;
use super::jobs::{ACT, COPY, PURGE, enqueue_with};
use super::{Tx, campaigns, contact_list, counts, import, marks, sql};
use crate::error::{Fault, StoreError};
use crate::model::{CampaignOrigin, ContactAction, ContactFilter, ContactRecord, CopyOf, NewCampaign, NewContact};
use crate::session::{Key, OpenJob};

/// Rows that a window looks at: keeps a transaction short where few of them match.
const WINDOW: i64 = 20_000;
/// Contacts that a window changes at most.
const BATCH: i64 = 5_000;

/// What an action on a filter does.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct ActParams {
    action: ContactAction,
    filter: ContactFilter,
    by: String,
}

/// What a copy takes.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct CopyParams {
    from: CampaignId,
    filter: ContactFilter,
}

/// What a window did: contacts changed, contacts whose status did not allow it, rows behind the window.
pub(crate) type Window = (i64, i64, i64);

/// The next window of a job of a kind; `None` when it is done.
pub(crate) async fn window_of(
    tx: &mut Tx,
    ws: i64,
    kind: i64,
    id: i64,
    now: Timestamp,
) -> Result<Option<Window>, Fault> {
    let Some(job) = current(tx, ws, id).await? else { return Ok(None) };
    let window = match kind {
        ACT => act_window(tx, ws, &job, now).await?,
        COPY => copy_window(tx, ws, &job, now).await?,
        _ => purge_window(tx, ws, &job, now).await?,
    };
    Ok(Some(window))
}

/// The last row of a campaign; 0 when it has none.
pub(crate) async fn last_row(tx: &mut Tx, key: Key) -> Result<i64, Fault> {
    let row: Option<(i64,)> = tx
        .opt(
            sql("SELECT row FROM contacts WHERE workspace_id = $1 AND campaign_id = $2 ORDER BY row DESC LIMIT 1")
                .bind(key.ws)
                .bind(key.campaign),
        )
        .await?;
    Ok(row.map_or(0, |(row,)| row))
}

/// Rows of the next window that match and were last called until `until`, and where it ends.
async fn window(
    tx: &mut Tx,
    key: Key,
    filter: &ContactFilter,
    cursor: i64,
    until: Option<i64>,
) -> Result<(Vec<i64>, i64), Fault> {
    let end = cursor + WINDOW;
    if filter.buckets().is_empty() {
        return Ok((Vec::new(), i64::MAX));
    }
    let mut select = Built::new(key);
    select.push(&format!(
        "SELECT k.row FROM contacts k WHERE k.workspace_id = $1 AND k.campaign_id = $2 AND k.row > {cursor} AND k.row <= {end}"
    ));
    contact_list::condition(&mut select, filter);
    if let Some(until) = until {
        select.push(&format!(" AND k.last_call_at <= {until}"));
    }
    select.push(&format!(" ORDER BY k.row LIMIT {BATCH}"));
    let rows: Vec<(i64,)> = tx.all(select.statement()).await?;
    let rows: Vec<i64> = rows.into_iter().map(|(row,)| row).collect();
    let full = i64::try_from(rows.len()).is_ok_and(|n| n == BATCH);
    let end = if full { rows.last().copied().unwrap_or(end) } else { end };
    Ok((rows, end))
}

async fn advance(tx: &mut Tx, ws: i64, job: &OpenJob, cursor: i64, done: bool, now: Timestamp) -> Result<(), Fault> {
    tx.exec(
        sql("UPDATE jobs SET cursor = $3, done_at = CASE WHEN $4 = 1 THEN $5 ELSE done_at END WHERE workspace_id = $1 AND id = $2")
            .bind(ws)
            .bind(job.id)
            .bind(cursor)
            .bind(i64::from(done))
            .bind(now.as_micros()),
    )
    .await?;
    Ok(())
}

fn params<T: serde::de::DeserializeOwned>(job: &OpenJob) -> Result<T, StoreError> {
    let value = job.params.as_ref().map(|p| p.0.clone()).unwrap_or_default();
    serde_json::from_value(value).map_err(|error| StoreError::Corrupt(format!("job {}: {error}", job.id)))
}

/// A job as it stands, locked: another worker may have gone on with it. `None`: it is done.
async fn current(tx: &mut Tx, ws: i64, id: i64) -> Result<Option<OpenJob>, Fault> {
    tx.opt(
        sql(concat!(
            "SELECT id, campaign_id AS campaign, cursor, asked_at, params FROM jobs WHERE workspace_id = $1 AND id = $2 AND done_at IS NULL",
            for_update!()
        ))
        .bind(ws)
        .bind(id),
    )
    .await
}

/// Asks for an action on all contacts of a filter; refused before anything is noted where the campaign's status does not allow it.
pub(crate) async fn ask_act(
    tx: &mut Tx,
    key: Key,
    filter: &ContactFilter,
    action: &ContactAction,
    by: &str,
    now: Timestamp,
) -> Result<i64, Fault> {
    let state = campaigns::lock_state(tx, key).await?;
    marks::allowed(tx, key, &state, action).await?;
    let params = ActParams { action: action.clone(), filter: filter.clone(), by: by.to_owned() };
    let params = serde_json::to_value(params).map_err(|error| StoreError::Corrupt(error.to_string()))?;
    enqueue_with(tx, key, ACT, 0, Some(params), now).await
}

/// The next window of an action.
async fn act_window(tx: &mut Tx, ws: i64, job: &OpenJob, now: Timestamp) -> Result<Window, Fault> {
    let key = Key { ws, campaign: job.campaign };
    let asked: ActParams = params(job)?;
    // Who fails after somebody asked for another call was not asked for.
    let until = matches!(asked.action, ContactAction::Retry { .. }).then_some(job.asked_at);
    let (rows, end) = window(tx, key, &asked.filter, job.cursor, until).await?;
    let changed = if rows.is_empty() {
        0
    } else {
        match marks::act(tx, key, &rows, &asked.action, &asked.by, now).await {
            // Stopped or completed meanwhile: nothing is left that could be done, nor may it be done when the campaign goes again.
            Err(Fault::Store(StoreError::NotPossible { .. } | StoreError::InvalidTransition(_))) => {
                advance(tx, ws, job, job.cursor, true, now).await?;
                return Ok(Window::default());
            }
            changed => changed?,
        }
    };
    let unseen = (last_row(tx, key).await? - end).max(0);
    advance(tx, ws, job, end, unseen == 0, now).await?;
    let unchanged = i64::try_from(rows.len()).unwrap_or(i64::MAX) - changed;
    Ok((changed, unchanged, unseen))
}

/// Makes a campaign from another one, with what it takes.
pub(crate) async fn create(
    tx: &mut Tx,
    new: &NewCampaign,
    parent: CampaignId,
    of: &CopyOf,
    by: &str,
) -> Result<Option<i64>, Fault> {
    let (key, from) = (Key::new(new.workspace, new.id), Key::new(new.workspace, parent));
    let origin = match of {
        CopyOf::Settings => CampaignOrigin::Duplicate,
        CopyOf::Contacts(_) => CampaignOrigin::Filter,
        CopyOf::Sample { .. } => CampaignOrigin::Sample,
    };
    // Before the new row, so that two transactions lock campaigns in one order.
    campaigns::lock_state(tx, from).await?;
    campaigns::create_from(tx, new, Some((parent, origin)), Some(by)).await?;
    match of {
        CopyOf::Settings => Ok(None),
        CopyOf::Contacts(filter) => {
            let params = CopyParams { from: parent, filter: filter.clone() };
            let params = serde_json::to_value(params).map_err(|error| StoreError::Corrupt(error.to_string()))?;
            enqueue_with(tx, key, COPY, 0, Some(params), new.now).await.map(Some)
        }
        CopyOf::Sample { rows, skip_in_parent } => {
            let first = first_untried(tx, from, i64::from((*rows).clamp(1, 1_000))).await?;
            if first.is_empty() {
                let why = "no contact of this campaign is still to be called for the first time".to_owned();
                return Err(StoreError::NotPossible { why }.into());
            }
            // Its row is not committed yet, so that its counters can't be made in a transaction of their own.
            counts::create_row(tx, key).await?;
            copy(tx, key, from, &first, new.now).await?;
            campaigns::import_finished(tx, key, new.now).await?;
            if *skip_in_parent {
                marks::exclude(tx, from, &first, marks::By::Sample(new.id), new.now).await?;
            }
            Ok(None)
        }
    }
}

/// The first contacts of the queue that were never tried, in its order, locked: nobody begins to call them before this transaction has
/// decided where they belong.
async fn first_untried(tx: &mut Tx, key: Key, n: i64) -> Result<Vec<i64>, Fault> {
    let rows: Vec<(i64,)> = tx
        .all(
            sql(concat!(
                "SELECT row FROM contacts WHERE workspace_id = $1 AND campaign_id = $2 AND status = 0 AND due_at IS NULL \
                 AND lease_slot IS NULL AND attempts = 0 AND put_backs = 0 AND unsent = 0 ORDER BY zone_key, order_key, row LIMIT $3",
                for_update_skip_locked!()
            ))
            .bind(key.ws)
            .bind(key.campaign)
            .bind(n),
        )
        .await?;
    Ok(rows.into_iter().map(|(row,)| row).collect())
}

/// Copies contacts behind those that the campaign has.
async fn copy(tx: &mut Tx, key: Key, from: Key, rows: &[i64], now: Timestamp) -> Result<i64, Fault> {
    let next = last_row(tx, key).await? + 1;
    let contacts = contact_list::records(tx, from, rows).await?;
    let batch: Vec<NewContact> = contacts.into_iter().zip(next..).map(|(contact, row)| again(contact, row)).collect();
    let done = import::import(tx, key, &batch, now).await?;
    Ok(done.added.total())
}

/// A contact as a new one: to be called, unless its row of the file was at fault.
fn again(contact: ContactRecord, row: i64) -> NewContact {
    let skip = match &contact.state {
        ContactState::Skipped { reason } if reason.of_the_file() => Some((*reason, contact.reason.unwrap_or_default())),
        _ => None,
    };
    NewContact {
        row,
        line: contact.line,
        phone: contact.phone,
        phone_text: contact.phone_text,
        first_name: contact.first_name,
        last_name: contact.last_name,
        properties: contact.properties,
        skip,
        zone_key: contact.zone_key,
        time_zone: contact.time_zone,
        external_id: contact.external_id,
    }
}

/// The next window of a copy.
async fn copy_window(tx: &mut Tx, ws: i64, job: &OpenJob, now: Timestamp) -> Result<Window, Fault> {
    let asked: CopyParams = params(job)?;
    let (key, from) = (Key { ws, campaign: job.campaign }, Key { ws, campaign: asked.from.raw() });
    // Deleted meanwhile, or its source was.
    let gone = campaigns::fetch(tx, key).await?.is_none();
    let (rows, end) =
        if gone { (Vec::new(), i64::MAX) } else { window(tx, from, &asked.filter, job.cursor, None).await? };
    let changed = if rows.is_empty() { 0 } else { copy(tx, key, from, &rows, now).await? };
    let unseen = if gone { 0 } else { (last_row(tx, from).await? - end).max(0) };
    if unseen == 0 && !gone {
        campaigns::import_finished(tx, key, now).await?;
    }
    advance(tx, ws, job, end, unseen == 0, now).await?;
    Ok((changed, 0, unseen))
}

/// Deletes a Draft: it is gone at once, its contacts follow in the background.
pub(crate) async fn delete_draft(
    tx: &mut Tx,
    key: Key,
    expected: Option<i64>,
    by: &str,
    now: Timestamp,
) -> Result<i64, Fault> {
    let state = campaigns::lock_state(tx, key).await?;
    super::control::as_seen(tx, key, expected).await?;
    if state.status() != carillon_domain::CampaignStatus::Draft {
        let why = format!("only a Draft can be deleted; this campaign is {}", state.status());
        return Err(StoreError::NotPossible { why }.into());
    }
    give_sample_back(tx, key, by, now).await?;
    for statement in [
        sql("DELETE FROM campaigns WHERE workspace_id = $1 AND id = $2"),
        sql("DELETE FROM campaign_counts WHERE workspace_id = $1 AND campaign_id = $2"),
        sql("DELETE FROM campaign_outcomes WHERE workspace_id = $1 AND campaign_id = $2"),
        sql("DELETE FROM campaign_notes WHERE workspace_id = $1 AND campaign_id = $2"),
        sql("DELETE FROM contact_marks WHERE workspace_id = $1 AND campaign_id = $2"),
        sql("DELETE FROM jobs WHERE workspace_id = $1 AND campaign_id = $2"),
        sql("DELETE FROM exports WHERE workspace_id = $1 AND campaign_id = $2"),
        sql("DELETE FROM imports WHERE workspace_id = $1 AND campaign_id = $2"),
    ] {
        tx.exec(statement.bind(key.ws).bind(key.campaign)).await?;
    }
    enqueue_with(tx, key, PURGE, 0, None, now).await
}

/// Contacts that a sample took out of its parent are to be called there after all.
async fn give_sample_back(tx: &mut Tx, key: Key, by: &str, now: Timestamp) -> Result<(), Fault> {
    let id = CampaignId::from_raw(key.campaign);
    let campaign = campaigns::fetch(tx, key).await?;
    let Some((parent, CampaignOrigin::Sample)) = campaign.and_then(|c| c.parent) else { return Ok(()) };
    let parent = Key { ws: key.ws, campaign: parent.raw() };
    let rows: Vec<(i64,)> = tx
        .all(
            sql("SELECT row FROM contact_marks WHERE workspace_id = $1 AND campaign_id = $2 AND sample_id = $3")
                .bind(parent.ws)
                .bind(parent.campaign)
                .bind(key.campaign),
        )
        .await?;
    let rows: Vec<i64> = rows.into_iter().map(|(row,)| row).collect();
    if rows.is_empty() {
        return Ok(());
    }
    match marks::restore(tx, parent, &rows, Some(id), by, now).await {
        // The parent is over: its contacts stay as they are.
        Err(Fault::Store(StoreError::NotPossible { .. } | StoreError::NotFound { .. })) => Ok(()),
        restored => restored.map(drop),
    }
}

/// The next window of what a deleted campaign left.
async fn purge_window(tx: &mut Tx, ws: i64, job: &OpenJob, now: Timestamp) -> Result<Window, Fault> {
    let key = Key { ws, campaign: job.campaign };
    let end = job.cursor + BATCH;
    let mut changed = 0;
    for statement in [
        sql("DELETE FROM skipped_rows WHERE workspace_id = $1 AND campaign_id = $2 AND row > $3 AND row <= $4"),
        sql("DELETE FROM contact_properties WHERE workspace_id = $1 AND campaign_id = $2 AND row > $3 AND row <= $4"),
        sql("DELETE FROM contacts WHERE workspace_id = $1 AND campaign_id = $2 AND row > $3 AND row <= $4"),
    ] {
        changed = tx.exec(statement.bind(key.ws).bind(key.campaign).bind(job.cursor).bind(end)).await?;
    }
    let unseen = (last_row(tx, key).await? - end).max(0);
    if unseen == 0 {
        tx.exec(sql("DELETE FROM events WHERE workspace_id = $1 AND campaign_id = $2").bind(key.ws).bind(key.campaign))
            .await?;
    }
    advance(tx, ws, job, end, unseen == 0, now).await?;
    Ok((i64::try_from(changed).unwrap_or(i64::MAX), 0, unseen))
}

/// Rows of a campaign's open copies and actions that are not looked at yet, at most.
pub(crate) async fn copying(tx: &mut Tx, key: Key) -> Result<Option<(i64, i64)>, Fault> {
    let job: Option<(i64, Option<Json<serde_json::Value>>)> = tx
        .opt(
            sql("SELECT cursor, params FROM jobs WHERE workspace_id = $1 AND kind = $2 AND campaign_id = $3 AND done_at IS NULL ORDER BY id LIMIT 1")
                .bind(key.ws)
                .bind(COPY)
                .bind(key.campaign),
        )
        .await?;
    let Some((cursor, Some(asked))) = job else { return Ok(None) };
    let asked: CopyParams =
        serde_json::from_value(asked.0).map_err(|error| StoreError::Corrupt(format!("a copy: {error}")))?;
    let last = last_row(tx, Key { ws: key.ws, campaign: asked.from.raw() }).await?;
    Ok(Some((cursor.min(last), last)))
}
