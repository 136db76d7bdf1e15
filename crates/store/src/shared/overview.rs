//! Campaigns with their numbers: lists, one, versions; editing.

use std::collections::BTreeMap;

use carillon_domain::campaign::CampaignStatus;
use carillon_domain::{CampaignId, Timestamp};
use sqlx::types::Json;

use super::built::Built;
use super::jobs::list_json;
use super::{Tx, campaigns, control, counts, events, sql};
use crate::error::{Fault, StoreError};
use crate::model::{Campaign, CampaignEdit, CampaignOrigin, CampaignQuery, CampaignSort, EventKind, Overview};
use crate::session::Key;

/// A page of campaigns with their numbers, and how many match.
pub(crate) async fn page(tx: &mut Tx, ws: i64, query: &CampaignQuery) -> Result<(Vec<Overview>, i64), Fault> {
    // $2 is the campaign elsewhere; here it matches every one.
    let key = Key { ws, campaign: 0 };
    let mut count = Built::new(key);
    count.push("SELECT CAST(COUNT(*) AS BIGINT) FROM campaigns c WHERE c.workspace_id = $1 AND c.id > $2");
    wanted(&mut count, query);
    let (total,): (i64,) = tx.one(count.statement()).await?;
    let mut select = Built::new(key);
    select.push("SELECT c.id FROM campaigns c WHERE c.workspace_id = $1 AND c.id > $2");
    wanted(&mut select, query);
    let to = if query.descending { " DESC" } else { "" };
    let column = match query.sort {
        CampaignSort::Created => "c.id",
        CampaignSort::Name => "c.name",
        CampaignSort::Status => "c.status",
        CampaignSort::Started => "COALESCE(c.started_at, 0)",
    };
    let limit = i64::from(query.per_page.clamp(1, 1_000));
    let offset = (i64::from(query.page.max(1)) - 1) * limit;
    select.push(&format!(" ORDER BY {column}{to}, c.id{to} LIMIT {limit} OFFSET {offset}"));
    let ids: Vec<(i64,)> = tx.all(select.statement()).await?;
    let ids: Vec<i64> = ids.into_iter().map(|(id,)| id).collect();
    Ok((of_ids(tx, ws, &ids).await?, total))
}

fn wanted(select: &mut Built, query: &CampaignQuery) {
    if !query.statuses.is_empty() {
        let list: Vec<String> = query.statuses.iter().map(|s| s.number().to_string()).collect();
        select.push(&format!(" AND c.status IN ({})", list.join(", ")));
    }
    if !query.search.trim().is_empty() {
        let text = query.search.trim().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        let pattern = select.text(&format!("%{text}%"));
        select.push(&format!(" AND c.name {} {pattern} ESCAPE '\\'", like!()));
    }
    if let Some(employee) = query.employee {
        select.push(&format!(" AND c.employee_id = {}", employee.raw()));
    }
    if let Some(from) = query.from {
        select.push(&format!(" AND c.created_at >= {}", from.as_micros()));
    }
    if let Some(to) = query.to {
        select.push(&format!(" AND c.created_at < {}", to.as_micros()));
    }
}

/// These campaigns with their numbers, in this order.
pub(crate) async fn of_ids(tx: &mut Tx, ws: i64, ids: &[i64]) -> Result<Vec<Overview>, Fault> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut campaigns: BTreeMap<i64, Campaign> =
        campaigns::of_ids(tx, ws, ids).await?.into_iter().map(|c| (c.id.raw(), c)).collect();
    let names: Vec<(i64, String)> = tx
        .all(
            sql(concat!(
                "SELECT c.id, e.name FROM campaigns c JOIN employees e ON e.workspace_id = c.workspace_id AND e.id = c.employee_id \
                 AND e.version = c.employee_version WHERE c.workspace_id = $1 AND c.id ",
                in_list!("$2")
            ))
            .bind(ws)
            .bind(list_json(ids)),
        )
        .await?;
    let mut names: BTreeMap<i64, String> = names.into_iter().collect();
    let mut totals = counts::totals_of(tx, ws, ids).await?;
    let overview = |id: &i64| {
        let campaign = campaigns.remove(id)?;
        let totals = totals.remove(id).unwrap_or_default();
        let version = campaign.version + totals.version;
        Some(Overview { version, totals, employee_name: names.remove(id).unwrap_or_default(), campaign })
    };
    Ok(ids.iter().filter_map(overview).collect())
}

/// Campaigns whose numbers may move by themselves: Queued, Running, Paused, and those that still settle after Stop.
pub(crate) async fn going(tx: &mut Tx, ws: i64) -> Result<Vec<i64>, Fault> {
    let rows: Vec<(i64,)> = tx
        .all(sql("SELECT id FROM campaigns WHERE workspace_id = $1 AND status IN (1, 2, 3) ORDER BY id").bind(ws))
        .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// The versions of these campaigns' numbers.
pub(crate) async fn versions(tx: &mut Tx, ws: i64, ids: &[i64]) -> Result<Vec<(i64, i64)>, Fault> {
    tx.all(
        sql(concat!(
            "SELECT c.id, CAST(c.version + COALESCE((SELECT SUM(k.version) FROM campaign_counts k WHERE k.workspace_id = c.workspace_id \
             AND k.campaign_id = c.id), 0) AS BIGINT) FROM campaigns c WHERE c.workspace_id = $1 AND c.id ",
            in_list!("$2")
        ))
        .bind(ws)
        .bind(list_json(ids)),
    )
    .await
}

/// Moves when a campaign is made, deleted or changed by a person or by itself: how many there are and their versions.
pub(crate) async fn list_version(tx: &mut Tx, ws: i64) -> Result<(i64, i64), Fault> {
    tx.one(
        sql("SELECT CAST(COUNT(*) AS BIGINT), CAST(COALESCE(SUM(version), 0) AS BIGINT) FROM campaigns WHERE workspace_id = $1")
            .bind(ws),
    )
    .await
}

/// Campaigns made from this one, newest first.
pub(crate) async fn children(
    tx: &mut Tx,
    key: Key,
    limit: i64,
) -> Result<Vec<(CampaignId, String, CampaignOrigin)>, Fault> {
    let rows: Vec<(i64, String, Option<i64>)> = tx
        .all(
            sql("SELECT id, name, origin FROM campaigns WHERE workspace_id = $1 AND parent_id = $2 ORDER BY id DESC LIMIT $3")
                .bind(key.ws)
                .bind(key.campaign)
                .bind(limit),
        )
        .await?;
    let child = |(id, name, origin): (i64, String, Option<i64>)| {
        origin.and_then(CampaignOrigin::from_number).map(|origin| (CampaignId::from_raw(id), name, origin))
    };
    Ok(rows.into_iter().filter_map(child).collect())
}

/// Changes name, settings, employee or trunk. Once started only name and settings can change, and nothing once it is over.
pub(crate) async fn edit(tx: &mut Tx, key: Key, edit: &CampaignEdit, by: &str, now: Timestamp) -> Result<(), Fault> {
    let state = campaigns::lock_state(tx, key).await?;
    control::as_seen(tx, key, edit.expected).await?;
    let before = campaigns::fetch(tx, key).await?.ok_or(Fault::Store(StoreError::NotFound { what: "campaign" }))?;
    let refuse = |why: String| Err(Fault::Store(StoreError::NotPossible { why }));
    let over = matches!(state.status(), CampaignStatus::Completed | CampaignStatus::Canceled);
    if over && edit.settings.is_some() {
        return refuse(format!("the campaign is {}: its settings can no longer be changed", state.status()));
    }
    if state.status() != CampaignStatus::Draft && (edit.employee.is_some() || edit.trunk.is_some()) {
        return refuse(format!(
            "AI employee and trunk can be changed in a Draft only; this campaign is {}",
            state.status()
        ));
    }
    if let Some(settings) = &edit.settings
        && settings.order != before.settings.order
        && counts::totals(tx, key).await?.counts.total() > 0
    {
        return refuse("the order of calling can't be changed once contacts are imported".to_owned());
    }
    if let Some(name) = &edit.name
        && *name != before.name
        && campaigns::by_name(tx, key.ws, name).await?.is_some()
    {
        return Err(StoreError::NameTaken { what: "campaign", name: name.clone() }.into());
    }
    let employee = edit.employee.unwrap_or(before.employee);
    let changed = tx.exec(
        sql("UPDATE campaigns SET name = $3, settings = $4, employee_id = $5, employee_version = $6, trunk_id = $7, version = version + 1, \
             control_version = control_version + 1 WHERE workspace_id = $1 AND id = $2")
        .bind(key.ws)
        .bind(key.campaign)
        .bind(edit.name.clone().unwrap_or(before.name))
        .bind(Json(edit.settings.clone().unwrap_or(before.settings)))
        .bind(employee.id.raw())
        .bind(employee.version)
        .bind(edit.trunk.unwrap_or(before.trunk).raw()),
    )
    .await;
    if let Err(Fault::Db(error)) = &changed
        && error.as_database_error().is_some_and(sqlx::error::DatabaseError::is_unique_violation)
    {
        return Err(StoreError::NameTaken { what: "campaign", name: edit.name.clone().unwrap_or_default() }.into());
    }
    changed?;
    let what: Vec<&str> = [
        edit.name.as_ref().map(|_| "name"),
        edit.settings.as_ref().map(|_| "settings"),
        edit.employee.map(|_| "employee"),
        edit.trunk.map(|_| "trunk"),
    ]
    .into_iter()
    .flatten()
    .collect();
    let data = serde_json::json!({ "by": by, "changed": what });
    events::append(tx, key, EventKind::CampaignEdited, now, events::Entry { data: Some(data), ..Default::default() })
        .await
}
