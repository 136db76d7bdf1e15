//! Who did what, answers kept for Idempotency-Keys, and the workspace's settings.

use carillon_domain::ids::Audit as AuditKind;
use carillon_domain::{AuditId, Timestamp, UserId};
use serde_json::Value;
use sqlx::types::Json;

use super::{Tx, sql};
use crate::error::{Fault, StoreError};
use crate::model::{
    Audit, AuditFilter, Idempotency, IdempotencyEnd, KeptAnswer, NewAudit, Workspace, WorkspaceEdit, WorkspaceSettings,
};
use crate::session::IdempotencyTimes;

/// Appends a row to the audit log.
pub(crate) async fn append(tx: &mut Tx, ws: i64, new: &NewAudit) -> Result<(), Fault> {
    let id = tx.session()?.next_id::<AuditKind>(new.at);
    tx.exec(
        sql("INSERT INTO audit(workspace_id, id, at, user_id, who, action, target, status, details, address, request_id) \
             VALUES($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)")
        .bind(ws)
        .bind(id.raw())
        .bind(new.at.as_micros())
        .bind(new.user.map(UserId::raw))
        .bind(new.who.clone())
        .bind(new.action.clone())
        .bind(new.target.clone())
        .bind(i64::from(new.status))
        .bind(new.details.clone().map(Json))
        .bind(new.address.clone())
        .bind(new.request_id.clone()),
    )
    .await?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct AuditRow {
    id: i64,
    at: i64,
    user_id: Option<i64>,
    who: String,
    action: String,
    target: Option<String>,
    status: i64,
    details: Option<Json<Value>>,
    address: Option<String>,
    request_id: Option<String>,
}

impl From<AuditRow> for Audit {
    fn from(row: AuditRow) -> Audit {
        Audit {
            id: AuditId::from_raw(row.id),
            row: NewAudit {
                at: Timestamp::from_micros(row.at),
                user: row.user_id.map(UserId::from_raw),
                who: row.who,
                action: row.action,
                target: row.target,
                status: u16::try_from(row.status).unwrap_or(0),
                details: row.details.map(|d| d.0),
                address: row.address,
                request_id: row.request_id,
            },
        }
    }
}

macro_rules! select_audit {
    ($by:literal) => {
        concat!(
            "SELECT id, at, user_id, who, action, target, status, details, address, request_id FROM audit WHERE workspace_id = $1 ",
            $by,
            " AND id < $3 AND at >= $4 AND at < $5 AND ($6 = 0 OR user_id = $6) AND ($7 = '' OR action = $7) AND ($8 = '' OR target = $8) \
             ORDER BY id DESC LIMIT $9"
        )
    };
}

/// A page of the audit log, newest first.
pub(crate) async fn list(tx: &mut Tx, ws: i64, filter: &AuditFilter, limit: i64) -> Result<Vec<Audit>, Fault> {
    // Each filter walks its own index; what else is asked is looked up in the rows found there.
    let statement = if filter.target.is_some() {
        sql(select_audit!("AND target = $2"))
    } else if filter.user.is_some() {
        sql(select_audit!("AND user_id = CAST($2 AS BIGINT)"))
    } else if filter.action.is_some() {
        sql(select_audit!("AND action = $2"))
    } else {
        sql(select_audit!("AND $2 = ''"))
    };
    let by = match filter {
        AuditFilter { target: Some(target), .. } => target.clone(),
        AuditFilter { user: Some(user), .. } => user.raw().to_string(),
        AuditFilter { action: Some(action), .. } => action.clone(),
        _ => String::new(),
    };
    let rows: Vec<AuditRow> = tx
        .all(
            statement
                .bind(ws)
                .bind(by)
                .bind(filter.after.map_or(i64::MAX, AuditId::raw))
                .bind(filter.from.map_or(i64::MIN, Timestamp::as_micros))
                .bind(filter.to.map_or(i64::MAX, Timestamp::as_micros))
                .bind(filter.user.map_or(0, UserId::raw))
                .bind(filter.action.clone().unwrap_or_default())
                .bind(filter.target.clone().unwrap_or_default())
                .bind(limit),
        )
        .await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

#[derive(sqlx::FromRow)]
struct KeptRow {
    request_hash: String,
    created_at: i64,
    status: Option<i64>,
    content_type: Option<String>,
    body: Option<String>,
}

/// What stands for the status of a request of which nobody knows whether it was done.
const UNKNOWN: i64 = 0;

/// Takes an Idempotency-Key for a request, or says what it was used for. Rows older than `oldest` are cleared away first; of work that began
/// before `given_up` nobody knows any more whether it was done: its process died.
pub(crate) async fn idempotency_take(
    tx: &mut Tx,
    ws: i64,
    actor: i64,
    key: &str,
    request_hash: &str,
    times: IdempotencyTimes,
) -> Result<Idempotency, Fault> {
    tx.exec(
        sql("DELETE FROM idempotency WHERE workspace_id = $1 AND created_at < $2")
            .bind(ws)
            .bind(times.oldest.as_micros()),
    )
    .await?;
    let taken = tx
        .exec(
            sql("INSERT INTO idempotency(workspace_id, actor, key, request_hash, created_at) VALUES($1, $2, $3, $4, $5) \
                 ON CONFLICT(workspace_id, actor, key) DO NOTHING")
            .bind(ws)
            .bind(actor)
            .bind(key.to_owned())
            .bind(request_hash.to_owned())
            .bind(times.now.as_micros()),
        )
        .await?;
    if taken == 1 {
        return Ok(Idempotency::Taken);
    }
    let row: KeptRow = tx
        .one(
            sql("SELECT request_hash, created_at, status, content_type, body FROM idempotency WHERE workspace_id = $1 AND actor = $2 AND key = $3")
                .bind(ws)
                .bind(actor)
                .bind(key.to_owned()),
        )
        .await?;
    tracing::debug!(since = row.created_at, "an Idempotency-Key came again");
    if row.request_hash != request_hash {
        return Ok(Idempotency::OtherRequest);
    }
    Ok(match row.status.map(|status| u16::try_from(status).unwrap_or_default()) {
        None if row.created_at < times.given_up.as_micros() => Idempotency::Unknown,
        None => Idempotency::Working,
        Some(0) => Idempotency::Unknown,
        Some(status) => Idempotency::Answered(KeptAnswer { status, content_type: row.content_type, body: row.body }),
    })
}

/// Keeps how the request ended.
pub(crate) async fn idempotency_finish(
    tx: &mut Tx,
    ws: i64,
    actor: i64,
    key: &str,
    end: &IdempotencyEnd,
) -> Result<(), Fault> {
    let answer = match end {
        IdempotencyEnd::Refused => {
            let statement =
                sql("DELETE FROM idempotency WHERE workspace_id = $1 AND actor = $2 AND key = $3 AND status IS NULL");
            tx.exec(statement.bind(ws).bind(actor).bind(key.to_owned())).await?;
            return Ok(());
        }
        IdempotencyEnd::Unknown => None,
        IdempotencyEnd::Answered(answer) => Some(answer),
    };
    tx.exec(
        sql("UPDATE idempotency SET status = $4, content_type = $5, body = $6 WHERE workspace_id = $1 AND actor = $2 AND key = $3")
            .bind(ws)
            .bind(actor)
            .bind(key.to_owned())
            .bind(answer.map_or(UNKNOWN, |answer| i64::from(answer.status)))
            .bind(answer.and_then(|answer| answer.content_type.clone()))
            .bind(answer.and_then(|answer| answer.body.clone())),
    )
    .await?;
    Ok(())
}

/// A workspace.
pub(crate) async fn workspace(tx: &mut Tx, ws: i64) -> Result<Option<Workspace>, Fault> {
    let row: Option<(String, Json<WorkspaceSettings>)> =
        tx.opt(sql("SELECT name, settings FROM workspaces WHERE id = $1").bind(ws)).await?;
    Ok(row.map(|(name, settings)| Workspace { name, settings: settings.0 }))
}

/// Changes what is said of a workspace, and leaves what somebody else changed meanwhile.
pub(crate) async fn workspace_edit(tx: &mut Tx, ws: i64, edit: &WorkspaceEdit) -> Result<Workspace, Fault> {
    let row: Option<(String, Json<WorkspaceSettings>)> =
        tx.opt(sql(concat!("SELECT name, settings FROM workspaces WHERE id = $1", for_update!())).bind(ws)).await?;
    let (name, Json(mut settings)) = row.ok_or(StoreError::NotFound { what: "workspace" })?;
    let edit = edit.clone();
    settings.time_zone = edit.time_zone.unwrap_or(settings.time_zone);
    settings.default_country = edit.default_country.unwrap_or(settings.default_country);
    settings.public_url = edit.public_url.unwrap_or(settings.public_url);
    let new = Workspace { name: edit.name.unwrap_or(name), settings };
    let taken: Option<(i64,)> =
        tx.opt(sql("SELECT id FROM workspaces WHERE name = $2 AND id <> $1").bind(ws).bind(new.name.clone())).await?;
    if taken.is_some() {
        return Err(StoreError::NameTaken { what: "workspace", name: new.name.clone() }.into());
    }
    tx.exec(
        sql("UPDATE workspaces SET name = $2, settings = $3 WHERE id = $1")
            .bind(ws)
            .bind(new.name.clone())
            .bind(Json(new.settings.clone())),
    )
    .await?;
    Ok(new)
}
