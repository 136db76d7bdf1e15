//! Opening a PostgreSQL database.

use std::str::FromStr;
use std::time::Duration;

use sqlx::ConnectOptions;
use sqlx::Connection;
use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};

use super::lanes::Lanes;
use super::{Tx, sql};
use crate::error::{Fault, StoreError};
use crate::model::{DatabaseUrl, Report};
use crate::schema;

static MIGRATIONS: Migrator = sqlx::migrate!("migrations/postgres");

/// A server that does not answer within this time is told of, rather than waited for.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Readers at the same time.
const READERS: u32 = 4;
/// Writing connections, each with its own count rows.
const LANES: usize = 16;
/// How long a writing connection waits for an answer. Less than a slot lives without a sign of life (20 s), so that it can still be renewed.
const WRITE_PATIENCE: Duration = Duration::from_secs(10);
/// How long a reading one waits: the recount of a large database is one statement.
const READ_PATIENCE: Duration = Duration::from_secs(120);
/// A frozen process must hold nobody's locks: the server ends its transaction after half a second.
const IDLE_MS: &str = "500";

/// An open PostgreSQL database.
#[derive(Clone)]
pub(crate) struct Postgres {
    pub(crate) lanes: Lanes,
    readers: PgPool,
    limits: Limits,
}

/// How long is waited for what.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// After so many milliseconds the server ends a transaction in which nothing happens.
    pub(crate) idle_ms: &'static str,
    /// For each answer to a writing connection.
    pub(crate) write: Duration,
    /// For each answer to a reading connection.
    pub(crate) read: Duration,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { idle_ms: IDLE_MS, write: WRITE_PATIENCE, read: READ_PATIENCE }
    }
}

impl Postgres {
    /// Connects and brings the tables to this version.
    pub(crate) async fn open(url: &str) -> Result<Postgres, StoreError> {
        Postgres::open_as(url, "carillon", Limits::default()).await
    }

    /// As `name` in the server's list of connections.
    pub(crate) async fn open_as(url: &str, name: &str, limits: Limits) -> Result<Postgres, StoreError> {
        let failed =
            |source| StoreError::Open { database: DatabaseUrl::Postgres { url: url.to_owned() }.to_string(), source };
        let options = PgConnectOptions::from_str(url).map_err(failed)?.application_name(name);
        let readers = readers(&options).await.map_err(failed)?;
        MIGRATIONS.run(&readers).await?;
        Ok(Postgres::over(options, readers, limits))
    }

    /// Connects if the database is there and of this version; changes nothing in it.
    pub(crate) async fn open_existing(url: &str) -> Result<Postgres, StoreError> {
        let database = DatabaseUrl::Postgres { url: url.to_owned() };
        let failed = |source: sqlx::Error| match source {
            // invalid_catalog_name: no such database on the server.
            source if schema::code_is(&source, &["3D000"]) => StoreError::NoDatabase { database: database.to_string() },
            source => StoreError::Open { database: database.to_string(), source },
        };
        let options = PgConnectOptions::from_str(url).map_err(failed)?.application_name("carillon");
        let readers = readers(&options).await.map_err(failed)?;
        let applied = sqlx::query_as(schema::APPLIED).fetch_all(&readers).await;
        schema::check(applied, &MIGRATIONS, &database)?;
        Ok(Postgres::over(options, readers, Limits::default()))
    }

    fn over(options: PgConnectOptions, readers: PgPool, limits: Limits) -> Postgres {
        let writing =
            options.options([("idle_in_transaction_session_timeout", limits.idle_ms), ("tcp_user_timeout", IDLE_MS)]);
        Postgres { lanes: Lanes::new(writing, LANES, limits.write), readers, limits }
    }

    /// A connection for one reading.
    pub(crate) async fn reader(&self) -> Result<Tx, StoreError> {
        Ok(Tx::new(self.readers.acquire().await?, 0, Some(self.limits.read)))
    }

    /// A connection that sees one moment until it is dropped.
    pub(crate) async fn snapshot(&self) -> Result<Tx, StoreError> {
        let transaction = self.readers.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
        Ok(Tx::new(transaction, 0, Some(self.limits.read)))
    }

    /// Examines one snapshot.
    pub(crate) async fn doctor(&self, ws: i64) -> Result<Report, Fault> {
        let mut tx = self.reader().await?;
        tx.exec(sql("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")).await?;
        let result = super::doctor::examine(&mut tx, ws).await;
        tx.exec(sql("COMMIT")).await?;
        result
    }

    /// Without statistics the planner takes any index that begins with workspace and campaign for a look-up by the whole key, and the
    /// server's own housekeeping comes a minute late: measured, 500 calls a second instead of over 1,000.
    pub(crate) async fn analyze(&self) -> Result<(), StoreError> {
        let mut tx = self.reader().await?;
        tx.exec(sql("ANALYZE contacts, contact_properties, calls, call_details, numbers, events, campaign_counts, campaign_outcomes"))
            .await?;
        Ok(())
    }

    /// Closes all connections.
    pub(crate) async fn close(&self) {
        self.lanes.close();
        self.readers.close().await;
    }
}

/// The reading connections. The first is made alone: its error says what is wrong, where the pool's would only say that it waited.
async fn readers(options: &PgConnectOptions) -> Result<PgPool, sqlx::Error> {
    let first = tokio::time::timeout(CONNECT_TIMEOUT, options.connect()).await;
    first.map_err(|_| std::io::Error::from(std::io::ErrorKind::TimedOut))??.close().await?;
    PgPoolOptions::new().max_connections(READERS).acquire_timeout(CONNECT_TIMEOUT).connect_with(options.clone()).await
}
