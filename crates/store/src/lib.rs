//! The only crate that knows SQL: campaigns, contacts, calls and counters in SQLite or PostgreSQL, from one source.
//!
//! Every change is one transaction that also moves the counters and appends the event. The statements lie in `shared/` and are compiled
//! once for each database (`sqlite`, `postgres`), where a short closed list of dialect words differs. A process that writes first leases a
//! slot ([`Store::slot_lease`]): its ids and its count rows carry it.

#[macro_use]
mod dispatch;
mod api;
mod error;
mod model;
mod schema;
mod session;
#[cfg(test)]
mod steps;

#[expect(clippy::duplicate_mod, reason = "the shared statements are compiled once for each database")]
mod postgres;
#[expect(clippy::duplicate_mod, reason = "the shared statements are compiled once for each database")]
mod sqlite;

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

pub use error::{BeginError, Refusal, StoreError};
pub use model::*;

/// Contacts that one transaction settles after Stop or puts back after Retry Failed, at most.
pub const SETTLE_BATCH: u32 = 5_000;

/// The folder of work that needs no files: any process does it.
const ANY_FOLDER: i64 = 0;

/// The contacts, calls and counters of all workspaces in one database. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    backend: Backend,
    session: session::Current,
    /// How many more of our finished calls a campaign may see before its counters are summed again.
    checks: Arc<Mutex<HashMap<session::Key, i64>>>,
    /// Calls finished by this process.
    finished: Arc<AtomicU64>,
}

#[derive(Clone)]
enum Backend {
    Sqlite(sqlite::Sqlite),
    Postgres(postgres::Postgres),
}

impl Store {
    /// Opens the database, or makes the file, and brings its tables to this version. Workspace 1, "default", is there from the start.
    pub async fn open(url: &DatabaseUrl) -> Result<Store, StoreError> {
        let backend = match url {
            DatabaseUrl::Sqlite { path } => Backend::Sqlite(sqlite::Sqlite::open(path).await?),
            DatabaseUrl::Postgres { url } => Backend::Postgres(postgres::Postgres::open(url).await?),
        };
        Ok(Store::over(backend))
    }

    /// Opens a database for a command that only looks: makes no file and no table, and brings nothing to another version.
    /// [`StoreError::NoDatabase`] when it is not there or not Carillon's, [`StoreError::OtherVersion`] when its tables are not this version's.
    pub async fn open_existing(url: &DatabaseUrl) -> Result<Store, StoreError> {
        let backend = match url {
            DatabaseUrl::Sqlite { path } => Backend::Sqlite(sqlite::Sqlite::open_existing(path).await?),
            DatabaseUrl::Postgres { url } => Backend::Postgres(postgres::Postgres::open_existing(url).await?),
        };
        Ok(Store::over(backend))
    }

    fn over(backend: Backend) -> Store {
        Store { backend, session: session::Current::default(), checks: Arc::default(), finished: Arc::default() }
    }

    /// Keeps the planner's statistics in step with a database that fills quickly: after an import and after the first calls.
    async fn statistics(&self) -> Result<(), StoreError> {
        match &self.backend {
            Backend::Sqlite(_) => Ok(()),
            Backend::Postgres(db) => db.analyze().await,
        }
    }

    async fn count_finished(&self) -> Result<(), StoreError> {
        match self.finished.fetch_add(1, Ordering::Relaxed) + 1 {
            100 | 1_000 | 10_000 => self.statistics().await,
            _ => Ok(()),
        }
    }

    /// Waits for writes under way and closes. Further use fails with [`StoreError::Closed`] or a database error.
    pub async fn close(&self) {
        match &self.backend {
            Backend::Sqlite(db) => db.close().await,
            Backend::Postgres(db) => db.close().await,
        }
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match &self.backend {
            Backend::Sqlite(_) => "Store(SQLite)",
            Backend::Postgres(_) => "Store(PostgreSQL)",
        })
    }
}
