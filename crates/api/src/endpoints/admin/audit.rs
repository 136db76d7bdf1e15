//! `GET /api/v1/audit`

use axum::extract::State;
use carillon_domain::AuditId;
use carillon_store::AuditFilter;

use crate::auth::Admin;
use crate::extract::{Json, Query};
use crate::model::{AuditQuery, AuditRow};
use crate::paging::{CursorPage, per_page};
use crate::problem::{Code, Problem};
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
    user: Admin,
    State(state): State<AppState>,
    Query(query): Query<AuditQuery>,
) -> Result<Json<CursorPage<AuditRow>>, Problem> {
    let per_page = per_page(query.per_page)?;
    let after: Option<AuditId> = query
        .after
        .as_deref()
        .map(str::parse)
        .transpose()
        .map_err(|_| Problem::new(Code::BadQuery, "after must be the next of the page before.".to_owned()))?;
    let filter = AuditFilter {
        user: query.user.map(|id| id.0),
        action: query.action,
        target: query.target,
        from: query.from.map(|at| at.0),
        to: query.to.map(|at| at.0),
        after,
    };
    let rows = state.store.audit_list(user.workspace, &filter, per_page + 1).await?;
    let rows = rows.into_iter().map(AuditRow::from).collect();
    Ok(Json(CursorPage::cut(rows, per_page, |row: &AuditRow| row.id.to_string())))
}
