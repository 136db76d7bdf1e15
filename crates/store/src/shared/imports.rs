//! Imports: what people see of them. Each batch of rows is one transaction with the counters, the skipped rows and the place of the reader,
//! so that after a crash another process goes on behind it and no row is taken twice.

use std::collections::BTreeMap;

use carillon_domain::campaign::CampaignStatus;
use carillon_domain::ids::{ImportId, UploadId};
use carillon_domain::template::variable_key;
use carillon_domain::{CampaignId, SkipReason, Timestamp};
use sqlx::types::Json;

use super::import;
use super::jobs::list_json;
use super::{Tx, campaigns, copies, skipped, sql, uploads, work};
use crate::error::{Fault, StoreError};
use crate::model::{DuplicateScope, FileBatch, Import, ImportEnd, ImportSource, NewImport, WorkKind, WorkState};
use crate::session::Key;

#[derive(sqlx::FromRow)]
struct ImportRow {
    id: i64,
    campaign_id: i64,
    folder: i64,
    upload_id: Option<i64>,
    path: Option<String>,
    file_name: String,
    file_hash: String,
    state: i64,
    rows_before: i64,
    plan: Json<serde_json::Value>,
    headers: Json<Vec<String>>,
    checked: i64,
    bytes_done: i64,
    bytes_total: i64,
    rows_done: i64,
    rows_total: Option<i64>,
    pending: i64,
    skipped: i64,
    skips: Json<BTreeMap<String, i64>>,
    error_code: Option<String>,
    error: Option<String>,
    created_at: i64,
    created_by: String,
    ended_at: Option<i64>,
    version: i64,
}

impl TryFrom<ImportRow> for Import {
    type Error = StoreError;

    fn try_from(row: ImportRow) -> Result<Import, StoreError> {
        let broken = |what: &str| StoreError::Corrupt(format!("{what} of import {}", row.id));
        let source = match (row.upload_id, row.path) {
            (Some(upload), _) => ImportSource::Upload(UploadId::from_raw(upload)),
            (None, Some(path)) => ImportSource::Path(path),
            (None, None) => return Err(broken("the file")),
        };
        let skip = |(code, n): (String, i64)| SkipReason::from_code(&code).map(|reason| (reason, n));
        Ok(Import {
            id: ImportId::from_raw(row.id),
            campaign: CampaignId::from_raw(row.campaign_id),
            folder: row.folder,
            source,
            file_name: row.file_name,
            file_hash: row.file_hash,
            state: WorkState::from_number(row.state).ok_or_else(|| broken("the state"))?,
            rows_before: row.rows_before,
            plan: row.plan.0,
            headers: row.headers.0,
            checked: row.checked == 1,
            bytes_done: row.bytes_done,
            bytes_total: row.bytes_total,
            rows_done: row.rows_done,
            rows_total: row.rows_total,
            pending: row.pending,
            skipped: row.skipped,
            skips: row.skips.0.into_iter().map(skip).collect::<Option<_>>().ok_or_else(|| broken("a reason"))?,
            error: row.error_code.zip(row.error),
            created_at: Timestamp::from_micros(row.created_at),
            created_by: row.created_by,
            ended_at: row.ended_at.map(Timestamp::from_micros),
            version: row.version,
        })
    }
}

macro_rules! select_import {
    ($rest:expr) => {
        concat!(
            "SELECT id, campaign_id, folder, upload_id, path, file_name, file_hash, state, rows_before, plan, headers, checked, bytes_done, \
             bytes_total, rows_done, rows_total, pending, skipped, skips, error_code, error, created_at, created_by, ended_at, version \
             FROM imports WHERE workspace_id = $1 ",
            $rest
        )
    };
}

/// One import.
pub(crate) async fn fetch(tx: &mut Tx, ws: i64, id: i64) -> Result<Option<Import>, Fault> {
    let row: Option<ImportRow> = tx.opt(sql(select_import!("AND id = $2")).bind(ws).bind(id)).await?;
    Ok(row.map(TryInto::try_into).transpose()?)
}

/// These imports, in any order.
pub(crate) async fn of_ids(tx: &mut Tx, ws: i64, ids: &[i64]) -> Result<Vec<Import>, Fault> {
    let rows: Vec<ImportRow> =
        tx.all(sql(select_import!(concat!("AND id ", in_list!("$2")))).bind(ws).bind(list_json(ids))).await?;
    Ok(rows.into_iter().map(TryInto::try_into).collect::<Result<_, _>>()?)
}

/// The last one asked for of a campaign.
pub(crate) async fn newest(tx: &mut Tx, key: Key) -> Result<Option<Import>, Fault> {
    let newest = sql(select_import!("AND campaign_id = $2 ORDER BY id DESC LIMIT 1")).bind(key.ws).bind(key.campaign);
    let row: Option<ImportRow> = tx.opt(newest).await?;
    Ok(row.map(TryInto::try_into).transpose()?)
}

/// Those of the workspace that are not over, at most so many.
pub(crate) async fn all_open(tx: &mut Tx, ws: i64, limit: u32) -> Result<Vec<Import>, Fault> {
    let open = sql(select_import!("AND state < 3 ORDER BY campaign_id LIMIT $2")).bind(ws).bind(i64::from(limit));
    let rows: Vec<ImportRow> = tx.all(open).await?;
    Ok(rows.into_iter().map(TryInto::try_into).collect::<Result<_, _>>()?)
}

/// The one of a campaign that is not over.
pub(crate) async fn open(tx: &mut Tx, key: Key) -> Result<Option<Import>, Fault> {
    let open = sql(select_import!("AND campaign_id = $2 AND state < 3 LIMIT 1")).bind(key.ws).bind(key.campaign);
    let row: Option<ImportRow> = tx.opt(open).await?;
    Ok(row.map(TryInto::try_into).transpose()?)
}

/// Refuses while contacts are being read into the campaign. The caller holds the campaign's row lock.
pub(crate) async fn refuse_while_open(tx: &mut Tx, key: Key) -> Result<(), Fault> {
    match open(tx, key).await? {
        None => Ok(()),
        Some(_) => {
            let why =
                "contacts are being imported into this campaign; wait until that is done, or cancel it".to_owned();
            Err(StoreError::NotPossible { why }.into())
        }
    }
}

/// A file that is read in the same way goes into a campaign once: again, all its rows would be duplicates.
async fn refuse_again(tx: &mut Tx, key: Key, upload: i64, plan: &serde_json::Value) -> Result<(), Fault> {
    let done: Vec<(Json<serde_json::Value>,)> = tx
        .all(
            sql("SELECT plan FROM imports WHERE workspace_id = $1 AND campaign_id = $2 AND upload_id = $3 AND state = $4")
                .bind(key.ws)
                .bind(key.campaign)
                .bind(upload)
                .bind(WorkState::Done.number()),
        )
        .await?;
    if done.iter().any(|(before,)| before.0 == *plan) {
        let why = "the contacts of this file, read in this way, are in this campaign already; choose another sheet, other columns or another country";
        return Err(StoreError::NotPossible { why: why.to_owned() }.into());
    }
    Ok(())
}

/// Asks for an import.
pub(crate) async fn create(tx: &mut Tx, ws: i64, new: &NewImport) -> Result<(), Fault> {
    let key = Key { ws, campaign: new.campaign.raw() };
    let state = campaigns::lock_state(tx, key).await?;
    if state.status() != CampaignStatus::Draft {
        let why = format!("contacts can be imported into a Draft only; this campaign is {}", state.status());
        return Err(StoreError::NotPossible { why }.into());
    }
    refuse_while_open(tx, key).await?;
    if copies::copying(tx, key).await?.is_some() {
        let why = "contacts of another campaign are being copied into this one; wait until that is done".to_owned();
        return Err(StoreError::NotPossible { why }.into());
    }
    let (upload, path) = match &new.source {
        ImportSource::Upload(id) => {
            refuse_again(tx, key, id.raw(), &new.plan).await?;
            uploads::take(tx, ws, id.raw(), new.now).await?;
            (Some(id.raw()), None)
        }
        ImportSource::Path(path) => (None, Some(path.clone())),
    };
    let before = match new.rows_before {
        Some(before) => before,
        None => copies::last_row(tx, key).await?,
    };
    tx.exec(
        sql("INSERT INTO imports(workspace_id, id, campaign_id, folder, upload_id, path, file_name, file_hash, state, rows_before, plan, \
             duplicates, headers, phone_column, property_names, checked, bytes_total, rows_total, created_at, created_by) \
             VALUES($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)")
        .bind(ws)
        .bind(new.id.raw())
        .bind(key.campaign)
        .bind(new.folder)
        .bind(upload)
        .bind(path)
        .bind(new.file_name.clone())
        .bind(new.file_hash.clone())
        .bind(WorkState::Waiting.number())
        .bind(before)
        .bind(Json(new.plan.clone()))
        .bind(new.duplicates.number())
        .bind(Json(new.headers.clone()))
        .bind(new.phone_column)
        .bind(Json(new.property_names.clone()))
        .bind(i64::from(new.checked))
        .bind(new.bytes)
        .bind(new.rows)
        .bind(new.now.as_micros())
        .bind(new.by.clone()),
    )
    .await?;
    work::enqueue(tx, key, WorkKind::Import, new.id.raw(), new.folder, new.ours, new.now).await
}

/// Begins, or goes on: gives the import, `None` when the work is not ours or over.
pub(crate) async fn begin(tx: &mut Tx, ws: i64, id: i64) -> Result<Option<Import>, Fault> {
    if locked(tx, ws, id).await?.is_none() || !work::renew(tx, ws, id, None).await? {
        return Ok(None);
    }
    tx.exec(
        sql("UPDATE imports SET state = $3, version = version + 1 WHERE workspace_id = $1 AND id = $2 AND state < 3")
            .bind(ws)
            .bind(id)
            .bind(WorkState::Running.number()),
    )
    .await?;
    fetch(tx, ws, id).await
}

/// The campaign of an import, its row locked; `None` when either is gone.
async fn locked(tx: &mut Tx, ws: i64, id: i64) -> Result<Option<Key>, Fault> {
    let campaign: Option<(i64,)> =
        tx.opt(sql("SELECT campaign_id FROM imports WHERE workspace_id = $1 AND id = $2").bind(ws).bind(id)).await?;
    let Some((campaign,)) = campaign else { return Ok(None) };
    let key = Key { ws, campaign };
    match campaigns::lock_state(tx, key).await {
        Ok(_) => Ok(Some(key)),
        Err(Fault::Store(StoreError::NotFound { .. })) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The file was read to its end: so many rows. Its properties are the campaign's from now on. `false`: the work is not ours or over.
pub(crate) async fn checked(tx: &mut Tx, ws: i64, id: i64, rows: i64) -> Result<bool, Fault> {
    if locked(tx, ws, id).await?.is_none() || !work::renew(tx, ws, id, None).await? {
        return Ok(false);
    }
    tx.exec(
        sql("UPDATE imports SET checked = 1, rows_total = $3, version = version + 1 WHERE workspace_id = $1 AND id = $2")
            .bind(ws)
            .bind(id)
            .bind(rows),
    )
    .await?;
    Ok(true)
}

/// What the database keeps of an import besides what people see.
#[derive(sqlx::FromRow)]
struct Inner {
    duplicates: i64,
    phone_column: i64,
    property_names: Json<Vec<String>>,
    file_hash: String,
    rows_done: i64,
    skips: Json<BTreeMap<String, i64>>,
}

/// Takes a batch of rows; gives the import after it. `None`: the work is not ours or over, nothing was taken.
pub(crate) async fn batch(
    tx: &mut Tx,
    ws: i64,
    id: i64,
    batch: &FileBatch,
    now: Timestamp,
) -> Result<Option<Import>, Fault> {
    let Some(key) = locked(tx, ws, id).await? else { return Ok(None) };
    if !work::renew(tx, ws, id, Some(batch.rows_done)).await? {
        return Ok(None);
    }
    let mut inner: Inner = tx
        .one(
            sql("SELECT duplicates, phone_column, property_names, file_hash, rows_done, skips FROM imports WHERE workspace_id = $1 AND id = $2")
                .bind(ws)
                .bind(id),
        )
        .await?;
    if inner.rows_done == 0 {
        bring_properties(tx, key, &inner).await?;
    }
    let duplicates = DuplicateScope::from_number(inner.duplicates)
        .ok_or_else(|| StoreError::Corrupt(format!("the duplicates of import {id}")))?;
    let (done, skips) = import::import_rows(tx, key, &batch.rows, duplicates, now).await?;
    skipped::put(tx, key, &skips, inner.phone_column).await?;
    for skip in &skips {
        *inner.skips.0.entry(skip.reason.code().to_owned()).or_default() += 1;
    }
    tx.exec(
        sql("UPDATE imports SET rows_done = $3, bytes_done = $4, pending = pending + $5, skipped = skipped + $6, skips = $7, \
             rows_total = CASE WHEN rows_total < $3 THEN $3 ELSE rows_total END, version = version + 1 WHERE workspace_id = $1 AND id = $2")
        .bind(ws)
        .bind(id)
        .bind(batch.rows_done)
        .bind(batch.bytes_done)
        .bind(done.added.pending)
        .bind(done.added.skipped)
        .bind(Json(inner.skips.0)),
    )
    .await?;
    fetch(tx, ws, id).await
}

/// The file's properties become the campaign's, behind those it has.
async fn bring_properties(tx: &mut Tx, key: Key, import: &Inner) -> Result<(), Fault> {
    let campaign = campaigns::fetch(tx, key).await?.ok_or(Fault::Store(StoreError::NotFound { what: "campaign" }))?;
    let mut names = campaign.property_names;
    for name in &import.property_names.0 {
        if !names.iter().any(|known| variable_key(known) == variable_key(name)) {
            names.push(name.clone());
        }
    }
    tx.exec(
        sql("UPDATE campaigns SET property_names = $3, file_hash = COALESCE(file_hash, $4), version = version + 1 \
             WHERE workspace_id = $1 AND id = $2")
        .bind(key.ws)
        .bind(key.campaign)
        .bind(Json(names))
        .bind(import.file_hash.clone()),
    )
    .await?;
    Ok(())
}

/// Ends an import, whoever is at it; gives it as it is now. One that is over stays as it is.
pub(crate) async fn end(tx: &mut Tx, ws: i64, id: i64, end: &ImportEnd, now: Timestamp) -> Result<Import, Fault> {
    let missing = || Fault::Store(StoreError::NotFound { what: "import" });
    let key = locked(tx, ws, id).await?.ok_or_else(missing)?;
    let import = fetch(tx, ws, id).await?.ok_or_else(missing)?;
    // What is done by a process that lost the work is not done.
    let ours = matches!(end, ImportEnd::Canceled) || work::renew(tx, ws, id, None).await?;
    if import.state.is_over() || !ours {
        return Ok(import);
    }
    let (state, error) = match end {
        ImportEnd::Done => (WorkState::Done, None),
        ImportEnd::Failed(code, why) => (WorkState::Failed, Some((code, why))),
        ImportEnd::Canceled => (WorkState::Canceled, None),
    };
    tx.exec(
        sql("UPDATE imports SET state = $3, error_code = $4, error = $5, ended_at = $6, version = version + 1, \
             bytes_done = CASE WHEN $7 = 1 THEN bytes_total ELSE bytes_done END, rows_total = CASE WHEN $7 = 1 THEN rows_done ELSE rows_total END \
             WHERE workspace_id = $1 AND id = $2")
        .bind(ws)
        .bind(id)
        .bind(state.number())
        .bind(error.map(|(code, _)| code.clone()))
        .bind(error.map(|(_, why)| why.clone()))
        .bind(now.as_micros())
        .bind(i64::from(state == WorkState::Done)),
    )
    .await?;
    work::close(tx, ws, id, now).await?;
    if state == WorkState::Done {
        campaigns::import_finished(tx, key, now).await?;
    }
    fetch(tx, ws, id).await?.ok_or_else(missing)
}
