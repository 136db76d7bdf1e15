//! `GET /api/v1/employees`

use axum::extract::State;

use crate::auth::Viewer;
use crate::extract::Json;
use crate::model::{EmployeeList, EmployeeRow};
use crate::problem::Problem;
use crate::state::AppState;

/// AI employees
#[utoipa::path(
    get,
    path = "/api/v1/employees",
    tag = "employees",
    responses((status = 200, description = "Done.", body = EmployeeList))
)]
pub async fn employee_list(user: Viewer, State(state): State<AppState>) -> Result<Json<EmployeeList>, Problem> {
    let employees = state.store.employee_list(user.workspace).await?;
    let row = |(stored, campaigns): (carillon_store::StoredEmployee, i64)| EmployeeRow {
        id: stored.version.id.into(),
        name: stored.employee.name,
        version: stored.version.version,
        language: stored.employee.language,
        greeting: stored.employee.greeting,
        campaigns,
        updated_at: stored.created_at.into(),
    };
    Ok(Json(EmployeeList { items: employees.into_iter().map(row).collect() }))
}
