//! Contact files in, results out.

mod export_create;
mod export_delete;
mod export_file;
mod export_list;
mod export_show;
mod import_cancel;
mod import_create;
mod import_show;
mod skipped;
mod skipped_csv;
mod template;
mod upload_create;
mod upload_delete;
mod upload_part;
mod upload_received;
mod upload_show;
mod uploaded;

use utoipa_axum::router::OpenApiRouter;

use crate::route::endpoints;
use crate::state::AppState;

/// The endpoints of this area.
pub(crate) fn routes() -> OpenApiRouter<AppState> {
    endpoints![
        upload_create::upload_create,
        upload_part::upload_part,
        upload_received::upload_received,
        upload_show::upload_show,
        upload_delete::upload_delete,
        import_create::import_create,
        import_show::import_show,
        import_cancel::import_cancel,
        skipped::import_skipped,
        skipped_csv::import_skipped_csv,
        template::template_csv,
        export_list::export_list,
        export_create::export_create,
        export_show::export_show,
        export_file::export_file,
        export_delete::export_delete,
    ]
}
