//! `GET /api/v1/do-not-call/check`

use axum::extract::State;

use super::numbers;
use crate::auth::Viewer;
use crate::extract::{Json, Query};
use crate::model::{CheckDoNotCall, CheckedDoNotCall};
use crate::problem::Problem;
use crate::state::AppState;

/// Check a number
#[utoipa::path(
    get,
    path = "/api/v1/do-not-call/check",
    tag = "do-not-call",
    params(CheckDoNotCall),
    responses((status = 200, description = "Done.", body = CheckedDoNotCall))
)]
pub async fn do_not_call_check(
    user: Viewer,
    State(state): State<AppState>,
    Query(query): Query<CheckDoNotCall>,
) -> Result<Json<CheckedDoNotCall>, Problem> {
    let phone = numbers::one(&state, user.workspace, "phone", &query.phone, query.country.as_deref()).await?;
    let entry = state.store.number_blocked(user.workspace, phone, state.now()).await?;
    let contacts = state.store.contacts_with_number(user.workspace, phone).await?;
    Ok(Json(CheckedDoNotCall {
        phone: phone.to_string(),
        blocked: entry.is_some(),
        entry: entry.map(Into::into),
        contacts,
    }))
}
