//! Pages of contacts by any sort and filter: keys are read from an index in order, then the contacts of the page are joined.
//!
//! A filter by status, result, failure or skip reason is a list of buckets, each of them in order in an index; several are merged. Dates,
//! searches and marks are gathered first: up to 10,000 matches are sorted as a set, more are met often enough on the way through a bucket.

use std::collections::HashMap;

use carillon_domain::{CallId, Timestamp};

use super::built::Built;
use super::jobs::list_json;
use super::lists::{self, ContactRow};
use super::{Tx, counts, indexed_by, marks, sql};
use crate::error::{Fault, StoreError};
use crate::model::{
    Bucket, COUNT_EXACT_MAX, ContactCursor, ContactFilter, ContactLine, ContactList, ContactQuery, ContactRecord,
    ContactSort, LastCall, Matched, Position, Search, outcomes_of_status, status_of_outcome,
};
use crate::session::Key;

/// A key that a list is not sorted by.
const ZERO: &str = "CAST(0 AS BIGINT)";

/// Where an index keeps a bucket in the list's order, and by which columns.
pub(crate) struct Walk {
    index: Option<&'static str>,
    /// The sort keys before the row: constants of the bucket or columns.
    key: String,
    at: &'static str,
    name: &'static str,
    /// Which of the three keys the index is ordered by, in order; the row follows.
    order: &'static [&'static str],
    condition: String,
    /// The bucket's value of the first key, when it is the same for all of it.
    fixed: Option<i64>,
}

/// How a bucket is walked in the order of a sort.
pub(crate) fn walk(bucket: Bucket, sort: ContactSort) -> Walk {
    let (by_name, by_last, condition) = match bucket {
        Bucket::All => ("contacts_name", "contacts_last", String::new()),
        Bucket::Status(s) => {
            ("contacts_status_name", "contacts_status_last", format!(" AND k.status = {}", s.number()))
        }
        Bucket::Outcome(n) => {
            ("contacts_result_name", "contacts_result_last", format!(" AND k.result > 0 AND k.result = {n}"))
        }
    };
    let plain = |index, at, name, order| Walk {
        index: Some(index),
        key: ZERO.into(),
        at,
        name,
        order,
        condition: condition.clone(),
        fixed: Some(0),
    };
    let last = plain(by_last, "k.last_call_at", "''", &["k.last_call_at"]);
    match (sort, bucket) {
        (ContactSort::Row, _) => Walk { index: None, at: ZERO, order: &[], ..last },
        (ContactSort::Name, _) => plain(by_name, ZERO, "k.name", &["k.name"]),
        (ContactSort::Processed, _) => last,
        (ContactSort::Status, Bucket::All) => {
            let order = &["k.status", "k.last_call_at"];
            Walk { index: Some("contacts_status_last"), key: "k.status".into(), order, fixed: None, ..last }
        }
        (ContactSort::Status, Bucket::Status(s)) => fixed(last, s.number()),
        (ContactSort::Status, Bucket::Outcome(n)) => fixed(last, status_of_outcome(n).number()),
        (ContactSort::Result, Bucket::All) => by_result(last, None),
        (ContactSort::Result, Bucket::Status(s)) => match outcomes_of_status(s) {
            Some(range) => by_result(last, Some(range)),
            None => last,
        },
        (ContactSort::Result, Bucket::Outcome(n)) => fixed(last, n),
    }
}

fn fixed(walk: Walk, value: i64) -> Walk {
    Walk { key: format!("CAST({value} AS BIGINT)"), fixed: Some(value), ..walk }
}

fn by_result(walk: Walk, range: Option<(i64, i64)>) -> Walk {
    let order = &["k.result", "k.last_call_at"];
    // Results tell the status, so that a status is a range of them.
    let condition = range.map_or(String::new(), |(from, to)| format!(" AND k.result >= {from} AND k.result <= {to}"));
    Walk { index: Some("contacts_result_last"), key: "k.result".into(), order, condition, fixed: None, ..walk }
}

/// A part of a list, in the order in which it is walked.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    pub(crate) sort: ContactSort,
    pub(crate) descending: bool,
    pub(crate) after: Option<ContactCursor>,
    pub(crate) limit: i64,
    pub(crate) offset: i64,
}

/// The keys of the contacts of a part, from the buckets' indexes.
pub(crate) fn keys(key: Key, filter: &ContactFilter, part: &Part) -> Option<Built> {
    let buckets = filter.buckets();
    if let [bucket] = buckets.as_slice() {
        let mut sql = Built::new(key);
        return one_walk(&mut sql, *bucket, filter, part, true).then_some(sql);
    }
    let mut sql = Built::new(key);
    sql.push("SELECT key, at, name, row FROM (");
    let each = Part { limit: part.limit + part.offset, offset: 0, ..part.clone() };
    let mut any = false;
    for bucket in buckets {
        let mark = sql.mark();
        sql.push(if any { " UNION ALL SELECT * FROM (" } else { "SELECT * FROM (" });
        if one_walk(&mut sql, bucket, filter, &each, false) {
            sql.push(") b");
            any = true;
        } else {
            sql.back_to(mark);
        }
    }
    let to = if part.descending { " DESC" } else { "" };
    sql.push(&format!(") u ORDER BY key{to}, at{to}, name{to}, row{to} LIMIT {} OFFSET {}", part.limit, part.offset));
    any.then_some(sql)
}

/// Walks one bucket. `false`: the place to go on from lies behind all of it.
fn one_walk(sql: &mut Built, bucket: Bucket, filter: &ContactFilter, part: &Part, alone: bool) -> bool {
    let walk = walk(bucket, part.sort);
    let to = if part.descending { " DESC" } else { "" };
    // Where the first key is the same for all of the bucket, the place lies before, in or behind it.
    let after = match (&part.after, walk.fixed) {
        (Some(cursor), Some(value)) if cursor.key != value => {
            if (cursor.key < value) == part.descending {
                return false;
            }
            None
        }
        (after, _) => after.clone(),
    };
    sql.push(&format!(
        "SELECT {} AS key, {} AS at, {} AS name, k.row AS row FROM contacts k",
        walk.key, walk.at, walk.name
    ));
    if let Some(index) = walk.index {
        sql.push(&indexed_by(index));
    }
    sql.push(" WHERE k.workspace_id = $1 AND k.campaign_id = $2");
    sql.push(&walk.condition);
    if let Some(after) = &after {
        sql.push(" AND ");
        beyond(sql, walk.order, after, part.descending);
    }
    // One lower and one upper bound: with the place on one side, the date of that side says nothing new.
    let leads = walk.order.first() == Some(&"k.last_call_at");
    let (mut from, mut until) = (filter.from, filter.to);
    if leads && after.is_some() {
        if part.descending { until = None } else { from = None }
    }
    dates(sql, from, until, leads);
    found(sql, filter);
    sql.push(" ORDER BY ");
    for column in walk.order {
        sql.push(&format!("{column}{to}, "));
    }
    sql.push(&format!("k.row{to} LIMIT {}", part.limit));
    if alone && part.offset > 0 {
        sql.push(&format!(" OFFSET {}", part.offset));
    }
    true
}

/// Contacts beyond a place, as one comparison that the index can start from.
fn beyond(sql: &mut Built, order: &[&str], place: &ContactCursor, descending: bool) {
    let mut columns = String::new();
    let mut values = String::new();
    for column in order {
        columns.push_str(&format!("{column}, "));
        let value = match *column {
            "k.name" => sql.text(&place.name),
            "k.last_call_at" => place.at.to_string(),
            _ => place.key.to_string(),
        };
        values.push_str(&format!("{value}, "));
    }
    let than = if descending { "<" } else { ">" };
    sql.push(&format!("({columns}k.row) {than} ({values}{})", place.row));
}

/// `leads`: the dates may bound the index; elsewhere they must not choose another one.
fn dates(sql: &mut Built, from: Option<Timestamp>, to: Option<Timestamp>, leads: bool) {
    let column = if leads { "k.last_call_at" } else { "+k.last_call_at" };
    if let Some(from) = from {
        sql.push(&format!(" AND {column} >= {}", from.as_micros().max(1)));
    } else if to.is_some() {
        sql.push(&format!(" AND {column} > 0"));
    }
    if let Some(to) = to {
        sql.push(&format!(" AND {column} < {}", to.as_micros()));
    }
}

/// What a search and a mark ask of each contact.
fn found(sql: &mut Built, filter: &ContactFilter) {
    match filter.searched() {
        Search::Nothing => {}
        Search::Name(text) => {
            let pattern = format!("%{}%", text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"));
            let pattern = sql.text(&pattern);
            sql.push(&format!(" AND k.name {} {pattern} ESCAPE '\\'", like!()));
        }
        Search::Phone { begins, ends } => {
            sql.push(&format!(" AND ({})", phone_condition(begins.as_deref(), &ends)));
        }
    }
    if let Some(handled) = filter.handled {
        sql.push(if handled { " AND " } else { " AND NOT " });
        sql.push(
            "EXISTS (SELECT 1 FROM contact_marks m WHERE m.workspace_id = $1 AND m.campaign_id = $2 AND m.row = k.row \
             AND m.handled_at IS NOT NULL)",
        );
    }
}

/// Numbers of up to 15 digits (E.164) that begin or end with these digits.
pub(crate) fn phone_condition(begins: Option<&str>, ends: &[String]) -> String {
    let mut any = Vec::new();
    let power = |digits: usize| u32::try_from(digits).ok().and_then(|n| 10_i64.checked_pow(n));
    if let Some(begin) = begins
        && let Ok(value) = begin.parse::<i64>()
    {
        for length in begin.len().max(7)..=15 {
            if let Some(unit) = power(length - begin.len()) {
                any.push(format!("k.phone BETWEEN {} AND {}", value * unit, value * unit + (unit - 1)));
            }
        }
    }
    for end in ends {
        if let (Ok(value), Some(unit)) = (end.parse::<i64>(), power(end.len())) {
            any.push(format!("k.phone % {unit} = {value}"));
        }
    }
    if any.is_empty() { "1 = 0".to_owned() } else { any.join(" OR ") }
}

/// Up to 10,001 rows that the filter matches, each found by the index that leads to the fewest.
pub(crate) fn gather(key: Key, filter: &ContactFilter) -> Built {
    let limit = COUNT_EXACT_MAX + 1;
    let mut sql = Built::new(key);
    if filter.handled == Some(true) {
        sql.push(
            "SELECT k.row FROM contact_marks m JOIN contacts k ON k.workspace_id = m.workspace_id AND k.campaign_id = m.campaign_id \
             AND k.row = m.row WHERE m.workspace_id = $1 AND m.campaign_id = $2 AND m.handled_at IS NOT NULL",
        );
        one_of(&mut sql, &filter.buckets());
        dates(&mut sql, filter.from, filter.to, false);
        found(&mut sql, &ContactFilter { handled: None, ..filter.clone() });
        sql.push(&format!(" LIMIT {limit}"));
        return sql;
    }
    if let Search::Phone { .. } = filter.searched() {
        sql.push(&format!(
            "SELECT k.row FROM contacts k{} WHERE k.workspace_id = $1 AND k.campaign_id = $2",
            indexed_by("contacts_name")
        ));
        found(&mut sql, filter);
        one_of(&mut sql, &filter.buckets());
        dates(&mut sql, filter.from, filter.to, false);
        sql.push(&format!(" LIMIT {limit}"));
        return sql;
    }
    let sort = if matches!(filter.searched(), Search::Name(_)) { ContactSort::Name } else { ContactSort::Processed };
    sql.push("SELECT row FROM (");
    for (n, bucket) in filter.buckets().into_iter().enumerate() {
        let walk = walk(bucket, sort);
        sql.push(if n > 0 { " UNION ALL " } else { "" });
        sql.push("SELECT k.row AS row FROM contacts k");
        sql.push(&indexed_by(walk.index.unwrap_or_default()));
        sql.push(" WHERE k.workspace_id = $1 AND k.campaign_id = $2");
        sql.push(&walk.condition);
        dates(&mut sql, filter.from, filter.to, sort == ContactSort::Processed);
        found(&mut sql, filter);
    }
    sql.push(&format!(") u LIMIT {limit}"));
    sql
}

fn one_of(sql: &mut Built, buckets: &[Bucket]) {
    let conditions: Vec<String> = buckets
        .iter()
        .filter_map(|bucket| match bucket {
            Bucket::All => None,
            Bucket::Status(s) => Some(format!("+k.status = {}", s.number())),
            Bucket::Outcome(n) => Some(format!("+k.result = {n}")),
        })
        .collect();
    if !conditions.is_empty() {
        sql.push(&format!(" AND ({})", conditions.join(" OR ")));
    }
}

/// Which rows of a campaign a filter takes, as a condition on `k`.
pub(crate) fn condition(sql: &mut Built, filter: &ContactFilter) {
    one_of(sql, &filter.buckets());
    dates(sql, filter.from, filter.to, false);
    found(sql, filter);
}

/// The keys of a part of a known set of rows.
fn keys_of_set(key: Key, rows: &[i64], part: &Part) -> Built {
    let mut sql = Built::new(key);
    let (first, at, name): (&str, &str, &str) = match part.sort {
        ContactSort::Row => (ZERO, ZERO, "''"),
        ContactSort::Name => (ZERO, ZERO, "k.name"),
        ContactSort::Processed => (ZERO, "k.last_call_at", "''"),
        ContactSort::Status => ("k.status", "k.last_call_at", "''"),
        ContactSort::Result => ("k.result", "k.last_call_at", "''"),
    };
    let list = sql.text(&list_json(rows));
    sql.push(&format!(
        "SELECT key, at, name, row FROM (SELECT {first} AS key, {at} AS at, {name} AS name, k.row AS row FROM contacts k \
         WHERE k.workspace_id = $1 AND k.campaign_id = $2 AND k.row {}) u",
        super::in_list(&list)
    ));
    if let Some(place) = &part.after {
        let name = sql.text(&place.name);
        let than = if part.descending { "<" } else { ">" };
        sql.push(&format!(" WHERE (key, at, name, row) {than} ({}, {}, {name}, {})", place.key, place.at, place.row));
    }
    let to = if part.descending { " DESC" } else { "" };
    sql.push(&format!(" ORDER BY key{to}, at{to}, name{to}, row{to} LIMIT {} OFFSET {}", part.limit, part.offset));
    sql
}

#[derive(sqlx::FromRow)]
struct KeyRow {
    key: i64,
    at: i64,
    name: String,
    row: i64,
}

impl From<KeyRow> for ContactCursor {
    fn from(k: KeyRow) -> ContactCursor {
        ContactCursor { key: k.key, at: k.at, name: k.name, row: k.row }
    }
}

/// How many contacts a filter without dates, search and mark matches, from the counters.
async fn counted(tx: &mut Tx, key: Key, filter: &ContactFilter) -> Result<i64, Fault> {
    let totals = counts::totals(tx, key).await?;
    let outcomes = counts::outcomes(tx, key).await?;
    let of = |bucket: &Bucket| match bucket {
        Bucket::All => totals.counts.total(),
        Bucket::Status(s) => totals.counts.get(*s),
        Bucket::Outcome(n) => outcomes.get(n).copied().unwrap_or(0),
    };
    Ok(filter.buckets().iter().map(of).sum())
}

/// A page of contacts.
pub(crate) async fn page(tx: &mut Tx, key: Key, query: &ContactQuery) -> Result<ContactList, Fault> {
    let filter = &query.filter;
    let set = if filter.counted() {
        None
    } else {
        let rows: Vec<(i64,)> =
            if filter.buckets().is_empty() { Vec::new() } else { tx.all(gather(key, filter).statement()).await? };
        Some(rows.into_iter().map(|(row,)| row).collect::<Vec<i64>>())
    };
    let more = set.as_ref().is_some_and(|rows| rows.len() > usize::try_from(COUNT_EXACT_MAX).unwrap_or(usize::MAX));
    let matched = match &set {
        None => Matched::Exactly(counted(tx, key, filter).await?),
        Some(_) if more => Matched::MoreThan(COUNT_EXACT_MAX),
        Some(rows) => Matched::Exactly(i64::try_from(rows.len()).unwrap_or(i64::MAX)),
    };
    let set = if more { None } else { set };
    let Some((part, reversed)) = part(query, matched, set.is_some())? else {
        return Ok(ContactList { contacts: Vec::new(), first: None, last: None, matched });
    };
    let statement = match &set {
        Some(rows) => Some(keys_of_set(key, rows, &part)),
        None => keys(key, filter, &part),
    };
    let mut found: Vec<KeyRow> = match statement {
        Some(statement) => tx.all(statement.statement()).await?,
        None => Vec::new(),
    };
    if reversed {
        found.reverse();
    }
    let rows: Vec<i64> = found.iter().map(|k| k.row).collect();
    let contacts = lines(tx, key, &rows).await?;
    let last = found.pop().map(ContactCursor::from);
    let first = found.into_iter().next().map(ContactCursor::from).or_else(|| last.clone());
    Ok(ContactList { contacts, first, last, matched })
}

/// Where a page lies, and whether it is read from the list's far end. `None`: behind the last one.
fn part(query: &ContactQuery, matched: Matched, set: bool) -> Result<Option<(Part, bool)>, StoreError> {
    let limit = i64::from(query.per_page.clamp(1, 1_000));
    let part = |descending, after, offset, limit| Part { sort: query.sort, descending, after, limit, offset };
    let number = match &query.position {
        Position::After(place) => return Ok(Some((part(query.descending, Some(place.clone()), 0, limit), false))),
        Position::Before(place) => return Ok(Some((part(!query.descending, Some(place.clone()), 0, limit), true))),
        Position::Page(number) => i64::from((*number).max(1)),
    };
    let offset = (number - 1) * limit;
    let (near, reversed, limit) = match matched {
        Matched::Exactly(total) if offset >= total => return Ok(None),
        Matched::Exactly(total) => {
            let last = total.min(offset + limit);
            // From the nearer end.
            if total - last < offset { (total - last, true, last - offset) } else { (offset, false, limit) }
        }
        Matched::MoreThan(_) => (offset, false, limit),
    };
    // One bucket's index is walked by its keys alone; merging several reads as much of each.
    let merged = query.filter.buckets().len() != 1 || !query.filter.counted();
    if merged && !set && near > COUNT_EXACT_MAX {
        return Err(StoreError::PageTooDeep { contacts: COUNT_EXACT_MAX });
    }
    Ok(Some((part(query.descending != reversed, None, near, limit), reversed)))
}

/// The contacts with these rows, in this order.
pub(crate) async fn records(tx: &mut Tx, key: Key, rows: &[i64]) -> Result<Vec<ContactRecord>, Fault> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let found: Vec<ContactRow> = tx
        .all(
            sql(concat!(lists::select_contact!(), "AND k.row ", in_list!("$3")))
                .bind(key.ws)
                .bind(key.campaign)
                .bind(list_json(rows)),
        )
        .await?;
    let mut by_row = HashMap::new();
    for record in found {
        let record = ContactRecord::try_from(record)?;
        by_row.insert(record.row, record);
    }
    Ok(rows.iter().filter_map(|row| by_row.remove(row)).collect())
}

#[derive(sqlx::FromRow)]
struct LastCallRow {
    row: i64,
    id: i64,
    answered_at: Option<i64>,
    ended_at: Option<i64>,
    recorded: i64,
}

/// The contacts with these rows, in this order, with their last calls and marks.
pub(crate) async fn lines(tx: &mut Tx, key: Key, rows: &[i64]) -> Result<Vec<ContactLine>, Fault> {
    let contacts = records(tx, key, rows).await?;
    if contacts.is_empty() {
        return Ok(Vec::new());
    }
    let calls: Vec<LastCallRow> = tx
        .all(
            sql(concat!(
                "SELECT k.row, c.id, c.answered_at, c.ended_at, CAST(CASE WHEN c.recording IS NULL THEN 0 ELSE 1 END AS BIGINT) AS recorded \
                 FROM contacts k JOIN calls c ON c.workspace_id = k.workspace_id AND c.id = k.call_id \
                 WHERE k.workspace_id = $1 AND k.campaign_id = $2 AND k.row ",
                in_list!("$3")
            ))
            .bind(key.ws)
            .bind(key.campaign)
            .bind(list_json(rows)),
        )
        .await?;
    let mut calls: HashMap<i64, LastCall> = calls.into_iter().map(|c| (c.row, c.into())).collect();
    let mut marks = marks::of_rows(tx, key, rows).await?;
    let line = |contact: ContactRecord| ContactLine {
        last_call: calls.remove(&contact.row),
        mark: marks.remove(&contact.row).unwrap_or_default(),
        contact,
    };
    Ok(contacts.into_iter().map(line).collect())
}

impl From<LastCallRow> for LastCall {
    fn from(c: LastCallRow) -> LastCall {
        let talk = c.ended_at.zip(c.answered_at).map(|(end, answer)| (end - answer).max(0) / 1_000);
        LastCall {
            id: CallId::from_raw(c.id),
            ended_at: c.ended_at.map(Timestamp::from_micros),
            talk_ms: talk,
            recorded: c.recorded == 1,
        }
    }
}
