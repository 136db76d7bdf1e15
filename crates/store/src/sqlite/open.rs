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

static MIGRATIONS: Migrator = sqlx::migrate!("migrations/sqlite");

/// Readers at the same time.
const READERS: u32 = 4;
/// Page cache of each connection, in KiB.
const CACHE_KIB: &str = "-32768";

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
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(false)
            .pragma("cache_size", CACHE_KIB)
            .pragma("temp_store", "MEMORY");
        // Another process may hold the lock for the length of a group while the journal mode is set and the tables are made.
        let mut first = options.clone().busy_timeout(Duration::from_secs(5)).connect().await.map_err(failed)?;
        MIGRATIONS.run(&mut first).await?;
        first.close().await.map_err(failed)?;
        let writer = options.clone().busy_timeout(Duration::ZERO).connect().await.map_err(failed)?;
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            .connect_with(options.busy_timeout(Duration::from_secs(5)).pragma("query_only", "ON"))
            .await
            .map_err(failed)?;
        let writer = Writer::start(writer).map_err(|error| failed(error.into()))?;
        Ok(Sqlite { writer, readers })
    }

    /// A connection for one reading.
    pub(crate) async fn reader(&self) -> Result<Tx, StoreError> {
        Ok(Tx::new(Box::new(self.readers.acquire().await?), 0))
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
