//! `GET /api/v1/instance`

use axum::extract::State;

use crate::auth::Public;
use crate::extract::Json;
use crate::model::Instance;
use crate::problem::Problem;
use crate::state::AppState;

/// What anybody may know before signing in
#[utoipa::path(
    get,
    path = "/api/v1/instance",
    tag = "system",
    responses((status = 200, description = "Done.", body = Instance))
)]
pub async fn instance(_user: Public, State(_state): State<AppState>) -> Result<Json<Instance>, Problem> {
    Err(Problem::not_built())
}
