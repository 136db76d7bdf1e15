//! `GET /api/v1/audit`

use axum::extract::State;

use crate::auth::Admin;
use crate::extract::{Json, Query};
use crate::model::{AuditQuery, AuditRow};
use crate::paging::CursorPage;
use crate::problem::Problem;
use crate::state::AppState;

/// Audit log
///
/// Who did what, newest first.
#[utoipa::path(
    get,
    path = "/api/v1/audit",
    tag = "users",
    params(AuditQuery),
    responses((status = 200, description = "Done.", body = CursorPage<AuditRow>))
)]
pub async fn audit_list(
    _user: Admin,
    State(_state): State<AppState>,
    Query(_query): Query<AuditQuery>,
) -> Result<Json<CursorPage<AuditRow>>, Problem> {
    Err(Problem::not_built())
}
