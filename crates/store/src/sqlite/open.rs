//! Opening a SQLite file.

use std::path::Path;
use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection};

use super::writer::Writer;
use super::{Tx, sql};
use crate::error::{Fault, StoreError};
use crate::model::{DatabaseUrl, Finding, Report};
use crate::schema;

static MIGRATIONS: Migrator = sqlx::migrate!("migrations/sqlite");

/// Readers at the same time.
const READERS: u32 = 4;
/// Page cache of each connection, in KiB.
const CACHE_KIB: &str = "-32768";

/// How each connection uses the file.
fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(false)
        .pragma("cache_size", CACHE_KIB)
        .pragma("temp_store", "MEMORY")
}

/// An open SQLite database.
#[derive(Clone)]
pub(crate) struct Sqlite {
    pub(crate) writer: Writer,
    readers: SqlitePool,
}

impl Sqlite {
    /// Opens or makes the file, brings it to this version, and starts the writing thread.
    pub(crate) async fn open(path: &Path) -> Result<Sqlite, StoreError> {
        let failed =
            |source| StoreError::Open { database: DatabaseUrl::Sqlite { path: path.to_owned() }.to_string(), source };
        // Another process may hold the lock for the length of a group while the journal mode is set and the tables are made.
        let first = options(path).create_if_missing(true).busy_timeout(Duration::from_secs(5));
        let mut first = first.connect().await.map_err(failed)?;
        MIGRATIONS.run(&mut first).await?;
        first.close().await.map_err(failed)?;
        Sqlite::start(path).await.map_err(failed)
    }

    /// Opens the file if it is there and of this version; changes nothing in it.
    pub(crate) async fn open_existing(path: &Path) -> Result<Sqlite, StoreError> {
        let database = DatabaseUrl::Sqlite { path: path.to_owned() };
        let failed = |source| StoreError::Open { database: database.to_string(), source };
        if !tokio::fs::try_exists(path).await.map_err(|error| failed(error.into()))? {
            return Err(StoreError::NoDatabase { database: database.to_string() });
        }
        // Without our journal mode: setting it would change a file that is not ours.
        let look = SqliteConnectOptions::new().filename(path).busy_timeout(Duration::from_secs(5));
        let mut look = look.pragma("query_only", "ON").connect().await.map_err(failed)?;
        let applied = sqlx::query_as(schema::APPLIED).fetch_all(&mut look).await;
        look.close().await.map_err(failed)?;
        schema::check(applied, &MIGRATIONS, &database)?;
        Sqlite::start(path).await.map_err(failed)
    }

    /// Starts the writer and connects the readers, to a file whose tables are of this version.
    async fn start(path: &Path) -> Result<Sqlite, sqlx::Error> {
        let writer = options(path).busy_timeout(Duration::ZERO).connect().await?;
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            .connect_with(options(path).busy_timeout(Duration::from_secs(5)).pragma("query_only", "ON"))
            .await?;
        Ok(Sqlite { writer: Writer::start(writer)?, readers })
    }

    /// A connection for one reading.
    pub(crate) async fn reader(&self) -> Result<Tx, StoreError> {
        Ok(Tx::new(self.readers.acquire().await?, 0, None))
    }

    /// A connection that sees one moment until it is dropped.
    pub(crate) async fn snapshot(&self) -> Result<Tx, StoreError> {
        let transaction = self.readers.begin_with("BEGIN").await?;
        Ok(Tx::new(transaction, 0, None))
    }

    /// Examines one snapshot, and the file itself.
    pub(crate) async fn doctor(&self, ws: i64) -> Result<Report, Fault> {
        let mut tx = self.reader().await?;
        tx.exec(sql("BEGIN")).await?;
        let result = super::doctor::examine(&mut tx, ws).await;
        tx.exec(sql("COMMIT")).await?;
        let mut report = result?;
        let lines: Vec<(String,)> = tx.all(sql("PRAGMA integrity_check(20)")).await?;
        for (line,) in lines.into_iter().filter(|(line,)| line != "ok") {
            report.findings.push(Finding { code: "integrity", text: format!("the database file is damaged: {line}") });
        }
        Ok(report)
    }

    /// Ends the writing thread after what was handed to it, and closes the readers.
    pub(crate) async fn close(&self) {
        self.writer.close().await;
        self.readers.close().await;
    }
}
