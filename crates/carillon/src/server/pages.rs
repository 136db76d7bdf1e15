//! The web page.

use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

/// Every address that is not the API's.
pub fn router() -> Router {
    Router::new().fallback(page)
}

async fn page() -> Response {
    let text = "<!doctype html><html lang=\"en\"><title>Carillon</title><h1>Carillon</h1>\
                <p>This build has no web page. The API is at <a href=\"/api/docs\">/api/docs</a>.</p></html>";
    (StatusCode::OK, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], text).into_response()
}
