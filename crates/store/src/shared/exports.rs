//! Results out: what people see of an export, and the pages of contacts that it is written from.

use std::collections::HashMap;

use carillon_domain::{ExportId, Timestamp};
use sqlx::types::Json;

use super::built::Built;
use super::jobs::list_json;
use super::lists::{self, ContactRow};
use super::{Tx, calls, contact_list, marks, sql, work};
use crate::error::{Fault, StoreError};
use crate::model::{
    CallRecord, ContactFilter, ContactRecord, Export, ExportContact, ExportEnd, ExportPage, ExportRow, NewExport,
    WorkKind,
};
use crate::session::Key;

/// Rows that a page looks at: keeps it short where few of them match.
const WINDOW: i64 = 20_000;

macro_rules! select_export {
    ($rest:literal) => {
        concat!(
            "SELECT id, campaign_id, folder, plan, file_name, state, rows_done, rows_total, bytes, read_from, read_to, error_code, error, \
             created_at, created_by, ended_at, expires_at, version FROM exports WHERE workspace_id = $1 AND ",
            $rest
        )
    };
}

/// Asks for an export: its row and the job that makes it.
pub(crate) async fn create(tx: &mut Tx, new: &NewExport) -> Result<(), Fault> {
    let key = Key::new(new.workspace, new.campaign);
    // A campaign that is deleted meanwhile takes its exports along.
    super::campaigns::lock_state(tx, key).await?;
    tx.exec(
        sql("INSERT INTO exports(workspace_id, id, campaign_id, folder, plan, file_name, state, created_at, created_by) \
             VALUES($1, $2, $3, $4, $5, $6, 1, $7, $8)")
        .bind(key.ws)
        .bind(new.id.raw())
        .bind(key.campaign)
        .bind(new.folder)
        .bind(Some(Json(new.plan.clone())))
        .bind(new.file_name.clone())
        .bind(new.now.as_micros())
        .bind(new.by.clone()),
    )
    .await?;
    work::enqueue(tx, key, WorkKind::Export, new.id.raw(), new.folder, false, new.now).await
}

pub(crate) async fn fetch(tx: &mut Tx, ws: i64, id: ExportId) -> Result<Option<Export>, Fault> {
    let row: Option<ExportRow> = tx.opt(sql(select_export!("id = $2")).bind(ws).bind(id.raw())).await?;
    Ok(row.map(Export::try_from).transpose()?)
}

/// Exports of a campaign, newest first.
pub(crate) async fn of_campaign(tx: &mut Tx, key: Key, limit: i64) -> Result<Vec<Export>, Fault> {
    let rows: Vec<ExportRow> = tx
        .all(
            sql(select_export!("campaign_id = $2 ORDER BY id DESC LIMIT $3"))
                .bind(key.ws)
                .bind(key.campaign)
                .bind(limit),
        )
        .await?;
    Ok(rows.into_iter().map(Export::try_from).collect::<Result<_, _>>()?)
}

/// Notes how many contacts are written, and that we are still at it. `false`: it was canceled, or is another process's now.
pub(crate) async fn progress(tx: &mut Tx, ws: i64, id: ExportId, rows: i64, total: Option<i64>) -> Result<bool, Fault> {
    if !work::renew(tx, ws, id.raw(), None).await? {
        return Ok(false);
    }
    let changed = tx
        .exec(
            sql("UPDATE exports SET state = 2, rows_done = $3, rows_total = $4, version = version + 1 \
                 WHERE workspace_id = $1 AND id = $2 AND state < 3")
            .bind(ws)
            .bind(id.raw())
            .bind(rows)
            .bind(total),
        )
        .await?;
    Ok(changed == 1)
}

/// Ends an export that is still ours. `false`: it was canceled, or is another process's now.
pub(crate) async fn end(
    tx: &mut Tx,
    ws: i64,
    id: ExportId,
    end: &ExportEnd,
    expires: Timestamp,
    now: Timestamp,
) -> Result<bool, Fault> {
    if !work::renew(tx, ws, id.raw(), None).await? {
        return Ok(false);
    }
    let times = sql(
        "UPDATE exports SET version = version + 1, ended_at = $3, expires_at = $4 WHERE workspace_id = $1 AND id = $2",
    )
    .bind(ws)
    .bind(id.raw())
    .bind(now.as_micros())
    .bind(expires.as_micros());
    let outcome = match end {
        ExportEnd::Done { rows, bytes, read } => sql(
            "UPDATE exports SET state = 3, rows_done = $3, rows_total = $3, bytes = $4, read_from = $5, read_to = $6 \
             WHERE workspace_id = $1 AND id = $2 AND state < 3",
        )
        .bind(ws)
        .bind(id.raw())
        .bind(*rows)
        .bind(*bytes)
        .bind(read.map(|(from, _)| from.as_micros()))
        .bind(read.map(|(_, to)| to.as_micros())),
        ExportEnd::Failed { code, text } => sql(
            "UPDATE exports SET state = 4, error_code = $3, error = $4 WHERE workspace_id = $1 AND id = $2 AND state < 3",
        )
        .bind(ws)
        .bind(id.raw())
        .bind(code.clone())
        .bind(text.clone()),
    };
    if tx.exec(outcome).await? == 0 {
        return Ok(false);
    }
    tx.exec(times).await?;
    work::close(tx, ws, id.raw(), now).await?;
    Ok(true)
}

/// Cancels an export that is not over; deletes one that is. `None`: there is none.
pub(crate) async fn remove(
    tx: &mut Tx,
    ws: i64,
    id: ExportId,
    expires: Timestamp,
    now: Timestamp,
) -> Result<Option<Export>, Fault> {
    // The job before the row, as everywhere; that of an export which is over is closed already.
    work::close(tx, ws, id.raw(), now).await?;
    let canceled = tx
        .exec(
            sql("UPDATE exports SET state = 5, ended_at = $3, expires_at = $4, version = version + 1 \
                 WHERE workspace_id = $1 AND id = $2 AND state < 3")
            .bind(ws)
            .bind(id.raw())
            .bind(now.as_micros())
            .bind(expires.as_micros()),
        )
        .await?;
    let found = fetch(tx, ws, id).await?;
    if canceled == 0 && found.is_some() {
        tx.exec(sql("DELETE FROM exports WHERE workspace_id = $1 AND id = $2").bind(ws).bind(id.raw())).await?;
    }
    Ok(found)
}

/// Forgets exports whose time is over, and gives those of a data folder whose files may lie there: being written, or done.
pub(crate) async fn kept(tx: &mut Tx, ws: i64, folder: i64, now: Timestamp) -> Result<Vec<ExportId>, Fault> {
    tx.exec(
        sql("DELETE FROM exports WHERE workspace_id = $1 AND folder = $2 AND expires_at <= $3")
            .bind(ws)
            .bind(folder)
            .bind(now.as_micros()),
    )
    .await?;
    let rows: Vec<(i64,)> = tx
        .all(
            sql("SELECT id FROM exports WHERE workspace_id = $1 AND folder = $2 AND state < 4 ORDER BY id")
                .bind(ws)
                .bind(folder),
        )
        .await?;
    Ok(rows.into_iter().map(|(id,)| ExportId::from_raw(id)).collect())
}

/// The last row of a campaign; 0 when it has none.
pub(crate) async fn last_row(tx: &mut Tx, key: Key) -> Result<i64, Fault> {
    super::copies::last_row(tx, key).await
}

/// The next contacts that a filter takes, after a row, in file order.
pub(crate) async fn page(
    tx: &mut Tx,
    key: Key,
    filter: &ContactFilter,
    after: i64,
    limit: i64,
) -> Result<ExportPage, Fault> {
    let end = after.saturating_add(WINDOW);
    if filter.buckets().is_empty() {
        return Ok(ExportPage { contacts: Vec::new(), seen: i64::MAX });
    }
    let mut select = Built::new(key);
    select.push(lists::select_contact!());
    select.push(&format!("AND k.row > {after} AND k.row <= {end}"));
    contact_list::condition(&mut select, filter);
    select.push(&format!(" ORDER BY k.row LIMIT {limit}"));
    let found: Vec<ContactRow> = tx.all(select.statement()).await?;
    let contacts = found.into_iter().map(ContactRecord::try_from).collect::<Result<Vec<_>, StoreError>>()?;
    let full = i64::try_from(contacts.len()).is_ok_and(|n| n == limit);
    let seen = contacts.last().filter(|_| full).map_or(end, |last| last.row);
    if contacts.is_empty() {
        return Ok(ExportPage { contacts: Vec::new(), seen });
    }
    let rows: Vec<i64> = contacts.iter().map(|contact| contact.row).collect();
    let mut marks = marks::of_rows(tx, key, &rows).await?;
    let mut by_row: HashMap<i64, Vec<CallRecord>> = HashMap::new();
    for call in calls::of_rows(tx, key, &list_json(&rows)).await? {
        by_row.entry(call.row).or_default().push(call);
    }
    let contacts = contacts.into_iter().map(|contact| ExportContact {
        mark: marks.remove(&contact.row).unwrap_or_default(),
        calls: by_row.remove(&contact.row).unwrap_or_default(),
        contact,
    });
    Ok(ExportPage { contacts: contacts.collect(), seen })
}

/// Calls with ids from one to below another that were not withdrawn, and how many of them were answered.
pub(crate) async fn tally(tx: &mut Tx, key: Key, from: i64, below: i64) -> Result<(i64, i64), Fault> {
    tx.one(
        sql("SELECT CAST(COUNT(*) AS BIGINT), CAST(COALESCE(SUM(CASE WHEN answered_at IS NULL THEN 0 ELSE 1 END), 0) AS BIGINT) FROM calls \
             WHERE workspace_id = $1 AND campaign_id = $2 AND id >= $3 AND id < $4 AND COALESCE(outcome, 0) <> $5")
            .bind(key.ws)
            .bind(key.campaign)
            .bind(from)
            .bind(below)
            .bind(crate::model::WITHDRAWN),
    )
    .await
}
