//! The HTTP API of Carillon: REST under `/api/v1`, its specification made from the router, and server-sent events.
//!
//! A handler lies in `endpoints/<area>/<one file>`, takes its role as the first argument, answers a type of `model/` or a [`problem::Problem`], and is
//! named in its area's `endpoints!` list. What it asks of live calls goes through [`control::Control`].

pub mod auth;
pub mod codes;
pub mod control;
mod endpoints;
pub mod extract;
pub mod ids;
pub mod limits;
pub mod model;
pub mod paging;
pub mod problem;
mod route;
mod spec;
pub mod state;

use axum::Router;

pub use spec::{SESSION_COOKIE, openapi, openapi_json};
pub use state::{ApiConfig, AppState, Now};

/// Everything that is served under `/api/v1`, and the health addresses.
pub fn router(state: AppState) -> Router {
    let (router, _) = spec::routes().split_for_parts();
    router.with_state(state)
}
