//! `POST /api/v1/do-not-call/import`

use axum::extract::State;

use crate::auth::Operator;
use crate::extract::Json;
use crate::model::{ImportDoNotCall, ImportedDoNotCall};
use crate::problem::Problem;
use crate::state::AppState;

/// Add many numbers
#[utoipa::path(
    post,
    path = "/api/v1/do-not-call/import",
    tag = "do-not-call",
    request_body = ImportDoNotCall,
    responses((status = 200, description = "Done.", body = ImportedDoNotCall))
)]
pub async fn do_not_call_import(
    _user: Operator,
    State(_state): State<AppState>,
    Json(_body): Json<ImportDoNotCall>,
) -> Result<Json<ImportedDoNotCall>, Problem> {
    Err(Problem::not_built())
}
