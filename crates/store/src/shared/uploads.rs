//! Uploaded contact files: what is known of them. Their bytes lie in a data folder.

use carillon_domain::Timestamp;
use carillon_domain::ids::UploadId;

use super::{Tx, sql};
use crate::error::{Fault, StoreError};
use crate::model::Upload;

#[derive(sqlx::FromRow)]
struct UploadRow {
    id: i64,
    folder: i64,
    name: String,
    bytes: i64,
    sha256: Option<String>,
    created_at: i64,
    created_by: String,
    used_at: Option<i64>,
}

impl From<UploadRow> for Upload {
    fn from(row: UploadRow) -> Upload {
        Upload {
            id: UploadId::from_raw(row.id),
            folder: row.folder,
            name: row.name,
            bytes: row.bytes,
            sha256: row.sha256,
            created_at: Timestamp::from_micros(row.created_at),
            created_by: row.created_by,
            used_at: row.used_at.map(Timestamp::from_micros),
        }
    }
}

macro_rules! select_upload {
    ($rest:literal) => {
        concat!(
            "SELECT id, folder, name, bytes, sha256, created_at, created_by, used_at FROM uploads WHERE workspace_id = $1 ",
            $rest
        )
    };
}

pub(crate) async fn put(tx: &mut Tx, ws: i64, new: &Upload) -> Result<(), Fault> {
    tx.exec(
        sql("INSERT INTO uploads(workspace_id, id, folder, name, bytes, sha256, created_at, created_by, used_at) \
             VALUES($1, $2, $3, $4, $5, $6, $7, $8, $9)")
        .bind(ws)
        .bind(new.id.raw())
        .bind(new.folder)
        .bind(new.name.clone())
        .bind(new.bytes)
        .bind(new.sha256.clone())
        .bind(new.created_at.as_micros())
        .bind(new.created_by.clone())
        .bind(new.used_at.map(Timestamp::as_micros)),
    )
    .await?;
    Ok(())
}

pub(crate) async fn fetch(tx: &mut Tx, ws: i64, id: i64) -> Result<Option<Upload>, Fault> {
    let row: Option<UploadRow> = tx.opt(sql(select_upload!("AND id = $2")).bind(ws).bind(id)).await?;
    Ok(row.map(Into::into))
}

/// Those of a folder, oldest first: what its process tidies up by.
pub(crate) async fn of_folder(tx: &mut Tx, ws: i64, folder: i64) -> Result<Vec<Upload>, Fault> {
    let rows: Vec<UploadRow> = tx.all(sql(select_upload!("AND folder = $2 ORDER BY id")).bind(ws).bind(folder)).await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// Notes that the file is whole.
pub(crate) async fn whole(tx: &mut Tx, ws: i64, id: i64, sha256: &str) -> Result<(), Fault> {
    let changed = tx
        .exec(
            sql("UPDATE uploads SET sha256 = $3 WHERE workspace_id = $1 AND id = $2")
                .bind(ws)
                .bind(id)
                .bind(sha256.to_owned()),
        )
        .await?;
    if changed == 1 { Ok(()) } else { Err(StoreError::NotFound { what: "uploaded file" }.into()) }
}

/// Notes that an import takes the file, with its row locked; gives the file.
pub(crate) async fn take(tx: &mut Tx, ws: i64, id: i64, now: Timestamp) -> Result<(), Fault> {
    let changed = tx
        .exec(
            sql("UPDATE uploads SET used_at = $3 WHERE workspace_id = $1 AND id = $2 AND sha256 IS NOT NULL")
                .bind(ws)
                .bind(id)
                .bind(now.as_micros()),
        )
        .await?;
    if changed == 1 { Ok(()) } else { Err(StoreError::NotFound { what: "uploaded file" }.into()) }
}

/// Forgets a file, unless an import that is not over needs it. `unused_since`: only when nobody took it since then.
pub(crate) async fn remove(tx: &mut Tx, ws: i64, id: i64, unused_since: Option<Timestamp>) -> Result<bool, Fault> {
    // Locked before the imports are looked at: an import takes it in the same order.
    let since = unused_since.map_or(i64::MAX, Timestamp::as_micros);
    let locked: Option<(i64,)> = tx
        .opt(
            sql(concat!(
                "SELECT id FROM uploads WHERE workspace_id = $1 AND id = $2 AND COALESCE(used_at, created_at) < $3",
                for_update!()
            ))
            .bind(ws)
            .bind(id)
            .bind(since),
        )
        .await?;
    if locked.is_none() {
        return Ok(false);
    }
    let needed: Option<(i64,)> = tx
        .opt(
            sql("SELECT id FROM imports WHERE workspace_id = $1 AND upload_id = $2 AND state < 3 LIMIT 1")
                .bind(ws)
                .bind(id),
        )
        .await?;
    if needed.is_some() {
        let why = "an import that is not over reads this file; cancel it first".to_owned();
        return Err(StoreError::NotPossible { why }.into());
    }
    tx.exec(sql("DELETE FROM uploads WHERE workspace_id = $1 AND id = $2").bind(ws).bind(id)).await?;
    Ok(true)
}
