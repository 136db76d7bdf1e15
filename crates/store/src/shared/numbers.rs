//! The do-not-call mark of a number.

use carillon_domain::Timestamp;
use serde_json::json;

use super::{Tx, events, sql};
use crate::error::Fault;
use crate::model::EventKind;
use crate::session::Key;

/// Blocks a number for every campaign of the workspace. Blocking it again keeps the first reason.
pub(crate) async fn block(
    tx: &mut Tx,
    ws: i64,
    phone: i64,
    source: &str,
    reason: &str,
    now: Timestamp,
) -> Result<bool, Fault> {
    let changed = tx
        .exec(
            sql("INSERT INTO numbers(workspace_id, phone, blocked, blocked_at, blocked_source, blocked_reason) VALUES($1, $2, 1, $3, $4, $5) \
                 ON CONFLICT(workspace_id, phone) DO UPDATE SET blocked = 1, blocked_at = excluded.blocked_at, \
                 blocked_source = excluded.blocked_source, blocked_reason = excluded.blocked_reason WHERE numbers.blocked = 0")
            .bind(ws)
            .bind(phone)
            .bind(now.as_micros())
            .bind(source.to_owned())
            .bind(reason.to_owned()),
        )
        .await?;
    if changed == 1 {
        let data = json!({ "phone": phone, "source": source, "reason": reason });
        let entry = events::Entry { data: Some(data), ..Default::default() };
        events::append(tx, Key { ws, campaign: 0 }, EventKind::NumberBlocked, now, entry).await?;
    }
    Ok(changed == 1)
}

/// Lifts a block.
pub(crate) async fn unblock(tx: &mut Tx, ws: i64, phone: i64, reason: &str, now: Timestamp) -> Result<bool, Fault> {
    let changed = tx
        .exec(
            sql("UPDATE numbers SET blocked = 0, blocked_at = NULL, blocked_source = NULL, blocked_reason = NULL \
                 WHERE workspace_id = $1 AND phone = $2 AND blocked = 1")
            .bind(ws)
            .bind(phone),
        )
        .await?;
    if changed == 1 {
        let data = json!({ "phone": phone, "reason": reason });
        let entry = events::Entry { data: Some(data), ..Default::default() };
        events::append(tx, Key { ws, campaign: 0 }, EventKind::NumberUnblocked, now, entry).await?;
    }
    Ok(changed == 1)
}
