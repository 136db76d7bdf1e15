//! A connection inside a transaction, and who writes with it.

use std::ops::DerefMut;
use std::sync::Arc;
use std::time::Duration;

use carillon_domain::Timestamp;
use carillon_domain::ids::Event;
use futures_util::TryStreamExt;
use sqlx::pool::PoolConnection;
use sqlx::{Either, Executor, FromRow, Transaction};

use super::statement::{Query, Statement, joined};
use super::{Conn, Db, RIDES_ALONG, Row};
use crate::error::{Fault, StoreError};
use crate::session::Session;

/// A connection, owned or lent by a pool.
pub(crate) trait Connection: DerefMut<Target = Conn> + Send + Sync {
    /// An answer of it was not waited for: it must not be used again.
    fn give_up(&mut self);
}

impl Connection for Box<Conn> {
    /// Its owner looks at the error and drops it.
    fn give_up(&mut self) {}
}

impl Connection for PoolConnection<Db> {
    fn give_up(&mut self) {
        self.close_on_drop();
    }
}

/// A snapshot for reading: its connection belongs to the pool.
impl Connection for Transaction<'static, Db> {
    /// Dropping it rolls back first, which asks the connection once more: within the pool's limit.
    fn give_up(&mut self) {}
}

/// One connection, for a transaction or for reading. Every statement goes through it, so that tests can stop between any two.
pub(crate) struct Tx {
    pub(crate) conn: Box<dyn Connection>,
    /// How long an answer is waited for; none where no network is between. A server that vanishes (power, a firewall that forgot the
    /// connection) may never send even a reset.
    pub(crate) patience: Option<Duration>,
    /// Part of the key of this connection's count rows.
    pub(crate) lane: i64,
    /// Who writes; none when reading.
    pub(crate) session: Option<Arc<Session>>,
    /// Statements whose answers nobody needs, run together with the next one: each trip to SQLite's thread costs more than the statement.
    pub(crate) waiting: Vec<Statement>,
    #[cfg(test)]
    pub(crate) gate: Option<crate::steps::Gate>,
}

impl Tx {
    pub(crate) fn new(conn: impl Connection + 'static, lane: i64, patience: Option<Duration>) -> Tx {
        Tx {
            conn: Box::new(conn),
            patience,
            lane,
            session: None,
            waiting: Vec::new(),
            #[cfg(test)]
            gate: None,
        }
    }

    /// Rows changed.
    pub(crate) async fn exec(&mut self, statement: Statement) -> Result<u64, Fault> {
        let alone = self.waiting.is_empty();
        let query = self.query(statement)?;
        let conn = &mut **self.conn;
        let asked = async move {
            if alone {
                return Ok(query.execute(conn).await?.rows_affected());
            }
            // The sum over all of them would say nothing; the last one's is asked for.
            let mut answers = conn.fetch_many(query);
            let mut changed = 0;
            while let Some(answer) = answers.try_next().await? {
                if let Either::Left(done) = answer {
                    changed = done.rows_affected();
                }
            }
            Ok(changed)
        };
        let answer = within(self.patience, asked).await;
        let changed = self.kept(answer)?;
        self.step().await?;
        Ok(changed)
    }

    /// Runs a statement whose answer nobody needs, now or together with the next one. An error of it may come as that one's.
    pub(crate) async fn exec_later(&mut self, statement: Statement) -> Result<(), Fault> {
        if RIDES_ALONG {
            self.waiting.push(statement);
            Ok(())
        } else {
            self.exec(statement).await.map(drop)
        }
    }

    fn query(&mut self, statement: Statement) -> Result<Query, Fault> {
        if self.waiting.is_empty() {
            return statement.into_query();
        }
        let mut all = std::mem::take(&mut self.waiting);
        all.push(statement);
        joined(all)
    }

    /// The row, when there is one.
    pub(crate) async fn opt<O>(&mut self, statement: Statement) -> Result<Option<O>, Fault>
    where
        O: for<'r> FromRow<'r, Row>,
    {
        let query = self.query(statement)?;
        let answer = within(self.patience, query.fetch_optional(&mut **self.conn)).await;
        let row = self.kept(answer)?;
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
        let query = self.query(statement)?;
        let answer = within(self.patience, query.fetch_all(&mut **self.conn)).await;
        let rows = self.kept(answer)?;
        self.step().await?;
        Ok(rows.iter().map(O::from_row).collect::<Result<_, _>>()?)
    }

    /// BEGIN, COMMIT or ROLLBACK.
    pub(crate) async fn control(&mut self, text: &'static str) -> Result<(), sqlx::Error> {
        let answer = within(self.patience, sqlx::query::<Db>(text).execute(&mut **self.conn)).await;
        self.kept(answer).map(drop)
    }

    /// The answer, with the connection given up when it did not come in time.
    fn kept<T>(&mut self, answer: Result<T, sqlx::Error>) -> Result<T, sqlx::Error> {
        if answer.as_ref().is_err_and(came_late) {
            self.conn.give_up();
        }
        answer
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
    pub(crate) async fn step(&self) -> Result<(), Fault> {
        match &self.gate {
            Some(gate) => gate.step().await,
            None => Ok(()),
        }
    }

    #[cfg(not(test))]
    #[expect(clippy::unused_async, reason = "tests stop here between two statements")]
    pub(crate) async fn step(&self) -> Result<(), Fault> {
        Ok(())
    }
}

async fn within<T>(
    patience: Option<Duration>,
    answer: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T, sqlx::Error> {
    match patience {
        None => answer.await,
        Some(patience) => tokio::time::timeout(patience, answer)
            .await
            .unwrap_or_else(|_| Err(sqlx::Error::Io(std::io::ErrorKind::TimedOut.into()))),
    }
}

/// Whether an answer was not waited for any longer.
pub(crate) fn came_late(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::Io(error) if error.kind() == std::io::ErrorKind::TimedOut)
}
