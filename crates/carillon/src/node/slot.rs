//! This process's slot in the database: leased at the start, renewed while it runs, given back at the end.

use std::sync::Arc;
use std::time::Duration;

use carillon_store::Store;
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;

use super::outage::DATABASE;
use crate::clock::Clock;
use crate::error::{CliError, OrFail};

/// How long a slot is ours without a sign of life. Long enough for a restart of the database's server; so long the calls of a process that
/// was killed wait until another gives them up.
const TTL: Duration = Duration::from_secs(20);
/// How often a sign of life is given.
const RENEW: Duration = Duration::from_secs(3);

/// Keeps the slot.
pub struct SlotKeeper {
    store: Store,
    stop: Arc<Notify>,
    task: JoinHandle<()>,
    lost: watch::Receiver<bool>,
}

impl SlotKeeper {
    /// Leases a slot and begins to renew it.
    pub async fn lease(store: Store, clock: &Clock) -> Result<Self, CliError> {
        let mut random = [0u8; 6];
        getrandom::fill(&mut random).or_fail("no_randomness")?;
        let random: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
        let holder = format!("pid {} {random} at {}", std::process::id(), clock.now());
        store.slot_lease(&holder, TTL).await.or_fail("no_slot")?;
        let stop = Arc::new(Notify::new());
        let (lost, lost_seen) = watch::channel(false);
        let task = tokio::spawn(renew(store.clone(), stop.clone(), lost));
        Ok(Self { store, stop, task, lost: lost_seen })
    }

    /// Becomes true when the slot is no longer ours: then this process must place no more calls.
    pub fn lost(&self) -> watch::Receiver<bool> {
        self.lost.clone()
    }

    /// Stops renewing and gives the slot back.
    pub async fn release(self) -> Result<(), CliError> {
        self.stop.notify_one();
        self.task.await.or_fail("internal")?;
        self.store.slot_release().await.or_fail("slot_release")
    }
}

async fn renew(store: Store, stop: Arc<Notify>, lost: watch::Sender<bool>) {
    loop {
        tokio::select! {
            () = stop.notified() => return,
            () = tokio::time::sleep(RENEW) => {}
        }
        match store.slot_renew(TTL).await {
            Ok(true) => DATABASE.over(),
            // Writes of this process are refused from now on by the fence; nothing is dialled any more.
            Ok(false) => {
                tracing::error!("this process lost its slot in the database; it places no more calls");
                lost.send_replace(true);
                stop.notified().await;
                return;
            }
            Err(error) => DATABASE.failed("slot", &error),
        }
    }
}
