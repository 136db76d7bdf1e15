//! Reads a contact file into a campaign: the one way in, for the API and the command line alike.
//!
//! [`ask`] looks at the file and asks for the import; [`Importer::run`] does it. First the whole file is read without taking anything, so that
//! one broken in its last line brings nobody in; then its rows are taken batch by batch, each batch with the reader's place in one transaction.

mod ask;
mod read;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use carillon_domain::WorkspaceId;
use carillon_domain::ids::ImportId;
use carillon_exchange::ContactFileError;
use carillon_store::{FileBatch, Import, ImportEnd, ImportSource, Store, StoreError};
use tokio::sync::mpsc::Receiver;
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use crate::state::Now;

pub use ask::{AskError, AskedImport, Plan, ask, missing_variables, required_variables};
use read::{Control, Read};

/// How often we say that we are still at it while nothing is written.
const RENEW_EVERY: Duration = Duration::from_secs(5);
/// Rows of a batch: it keeps the database's writer that long, PostgreSQL ends a transaction that prepares its next statement for half a second,
/// and each thousand took about 15 MB at the peak (10,000 rows of a million: 323 MB in a debug build that begins with 172).
pub(super) const ROWS: usize = 5_000;

/// Where uploaded files lie below the data folder.
pub(crate) const UPLOADS: &str = "uploads";

/// Does imports.
#[derive(Clone)]
pub struct Importer {
    /// Where the contacts go; it must hold a slot.
    pub store: Store,
    /// Time.
    pub clock: Arc<dyn Now>,
    /// Whose.
    pub workspace: WorkspaceId,
    /// The data folder.
    pub data: PathBuf,
    /// Ends it after the batch at hand; it goes on later.
    pub stop: CancellationToken,
}

impl std::fmt::Debug for Importer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Importer").field("data", &self.data).finish_non_exhaustive()
    }
}

/// Why reading ended before the file did.
enum Ended {
    /// The file can't be taken.
    Bad(String, String),
    /// The import was canceled, or another process has it.
    Gone,
    /// This process ends.
    Stopped,
}

impl From<ContactFileError> for Ended {
    fn from(error: ContactFileError) -> Self {
        Ended::Bad(error.code().to_owned(), sentence(&error))
    }
}

/// An error with its causes, as a sentence.
pub(crate) fn sentence(error: &dyn std::error::Error) -> String {
    let mut text = crate::problem::chain(error);
    if let Some(first) = text.chars().next() {
        text.replace_range(..first.len_utf8(), &first.to_uppercase().to_string());
    }
    if !text.ends_with(['.', '!', '?']) {
        text.push('.');
    }
    text
}

impl Importer {
    /// Does an import that this process has claimed, up to its end; `told` hears of every step. Gives the import as it is then: over, or still
    /// running when this process is to end. `None`: another process has it, or it is gone.
    ///
    /// # Errors
    ///
    /// When the database can't be reached: the import stays claimed, and may be run again. What is wrong with the file is no error here but
    /// the import's end.
    pub async fn run(&self, id: ImportId, mut told: impl FnMut(&Import) + Send) -> Result<Option<Import>, StoreError> {
        let Some(import) = self.store.import_begin(self.workspace, id).await? else { return Ok(None) };
        told(&import);
        let ended = match self.take(&import, &mut told).await {
            Ok(ended) => ended,
            Err(error) if lasting(&error) => {
                tracing::error!(%error, import = %id, "contacts could not be taken, and trying again would not help");
                Err(Ended::Bad(error.code().to_owned(), sentence(&error)))
            }
            Err(error) => return Err(error),
        };
        let end = match ended {
            Ok(()) => ImportEnd::Done,
            Err(Ended::Bad(code, why)) => ImportEnd::Failed(code, why),
            Err(Ended::Gone | Ended::Stopped) => return self.store.import_fetch(self.workspace, id).await,
        };
        let import = self.store.import_end(self.workspace, id, end, self.clock.now()).await?;
        told(&import);
        Ok(Some(import))
    }

    /// The file of an import.
    fn path(&self, import: &Import) -> PathBuf {
        match &import.source {
            ImportSource::Upload(id) => self.data.join(UPLOADS).join(id.to_string()),
            ImportSource::Path(path) => PathBuf::from(path),
        }
    }

    async fn take(
        &self,
        import: &Import,
        told: &mut (impl FnMut(&Import) + Send),
    ) -> Result<Result<(), Ended>, StoreError> {
        let read = match Read::of(import, self.path(import)) {
            Ok(read) => read,
            Err(error) => return Ok(Err(Ended::Bad("import_plan".to_owned(), sentence(&error)))),
        };
        if !import.checked {
            match self.check(import, &read).await? {
                Err(ended) => return Ok(Err(ended)),
                Ok(rows) if self.store.import_checked(self.workspace, import.id, rows).await? => {}
                Ok(_) => return Ok(Err(Ended::Gone)),
            }
        }
        let control = Control::new();
        let (batches, reader) = read.batches(import.rows_done, control.clone());
        self.write(import, batches, reader, told).await
    }

    /// Reads the whole file without taking anything: how many rows it has.
    async fn check(&self, import: &Import, read: &Read) -> Result<Result<i64, Ended>, StoreError> {
        let control = Control::new();
        let mut reading = read.check(control.clone());
        let mut renew = every(RENEW_EVERY);
        loop {
            tokio::select! {
                checked = &mut reading => {
                    return Ok(joined(checked).and_then(|rows| rows.ok_or(Ended::Stopped)));
                }
                () = self.stop.cancelled() => return Ok(Err(Ended::Stopped)),
                _ = renew.tick() => {
                    if !self.store.work_renew(self.workspace, import.id.raw()).await? {
                        return Ok(Err(Ended::Gone));
                    }
                }
            }
        }
    }

    async fn write(
        &self,
        import: &Import,
        mut batches: Receiver<FileBatch>,
        reader: JoinHandle<Result<(), ContactFileError>>,
        told: &mut (impl FnMut(&Import) + Send),
    ) -> Result<Result<(), Ended>, StoreError> {
        let mut renew = every(RENEW_EVERY);
        loop {
            tokio::select! {
                () = self.stop.cancelled() => return Ok(Err(Ended::Stopped)),
                batch = batches.recv() => {
                    let Some(batch) = batch else { return Ok(joined(reader.await)) };
                    let now = self.clock.now();
                    let Some(after) = self.store.import_batch(self.workspace, import.id, batch, now).await? else {
                        return Ok(Err(Ended::Gone));
                    };
                    told(&after);
                }
                _ = renew.tick() => {
                    if !self.store.work_renew(self.workspace, import.id.raw()).await? {
                        return Ok(Err(Ended::Gone));
                    }
                }
            }
        }
    }
}

/// Whether an error stays however often the batch is tried: then the import fails instead of being tried for ever.
fn lasting(error: &StoreError) -> bool {
    let ours = matches!(error, StoreError::SlotLost { .. } | StoreError::NoSlot | StoreError::Closed);
    !error.is_transient() && !ours
}

fn every(period: Duration) -> tokio::time::Interval {
    let mut interval = interval(period);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    interval
}

/// What a reading thread came to; one that panicked has a file that Carillon can't read, today.
fn joined<T>(ended: Result<Result<T, ContactFileError>, tokio::task::JoinError>) -> Result<T, Ended> {
    match ended {
        Ok(read) => read.map_err(Ended::from),
        Err(error) => {
            tracing::error!(%error, "reading a contact file has failed");
            let why = "Carillon failed while it read this file; the log has more. Please report it.".to_owned();
            Err(Ended::Bad("internal".to_owned(), why))
        }
    }
}
