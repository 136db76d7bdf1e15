//! Lists of calls, newest first.

use std::collections::HashMap;

use carillon_domain::{CallId, CallResult};

use super::built::Built;
use super::calls::{CallRow, SELECT_CALL_COLUMNS};
use super::contact_list::phone_condition;
use super::jobs::list_json;
use super::{Tx, sql};
use crate::error::{Fault, StoreError};
use crate::model::{CallLine, CallQuery, CallRecord, ContactFilter, Search};
use crate::session::Key;

/// A page of calls: ids are sorted by time, so that the newest come first and dates bound them.
pub(crate) async fn page(tx: &mut Tx, ws: i64, query: &CallQuery) -> Result<Vec<CallLine>, Fault> {
    let key = Key { ws, campaign: query.campaign.map_or(0, carillon_domain::CampaignId::raw) };
    let select = select(key, query);
    let rows: Vec<CallRow> = tx.all(select.statement()).await?;
    let calls = rows.into_iter().map(CallRecord::try_from).collect::<Result<Vec<_>, StoreError>>()?;
    lines(tx, ws, calls).await
}

/// An hour in microseconds: how far a call's own time may lie from that in its id, when a clock was set.
const SLACK: std::time::Duration = std::time::Duration::from_secs(3600);

pub(crate) fn select(key: Key, query: &CallQuery) -> Built {
    let mut sql = Built::new(key);
    sql.push(SELECT_CALL_COLUMNS);
    // $2 is always bound.
    let mine = if query.campaign.is_some() {
        "k.workspace_id = $1 AND k.campaign_id = $2"
    } else {
        "k.workspace_id = $1 AND $2 = 0"
    };
    let index = index(query);
    let outer = if query.search.is_empty() && query.results.len() < 2 { index.clone() } else { String::new() };
    sql.push(&format!(" FROM calls k{outer} WHERE {mine}"));
    let order = format!("ORDER BY k.id DESC LIMIT {}", query.limit.clamp(1, 1_001));
    let (conditions, phones) = conditions(query);
    if let Some(phones) = phones {
        // Few calls have the number: they are found in the narrow index of numbers and sorted, instead of walking all calls by time.
        let rare = format!(
            "SELECT k.id FROM calls k{index} WHERE {mine}{conditions} AND ({phones}) {}",
            order.replacen("k.id", "+k.id", 1)
        );
        sql.push(&format!(" AND k.id IN (SELECT found.id FROM ({rare}) AS found) ORDER BY k.id DESC"));
        return sql;
    }
    match query.results.as_slice() {
        [] => sql.push(&format!("{conditions} {order}")),
        [result] => sql.push(&format!("{conditions} AND k.outcome = {} {order}", result.number())),
        results => {
            // The newest of each result, by the index of results, then the newest of these.
            let walk = |(n, result): (usize, &CallResult)| {
                let walk = format!(
                    "SELECT k.id FROM calls k{index} WHERE {mine}{conditions} AND k.outcome = {} {order}",
                    result.number()
                );
                format!("SELECT found{n}.id FROM ({walk}) AS found{n}")
            };
            let walks: Vec<String> = results.iter().enumerate().map(walk).collect();
            sql.push(&format!(" AND k.id IN ({}) {order}", walks.join(" UNION ALL ")));
        }
    }
    sql
}

/// The index for what is asked, where SQLite would take the calls in the order of their ids: most of a million may have to be looked at for
/// a page of what is rare.
fn index(query: &CallQuery) -> String {
    let of_campaign = query.campaign.is_some();
    let phone = ContactFilter { search: query.search.clone(), ..ContactFilter::default() };
    match (phone.searched(), of_campaign && query.row.is_some(), query.results.is_empty(), query.recorded) {
        (Search::Phone { .. }, ..) => super::indexed_by("calls_phone"),
        (_, true, ..) => super::indexed_by("calls_contact"),
        (_, _, false, _) if of_campaign => super::indexed_by("calls_campaign_outcome"),
        (_, _, false, _) => super::indexed_by("calls_outcome"),
        (_, _, _, Some(true)) if of_campaign => super::indexed_by("calls_campaign_recorded"),
        (_, _, _, Some(true)) => super::indexed_by("calls_recorded"),
        _ => String::new(),
    }
}

/// What a call must be beside its result, and the condition of its number when one is searched for.
fn conditions(query: &CallQuery) -> (String, Option<String>) {
    let mut sql = String::new();
    if let (Some(row), Some(_)) = (query.row, query.campaign) {
        sql.push_str(&format!(" AND k.row = {row}"));
    }
    let before = query.before.map_or(i64::MAX, CallId::raw);
    let until = query.to.map_or(i64::MAX, |to| CallId::floor_at(to + SLACK).raw());
    sql.push_str(&format!(" AND k.id < {}", before.min(until)));
    if let Some(from) = query.from {
        sql.push_str(&format!(
            " AND k.id >= {} AND k.placed_at >= {}",
            CallId::floor_at(from - SLACK).raw(),
            from.as_micros()
        ));
    }
    if let Some(to) = query.to {
        sql.push_str(&format!(" AND k.placed_at < {}", to.as_micros()));
    }
    match query.live {
        Some(true) => sql.push_str(" AND k.state < 8"),
        Some(false) => sql.push_str(" AND k.state >= 8"),
        None => {}
    }
    match query.recorded {
        Some(true) => sql.push_str(" AND k.recording IS NOT NULL"),
        Some(false) => sql.push_str(" AND k.recording IS NULL"),
        None => {}
    }
    let phones = match (ContactFilter { search: query.search.clone(), ..ContactFilter::default() }).searched() {
        Search::Nothing => None,
        Search::Phone { begins, ends } => Some(phone_condition(begins.as_deref(), &ends)),
        Search::Name(_) => Some("1 = 0".to_owned()),
    };
    if phones.is_some() && !query.results.is_empty() {
        let list: Vec<String> = query.results.iter().map(|r| r.number().to_string()).collect();
        sql.push_str(&format!(" AND k.outcome IN ({})", list.join(", ")));
    }
    (sql, phones)
}

#[derive(sqlx::FromRow)]
struct Beside {
    id: i64,
    name: String,
    attempt: i64,
}

/// Names and attempt numbers of calls, in their order.
pub(crate) async fn lines(tx: &mut Tx, ws: i64, calls: Vec<CallRecord>) -> Result<Vec<CallLine>, Fault> {
    let ids: Vec<i64> = calls.iter().map(|call| call.id.raw()).collect();
    let beside: Vec<Beside> = tx
        .all(
            sql(concat!(
                "SELECT c.id, k.name, CAST((SELECT COUNT(*) FROM calls o WHERE o.workspace_id = c.workspace_id AND o.campaign_id = c.campaign_id \
                 AND o.row = c.row AND o.id <= c.id) AS BIGINT) AS attempt FROM calls c \
                 JOIN contacts k ON k.workspace_id = c.workspace_id AND k.campaign_id = c.campaign_id AND k.row = c.row \
                 WHERE c.workspace_id = $1 AND c.id ",
                in_list!("$2")
            ))
            .bind(ws)
            .bind(list_json(&ids)),
        )
        .await?;
    let mut beside: HashMap<i64, Beside> = beside.into_iter().map(|b| (b.id, b)).collect();
    let line = |call: CallRecord| {
        let (name, attempt) = beside.remove(&call.id.raw()).map_or((String::new(), 1), |b| (b.name, b.attempt));
        CallLine { call, name, attempt }
    };
    Ok(calls.into_iter().map(line).collect())
}

/// Up to `n` different recorded talks with a person, chosen by random numbers: where each falls among the ids of the campaign's talks, the
/// next talk is taken. With `results` only talks with one of these.
pub(crate) async fn random(
    tx: &mut Tx,
    key: Key,
    seeds: &[u64],
    results: &[CallResult],
    n: usize,
) -> Result<Vec<CallLine>, Fault> {
    let mut condition =
        "k.workspace_id = $1 AND k.campaign_id = $2 AND k.recording IS NOT NULL AND k.outcome > 0 AND k.outcome < 6"
            .to_owned();
    if !results.is_empty() {
        let list: Vec<String> = results.iter().map(|r| r.number().to_string()).collect();
        // Voicemail and the like have no talk; where they are asked for, the index of all calls of the campaign serves.
        let talks = results.iter().all(|r| r.answered_by_person());
        let base = if talks {
            condition.as_str()
        } else {
            "k.workspace_id = $1 AND k.campaign_id = $2 AND k.recording IS NOT NULL"
        };
        condition = format!("{base} AND k.outcome IN ({})", list.join(", "));
    }
    let bounds = async |tx: &mut Tx, order: &str| -> Result<Option<i64>, Fault> {
        let mut sql = Built::new(key);
        sql.push(&format!("SELECT k.id FROM calls k WHERE {condition} ORDER BY k.id{order} LIMIT 1"));
        Ok(tx.opt::<(i64,)>(sql.statement()).await?.map(|(id,)| id))
    };
    let (Some(first), Some(last)) = (bounds(tx, "").await?, bounds(tx, " DESC").await?) else { return Ok(Vec::new()) };
    let mut chosen: Vec<i64> = Vec::new();
    for seed in seeds {
        if chosen.len() >= n {
            break;
        }
        let span = u64::try_from(last - first).unwrap_or(0) + 1;
        let from = first + i64::try_from(seed % span).unwrap_or(0);
        let taken: Vec<String> = chosen.iter().map(i64::to_string).collect();
        let but = if taken.is_empty() { String::new() } else { format!(" AND k.id NOT IN ({})", taken.join(", ")) };
        // From there on, else from the beginning.
        for bound in [format!(" AND k.id >= {from}"), String::new()] {
            let mut sql = Built::new(key);
            sql.push(&format!("SELECT k.id FROM calls k WHERE {condition}{bound}{but} ORDER BY k.id LIMIT 1"));
            if let Some((id,)) = tx.opt::<(i64,)>(sql.statement()).await? {
                chosen.push(id);
                break;
            }
        }
    }
    let mut select = Built::new(key);
    let list = select.text(&list_json(&chosen));
    select.push(SELECT_CALL_COLUMNS);
    select.push(&format!(
        " FROM calls k WHERE k.workspace_id = $1 AND k.campaign_id = $2 AND k.id {} ORDER BY k.id",
        super::in_list(&list)
    ));
    let rows: Vec<CallRow> = tx.all(select.statement()).await?;
    let calls = rows.into_iter().map(CallRecord::try_from).collect::<Result<Vec<_>, StoreError>>()?;
    lines(tx, key.ws, calls).await
}

/// Ended calls of a campaign since a time, minute by minute, oldest first: minute, ended, completed, failed.
pub(crate) async fn minutes(tx: &mut Tx, key: Key, since: i64) -> Result<Vec<(i64, i64, i64, i64)>, Fault> {
    tx.all(
        sql("SELECT CAST(ended_at / 60000000 AS BIGINT) AS minute, CAST(COUNT(*) AS BIGINT), \
             CAST(COALESCE(SUM(CASE WHEN outcome > 0 AND outcome < 100 THEN 1 ELSE 0 END), 0) AS BIGINT), \
             CAST(COALESCE(SUM(CASE WHEN outcome >= 100 THEN 1 ELSE 0 END), 0) AS BIGINT) \
             FROM calls WHERE workspace_id = $1 AND campaign_id = $2 AND id >= $3 AND ended_at IS NOT NULL \
             GROUP BY CAST(ended_at / 60000000 AS BIGINT) ORDER BY minute")
        .bind(key.ws)
        .bind(key.campaign)
        .bind(since),
    )
    .await
}
