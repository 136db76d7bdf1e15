//! Campaign rows.

use std::time::Duration;

use carillon_domain::campaign::{CampaignSettings, CampaignStatus};
use carillon_domain::{Actor, CampaignId, CampaignState, EmployeeId, Timestamp, TrunkId, WorkspaceId};
use sqlx::types::Json;

use super::jobs::list_json;
use super::{Tx, events, sql};
use crate::error::{Fault, StoreError};
use crate::model::{Campaign, CampaignOrigin, EmployeeVersion, EventKind, NewCampaign};
use crate::session::Key;

#[derive(sqlx::FromRow)]
struct CampaignRow {
    workspace_id: i64,
    id: i64,
    name: String,
    state: Json<CampaignState>,
    settings: Json<CampaignSettings>,
    employee_id: i64,
    employee_version: i64,
    trunk_id: i64,
    file_hash: Option<String>,
    property_names: Json<Vec<String>>,
    created_at: i64,
    imported_at: Option<i64>,
    started_at: Option<i64>,
    ended_at: Option<i64>,
    paused_us: i64,
    control_version: i64,
    version: i64,
    parent_id: Option<i64>,
    origin: Option<i64>,
    created_by: Option<String>,
    started_by: Option<String>,
}

impl From<CampaignRow> for Campaign {
    fn from(row: CampaignRow) -> Campaign {
        let at = |us: Option<i64>| us.map(Timestamp::from_micros);
        Campaign {
            workspace: WorkspaceId::from_raw(row.workspace_id),
            id: CampaignId::from_raw(row.id),
            name: row.name,
            state: row.state.0,
            settings: row.settings.0,
            employee: EmployeeVersion { id: EmployeeId::from_raw(row.employee_id), version: row.employee_version },
            trunk: TrunkId::from_raw(row.trunk_id),
            file_hash: row.file_hash,
            property_names: row.property_names.0,
            created_at: Timestamp::from_micros(row.created_at),
            imported_at: at(row.imported_at),
            started_at: at(row.started_at),
            ended_at: at(row.ended_at),
            paused: Duration::from_micros(row.paused_us.try_into().unwrap_or(0)),
            control_version: row.control_version,
            version: row.version,
            parent: row.parent_id.map(CampaignId::from_raw).zip(row.origin.and_then(CampaignOrigin::from_number)),
            created_by: row.created_by,
            started_by: row.started_by,
        }
    }
}

macro_rules! select_campaign {
    ($rest:expr) => {
        concat!(
            "SELECT workspace_id, id, name, state, settings, employee_id, employee_version, trunk_id, file_hash, property_names, \
             created_at, imported_at, started_at, ended_at, paused_us, control_version, version, parent_id, origin, created_by, started_by \
             FROM campaigns WHERE workspace_id = $1 ",
            $rest
        )
    };
}

/// Makes a campaign as Draft.
pub(crate) async fn create(tx: &mut Tx, new: &NewCampaign) -> Result<(), Fault> {
    create_from(tx, new, None, None).await
}

/// Makes a campaign as Draft, by a person, perhaps from another.
pub(crate) async fn create_from(
    tx: &mut Tx,
    new: &NewCampaign,
    parent: Option<(CampaignId, CampaignOrigin)>,
    by: Option<&str>,
) -> Result<(), Fault> {
    let key = Key::new(new.workspace, new.id);
    let changed = tx
        .exec(
            sql("INSERT INTO campaigns(workspace_id, id, name, status, state, settings, employee_id, employee_version, trunk_id, \
                 file_hash, property_names, created_at, parent_id, origin, created_by) \
                 VALUES($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) \
                 ON CONFLICT(workspace_id, name) DO NOTHING")
            .bind(key.ws)
            .bind(key.campaign)
            .bind(new.name.clone())
            .bind(CampaignStatus::Draft.number())
            .bind(Json(CampaignState::Draft))
            .bind(Json(new.settings.clone()))
            .bind(new.employee.id.raw())
            .bind(new.employee.version)
            .bind(new.trunk.raw())
            .bind(new.file_hash.clone())
            .bind(Json(new.property_names.clone()))
            .bind(new.now.as_micros())
            .bind(parent.map(|(id, _)| id.raw()))
            .bind(parent.map(|(_, origin)| origin.number()))
            .bind(by.map(str::to_owned)),
        )
        .await?;
    if changed == 0 {
        return Err(StoreError::NameTaken { what: "campaign", name: new.name.clone() }.into());
    }
    events::append(
        tx,
        key,
        EventKind::CampaignCreated,
        new.now,
        events::Entry { data: by.map(|by| serde_json::json!({ "by": by })), ..Default::default() },
    )
    .await
}

/// One campaign.
pub(crate) async fn fetch(tx: &mut Tx, key: Key) -> Result<Option<Campaign>, Fault> {
    let row: Option<CampaignRow> = tx.opt(sql(select_campaign!("AND id = $2")).bind(key.ws).bind(key.campaign)).await?;
    Ok(row.map(Into::into))
}

/// One campaign by its name.
pub(crate) async fn by_name(tx: &mut Tx, ws: i64, name: &str) -> Result<Option<Campaign>, Fault> {
    let row: Option<CampaignRow> =
        tx.opt(sql(select_campaign!("AND name = $2")).bind(ws).bind(name.to_owned())).await?;
    Ok(row.map(Into::into))
}

/// These campaigns, in any order.
pub(crate) async fn of_ids(tx: &mut Tx, ws: i64, ids: &[i64]) -> Result<Vec<Campaign>, Fault> {
    let rows: Vec<CampaignRow> =
        tx.all(sql(select_campaign!(concat!("AND id ", in_list!("$2")))).bind(ws).bind(list_json(ids))).await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// A page of campaigns, newest first, before the given id.
pub(crate) async fn list(tx: &mut Tx, ws: i64, before: Option<CampaignId>, limit: i64) -> Result<Vec<Campaign>, Fault> {
    let rows: Vec<CampaignRow> = tx
        .all(
            sql(select_campaign!("AND id < $2 ORDER BY id DESC LIMIT $3"))
                .bind(ws)
                .bind(before.map_or(i64::MAX, CampaignId::raw))
                .bind(limit),
        )
        .await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// The campaigns whose calls may begin: Running and Queued, oldest first.
pub(crate) async fn running(tx: &mut Tx, ws: i64) -> Result<Vec<Campaign>, Fault> {
    let rows: Vec<CampaignRow> = tx
        .all(
            sql(select_campaign!("AND status IN ($2, $3) ORDER BY id"))
                .bind(ws)
                .bind(CampaignStatus::Queued.number())
                .bind(CampaignStatus::Running.number()),
        )
        .await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// Notes that every row of the file is in.
pub(crate) async fn import_finished(tx: &mut Tx, key: Key, now: Timestamp) -> Result<(), Fault> {
    let changed = tx
        .exec(
            sql("UPDATE campaigns SET imported_at = COALESCE(imported_at, $3), version = version + 1 WHERE workspace_id = $1 AND id = $2")
                .bind(key.ws)
                .bind(key.campaign)
                .bind(now.as_micros()),
        )
        .await?;
    if changed == 0 { Err(StoreError::NotFound { what: "campaign" }.into()) } else { Ok(()) }
}

/// Other settings, for the calls to come; calls in progress keep theirs. The order of the queue stays as it was imported.
pub(crate) async fn put_settings(tx: &mut Tx, key: Key, settings: &CampaignSettings) -> Result<(), Fault> {
    let changed = tx
        .exec(
            sql("UPDATE campaigns SET settings = $3, version = version + 1, control_version = control_version + 1 WHERE workspace_id = $1 AND id = $2")
                .bind(key.ws)
                .bind(key.campaign)
                .bind(Json(settings.clone())),
        )
        .await?;
    if changed == 0 { Err(StoreError::NotFound { what: "campaign" }.into()) } else { Ok(()) }
}

/// The state, with the campaign's row locked until the end of the transaction.
pub(crate) async fn lock_state(tx: &mut Tx, key: Key) -> Result<CampaignState, Fault> {
    let row: Option<(Json<CampaignState>,)> = tx
        .opt(
            sql(concat!("SELECT state FROM campaigns WHERE workspace_id = $1 AND id = $2", for_update!()))
                .bind(key.ws)
                .bind(key.campaign),
        )
        .await?;
    row.map(|(state,)| state.0).ok_or(Fault::Store(StoreError::NotFound { what: "campaign" }))
}

/// Writes a state with the times that follow from it. The caller holds the row lock.
pub(crate) async fn write_state(
    tx: &mut Tx,
    key: Key,
    before: &CampaignState,
    after: &CampaignState,
    by: Option<&Actor>,
    now: Timestamp,
) -> Result<(), Fault> {
    let (from, to) = (before.status(), after.status());
    let now_us = now.as_micros();
    let going = matches!(to, CampaignStatus::Queued | CampaignStatus::Running);
    let ended = matches!(to, CampaignStatus::Completed | CampaignStatus::Canceled);
    tx.exec(
        sql("UPDATE campaigns SET status = $3, state = $4, version = version + 1, \
             control_version = control_version + CASE WHEN status = $3 THEN 0 ELSE 1 END, started_at = CASE WHEN $5 = 1 THEN COALESCE(started_at, $8) ELSE started_at END, \
             started_by = CASE WHEN $5 = 1 THEN COALESCE(started_by, $10) ELSE started_by END, \
             ended_at = CASE WHEN $6 = 1 THEN $8 ELSE NULL END, \
             paused_us = paused_us + CASE WHEN $7 = 1 AND paused_at IS NOT NULL THEN $8 - paused_at ELSE 0 END, \
             paused_at = CASE WHEN $9 = 1 THEN COALESCE(paused_at, $8) ELSE NULL END WHERE workspace_id = $1 AND id = $2")
        .bind(key.ws)
        .bind(key.campaign)
        .bind(to.number())
        .bind(Json(after.clone()))
        .bind(i64::from(going))
        .bind(i64::from(ended))
        .bind(i64::from(from == CampaignStatus::Paused && to != CampaignStatus::Paused))
        .bind(now_us)
        .bind(i64::from(to == CampaignStatus::Paused))
        .bind(by.map(Actor::to_string)),
    )
    .await?;
    if from != to {
        let mut data = serde_json::json!({ "from": from.code(), "state": after });
        if let Some(by) = by {
            data["by"] = by.to_string().into();
        }
        let entry = events::Entry { data: Some(data), ..Default::default() };
        events::append(tx, key, EventKind::CampaignState, now, entry).await?;
    }
    Ok(())
}
