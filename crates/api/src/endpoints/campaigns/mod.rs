//! Campaigns and their controls.

mod activity;
mod create;
mod delete;
mod duplicate;
mod edit;
mod failures;
mod from_filter;
mod list;
mod made;
mod minutes;
mod notes_edit;
mod notes_show;
mod pause;
mod press;
mod resume;
mod retry;
mod retry_preview;
mod sample;
mod show;
mod start;
mod stats;
mod stop;
mod summary;

use utoipa_axum::router::OpenApiRouter;

use crate::route::endpoints;
use crate::state::AppState;

/// The endpoints of this area.
pub(crate) fn routes() -> OpenApiRouter<AppState> {
    endpoints![
        list::campaign_list,
        create::campaign_create,
        show::campaign_show,
        edit::campaign_edit,
        delete::campaign_delete,
        start::campaign_start,
        pause::campaign_pause,
        resume::campaign_resume,
        stop::campaign_stop,
        retry::campaign_retry,
        retry_preview::campaign_retry_preview,
        duplicate::campaign_duplicate,
        sample::campaign_sample,
        from_filter::campaign_from_filter,
        stats::campaign_stats,
        failures::campaign_failures,
        summary::campaign_summary,
        activity::campaign_activity,
        minutes::campaign_minutes,
        notes_show::campaign_notes_show,
        notes_edit::campaign_notes_edit,
    ]
}
