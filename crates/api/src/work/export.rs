//! An export in the background: written beside its name and moved there at the end. One that broke off is begun again from its start.

use std::fs::{self, File};
use std::io::{self, BufWriter, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::Duration;

use async_trait::async_trait;
use carillon_domain::ExportId;
use carillon_exchange::ExportError;
use carillon_store::{Export, ExportEnd, StoreError, Work, WorkState};
use tokio::task::spawn_blocking;
use tokio::time::Instant;

use super::sentence;
use crate::export::{ExportFault, Plan, Progress, Source, Written, write};
use crate::limits::EXPORT_KEPT;
use crate::model::ExportFormat;
use crate::state::AppState;

/// Folder of the files, in the data folder.
pub(crate) const EXPORTS: &str = "exports";
/// How often progress is noted at most.
const NOTED_EVERY: Duration = Duration::from_millis(250);

/// Where the file of an export lies.
pub(crate) fn path(app: &AppState, id: ExportId, format: ExportFormat) -> PathBuf {
    app.config.data.join(EXPORTS).join(format!("{id}.{}", format.extension()))
}

/// Does an export that this process has claimed.
pub(super) async fn run(app: &AppState, work: Work) -> Result<(), StoreError> {
    let (ws, id) = (app.config.workspace, ExportId::from_raw(work.id));
    let Some(export) = app.store.export_fetch(ws, id).await? else { return Ok(()) };
    let end = match make(app, &export).await {
        Ok(None) | Err(ExportFault::Stopped) => return Ok(()),
        Ok(Some(end)) => end,
        Err(ExportFault::Store(error)) if error.is_transient() => return Err(error),
        Err(fault) => {
            tracing::warn!(error = %sentence(&fault), export = %id, "an export has failed");
            ExportEnd::Failed { code: fault.code().to_owned(), text: sentence(&fault) }
        }
    };
    let now = app.now();
    let done = matches!(end, ExportEnd::Done { .. });
    if !app.store.export_end(ws, id, end, now + EXPORT_KEPT, now).await? && done {
        // Canceled in the last moment: nobody will ask for the file.
        let left = app.store.export_fetch(ws, id).await?;
        if left.is_none_or(|export| export.state == WorkState::Canceled) {
            remove(app, &export).await;
        }
    }
    Ok(())
}

/// Writes the file. `None`: it is no longer ours.
async fn make(app: &AppState, export: &Export) -> Result<Option<ExportEnd>, ExportFault> {
    let plan = plan(export)?;
    let folder = app.config.data.join(EXPORTS);
    fs::create_dir_all(&folder).map_err(ExportError::from)?;
    let whole = path(app, export.id, plan.format);
    // Named by the slot as well: another process may have taken the work over meanwhile.
    let slot = app.store.slot().map_or(0, |slot| slot.slot);
    let part = whole.with_extension(format!("{slot}.part"));
    let written = to_part(app, export, &plan, &part, &folder).await;
    let made = match written {
        Ok(written) if app.store.export_progress(app.config.workspace, export.id, written.rows, None).await? => {
            let (part, whole) = (part.clone(), whole.clone());
            let bytes = spawn_blocking(move || finish(&part, &whole, &folder)).await?.map_err(ExportError::from)?;
            let read = written.read.map(|read| (read.from, read.to));
            Ok(Some(ExportEnd::Done { rows: written.rows, bytes, read }))
        }
        Ok(_) => Ok(None),
        Err(fault) => Err(fault),
    };
    if !matches!(made, Ok(Some(_))) {
        delete(&part);
    }
    made
}

async fn to_part(
    app: &AppState,
    export: &Export,
    plan: &Plan,
    part: &Path,
    folder: &Path,
) -> Result<Written, ExportFault> {
    let ws = app.config.workspace;
    let workspace = app.store.workspace_fetch(ws).await?;
    let source = Source {
        store: app.store.clone(),
        workspace: ws,
        campaign: export.campaign,
        public_url: Some(app.public_url(ws).await?),
        zone: workspace.map(|found| found.settings.time_zone).unwrap_or_default(),
        clock: app.clock.clone(),
        scratch: Some(folder.to_owned()),
    };
    let out = BufWriter::new(File::create(part).map_err(ExportError::from)?);
    write(&source, plan, out, &mut Noted { app: app.clone(), id: export.id, last: None }).await
}

/// On the disk, then under its name. Gives its size.
fn finish(part: &Path, whole: &Path, folder: &Path) -> io::Result<i64> {
    let file = File::open(part)?;
    file.sync_all()?;
    let bytes = file.metadata()?.len();
    fs::rename(part, whole)?;
    File::open(folder)?.sync_all()?;
    Ok(i64::try_from(bytes).unwrap_or(i64::MAX))
}

/// What is to be written.
pub(crate) fn plan(export: &Export) -> Result<Plan, StoreError> {
    serde_json::from_value(export.plan.clone())
        .map_err(|error| StoreError::Corrupt(format!("the plan of {}: {error}", export.id)))
}

/// Progress as people see it.
struct Noted {
    app: AppState,
    id: ExportId,
    last: Option<Instant>,
}

#[async_trait]
impl Progress for Noted {
    async fn told(&mut self, rows: i64, total: Option<i64>) -> Result<bool, StoreError> {
        if self.app.shutdown.is_cancelled() {
            return Ok(false);
        }
        if self.last.is_some_and(|last| last.elapsed() < NOTED_EVERY) {
            return Ok(true);
        }
        self.last = Some(Instant::now());
        self.app.store.export_progress(self.app.config.workspace, self.id, rows, total).await
    }
}

/// Deletes the file of an export that nobody can get any more. One that stays is found by the next [`sweep`].
pub(crate) async fn remove(app: &AppState, export: &Export) {
    let Ok(plan) = plan(export) else { return };
    let path = path(app, export.id, plan.format);
    if let Err(error) = spawn_blocking(move || delete(&path)).await {
        tracing::error!(%error, "removing an export has failed");
    }
}

fn delete(path: &Path) {
    if let Err(error) = fs::remove_file(path)
        && error.kind() != ErrorKind::NotFound
    {
        tracing::warn!(%error, path = %path.display(), "an export's file could not be removed; that is tried again later");
    }
}

/// Forgets exports whose time is over, and removes files that belong to none.
pub(super) async fn sweep(app: &AppState) -> Result<(), StoreError> {
    let folder = app.config.data.join(EXPORTS);
    // Listed first: a file that comes after the exports were read is nobody's old one.
    let files = match list(&folder) {
        Ok(files) => files,
        Err(error) => {
            tracing::warn!(%error, "old exports could not be listed; that is tried again later");
            return Ok(());
        }
    };
    let kept = app.store.exports_kept(app.config.workspace, app.config.folder, app.now()).await?;
    for (id, path) in files {
        if !kept.contains(&id) {
            delete(&path);
        }
    }
    Ok(())
}

/// The files in the folder that carry the id of an export.
fn list(folder: &Path) -> io::Result<Vec<(ExportId, PathBuf)>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut files = Vec::new();
    for entry in entries {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).and_then(|name| name.split('.').next());
        if let Some(id) = name.and_then(|name| name.parse().ok()) {
            files.push((id, path));
        }
    }
    Ok(files)
}
