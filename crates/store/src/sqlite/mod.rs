//! SQLite: the shared statements with its dialect, one writing thread, a pool of readers.

pub(crate) type Conn = sqlx::SqliteConnection;
pub(crate) type Db = sqlx::Sqlite;
pub(crate) type Row = sqlx::sqlite::SqliteRow;
/// Statements whose answers nobody needs run together with the next one.
pub(crate) const RIDES_ALONG: bool = true;

/// The closed list of dialect words. SQLite has one writer, so rows need no locks.
macro_rules! for_update {
    () => {
        ""
    };
}
macro_rules! for_update_skip_locked {
    () => {
        ""
    };
}
/// A lock that waits for nothing but a `for_update!` of the same row.
macro_rules! for_key_share {
    () => {
        ""
    };
}
/// The database's clock in microseconds.
macro_rules! now_us {
    () => {
        "CAST(unixepoch('subsec') * 1000000 AS INTEGER)"
    };
}
/// What a renewal asks of a lease besides its fence.
macro_rules! not_run_out {
    () => {
        ""
    };
}
/// Membership in a list bound as one JSON array.
macro_rules! in_list {
    ($parameter:literal) => {
        concat!("IN (SELECT value FROM json_each(", $parameter, "))")
    };
}

/// A match that ignores the case of letters (SQLite: of those without accents).
macro_rules! like {
    () => {
        "LIKE"
    };
}

/// The index a statement must use: without statistics SQLite may choose one that needs a sort.
fn indexed_by(index: &str) -> String {
    format!(" INDEXED BY {index}")
}

/// [`in_list!`] for a statement that is put together.
fn in_list(parameter: &str) -> String {
    format!("IN (SELECT value FROM json_each({parameter}))")
}

mod bulk;
mod open;
#[cfg(test)]
mod plan_tests;
mod writer;
#[cfg(test)]
mod writer_tests;

#[path = "../shared/mod.rs"]
pub(crate) mod shared;

pub(crate) use open::Sqlite;
pub(crate) use shared::*;
