//! The do-not-call list.

mod add;
mod check;
mod export;
mod import;
mod list;
pub(crate) mod numbers;
mod remove;
mod text;

use axum::extract::DefaultBodyLimit;
use utoipa_axum::router::OpenApiRouter;

use crate::limits::LIST_BODY_BYTES;
use crate::route::endpoints;
use crate::state::AppState;

/// The endpoints of this area.
pub(crate) fn routes() -> OpenApiRouter<AppState> {
    let long = endpoints![import::do_not_call_import].layer(DefaultBodyLimit::max(LIST_BODY_BYTES));
    endpoints![
        list::do_not_call_list,
        add::do_not_call_add,
        remove::do_not_call_remove,
        check::do_not_call_check,
        export::do_not_call_export,
    ]
    .merge(long)
}
