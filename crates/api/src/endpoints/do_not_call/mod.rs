//! The do-not-call list.

mod add;
mod check;
mod export;
mod import;
mod list;
mod remove;

use utoipa_axum::router::OpenApiRouter;

use crate::route::endpoints;
use crate::state::AppState;

/// The endpoints of this area.
pub(crate) fn routes() -> OpenApiRouter<AppState> {
    endpoints![
        list::do_not_call_list,
        add::do_not_call_add,
        import::do_not_call_import,
        remove::do_not_call_remove,
        check::do_not_call_check,
        export::do_not_call_export,
    ]
}
