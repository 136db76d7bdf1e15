//! Signing in and out.

mod link;
mod link_info;
mod password;
mod show;
mod sign_in;
mod sign_out;
pub(crate) mod start;

use utoipa_axum::router::OpenApiRouter;

use crate::route::endpoints;
use crate::state::AppState;

/// The endpoints of this area.
pub(crate) fn routes() -> OpenApiRouter<AppState> {
    endpoints![
        sign_in::session_sign_in,
        show::session_show,
        sign_out::session_sign_out,
        link::session_use_link,
        link_info::session_link_info,
        password::session_password,
    ]
}
