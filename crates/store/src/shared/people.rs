//! Employees (versioned).

use carillon_domain::employee::Employee;
use carillon_domain::ids::Employee as EmployeeKind;
use carillon_domain::{EmployeeId, Timestamp};
use sqlx::types::Json;

use super::{Tx, sql};
use crate::error::Fault;
use crate::model::{EmployeeVersion, StoredEmployee};

#[derive(sqlx::FromRow)]
struct EmployeeRow {
    id: i64,
    version: i64,
    settings: Json<Employee>,
    created_at: i64,
}

impl From<EmployeeRow> for StoredEmployee {
    fn from(row: EmployeeRow) -> StoredEmployee {
        StoredEmployee {
            version: EmployeeVersion { id: EmployeeId::from_raw(row.id), version: row.version },
            employee: row.settings.0,
            created_at: Timestamp::from_micros(row.created_at),
        }
    }
}

/// Saves an employee: unchanged settings keep the version, others make the next one of the same name.
pub(crate) async fn employee_put(
    tx: &mut Tx,
    ws: i64,
    employee: &Employee,
    now: Timestamp,
) -> Result<EmployeeVersion, Fault> {
    let last = employee_by_name(tx, ws, &employee.name).await?;
    let version = match last {
        Some(last) if last.employee == *employee => return Ok(last.version),
        Some(last) => EmployeeVersion { id: last.version.id, version: last.version.version + 1 },
        None => EmployeeVersion { id: tx.session()?.next_id::<EmployeeKind>(now), version: 1 },
    };
    tx.exec(
        sql("INSERT INTO employees(workspace_id, id, version, name, settings, created_at) VALUES($1, $2, $3, $4, $5, $6)")
            .bind(ws)
            .bind(version.id.raw())
            .bind(version.version)
            .bind(employee.name.clone())
            .bind(Json(employee.clone()))
            .bind(now.as_micros()),
    )
    .await?;
    Ok(version)
}

/// One version.
pub(crate) async fn employee_fetch(
    tx: &mut Tx,
    ws: i64,
    version: EmployeeVersion,
) -> Result<Option<StoredEmployee>, Fault> {
    let row: Option<EmployeeRow> = tx
        .opt(
            sql("SELECT id, version, settings, created_at FROM employees WHERE workspace_id = $1 AND id = $2 AND version = $3")
                .bind(ws)
                .bind(version.id.raw())
                .bind(version.version),
        )
        .await?;
    Ok(row.map(Into::into))
}

/// The newest version of a name.
pub(crate) async fn employee_by_name(tx: &mut Tx, ws: i64, name: &str) -> Result<Option<StoredEmployee>, Fault> {
    let row: Option<EmployeeRow> = tx
        .opt(
            sql("SELECT id, version, settings, created_at FROM employees WHERE workspace_id = $1 AND name = $2 \
                 ORDER BY version DESC LIMIT 1")
            .bind(ws)
            .bind(name.to_owned()),
        )
        .await?;
    Ok(row.map(Into::into))
}

/// The newest version of each employee, by name, with how many campaigns use any version.
pub(crate) async fn employee_list(tx: &mut Tx, ws: i64) -> Result<Vec<(StoredEmployee, i64)>, Fault> {
    let rows: Vec<EmployeeRow> = tx
        .all(
            sql("SELECT e.id, e.version, e.settings, e.created_at FROM employees e WHERE e.workspace_id = $1 AND e.version = \
                 (SELECT MAX(o.version) FROM employees o WHERE o.workspace_id = e.workspace_id AND o.id = e.id) ORDER BY e.name")
            .bind(ws),
        )
        .await?;
    let uses: Vec<(i64, i64)> = tx
        .all(
            sql("SELECT employee_id, CAST(COUNT(*) AS BIGINT) FROM campaigns WHERE workspace_id = $1 GROUP BY employee_id").bind(ws),
        )
        .await?;
    let uses: std::collections::HashMap<i64, i64> = uses.into_iter().collect();
    Ok(rows
        .into_iter()
        .map(|row| (uses.get(&row.id).copied().unwrap_or(0), row))
        .map(|(n, row)| (row.into(), n))
        .collect())
}

/// The newest version of an employee.
pub(crate) async fn employee_newest(tx: &mut Tx, ws: i64, id: EmployeeId) -> Result<Option<StoredEmployee>, Fault> {
    let row: Option<EmployeeRow> = tx
        .opt(
            sql("SELECT id, version, settings, created_at FROM employees WHERE workspace_id = $1 AND id = $2 ORDER BY version DESC LIMIT 1")
                .bind(ws)
                .bind(id.raw()),
        )
        .await?;
    Ok(row.map(Into::into))
}
