//! The HTTP API of Carillon: REST under `/api/v1`, its specification made from the router, and server-sent events.
//!
//! A handler lies in `endpoints/<area>/<one file>`, takes its role as the first argument, answers a type of `model/` or a [`problem::Problem`], and is
//! named in its area's `endpoints!` list. What it asks of live calls goes through [`control::Control`]. Who asks, where a write comes from,
//! Idempotency-Keys and the audit log are seen to in `middleware`, for every operation alike.

pub mod auth;
pub mod codes;
pub mod control;
mod docs;
mod endpoints;
pub mod export;
pub mod extract;
mod files;
mod health;
mod idempotency;
pub mod ids;
pub mod limits;
pub mod live;
mod metrics;
mod middleware;
pub mod model;
pub mod paging;
pub mod problem;
mod route;
pub mod secrets;
mod spec;
pub mod state;
mod view;
pub mod work;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::Uri;
use axum::middleware::from_fn_with_state;

use crate::problem::{Code, Problem};

pub use docs::problems_md;
pub use middleware::{Audited, REQUEST_ID, ShownOnce};
pub use route::ROLE_EXTENSION;
pub use spec::{SESSION_COOKIE, openapi, openapi_json};
pub use state::{ApiConfig, AppState, Now, Parts};
pub use view::start_blockers;

/// Everything under `/api`, the health addresses, and `pages` for all other addresses.
pub fn router(state: AppState, pages: Router) -> Router {
    let (api, spec) = spec::routes().split_for_parts();
    let around = middleware::Around { state: state.clone(), operations: Arc::new(spec::Operations::of(&spec)) };
    let nowhere =
        Router::new().route("/api", axum::routing::any(no_route)).route("/api/{*rest}", axum::routing::any(no_route));
    api.merge(health::routes())
        .merge(docs::routes())
        .merge(nowhere)
        .method_not_allowed_fallback(method_not_allowed)
        .with_state(state)
        .fallback_service(pages)
        .layer(DefaultBodyLimit::max(limits::JSON_BODY_BYTES))
        .layer(from_fn_with_state(around, middleware::around))
}

async fn no_route(uri: Uri) -> Problem {
    let path: String = uri.path().chars().take(200).collect();
    Problem::new(Code::NoRoute, format!("There is no address {path}; /api/docs lists all."))
}

async fn method_not_allowed() -> Problem {
    Problem::of(Code::MethodNotAllowed)
}
