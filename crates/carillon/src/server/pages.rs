//! The web page.

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;

/// Every address that is not the API's.
pub fn router() -> Router {
    Router::new().fallback(page)
}

async fn page(request: Request) -> Response {
    carillon_webui::respond(request.method(), request.uri().path(), request.headers()).map(Body::from)
}
