//! `DELETE /api/v1/do-not-call/{phone}`

use axum::extract::State;
use axum::http::StatusCode;

use crate::auth::Operator;
use crate::extract::{Path, Query};
use crate::model::RemoveDoNotCall;
use crate::problem::Problem;
use crate::state::AppState;

/// Remove a number
///
/// Needs a reason. Skipped contacts stay skipped.
#[utoipa::path(
    delete,
    path = "/api/v1/do-not-call/{phone}",
    tag = "do-not-call",
    params(("phone" = String, Path, description = "The number, E.164 with or without `+`."), RemoveDoNotCall),
    responses((status = 204, description = "Done."))
)]
pub async fn do_not_call_remove(
    _user: Operator,
    State(_state): State<AppState>,
    Path(_phone): Path<String>,
    Query(_query): Query<RemoveDoNotCall>,
) -> Result<StatusCode, Problem> {
    Err(Problem::not_built())
}
