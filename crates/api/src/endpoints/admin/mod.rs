//! API keys, the audit log, settings.

mod audit;
mod key_create;
mod key_list;
mod key_revoke;
mod settings_edit;
mod settings_show;

use utoipa_axum::router::OpenApiRouter;

use crate::route::endpoints;
use crate::state::AppState;

/// The endpoints of this area.
pub(crate) fn routes() -> OpenApiRouter<AppState> {
    endpoints![
        key_list::api_key_list,
        key_create::api_key_create,
        key_revoke::api_key_revoke,
        audit::audit_list,
        settings_show::settings_show,
        settings_edit::settings_edit,
    ]
}
