//! For tests: stops a transaction after each of its statements.

use std::sync::Arc;

use tokio::sync::{Mutex, mpsc};

use crate::error::Fault;

/// The transaction's side: tells that a statement is done, then waits to be let on. Once the test has let go of its side, nothing stops.
#[derive(Clone)]
pub(crate) struct Gate {
    reached: mpsc::UnboundedSender<()>,
    go: Arc<Mutex<mpsc::UnboundedReceiver<()>>>,
}

/// The test's side.
pub(crate) struct Handle {
    reached: mpsc::UnboundedReceiver<()>,
    go: mpsc::UnboundedSender<()>,
}

pub(crate) fn gate() -> (Gate, Handle) {
    let (reached_tx, reached) = mpsc::unbounded_channel();
    let (go, go_rx) = mpsc::unbounded_channel();
    (Gate { reached: reached_tx, go: Arc::new(Mutex::new(go_rx)) }, Handle { reached, go })
}

impl Gate {
    pub(crate) async fn step(&self) -> Result<(), Fault> {
        if self.reached.send(()).is_ok() {
            // `None`: the test let go.
            self.go.lock().await.recv().await;
        }
        Ok(())
    }
}

impl Handle {
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
