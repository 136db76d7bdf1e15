//! `GET /api/v1/catalog`

use axum::extract::State;

use crate::auth::Viewer;
use crate::extract::Json;
use crate::model::Catalog;
use crate::problem::Problem;
use crate::state::AppState;

/// Words for every code
#[utoipa::path(
    get,
    path = "/api/v1/catalog",
    tag = "system",
    responses((status = 200, description = "Done.", body = Catalog))
)]
pub async fn catalog(_user: Viewer, State(_state): State<AppState>) -> Result<Json<Catalog>, Problem> {
    Err(Problem::not_built())
}
