//! SIP trunks.

mod create;
mod delete;
mod edit;
mod list;
mod show;
mod shown;
mod test;

use utoipa_axum::router::OpenApiRouter;

use crate::route::endpoints;
use crate::state::AppState;

/// The endpoints of this area.
pub(crate) fn routes() -> OpenApiRouter<AppState> {
    endpoints![
        list::trunk_list,
        create::trunk_create,
        show::trunk_show,
        edit::trunk_edit,
        delete::trunk_delete,
        test::trunk_test,
    ]
}
