//! Contacts of a campaign.

mod act;
mod bulk;
mod exclude;
mod handled;
mod list;
mod restore;
mod retry;
mod show;

use utoipa_axum::router::OpenApiRouter;

use crate::route::endpoints;
use crate::state::AppState;

/// The endpoints of this area.
pub(crate) fn routes() -> OpenApiRouter<AppState> {
    endpoints![
        list::contact_list,
        show::contact_show,
        retry::contact_retry,
        exclude::contact_exclude,
        restore::contact_restore,
        handled::contact_handled,
        bulk::contact_bulk,
    ]
}
