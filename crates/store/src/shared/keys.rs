//! API keys.

use carillon_domain::ids::ApiKey as ApiKeyKind;
use carillon_domain::{ApiKeyId, Timestamp, UserId};

use super::access::role;
use super::{Tx, sql};
use crate::error::{Fault, StoreError};
use crate::model::{ApiKey, NewApiKey};

/// Makes an API key.
pub(crate) async fn create(tx: &mut Tx, ws: i64, new: &NewApiKey) -> Result<ApiKeyId, Fault> {
    let id = tx.session()?.next_id::<ApiKeyKind>(new.now);
    let made = tx
        .exec(
            sql("INSERT INTO api_keys(workspace_id, id, name, prefix, token_hash, role, user_id, created_at, expires_at) \
                 VALUES($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT(workspace_id, name) DO NOTHING")
            .bind(ws)
            .bind(id.raw())
            .bind(new.name.clone())
            .bind(new.prefix.clone())
            .bind(new.token_hash.clone())
            .bind(new.role.number())
            .bind(new.user.raw())
            .bind(new.now.as_micros())
            .bind(new.expires_at.map(Timestamp::as_micros)),
        )
        .await?;
    if made == 0 {
        return Err(StoreError::NameTaken { what: "API key", name: new.name.clone() }.into());
    }
    Ok(id)
}

#[derive(sqlx::FromRow)]
struct KeyRow {
    id: i64,
    name: String,
    prefix: String,
    role: i64,
    user_id: i64,
    user_name: String,
    created_at: i64,
    last_used_at: Option<i64>,
    expires_at: Option<i64>,
}

impl TryFrom<KeyRow> for ApiKey {
    type Error = Fault;

    fn try_from(row: KeyRow) -> Result<ApiKey, Fault> {
        Ok(ApiKey {
            id: ApiKeyId::from_raw(row.id),
            name: row.name,
            prefix: row.prefix,
            role: role(row.role)?,
            user: UserId::from_raw(row.user_id),
            user_name: row.user_name,
            created_at: Timestamp::from_micros(row.created_at),
            last_used_at: row.last_used_at.map(Timestamp::from_micros),
            expires_at: row.expires_at.map(Timestamp::from_micros),
        })
    }
}

macro_rules! select_key {
    ($rest:literal) => {
        concat!(
            "SELECT k.id, k.name, k.prefix, k.role, k.user_id, u.name AS user_name, k.created_at, k.last_used_at, k.expires_at \
             FROM api_keys k JOIN users u ON u.workspace_id = k.workspace_id AND u.id = k.user_id WHERE k.workspace_id = $1 ",
            $rest
        )
    };
}

/// All API keys, newest first.
pub(crate) async fn list(tx: &mut Tx, ws: i64) -> Result<Vec<ApiKey>, Fault> {
    let rows: Vec<KeyRow> = tx.all(sql(select_key!("ORDER BY k.id DESC")).bind(ws)).await?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// The key that has not ended.
pub(crate) async fn by_token(tx: &mut Tx, ws: i64, token_hash: &str, now: Timestamp) -> Result<Option<ApiKey>, Fault> {
    let row: Option<KeyRow> = tx
        .opt(
            sql(select_key!("AND k.token_hash = $2 AND (k.expires_at IS NULL OR k.expires_at > $3)"))
                .bind(ws)
                .bind(token_hash.to_owned())
                .bind(now.as_micros()),
        )
        .await?;
    row.map(TryInto::try_into).transpose()
}

/// Notes that a key was used.
pub(crate) async fn seen(tx: &mut Tx, ws: i64, key: ApiKeyId, now: Timestamp) -> Result<(), Fault> {
    tx.exec(
        sql("UPDATE api_keys SET last_used_at = $3 WHERE workspace_id = $1 AND id = $2")
            .bind(ws)
            .bind(key.raw())
            .bind(now.as_micros()),
    )
    .await?;
    Ok(())
}

/// Revokes a key.
pub(crate) async fn revoke(tx: &mut Tx, ws: i64, key: ApiKeyId) -> Result<bool, Fault> {
    let gone =
        tx.exec(sql("DELETE FROM api_keys WHERE workspace_id = $1 AND id = $2").bind(ws).bind(key.raw())).await?;
    Ok(gone == 1)
}
