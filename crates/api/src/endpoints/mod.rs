//! One folder per area, one file per endpoint.

mod admin;
mod calls;
mod campaigns;
mod contacts;
pub(crate) mod do_not_call;
mod employees;
mod events;
mod files;
pub(crate) mod session;
mod system;
mod trunks;
mod users;

use utoipa_axum::router::OpenApiRouter;

use crate::state::AppState;

/// All endpoints.
pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .merge(session::routes())
        .merge(users::routes())
        .merge(admin::routes())
        .merge(trunks::routes())
        .merge(do_not_call::routes())
        .merge(employees::routes())
        .merge(campaigns::routes())
        .merge(contacts::routes())
        .merge(calls::routes())
        .merge(files::routes())
        .merge(system::routes())
        .merge(events::routes())
}
