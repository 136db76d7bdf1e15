//! `GET /api/v1/template.csv`

use axum::http::header;
use axum::response::{IntoResponse, Response};

use crate::auth::Viewer;

/// A file to start from
#[utoipa::path(
    get,
    path = "/api/v1/template.csv",
    tag = "files",
    responses((status = 200, description = "The file.", body = String, content_type = "text/csv"))
)]
pub async fn template_csv(_user: Viewer) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"contacts-template.csv\""),
    ];
    (headers, carillon_exchange::TEMPLATE_CSV).into_response()
}
