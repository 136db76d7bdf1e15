//! Keeps a node's trunks as they are stored, whoever stores them: this process's page, the command line, or another machine.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use carillon_api::control::{TrunkState, TrunkStatus};
use carillon_api::secrets::Secrets;
use carillon_domain::{TrunkId, WorkspaceId};
use carillon_sip::RegistrationState;
use carillon_store::{Store, StoredTrunk};
use tokio::sync::Notify;
use tokio::task::{JoinError, JoinSet};
use tokio::time::{Instant, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::wanted;
use crate::clock::Clock;
use crate::error::{CliError, Exit};
use crate::node::NodeHandle;

/// How soon a trunk that another process stored is seen.
const LOOK: Duration = Duration::from_secs(5);
/// How soon a trunk that could not be opened is tried again.
const RETRY: Duration = Duration::from_secs(30);

/// What is known of a stored trunk.
struct Known {
    /// As it was when it was last tried.
    version: i64,
    state: TrunkState,
    /// It is being tried now; the state is that of before.
    opening: bool,
    /// When it is tried again; none: when it is changed.
    again: Option<Instant>,
}

/// How the trunks stand, to be asked at any time.
#[derive(Default)]
pub(super) struct TrunkStates(Mutex<HashMap<TrunkId, Known>>);

impl TrunkStates {
    fn with<T>(&self, look: impl FnOnce(&mut HashMap<TrunkId, Known>) -> T) -> T {
        look(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// How a trunk stands: whether it could be opened, and whether its registration lives.
    pub(super) fn of(&self, node: &NodeHandle, id: TrunkId) -> Option<TrunkState> {
        let state = self.with(|known| known.get(&id).map(|known| known.state.clone()))?;
        match node.registration(id) {
            Some(RegistrationState::Failed { why, .. }) if state.status == TrunkStatus::Ready => {
                Some(TrunkState { status: TrunkStatus::Failing, since: None, detail: Some(why) })
            }
            _ => Some(state),
        }
    }
}

/// A trunk that was tried.
struct Tried {
    id: TrunkId,
    version: i64,
    opened: Result<(), CliError>,
}

/// The task that keeps them.
pub(super) struct TrunkKeeper {
    pub(super) node: NodeHandle,
    pub(super) store: Store,
    pub(super) secrets: Secrets,
    pub(super) workspace: WorkspaceId,
    pub(super) clock: Clock,
    pub(super) states: Arc<TrunkStates>,
}

impl TrunkKeeper {
    /// Opens all trunks, side by side, and follows what is stored until `stop`.
    pub(super) async fn run(self, changed: Arc<Notify>, stop: CancellationToken) {
        let mut opening = JoinSet::new();
        let mut look = interval(LOOK);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = changed.notified() => self.look(&mut opening).await,
                _ = look.tick() => self.look(&mut opening).await,
                Some(tried) = opening.join_next() => self.note(tried),
            }
        }
    }

    async fn look(&self, opening: &mut JoinSet<Tried>) {
        let stored = match self.store.trunk_list(self.workspace).await {
            Ok(stored) => stored,
            Err(error) => return tracing::warn!(%error, "the trunks could not be read; trying again"),
        };
        for id in self.node.open_trunks() {
            if stored.iter().all(|trunk| trunk.id != id) {
                self.node.close_trunk(id).await;
            }
        }
        self.states.with(|known| known.retain(|id, _| stored.iter().any(|trunk| trunk.id == *id)));
        for trunk in stored {
            if self.begins(&trunk) {
                opening.spawn(open(self.node.clone(), self.secrets.clone(), trunk));
            }
        }
    }

    /// Whether a trunk is to be tried now; notes that it is.
    fn begins(&self, trunk: &StoredTrunk) -> bool {
        self.states.with(|all| {
            let due = match all.get(&trunk.id) {
                None => true,
                Some(known) if known.opening => false,
                Some(known) => {
                    known.version != trunk.version || known.again.is_some_and(|again| again <= Instant::now())
                }
            };
            if due {
                let opening =
                    || TrunkState { status: TrunkStatus::Opening, since: Some(self.clock.now()), detail: None };
                // One that fails is shown as failing, and why, while it is tried again.
                let state = match all.remove(&trunk.id) {
                    Some(known) if known.version == trunk.version => known.state,
                    _ => opening(),
                };
                all.insert(trunk.id, Known { version: trunk.version, state, opening: true, again: None });
            }
            due
        })
    }

    fn note(&self, tried: Result<Tried, JoinError>) {
        let Tried { id, version, opened } = match tried {
            Ok(tried) => tried,
            Err(error) => return tracing::error!(%error, "opening a trunk has failed"),
        };
        let now = self.clock.now();
        let failed = opened.map_err(|error| {
            // The node keeps what it had when other settings can't be used.
            let goes_on = self.node.open_trunks().contains(&id);
            let what = if goes_on { "calls go on by its settings before this change" } else { "its campaigns wait" };
            tracing::warn!(trunk = %id, %error, what, "the trunk can't be used");
            if goes_on { format!("{error} Calls go on by the settings before this change.") } else { error.to_string() }
        });
        self.states.with(|all| {
            let Some(known) = all.get_mut(&id) else { return };
            let since = match (&failed, known.state.status) {
                (Err(_), TrunkStatus::Failing) => known.state.since,
                _ => Some(now),
            };
            let (status, again) = match failed {
                Ok(()) => (TrunkStatus::Ready, None),
                Err(_) => (TrunkStatus::Failing, Some(Instant::now() + RETRY)),
            };
            *known =
                Known { version, state: TrunkState { status, since, detail: failed.err() }, opening: false, again };
        });
    }
}

async fn open(node: NodeHandle, secrets: Secrets, trunk: StoredTrunk) -> Tried {
    let (id, version) = (trunk.id, trunk.version);
    // In a task of its own, so that a fault of ours is this trunk's failure and it is tried again.
    let opened = tokio::spawn(async move { node.open_trunk(wanted(&secrets, trunk)?).await }).await;
    let fault = |error: JoinError| CliError::new(Exit::Failure, "internal", format!("Opening it has failed: {error}."));
    Tried { id, version, opened: opened.unwrap_or_else(|error| Err(fault(error))) }
}
