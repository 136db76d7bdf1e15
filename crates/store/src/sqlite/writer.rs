//! The one writer of this process: operations that wait together are committed together.
//!
//! It has a thread of its own: each statement is a round trip to the library's thread, and between two plain threads that costs a fraction
//! of what it costs from a task.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use sqlx::SqliteConnection;
use tokio::sync::{mpsc, oneshot};

use super::{Tx, counts};
use crate::error::{Fault, StoreError};
use crate::session::{Key, Session};

/// The steps of an operation, to be run on the writer's connection.
pub(crate) type Steps<'t, T> = Pin<Box<dyn Future<Output = Result<T, Fault>> + Send + 't>>;

/// Operations committed together at most: keeps a group to a fraction of a second.
const GROUP_MAX: usize = 256;
/// Operations that may wait; more callers wait to hand theirs over.
const QUEUE: usize = 1024;
/// After each group the lock is left alone this long, so that a second process gets in.
const BREATH: Duration = Duration::from_millis(1);
/// SQLite's own back-off grows to 100 ms; a fixed short one lets both processes in turn.
const RETRY: Duration = Duration::from_micros(500);
const PATIENCE: Duration = Duration::from_secs(5);

trait Operation: Send {
    /// Runs the steps as they are. False when they failed: then the transaction must be rolled back.
    fn run<'a>(&'a mut self, tx: &'a mut Tx) -> Pin<Box<dyn Future<Output = bool> + Send + 'a>>;
    /// Runs the steps so that their failure leaves the other operations of the transaction alone.
    fn run_apart<'a>(
        &'a mut self,
        tx: &'a mut Tx,
    ) -> Pin<Box<dyn Future<Output = Result<(), sqlx::Error>> + Send + 'a>>;
    /// Forgets what came of the steps: their transaction was rolled back and they will run again.
    fn forget(&mut self);
    fn acknowledge(self: Box<Self>, committed: Result<Instant, StoreError>);
}

struct Waiting<T, F> {
    session: Option<Arc<Session>>,
    steps: F,
    result: Option<Result<T, Fault>>,
    reply: oneshot::Sender<Result<(T, Instant), Fault>>,
}

impl<T, F> Operation for Waiting<T, F>
where
    T: Send,
    F: for<'t> Fn(&'t mut Tx) -> Steps<'t, T> + Send + Sync,
{
    fn run<'a>(&'a mut self, tx: &'a mut Tx) -> Pin<Box<dyn Future<Output = bool> + Send + 'a>> {
        Box::pin(async move {
            tx.session.clone_from(&self.session);
            let result = (self.steps)(tx).await;
            self.result.insert(result).is_ok()
        })
    }

    fn run_apart<'a>(
        &'a mut self,
        tx: &'a mut Tx,
    ) -> Pin<Box<dyn Future<Output = Result<(), sqlx::Error>> + Send + 'a>> {
        Box::pin(async move {
            tx.session.clone_from(&self.session);
            let mut result = savepoint(tx, &self.steps).await?;
            if let Err(Fault::NoCountRow { workspace, campaign }) = result {
                let key = Key { ws: workspace, campaign };
                let make = steps_of(move |tx| Box::pin(counts::create_row(tx, key)));
                result = match savepoint(tx, &make).await? {
                    Ok(()) => savepoint(tx, &self.steps).await?,
                    Err(fault) => Err(fault),
                };
            }
            self.result = Some(result);
            Ok(())
        })
    }

    fn forget(&mut self) {
        self.result = None;
    }

    fn acknowledge(self: Box<Self>, committed: Result<Instant, StoreError>) {
        let answer = match (self.result, committed) {
            (Some(Ok(value)), Ok(sent)) => Ok((value, sent)),
            // A refused operation changed nothing, so its answer stands whatever became of the group.
            (Some(Err(fault)), _) => Err(fault),
            (_, Err(error)) => Err(Fault::Store(error)),
            (None, Ok(_)) => Err(Fault::Store(StoreError::Closed)),
        };
        if self.reply.send(answer).is_err() {
            tracing::debug!("the caller of a write did not wait for its answer");
        }
    }
}

/// Runs what still waits for the next statement.
async fn run_waiting(tx: &mut Tx) -> Result<(), Fault> {
    match tx.waiting.pop() {
        Some(last) => tx.exec(last).await.map(drop),
        None => Ok(()),
    }
}

/// Runs the steps under a savepoint and rolls back to it when they fail. The outer error is one after which the group can't go on.
async fn savepoint<T, F>(tx: &mut Tx, steps: &F) -> Result<Result<T, Fault>, sqlx::Error>
where
    F: for<'t> Fn(&'t mut Tx) -> Steps<'t, T> + Sync,
{
    tx.control("SAVEPOINT operation").await?;
    let mut result = steps(tx).await;
    if result.is_ok()
        && let Err(fault) = run_waiting(tx).await
    {
        result = Err(fault);
    }
    if result.is_err() {
        tx.waiting.clear();
        tx.control("ROLLBACK TO operation").await?;
    }
    tx.control("RELEASE operation").await?;
    Ok(result)
}

/// Gives a closure the type of an operation: for every lifetime of its connection.
fn steps_of<T, F>(steps: F) -> F
where
    F: for<'t> Fn(&'t mut Tx) -> Steps<'t, T>,
{
    steps
}

enum Message {
    Run(Box<dyn Operation>),
    Close(oneshot::Sender<()>),
}

/// Hands operations to the writing thread.
#[derive(Clone)]
pub(crate) struct Writer {
    queue: mpsc::Sender<Message>,
}

impl Writer {
    /// Starts the thread on a connection with `busy_timeout` 0. To be called in a runtime.
    pub(crate) fn start(connection: SqliteConnection) -> std::io::Result<Writer> {
        let (queue, messages) = mpsc::channel(QUEUE);
        let runtime = tokio::runtime::Handle::current();
        let tx = Tx::new(Box::new(connection), 0, None);
        // It ends when the last `Writer` is gone or closed.
        thread::Builder::new().name("store-writer".to_owned()).spawn(move || runtime.block_on(work(tx, messages)))?;
        Ok(Writer { queue })
    }

    /// Runs an operation in the next group; gives its result after the group's commit, and the instant that was sent.
    pub(crate) async fn write<T, F>(&self, session: Option<Arc<Session>>, steps: F) -> Result<(T, Instant), Fault>
    where
        T: Send + 'static,
        F: for<'t> Fn(&'t mut Tx) -> Steps<'t, T> + Send + Sync + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let operation = Box::new(Waiting { session, steps, result: None, reply });
        self.queue.send(Message::Run(operation)).await.map_err(|_| StoreError::Closed)?;
        answer.await.map_err(|_| StoreError::Closed)?
    }

    /// Waits until everything handed over is committed, then ends the thread.
    pub(crate) async fn close(&self) {
        let (done, ended) = oneshot::channel();
        if self.queue.send(Message::Close(done)).await.is_ok() && ended.await.is_err() {
            tracing::debug!("the writing thread had already ended");
        }
    }
}

async fn work(mut tx: Tx, mut messages: mpsc::Receiver<Message>) {
    let mut close = None;
    while close.is_none() {
        let mut group: Vec<Box<dyn Operation>> = Vec::new();
        match messages.recv().await {
            Some(Message::Run(operation)) => group.push(operation),
            Some(Message::Close(done)) => close = Some(done),
            None => break,
        }
        while close.is_none() && group.len() < GROUP_MAX {
            match messages.try_recv() {
                Ok(Message::Run(operation)) => group.push(operation),
                Ok(Message::Close(done)) => close = Some(done),
                Err(_) => break,
            }
        }
        if !group.is_empty() {
            write_group(&mut tx, group).await;
            pause(BREATH);
        }
    }
    drop(tx);
    if let Some(done) = close
        && done.send(()).is_err()
    {
        tracing::debug!("nobody waited for the end of the writing thread");
    }
}

/// Only the writer's own thread waits, and it has nothing else to do.
#[expect(clippy::disallowed_methods, reason = "nobody signals that another process lets the lock go")]
fn pause(length: Duration) {
    thread::sleep(length);
}

async fn write_group(tx: &mut Tx, mut group: Vec<Box<dyn Operation>>) {
    let committed = match run_group(tx, &mut group).await {
        Ok(sent) => Ok(sent),
        Err(error) => {
            tracing::error!(%error, operations = group.len(), "a group of writes failed and was rolled back");
            // After a failed COMMIT or a full disk SQLite may have rolled back by itself: then this says so, and that is fine.
            if let Err(error) = tx.control("ROLLBACK").await {
                tracing::debug!(%error, "nothing was left to roll back");
            }
            Err(error)
        }
    };
    for operation in group {
        operation.acknowledge(match &committed {
            Ok(sent) => Ok(*sent),
            Err(GroupError::Busy) => Err(StoreError::Busy(PATIENCE.as_secs())),
            Err(GroupError::Database(error)) => Err(StoreError::Commit(error.to_string())),
        });
    }
}

#[derive(Debug, thiserror::Error)]
enum GroupError {
    #[error("another process kept the database locked")]
    Busy,
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

async fn run_group(tx: &mut Tx, group: &mut [Box<dyn Operation>]) -> Result<Instant, GroupError> {
    begin_immediate(tx).await?;
    // Nearly always all of them succeed: savepoints, two of some seven statements of an operation, are for the second try only.
    if !run_all(tx, group).await {
        tx.waiting.clear();
        if let Err(error) = tx.control("ROLLBACK").await {
            tracing::debug!(%error, "nothing was left to roll back");
        }
        group.iter_mut().for_each(|operation| operation.forget());
        begin_immediate(tx).await?;
        for operation in group.iter_mut() {
            operation.run_apart(tx).await?;
        }
    }
    tx.session = None;
    let sent = Instant::now();
    tx.control("COMMIT").await?;
    Ok(sent)
}

async fn run_all(tx: &mut Tx, group: &mut [Box<dyn Operation>]) -> bool {
    for operation in group {
        if !operation.run(tx).await {
            return false;
        }
    }
    match run_waiting(tx).await {
        Ok(()) => true,
        Err(fault) => {
            tracing::debug!(?fault, "a statement of this group failed; its operations run one by one");
            false
        }
    }
}

async fn begin_immediate(tx: &mut Tx) -> Result<(), GroupError> {
    let start = Instant::now();
    loop {
        match tx.control("BEGIN IMMEDIATE").await {
            Ok(()) => return Ok(()),
            Err(error) if is_busy(&error) && start.elapsed() < PATIENCE => pause(RETRY),
            Err(error) if is_busy(&error) => return Err(GroupError::Busy),
            Err(error) => return Err(GroupError::Database(error)),
        }
    }
}

/// SQLITE_BUSY (5), also in its extended forms (low byte 5).
fn is_busy(error: &sqlx::Error) -> bool {
    error
        .as_database_error()
        .and_then(|e| e.code())
        .and_then(|code| code.parse::<i64>().ok())
        .is_some_and(|code| code & 0xff == 5)
}
