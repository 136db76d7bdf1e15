//! `GET /api/v1/employees`

use axum::extract::State;

use crate::auth::Viewer;
use crate::extract::Json;
use crate::model::EmployeeList;
use crate::problem::Problem;
use crate::state::AppState;

/// AI employees
#[utoipa::path(
    get,
    path = "/api/v1/employees",
    tag = "employees",
    responses((status = 200, description = "Done.", body = EmployeeList))
)]
pub async fn employee_list(_user: Viewer, State(_state): State<AppState>) -> Result<Json<EmployeeList>, Problem> {
    Err(Problem::not_built())
}
