//! PostgreSQL: the shared statements with its dialect; each writing connection is a lane.

pub(crate) type Conn = sqlx::PgConnection;
pub(crate) type Db = sqlx::Postgres;
pub(crate) type Row = sqlx::postgres::PgRow;
/// The extended protocol takes one statement at a time.
pub(crate) const RIDES_ALONG: bool = false;

/// The closed list of dialect words.
macro_rules! for_update {
    () => {
        " FOR UPDATE"
    };
}
macro_rules! for_update_skip_locked {
    () => {
        " FOR UPDATE SKIP LOCKED"
    };
}
/// A lock that waits for nothing but a `for_update!` of the same row.
macro_rules! for_key_share {
    () => {
        " FOR KEY SHARE"
    };
}
/// The database's clock in microseconds.
macro_rules! now_us {
    () => {
        "CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT)"
    };
}
/// What a renewal asks of a lease besides its fence.
macro_rules! not_run_out {
    () => {
        concat!(" AND until > ", now_us!())
    };
}
/// Membership in a list bound as one JSON array.
macro_rules! in_list {
    ($parameter:literal) => {
        // An array, not IN (SELECT ..): that was planned as a join over the whole campaign.
        concat!(
            "= ANY(ARRAY(SELECT CAST(value AS BIGINT) FROM jsonb_array_elements_text(CAST(",
            $parameter,
            " AS JSONB))))"
        )
    };
}

/// A match that ignores the case of letters (SQLite: of those without accents).
macro_rules! like {
    () => {
        "ILIKE"
    };
}

/// PostgreSQL chooses the index itself.
fn indexed_by(_index: &str) -> String {
    String::new()
}

/// [`in_list!`] for a statement that is put together.
fn in_list(parameter: &str) -> String {
    format!("= ANY(ARRAY(SELECT CAST(value AS BIGINT) FROM jsonb_array_elements_text(CAST({parameter} AS JSONB))))")
}

mod bulk;
#[cfg(test)]
mod interleave_tests;
mod lanes;
mod open;
#[cfg(test)]
mod plan_tests;
#[cfg(test)]
mod vanish_tests;

#[path = "../shared/mod.rs"]
pub(crate) mod shared;

pub(crate) use open::Postgres;
pub(crate) use shared::*;
