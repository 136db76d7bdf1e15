//! Long work on files, in the process that serves: contact files in, results out. A kind of work is done one at a time; after a crash any
//! process of the same data folder goes on at the last committed batch.

mod export;
mod folder;
mod import;

use std::time::Duration;

use carillon_domain::ids::ImportId;
use carillon_store::{StoreError, Work, WorkKind};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;

use crate::files;
use crate::state::AppState;

pub(crate) use export::{path as export_path, plan as export_plan, remove as export_remove};
pub use folder::folder_id;
pub use import::{AskError, AskedImport, Importer, Plan, ask, missing_variables, required_variables};
pub(crate) use import::{UPLOADS, sentence};

/// How often work is looked for that nobody here asked for: of a process that died.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// How often old files are looked for.
const TIDY_EVERY: Duration = Duration::from_secs(600);

/// Lets new work begin at once. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Wake(watch::Sender<u64>);

impl Wake {
    /// There is new work.
    pub fn wake(&self) {
        self.0.send_modify(|asked| *asked += 1);
    }

    fn seen(&self) -> watch::Receiver<u64> {
        self.0.subscribe()
    }
}

/// Does the work of this data folder until the process ends: then what is under way stops after the batch at hand, and goes on later.
pub async fn run(app: AppState) {
    let mut kinds = JoinSet::new();
    kinds.spawn(tidy(app.clone()));
    for kind in WorkKind::ALL {
        kinds.spawn(each(app.clone(), kind));
    }
    while let Some(ended) = kinds.join_next().await {
        if let Err(error) = ended {
            tracing::error!(%error, "the work on files has failed");
        }
    }
}

/// Removes files that nobody used for a day, and exports whose time is over.
async fn tidy(app: AppState) {
    let mut look = tokio::time::interval(TIDY_EVERY);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = app.shutdown.cancelled() => return,
            _ = look.tick() => {}
        }
        if let Err(error) = files::sweep(&app).await {
            tracing::warn!(%error, "old uploads could not be removed yet");
        }
        if let Err(error) = export::sweep(&app).await {
            tracing::warn!(%error, "old exports could not be removed yet");
        }
    }
}

/// The work of a kind, one after another.
async fn each(app: AppState, kind: WorkKind) {
    let mut asked = app.work.seen();
    let mut look = tokio::time::interval(LOOK_EVERY);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while !app.shutdown.is_cancelled() {
        match next(&app, kind).await {
            Ok(true) => continue,
            Ok(false) => {}
            // It stays ours and is taken up again at the next look.
            Err(error) => tracing::warn!(%error, ?kind, "work on a file could not go on yet"),
        }
        tokio::select! {
            () = app.shutdown.cancelled() => {}
            _ = look.tick() => {}
            _ = asked.changed() => {}
        }
    }
}

/// Does one piece of work. `false`: there is none.
async fn next(app: &AppState, kind: WorkKind) -> Result<bool, StoreError> {
    let Some(work) = app.store.work_claim(app.config.workspace, kind, app.config.folder).await? else {
        return Ok(false);
    };
    match kind {
        WorkKind::Import => import(app, work).await?,
        WorkKind::Export => export::run(app, work).await?,
    }
    Ok(true)
}

async fn import(app: &AppState, work: Work) -> Result<(), StoreError> {
    let importer = Importer {
        store: app.store.clone(),
        clock: app.clock.clone(),
        workspace: app.config.workspace,
        data: app.config.data.clone(),
        stop: app.shutdown.clone(),
    };
    importer.run(ImportId::from_raw(work.id), |_| {}).await.map(drop)
}
