//! Users, their links and sessions.

mod edit;
mod invite;
mod kept;
mod link;
mod list;
mod remove;
mod sessions;
mod show;
mod sign_out;

use utoipa_axum::router::OpenApiRouter;

use crate::route::endpoints;
use crate::state::AppState;

/// The endpoints of this area.
pub(crate) fn routes() -> OpenApiRouter<AppState> {
    endpoints![
        list::user_list,
        invite::user_invite,
        show::user_show,
        edit::user_edit,
        remove::user_remove,
        link::user_link,
        sessions::user_sessions,
        sign_out::user_sign_out,
    ]
}
