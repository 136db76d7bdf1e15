//! A connection inside a transaction, and who writes with it.

use std::ops::DerefMut;
use std::sync::Arc;

use carillon_domain::Timestamp;
use carillon_domain::ids::Event;
use sqlx::{Database, FromRow};

use super::{Conn, Db, Row};
use crate::error::{Fault, StoreError};
use crate::session::Session;

/// A statement with its bound values.
pub(crate) type Statement = sqlx::query::Query<'static, Db, <Db as Database>::Arguments>;

/// A statement; values are bound by position.
pub(crate) fn sql(text: &'static str) -> Statement {
    sqlx::query::<Db>(text)
}

/// One connection, for a transaction or for reading. Every statement goes through it, so that tests can stop between any two.
pub(crate) struct Tx {
    pub(crate) conn: Box<dyn DerefMut<Target = Conn> + Send + Sync>,
    /// Part of the key of this connection's count rows.
    pub(crate) lane: i64,
    /// Who writes; none when reading.
    pub(crate) session: Option<Arc<Session>>,
    #[cfg(test)]
    pub(crate) gate: Option<crate::steps::Gate>,
}

impl Tx {
    pub(crate) fn new(conn: Box<dyn DerefMut<Target = Conn> + Send + Sync>, lane: i64) -> Tx {
        Tx {
            conn,
            lane,
            session: None,
            #[cfg(test)]
            gate: None,
        }
    }

    /// Rows changed.
    pub(crate) async fn exec(&mut self, statement: Statement) -> Result<u64, Fault> {
        let done = statement.execute(&mut **self.conn).await?;
        self.step().await?;
        Ok(done.rows_affected())
    }

    /// The row, when there is one.
    pub(crate) async fn opt<O>(&mut self, statement: Statement) -> Result<Option<O>, Fault>
    where
        O: for<'r> FromRow<'r, Row>,
    {
        let row = statement.fetch_optional(&mut **self.conn).await?;
        self.step().await?;
        Ok(row.as_ref().map(O::from_row).transpose()?)
    }

    /// The one row.
    pub(crate) async fn one<O>(&mut self, statement: Statement) -> Result<O, Fault>
    where
        O: for<'r> FromRow<'r, Row>,
    {
        self.opt(statement).await?.ok_or(Fault::Db(sqlx::Error::RowNotFound))
    }

    /// All rows.
    pub(crate) async fn all<O>(&mut self, statement: Statement) -> Result<Vec<O>, Fault>
    where
        O: for<'r> FromRow<'r, Row>,
    {
        let rows = statement.fetch_all(&mut **self.conn).await?;
        self.step().await?;
        Ok(rows.iter().map(O::from_row).collect::<Result<_, _>>()?)
    }

    /// The slot we write under.
    pub(crate) fn session(&self) -> Result<&Arc<Session>, Fault> {
        self.session.as_ref().ok_or(Fault::Store(StoreError::NoSlot))
    }

    /// Slot and fence as numbers.
    pub(crate) fn slot(&self) -> Result<(i64, i64), Fault> {
        let slot = self.session()?.slot;
        Ok((slot.slot.into(), slot.fence))
    }

    pub(crate) fn event_id(&self, now: Timestamp) -> Result<i64, Fault> {
        Ok(self.session()?.next_id::<Event>(now).raw())
    }

    #[cfg(test)]
    async fn step(&self) -> Result<(), Fault> {
        match &self.gate {
            Some(gate) => gate.step().await,
            None => Ok(()),
        }
    }

    #[cfg(not(test))]
    #[expect(clippy::unused_async, reason = "tests stop here between two statements")]
    async fn step(&self) -> Result<(), Fault> {
        Ok(())
    }
}
