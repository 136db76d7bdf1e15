//! `GET /api/v1/employees/{id}`

use axum::extract::State;

use crate::auth::Viewer;
use crate::extract::{Json, Path};
use crate::ids::EmployeeId;
use crate::model::Employee;
use crate::problem::Problem;
use crate::state::AppState;

/// An AI employee
///
/// Name, greeting, script, and the campaigns that use it.
#[utoipa::path(
    get,
    path = "/api/v1/employees/{id}",
    tag = "employees",
    params(("id" = EmployeeId, Path, description = "The employee.")),
    responses((status = 200, description = "Done.", body = Employee))
)]
pub async fn employee_show(
    _user: Viewer,
    State(_state): State<AppState>,
    Path(_id): Path<EmployeeId>,
) -> Result<Json<Employee>, Problem> {
    Err(Problem::not_built())
}
