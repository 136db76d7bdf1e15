//! Whether a database is Carillon's, and of this version: for commands that only look and must change nothing.

use sqlx::migrate::Migrator;

use crate::error::StoreError;
use crate::model::DatabaseUrl;

/// The steps that made a database's tables, with the checksums of what was run.
pub(crate) const APPLIED: &str = "SELECT version, checksum FROM _sqlx_migrations WHERE success ORDER BY version";

/// Compares what [`APPLIED`] gave with the steps this binary knows.
pub(crate) fn check(
    applied: Result<Vec<(i64, Vec<u8>)>, sqlx::Error>,
    known: &Migrator,
    database: &DatabaseUrl,
) -> Result<(), StoreError> {
    let database = database.to_string();
    let applied = match applied {
        Ok(applied) => applied,
        // SQLite's "no such table" and PostgreSQL's undefined_table.
        Err(error) if code_is(&error, &["1", "42P01"]) => return Err(StoreError::NoDatabase { database }),
        Err(source) => return Err(StoreError::Open { database, source }),
    };
    let known: Vec<(i64, &[u8])> = known.iter().map(|m| (m.version, &*m.checksum)).collect();
    if applied.iter().map(|(version, sum)| (*version, sum.as_slice())).eq(known.iter().copied()) {
        return Ok(());
    }
    let newest = |version: Option<i64>| version.unwrap_or(0);
    Err(StoreError::OtherVersion {
        database,
        found: newest(applied.last().map(|(version, _)| *version)),
        known: newest(known.last().map(|(version, _)| *version)),
    })
}

/// Whether the database answered with one of these codes.
pub(crate) fn code_is(error: &sqlx::Error, codes: &[&str]) -> bool {
    error.as_database_error().and_then(|e| e.code()).is_some_and(|code| codes.contains(&&*code))
}
