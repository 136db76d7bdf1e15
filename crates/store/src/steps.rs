//! For tests: stops a transaction after each of its statements.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::{Mutex, mpsc};

use crate::error::Fault;

/// The transaction's side: tells that a statement is done, then waits to be let on. Once the test has let go of its side, nothing stops.
#[derive(Clone)]
pub(crate) struct Gate {
    reached: mpsc::UnboundedSender<()>,
    go: Arc<Mutex<mpsc::UnboundedReceiver<()>>>,
    lose_commit: Arc<AtomicBool>,
}

/// The test's side.
pub(crate) struct Handle {
    reached: mpsc::UnboundedReceiver<()>,
    go: mpsc::UnboundedSender<()>,
    lose_commit: Arc<AtomicBool>,
}

pub(crate) fn gate() -> (Gate, Handle) {
    let (reached_tx, reached) = mpsc::unbounded_channel();
    let (go, go_rx) = mpsc::unbounded_channel();
    let lose_commit = Arc::new(AtomicBool::new(false));
    (
        Gate { reached: reached_tx, go: Arc::new(Mutex::new(go_rx)), lose_commit: lose_commit.clone() },
        Handle { reached, go, lose_commit },
    )
}

impl Gate {
    pub(crate) async fn step(&self) -> Result<(), Fault> {
        if self.reached.send(()).is_ok() {
            // `None`: the test let go.
            self.go.lock().await.recv().await;
        }
        Ok(())
    }

    /// Whether the connection breaks before the answer of COMMIT arrives.
    pub(crate) fn loses_commit(&self) -> bool {
        self.lose_commit.load(Ordering::SeqCst)
    }
}

impl Handle {
    /// From now on COMMIT is sent and carried out, but its answer never arrives.
    pub(crate) fn lose_commit(&self) {
        self.lose_commit.store(true, Ordering::SeqCst);
    }

    /// Lets `n - 1` statements pass and stops after the n-th. `false`: there were fewer.
    pub(crate) async fn stop_after(&mut self, n: usize) -> bool {
        for passed in 1..=n {
            if self.reached.recv().await.is_none() {
                return false;
            }
            if passed < n && self.go.send(()).is_err() {
                return false;
            }
        }
        true
    }
}
