//! The do-not-call list: the mark on a number, and what it means for contacts that wait.

use carillon_domain::access::BlockSource;
use carillon_domain::campaign::Gate;
use carillon_domain::policy::{RetryRule, settle};
use carillon_domain::{CallOutcome, ContactState, ContactStatus, PhoneNumber, Timestamp};
use serde_json::json;

use super::counts::{self, Moves};
use super::jobs::list_json;
use super::{Tx, events, sql};
use crate::error::{Fault, StoreError};
use crate::model::{Block, BlockFilter, Blocked, EventKind, NewBlock, Tried, settled_number};
use crate::session::Key;

/// Blocks numbers for every campaign of the workspace and settles their Pending contacts; gives also the campaigns of these. A number that
/// is blocked keeps its first reason. The numbers first, in order, then the contacts, then the counters: as `begin` takes them.
pub(crate) async fn block(tx: &mut Tx, ws: i64, phones: &[i64], new: &NewBlock) -> Result<(Blocked, Vec<i64>), Fault> {
    let mut added: Vec<i64> = Vec::new();
    for phone in phones {
        if block_one(tx, ws, *phone, new).await? {
            added.push(*phone);
        }
    }
    let contacts = pending_of(tx, ws, &added).await?;
    let mut settled = Vec::with_capacity(contacts.len());
    for contact in &contacts {
        settled.push((contact, settle_blocked(tx, ws, contact, new.now).await?));
    }
    let mut campaigns: Vec<i64> = contacts.iter().map(|c| c.campaign_id).collect();
    campaigns.dedup();
    for campaign in &campaigns {
        let key = Key { ws, campaign: *campaign };
        let own = settled.iter().filter(|(contact, _)| contact.campaign_id == *campaign);
        count(tx, key, own, new.now).await?;
    }
    for phone in &added {
        let data = json!({ "phone": phone, "source": new.source.code(), "reason": new.reason, "by": new.by });
        let entry = events::Entry { data: Some(data), ..Default::default() };
        events::append(tx, Key { ws, campaign: 0 }, EventKind::NumberBlocked, new.now, entry).await?;
    }
    let size = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    Ok((Blocked { added: size(added.len()), contacts: size(contacts.len()) }, campaigns))
}

async fn block_one(tx: &mut Tx, ws: i64, phone: i64, new: &NewBlock) -> Result<bool, Fault> {
    let changed = tx
        .exec(
            sql("INSERT INTO numbers(workspace_id, phone, blocked, blocked_at, blocked_source, blocked_reason, blocked_by, blocked_until) \
                 VALUES($1, $2, 1, $3, $4, $5, $6, $7) \
                 ON CONFLICT(workspace_id, phone) DO UPDATE SET blocked = 1, blocked_at = excluded.blocked_at, \
                 blocked_source = excluded.blocked_source, blocked_reason = excluded.blocked_reason, blocked_by = excluded.blocked_by, \
                 blocked_until = excluded.blocked_until \
                 WHERE numbers.blocked = 0 OR numbers.blocked_until <= excluded.blocked_at")
            .bind(ws)
            .bind(phone)
            .bind(new.now.as_micros())
            .bind(new.source.code())
            .bind(new.reason.clone())
            .bind(new.by.clone())
            .bind(new.until.map(Timestamp::as_micros)),
        )
        .await?;
    if changed == 0 && new.until.is_none() {
        // A block for good outlives one that would have ended.
        tx.exec(
            sql("UPDATE numbers SET blocked_until = NULL WHERE workspace_id = $1 AND phone = $2 AND blocked_until IS NOT NULL")
                .bind(ws)
                .bind(phone),
        )
        .await?;
    }
    Ok(changed == 1)
}

#[derive(sqlx::FromRow)]
struct Waiting {
    campaign_id: i64,
    row: i64,
    #[sqlx(flatten)]
    tried: Tried,
}

/// The Pending contacts of these numbers in all campaigns, locked; also those that a process holds: it finds its lease lost.
async fn pending_of(tx: &mut Tx, ws: i64, phones: &[i64]) -> Result<Vec<Waiting>, Fault> {
    if phones.is_empty() {
        return Ok(Vec::new());
    }
    tx.all(
        sql(concat!(
            "SELECT campaign_id, row, attempts, put_backs, unsent, withdrawals, last_outcome FROM contacts WHERE workspace_id = $1 AND phone ",
            in_list!("$2"),
            " AND status = 0 ORDER BY campaign_id, row",
            for_update!()
        ))
        .bind(ws)
        .bind(list_json(phones)),
    )
    .await
}

async fn settle_blocked(tx: &mut Tx, ws: i64, contact: &Waiting, now: Timestamp) -> Result<ContactState, Fault> {
    let tried = contact.tried.attempted()?;
    let state = settle(CallOutcome::Withdrawn, false, tried, &RetryRule::default(), Gate::Open, true, now).contact;
    tx.exec(
        sql("UPDATE contacts SET status = $4, result = $5, reason = NULL, due_at = NULL, lease_slot = NULL \
             WHERE workspace_id = $1 AND campaign_id = $2 AND row = $3")
        .bind(ws)
        .bind(contact.campaign_id)
        .bind(contact.row)
        .bind(state.status().number())
        .bind(settled_number(&state)),
    )
    .await?;
    Ok(state)
}

/// Counters and events of one campaign's contacts.
async fn count<'c>(
    tx: &mut Tx,
    key: Key,
    settled: impl Iterator<Item = &'c (&'c Waiting, ContactState)>,
    now: Timestamp,
) -> Result<(), Fault> {
    let mut moves = Moves::default();
    let mut outcomes = std::collections::BTreeMap::<i64, i64>::new();
    let mut entries = Vec::new();
    for (contact, state) in settled {
        moves.waiting -= i64::from(contact.tried.attempted()?.any());
        moves.counts.add(ContactStatus::Pending, -1);
        moves.counts.add(state.status(), 1);
        let outcome = settled_number(state);
        if let Some(outcome) = outcome {
            *outcomes.entry(outcome).or_default() += 1;
        }
        let moved = Some((ContactStatus::Pending, state.status()));
        entries.push(events::Entry { row: Some(contact.row), moved, outcome, ..Default::default() });
    }
    counts::apply(tx, key, &moves).await?;
    for (outcome, n) in outcomes {
        counts::outcome(tx, key, outcome, n).await?;
    }
    for entry in entries {
        events::append(tx, key, EventKind::ContactSkipped, now, entry).await?;
    }
    Ok(())
}

/// Lifts a block.
pub(crate) async fn unblock(
    tx: &mut Tx,
    ws: i64,
    phone: i64,
    by: &str,
    reason: &str,
    now: Timestamp,
) -> Result<bool, Fault> {
    let changed = tx
        .exec(
            sql("UPDATE numbers SET blocked = 0, blocked_at = NULL, blocked_source = NULL, blocked_reason = NULL, blocked_by = NULL, \
                 blocked_until = NULL WHERE workspace_id = $1 AND phone = $2 AND blocked = 1")
            .bind(ws)
            .bind(phone),
        )
        .await?;
    if changed == 1 {
        let data = json!({ "phone": phone, "reason": reason, "by": by });
        let entry = events::Entry { data: Some(data), ..Default::default() };
        events::append(tx, Key { ws, campaign: 0 }, EventKind::NumberUnblocked, now, entry).await?;
    }
    Ok(changed == 1)
}

#[derive(sqlx::FromRow)]
struct BlockRow {
    phone: i64,
    blocked_at: i64,
    blocked_source: Option<String>,
    blocked_reason: Option<String>,
    blocked_by: Option<String>,
    blocked_until: Option<i64>,
}

impl TryFrom<BlockRow> for Block {
    type Error = Fault;

    fn try_from(row: BlockRow) -> Result<Block, Fault> {
        let phone = PhoneNumber::from_digits(row.phone)
            .ok_or_else(|| Fault::Store(StoreError::Corrupt(format!("phone number {}", row.phone))))?;
        let source = row.blocked_source.as_deref().and_then(BlockSource::from_code).unwrap_or(BlockSource::Other);
        Ok(Block {
            phone,
            source,
            reason: row.blocked_reason,
            by: row.blocked_by.unwrap_or_else(|| "Carillon".to_owned()),
            at: Timestamp::from_micros(row.blocked_at),
            until: row.blocked_until.map(Timestamp::from_micros),
        })
    }
}

macro_rules! select_block {
    ($rest:literal) => {
        concat!(
            "SELECT phone, blocked_at, blocked_source, blocked_reason, blocked_by, blocked_until FROM numbers \
             WHERE workspace_id = $1 AND blocked = 1 AND (blocked_until IS NULL OR blocked_until > $2) ",
            $rest
        )
    };
}

/// The entry of a number.
pub(crate) async fn fetch(tx: &mut Tx, ws: i64, phone: i64, now: Timestamp) -> Result<Option<Block>, Fault> {
    let row: Option<BlockRow> =
        tx.opt(sql(select_block!("AND phone = $3")).bind(ws).bind(now.as_micros()).bind(phone)).await?;
    row.map(TryInto::try_into).transpose()
}

/// A page of the list, newest first.
pub(crate) async fn list(
    tx: &mut Tx,
    ws: i64,
    filter: &BlockFilter,
    limit: i64,
    now: Timestamp,
) -> Result<Vec<Block>, Fault> {
    let (at, phone) = filter.after.map_or((i64::MAX, i64::MAX), |(at, phone)| (at.as_micros(), phone.digits()));
    let digits = filter.digits.as_deref().unwrap_or("");
    let pattern = match digits.strip_prefix('*') {
        Some(end) => format!("%{end}"),
        None => format!("{digits}%"),
    };
    let rows: Vec<BlockRow> = tx
        .all(
            sql(select_block!(
                "AND (blocked_at, phone) < ($3, $4) AND ($5 = '%' OR CAST(phone AS TEXT) LIKE $5) \
                 AND ($6 = '' OR blocked_source = $6) ORDER BY blocked_at DESC, phone DESC LIMIT $7"
            ))
            .bind(ws)
            .bind(now.as_micros())
            .bind(at)
            .bind(phone)
            .bind(pattern)
            .bind(filter.source.map_or("", BlockSource::code))
            .bind(limit),
        )
        .await?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// How many contacts have a number, over all campaigns.
pub(crate) async fn contacts_with(tx: &mut Tx, ws: i64, phone: i64) -> Result<i64, Fault> {
    let (n,): (i64,) = tx
        .one(sql("SELECT COUNT(*) FROM contacts WHERE workspace_id = $1 AND phone = $2").bind(ws).bind(phone))
        .await?;
    Ok(n)
}
