//! Trunks. A deleted one stays for the calls that were made by it.

use carillon_domain::campaign::CampaignStatus;
use carillon_domain::ids::Trunk as TrunkKind;
use carillon_domain::trunk::TrunkSettings;
use carillon_domain::{CampaignId, Timestamp, TrunkId};
use sqlx::types::Json;

use super::{Tx, sql};
use crate::error::{Fault, StoreError};
use crate::model::{EditTrunk, NewTrunk, StoredTrunk, TrunkUse};
use crate::session::Key;

#[derive(sqlx::FromRow)]
struct TrunkRow {
    id: i64,
    name: String,
    settings: Json<TrunkSettings>,
    password: Option<String>,
    password_set_at: Option<i64>,
    version: i64,
    created_at: i64,
    updated_at: i64,
    deleted_at: Option<i64>,
}

impl From<TrunkRow> for StoredTrunk {
    fn from(row: TrunkRow) -> StoredTrunk {
        StoredTrunk {
            id: TrunkId::from_raw(row.id),
            name: row.name,
            settings: row.settings.0,
            password: row.password,
            password_set_at: row.password_set_at.map(Timestamp::from_micros),
            version: row.version,
            created_at: Timestamp::from_micros(row.created_at),
            updated_at: Timestamp::from_micros(row.updated_at),
            deleted: row.deleted_at.is_some(),
        }
    }
}

macro_rules! select_trunk {
    ($rest:literal) => {
        concat!(
            "SELECT id, name, settings, password, password_set_at, version, created_at, updated_at, deleted_at FROM trunks \
             WHERE workspace_id = $1 ",
            $rest
        )
    };
}

/// Saves a trunk under its name, new or in place of the earlier settings; a password that is stored stays.
pub(crate) async fn put(
    tx: &mut Tx,
    ws: i64,
    name: &str,
    settings: &TrunkSettings,
    now: Timestamp,
) -> Result<TrunkId, Fault> {
    let id = tx.session()?.next_id::<TrunkKind>(now);
    let (id,): (i64,) = tx
        .one(
            sql("INSERT INTO trunks(workspace_id, id, name, settings, created_at, updated_at) VALUES($1, $2, $3, $4, $5, $5) \
                 ON CONFLICT(workspace_id, name) WHERE deleted_at IS NULL DO UPDATE SET settings = excluded.settings, \
                 updated_at = excluded.updated_at, version = trunks.version + 1 RETURNING id")
            .bind(ws)
            .bind(id.raw())
            .bind(name.to_owned())
            .bind(Json(settings.clone()))
            .bind(now.as_micros()),
        )
        .await?;
    Ok(TrunkId::from_raw(id))
}

/// Makes a trunk.
pub(crate) async fn create(tx: &mut Tx, ws: i64, new: &NewTrunk) -> Result<TrunkId, Fault> {
    let id = tx.session()?.next_id::<TrunkKind>(new.now);
    let made = tx
        .exec(
            sql("INSERT INTO trunks(workspace_id, id, name, settings, created_at, updated_at, password, password_set_at) \
                 VALUES($1, $2, $3, $4, $5, $5, $6, CASE WHEN $6 IS NULL THEN NULL ELSE $5 END) \
                 ON CONFLICT(workspace_id, name) WHERE deleted_at IS NULL DO NOTHING")
            .bind(ws)
            .bind(id.raw())
            .bind(new.name.clone())
            .bind(Json(new.settings.clone()))
            .bind(new.now.as_micros())
            .bind(new.password.clone()),
        )
        .await?;
    if made == 0 {
        return Err(StoreError::NameTaken { what: "trunk", name: new.name.clone() }.into());
    }
    Ok(id)
}

/// Changes a trunk; what is `None` stays.
pub(crate) async fn edit(tx: &mut Tx, ws: i64, id: TrunkId, edit: &EditTrunk) -> Result<StoredTrunk, Fault> {
    let row: Option<TrunkRow> = tx
        .opt(sql(concat!(select_trunk!("AND id = $2 AND deleted_at IS NULL"), for_update!())).bind(ws).bind(id.raw()))
        .await?;
    let Some(before) = row.map(StoredTrunk::from) else {
        return Err(StoreError::NotFound { what: "trunk" }.into());
    };
    if edit.version.is_some_and(|version| version != before.version) {
        return Err(StoreError::VersionChanged { what: "trunk" }.into());
    }
    let name = edit.name.clone().unwrap_or(before.name);
    let taken: Option<(i64,)> = tx
        .opt(
            sql("SELECT id FROM trunks WHERE workspace_id = $1 AND name = $2 AND id <> $3 AND deleted_at IS NULL")
                .bind(ws)
                .bind(name.clone())
                .bind(id.raw()),
        )
        .await?;
    if taken.is_some() {
        return Err(StoreError::NameTaken { what: "trunk", name }.into());
    }
    let (password, set_at) = match &edit.password {
        Some(password) => (password.clone(), password.as_ref().map(|_| edit.now)),
        None => (before.password, before.password_set_at),
    };
    tx.exec(
        sql("UPDATE trunks SET name = $3, settings = $4, password = $5, password_set_at = $6, updated_at = $7, version = version + 1 \
             WHERE workspace_id = $1 AND id = $2")
        .bind(ws)
        .bind(id.raw())
        .bind(name)
        .bind(Json(edit.settings.clone().unwrap_or(before.settings)))
        .bind(password)
        .bind(set_at.map(Timestamp::as_micros))
        .bind(edit.now.as_micros()),
    )
    .await?;
    fetch(tx, ws, id).await?.ok_or(Fault::Store(StoreError::NotFound { what: "trunk" }))
}

/// Deletes a trunk that no campaign needs any more; its password is gone for good.
pub(crate) async fn delete(tx: &mut Tx, ws: i64, id: TrunkId, now: Timestamp) -> Result<(), Fault> {
    let there: Option<(i64,)> = tx
        .opt(
            sql(concat!(
                "SELECT id FROM trunks WHERE workspace_id = $1 AND id = $2 AND deleted_at IS NULL",
                for_update!()
            ))
            .bind(ws)
            .bind(id.raw()),
        )
        .await?;
    if there.is_none() {
        return Err(StoreError::NotFound { what: "trunk" }.into());
    }
    let by: Vec<String> = uses(tx, ws).await?.into_iter().filter(|u| u.trunk == id).map(|u| u.name).collect();
    if !by.is_empty() {
        return Err(StoreError::InUse { what: "trunk", by }.into());
    }
    tx.exec(
        sql("UPDATE trunks SET deleted_at = $3, password = NULL, password_set_at = NULL, version = version + 1 \
             WHERE workspace_id = $1 AND id = $2")
        .bind(ws)
        .bind(id.raw())
        .bind(now.as_micros()),
    )
    .await?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct UseRow {
    trunk_id: i64,
    id: i64,
    name: String,
    status: i64,
}

/// The campaigns that are not over, with their trunks.
pub(crate) async fn uses(tx: &mut Tx, ws: i64) -> Result<Vec<TrunkUse>, Fault> {
    let rows: Vec<UseRow> = tx
        .all(
            sql("SELECT trunk_id, id, name, status FROM campaigns WHERE workspace_id = $1 AND status IN (0, 1, 2, 3) ORDER BY name, id")
                .bind(ws),
        )
        .await?;
    rows.into_iter()
        .map(|row| {
            let status = CampaignStatus::from_number(row.status)
                .ok_or_else(|| Fault::Store(StoreError::Corrupt(format!("campaign status {}", row.status))))?;
            Ok(TrunkUse {
                trunk: TrunkId::from_raw(row.trunk_id),
                campaign: CampaignId::from_raw(row.id),
                name: row.name,
                status,
            })
        })
        .collect()
}

/// Refuses to call by a trunk that was deleted: nobody would ever be called. The trunk is locked: who deletes it at the same moment sees
/// the campaign that goes on.
pub(crate) async fn refuse_deleted(tx: &mut Tx, key: Key) -> Result<(), Fault> {
    let usable: Option<(i64,)> = tx
        .opt(
            sql(concat!(
                "SELECT t.id FROM campaigns c JOIN trunks t ON t.workspace_id = c.workspace_id AND t.id = c.trunk_id \
                 WHERE c.workspace_id = $1 AND c.id = $2 AND t.deleted_at IS NULL",
                for_update!()
            ))
            .bind(key.ws)
            .bind(key.campaign),
        )
        .await?;
    if usable.is_some() {
        return Ok(());
    }
    let why = "its trunk was deleted; a Draft may choose another one, and so may a new campaign made from its contacts";
    Err(StoreError::NotPossible { why: why.to_owned() }.into())
}

/// One trunk, also a deleted one.
pub(crate) async fn fetch(tx: &mut Tx, ws: i64, id: TrunkId) -> Result<Option<StoredTrunk>, Fault> {
    let row: Option<TrunkRow> = tx.opt(sql(select_trunk!("AND id = $2")).bind(ws).bind(id.raw())).await?;
    Ok(row.map(Into::into))
}

/// All trunks that are not deleted, by name.
pub(crate) async fn list(tx: &mut Tx, ws: i64) -> Result<Vec<StoredTrunk>, Fault> {
    let rows: Vec<TrunkRow> = tx.all(sql(select_trunk!("AND deleted_at IS NULL ORDER BY name")).bind(ws)).await?;
    Ok(rows.into_iter().map(Into::into).collect())
}
