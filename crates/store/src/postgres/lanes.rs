//! Writing connections. Each is a lane with its own count rows, since a count row is locked through the commit's fsync.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use sqlx::ConnectOptions;
use sqlx::postgres::PgConnectOptions;
use tokio::sync::Semaphore;

use super::tx::came_late;
use super::{Tx, counts};
use crate::error::{Fault, StoreError};
use crate::session::{Key, Session};

/// The steps of a transaction.
pub(crate) type Steps<'t, T> = Pin<Box<dyn Future<Output = Result<T, Fault>> + Send + 't>>;

/// How often a transaction is run again after a serialization failure, a deadlock or a broken connection.
const TRIES: u32 = 10;

/// A lane that nobody uses just now; its connection is made when first needed and again after it broke.
struct Lane {
    number: i64,
    tx: Option<Tx>,
}

/// The lanes of this process.
#[derive(Clone)]
pub(crate) struct Lanes(Arc<Inner>);

struct Inner {
    options: PgConnectOptions,
    patience: Duration,
    free: Mutex<Vec<Lane>>,
    permits: Semaphore,
    /// Where tests stop this process's transactions.
    #[cfg(test)]
    gate: Mutex<Option<crate::steps::Gate>>,
}

/// A lane in use. Dropped in the middle of a transaction (its caller was cancelled), it drops its connection, which rolls back.
pub(crate) struct Held {
    lanes: Lanes,
    lane: Option<Lane>,
    clean: bool,
}

impl Drop for Held {
    fn drop(&mut self) {
        if let Some(mut lane) = self.lane.take() {
            if !self.clean {
                lane.tx = None;
            }
            self.lanes.0.free.lock().unwrap_or_else(PoisonError::into_inner).push(lane);
            self.lanes.0.permits.add_permits(1);
        }
    }
}

impl Held {
    /// The connection, inside or outside a transaction. Until [`Held::settled`] it counts as broken.
    pub(crate) async fn tx(&mut self) -> Result<&mut Tx, StoreError> {
        self.clean = false;
        let options = &self.lanes.0.options;
        let lane = self.lane.as_mut().ok_or(StoreError::Closed)?;
        if lane.tx.is_none() {
            let patience = self.lanes.0.patience;
            let connection = tokio::time::timeout(patience, options.connect()).await;
            let connection = connection.map_err(|_| sqlx::Error::Io(std::io::ErrorKind::TimedOut.into()))??;
            lane.tx = Some(Tx::new(Box::new(connection), lane.number, Some(patience)));
        }
        lane.tx.as_mut().ok_or(StoreError::Closed)
    }

    fn settled(&mut self) {
        self.clean = true;
    }

    fn broken(&mut self) {
        if let Some(lane) = &mut self.lane {
            lane.tx = None;
        }
    }
}

/// How one run of a transaction ended.
enum Run<T> {
    Done(T, Instant),
    /// Nothing was committed.
    Failed(Fault),
    /// COMMIT was sent and no answer came.
    Unknown(sqlx::Error),
}

impl Lanes {
    /// So many lanes, which wait for each answer so long.
    pub(crate) fn new(options: PgConnectOptions, lanes: usize, patience: Duration) -> Lanes {
        let free = (0..lanes).rev().map(|n| Lane { number: i64::try_from(n).unwrap_or(0), tx: None }).collect();
        Lanes(Arc::new(Inner {
            options,
            patience,
            free: Mutex::new(free),
            permits: Semaphore::new(lanes),
            #[cfg(test)]
            gate: Mutex::default(),
        }))
    }

    #[cfg(test)]
    pub(crate) fn stop_at(&self, gate: Option<crate::steps::Gate>) {
        *self.0.gate.lock().unwrap() = gate;
    }

    pub(crate) fn close(&self) {
        self.0.permits.close();
        self.0.free.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Waits for a free lane, the lowest first: few lanes in use make few count rows.
    pub(crate) async fn hold(&self) -> Result<Held, StoreError> {
        self.0.permits.acquire().await.map_err(|_| StoreError::Closed)?.forget();
        let mut free = self.0.free.lock().unwrap_or_else(PoisonError::into_inner);
        let lowest = free.iter().enumerate().min_by_key(|(_, lane)| lane.number).map(|(at, _)| at);
        let lane = lowest.map(|at| free.swap_remove(at));
        Ok(Held { lanes: self.clone(), lane, clean: true })
    }

    /// Runs a transaction until it is committed or refused; gives the instant at which COMMIT was sent.
    pub(crate) async fn write<T, F>(&self, session: Option<Arc<Session>>, steps: F) -> Result<(T, Instant), Fault>
    where
        T: Send + 'static,
        F: for<'t> Fn(&'t mut Tx) -> Steps<'t, T> + Send + Sync,
    {
        let mut held = self.hold().await?;
        let mut tries = 0;
        loop {
            match run(&mut held, session.clone(), &steps).await {
                Run::Done(value, sent) => return Ok((value, sent)),
                Run::Unknown(error) => return Err(Fault::Store(StoreError::Unknown(error))),
                Run::Failed(Fault::NoCountRow { workspace, campaign }) if tries < TRIES => {
                    tries += 1;
                    let key = Key { ws: workspace, campaign };
                    let make = steps_of(move |tx| Box::pin(counts::create_row(tx, key)));
                    match run(&mut held, session.clone(), &make).await {
                        Run::Failed(fault) if !again(&fault) => return Err(fault),
                        // Made, or to be tried again by the next round.
                        Run::Done(..) | Run::Failed(_) | Run::Unknown(_) => {}
                    }
                }
                Run::Failed(fault) if again(&fault) && tries < TRIES => {
                    tries += 1;
                    tracing::debug!(?fault, tries, "a transaction runs again");
                    tokio::time::sleep(Duration::from_millis(u64::from(tries))).await;
                }
                Run::Failed(fault) => return Err(fault),
            }
        }
    }
}

async fn run<T, F>(held: &mut Held, session: Option<Arc<Session>>, steps: &F) -> Run<T>
where
    F: for<'t> Fn(&'t mut Tx) -> Steps<'t, T> + Sync,
{
    #[cfg(test)]
    let gate = held.lanes.0.gate.lock().unwrap().clone();
    let tx = match held.tx().await {
        Ok(tx) => tx,
        Err(error) => return Run::Failed(error.into()),
    };
    #[cfg(test)]
    {
        tx.gate = gate;
    }
    tx.session = session;
    let result = match tx.control("BEGIN").await {
        Ok(()) => steps(tx).await,
        Err(error) => Err(error.into()),
    };
    let end = match result {
        Ok(value) => {
            let sent = Instant::now();
            let committed = tx.control("COMMIT").await;
            #[cfg(test)]
            let committed = match &tx.gate {
                Some(gate) if gate.loses_commit() => {
                    committed.and(Err(sqlx::Error::Io(std::io::ErrorKind::ConnectionReset.into())))
                }
                _ => committed,
            };
            match committed {
                Ok(()) => Run::Done(value, sent),
                Err(error) if answered(&error) => Run::Failed(error.into()),
                Err(error) => Run::Unknown(error),
            }
        }
        Err(Fault::Db(error)) if came_late(&error) => {
            held.broken();
            return Run::Failed(error.into());
        }
        Err(fault) => match tx.control("ROLLBACK").await {
            Ok(()) => Run::Failed(fault),
            Err(error) => {
                tracing::debug!(%error, "the connection broke before a roll-back; the server rolls back by itself");
                held.broken();
                return Run::Failed(fault);
            }
        },
    };
    match &end {
        Run::Unknown(_) => held.broken(),
        Run::Done(..) | Run::Failed(_) => held.settled(),
    }
    end
}

/// Gives a closure the type of an operation: for every lifetime of its connection.
fn steps_of<T, F>(steps: F) -> F
where
    F: for<'t> Fn(&'t mut Tx) -> Steps<'t, T>,
{
    steps
}

/// Whether the server answered COMMIT with a refusal. One that is shutting down (class 57) may have committed.
fn answered(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(|e| e.code().is_none_or(|code| !code.starts_with("57")))
}

/// Whether nothing was committed and running it again can help: serialization failure, deadlock, a connection that the server ended
/// (restart, idle in transaction) or that broke before COMMIT.
fn again(fault: &Fault) -> bool {
    let Fault::Db(error) = fault else { return false };
    match error {
        // Whoever asked has waited long enough to be told.
        late if came_late(late) => false,
        sqlx::Error::Io(_) | sqlx::Error::Protocol(_) | sqlx::Error::WorkerCrashed => true,
        _ => error
            .as_database_error()
            .and_then(|e| e.code())
            .is_some_and(|code| matches!(&*code, "40001" | "40P01" | "25P03" | "57P01" | "57P02" | "57P03")),
    }
}
