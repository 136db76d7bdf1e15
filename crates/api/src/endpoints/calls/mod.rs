//! Calls and recordings.

mod hang_up;
mod list;
mod random;
mod recording;
mod show;

use utoipa_axum::router::OpenApiRouter;

use crate::route::endpoints;
use crate::state::AppState;

/// The endpoints of this area.
pub(crate) fn routes() -> OpenApiRouter<AppState> {
    endpoints![list::call_list, random::call_random, show::call_show, recording::call_recording, hang_up::call_hang_up,]
}
