//! For tests: stops a transaction after each of its statements.

use std::sync::Arc;

use tokio::sync::{Mutex, mpsc};

use crate::error::Fault;

/// What a stopped transaction is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Go {
    /// Run the next statement.
    On,
    /// As if the process had died here.
    Crash,
}

/// The transaction's side.
#[derive(Clone)]
pub(crate) struct Gate {
    reached: mpsc::UnboundedSender<()>,
    go: Arc<Mutex<mpsc::UnboundedReceiver<Go>>>,
}

/// The test's side.
pub(crate) struct Handle {
    pub(crate) reached: mpsc::UnboundedReceiver<()>,
    pub(crate) go: mpsc::UnboundedSender<Go>,
}

pub(crate) fn gate() -> (Gate, Handle) {
    let (reached_tx, reached) = mpsc::unbounded_channel();
    let (go, go_rx) = mpsc::unbounded_channel();
    (Gate { reached: reached_tx, go: Arc::new(Mutex::new(go_rx)) }, Handle { reached, go })
}

impl Gate {
    pub(crate) async fn step(&self) -> Result<(), Fault> {
        if self.reached.send(()).is_err() {
            return Ok(());
        }
        match self.go.lock().await.recv().await {
            Some(Go::Crash) => Err(Fault::Db(sqlx::Error::WorkerCrashed)),
            Some(Go::On) | None => Ok(()),
        }
    }
}
