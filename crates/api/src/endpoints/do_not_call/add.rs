//! `POST /api/v1/do-not-call`

use axum::extract::State;

use crate::auth::Operator;
use crate::extract::Json;
use crate::model::{AddDoNotCall, AddedDoNotCall};
use crate::problem::Problem;
use crate::state::AppState;

/// Add a number
///
/// Blocks it in every campaign, also running ones, and skips its pending contacts.
#[utoipa::path(
    post,
    path = "/api/v1/do-not-call",
    tag = "do-not-call",
    request_body = AddDoNotCall,
    responses((status = 200, description = "Done.", body = AddedDoNotCall))
)]
pub async fn do_not_call_add(
    _user: Operator,
    State(_state): State<AppState>,
    Json(_body): Json<AddDoNotCall>,
) -> Result<Json<AddedDoNotCall>, Problem> {
    Err(Problem::not_built())
}
