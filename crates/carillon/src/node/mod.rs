//! The dialing part of a process: one engine, many calls.
//!
//! `drive` feeds [`carillon_dialer::Engine`] and carries out its effects; `call` takes one contact from `begin_call` to `finish_call`;
//! `prepare` has the texts of a claimed contact spoken before its turn comes; `slot` holds
//! this process's slot in the database.

mod call;
mod drive;
mod outage;
mod outcome;
mod prepare;
mod salvage;
mod slot;
mod switches;
mod trunks;
mod voice;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use carillon_domain::{CallId, CampaignId, TrunkId, WorkspaceId};
use carillon_media::{MediaConfig, MediaEngine};
use carillon_sip::{RegistrationState, UserAgent, UserAgentConfig};
use carillon_store::{InterruptScope, Store};
use tokio::sync::{broadcast, watch};
use tokio::task::JoinHandle;

use crate::clock::Clock;
use crate::commands::context::{Context, WORKSPACE};
use crate::error::{CliError, Exit, OrFail};
use crate::report::{self, LiveEvent};

use outage::DATABASE;
use switches::Switches;
use trunks::Trunks;

pub use slot::SlotKeeper;
pub use trunks::WantedTrunk;
pub use voice::Voice;

/// What a node needs.
pub struct NodeConfig {
    /// Records.
    pub store: Store,
    /// Time.
    pub clock: Clock,
    /// Whose campaigns.
    pub workspace: WorkspaceId,
    /// Data folder, with `recordings/` below it.
    pub data: PathBuf,
    /// The employee's voice.
    pub voice: Arc<Voice>,
    /// The trunks this process may use, with their passwords. Campaigns of other trunks are left alone.
    pub trunks: Vec<WantedTrunk>,
    /// Also all other trunks, which come and go by [`NodeHandle::open_trunk`]: a campaign without an open one waits for it.
    pub all_trunks: bool,
    /// Which unfinished calls of earlier processes are given up at the start.
    pub scope: InterruptScope,
}

impl NodeConfig {
    /// For the campaigns of an open folder or database.
    pub fn of(context: &Context, voice: Voice, trunks: Vec<WantedTrunk>, all_trunks: bool) -> NodeConfig {
        NodeConfig {
            store: context.store.clone(),
            clock: context.clock.clone(),
            workspace: WORKSPACE,
            data: context.folder.path().to_owned(),
            voice: Arc::new(voice),
            trunks,
            all_trunks,
            // Where other machines may be calling, only those that gave no sign of life are dead.
            scope: if context.shared_database { InterruptScope::DeadSlots } else { InterruptScope::OnlyDialer },
        }
    }
}

/// What all tasks of a node share.
pub(crate) struct Shared {
    store: Store,
    clock: Clock,
    workspace: WorkspaceId,
    data: PathBuf,
    voice: Arc<Voice>,
    scope: InterruptScope,
    media: MediaEngine,
    trunks: Trunks,
    all_trunks: bool,
    /// To hang up single calls.
    switches: Switches,
    live: broadcast::Sender<LiveEvent>,
    /// No new calls are placed any more.
    draining: AtomicBool,
    /// Becomes true when calls in progress are to be hung up.
    hang_up: watch::Receiver<bool>,
}

/// A running node. Dropping it does not stop it: call [`Node::drain`] and [`Node::wait`].
pub struct Node {
    shared: Arc<Shared>,
    agent: Arc<UserAgent>,
    drain: watch::Sender<bool>,
    hang_up: watch::Sender<bool>,
    drive: JoinHandle<()>,
    /// Set when the dialing task has ended, and how.
    ended: Option<Result<(), CliError>>,
}

impl Node {
    /// Gives up what dead predecessors left unfinished, opens the trunks and begins to call. This process must hold a slot.
    pub async fn start(config: NodeConfig) -> Result<Node, CliError> {
        let interrupted = config
            .store
            .calls_interrupt(config.workspace, config.scope, config.clock.now())
            .await
            .or_fail("reconcile")?;
        if interrupted.calls > 0 || interrupted.released > 0 {
            tracing::info!(
                calls = interrupted.calls,
                leases = interrupted.released,
                "gave up what a dead process left"
            );
            if interrupted.calls > 0 {
                report::talk(&format!(
                    "In progress when Carillon ended without warning: {}. Their contacts are Failed (interrupted), since the phone may have rung; `campaign retry` calls them again.",
                    report::counted(interrupted.calls, "call")
                ));
            }
        }
        salvage::salvage(&config.store, config.workspace, &config.data, interrupted.given_up).await;
        let bind = if config.all_trunks {
            Ipv4Addr::UNSPECIFIED.into()
        } else {
            bind_address(config.trunks.iter().map(|wanted| wanted.settings.host.as_str()))
        };
        let agent = UserAgent::start(UserAgentConfig { bind: (bind, 0).into(), ..UserAgentConfig::default() })
            .await
            .or_fail("sip_start")?;
        let agent = Arc::new(agent);
        let trunks = Trunks::default();
        for wanted in config.trunks {
            trunks.open(&agent, wanted).await?;
        }
        let media =
            MediaEngine::start(MediaConfig { bind_ip: bind, ..MediaConfig::default() }).or_fail("media_start")?;
        let (hang_up, hang_up_seen) = watch::channel(false);
        let (drain, drain_seen) = watch::channel(false);
        let shared = Arc::new(Shared {
            store: config.store,
            clock: config.clock,
            workspace: config.workspace,
            data: config.data,
            voice: config.voice,
            scope: config.scope,
            media,
            trunks,
            all_trunks: config.all_trunks,
            switches: Switches::default(),
            live: broadcast::channel(4_096).0,
            draining: AtomicBool::new(false),
            hang_up: hang_up_seen,
        });
        let drive = tokio::spawn(drive::run(shared.clone(), drain_seen));
        Ok(Node { shared, agent, drain, hang_up, drive, ended: None })
    }

    /// To ask of its calls and trunks from elsewhere in the process.
    pub fn handle(&self) -> NodeHandle {
        NodeHandle { shared: self.shared.clone(), agent: self.agent.clone() }
    }

    /// What happens in calls, for display: a slow reader misses events, nothing waits for it.
    pub fn live(&self) -> broadcast::Receiver<LiveEvent> {
        self.shared.live.subscribe()
    }

    /// No new calls; calls in progress finish.
    pub fn drain(&self) {
        self.shared.draining.store(true, Ordering::Relaxed);
        self.drain.send_replace(true);
    }

    /// Set to true, it hangs up the calls in progress; usable while [`Node::wait`] waits.
    pub fn hang_up_switch(&self) -> watch::Sender<bool> {
        self.hang_up.clone()
    }

    /// Waits until the dialing task has ended: after a drain, or by a fault of Carillon.
    pub async fn until_ended(&mut self) {
        if self.ended.is_none() {
            let ended = (&mut self.drive).await;
            self.ended = Some(ended.map_err(|error| {
                CliError::new(Exit::Failure, "internal", format!("The dialing task failed: {error}.")).next(
                    "Calls it had begun are shown as interrupted at the next start. Please report this with the log.",
                )
            }));
        }
    }

    /// Waits until a drained node has finished its calls, then lets go of everything.
    pub async fn wait(mut self) -> Result<(), CliError> {
        self.until_ended().await;
        let mut impatient = self.hang_up.subscribe();
        tokio::select! {
            () = self.agent.shutdown() => {}
            Ok(()) = impatient.changed() => {
                tracing::warn!("ended before the last calls taken back were confirmed: a phone may still ring");
            }
        }
        log_send_times(&self.shared.media);
        self.ended.unwrap_or(Ok(()))
    }
}

/// What the rest of the process may ask of a running node. After its end nothing is there to be asked, and nothing fails.
#[derive(Clone)]
pub struct NodeHandle {
    shared: Arc<Shared>,
    agent: Arc<UserAgent>,
}

impl NodeHandle {
    /// Whether new calls are placed here: no longer once the process ends.
    pub fn dials(&self) -> bool {
        !self.shared.draining.load(Ordering::Relaxed)
    }

    /// Hangs up one call. `false`: it is not in progress here.
    pub fn hang_up(&self, call: CallId) -> bool {
        self.shared.switches.press(call)
    }

    /// Hangs up every call of a campaign. Gives how many.
    pub fn hang_up_campaign(&self, campaign: CampaignId) -> u32 {
        self.shared.switches.press_all(campaign)
    }

    /// Opens a trunk, or opens it again with other settings. Its calls under way go on.
    pub async fn open_trunk(&self, wanted: WantedTrunk) -> Result<(), CliError> {
        self.shared.trunks.open(&self.agent, wanted).await
    }

    /// Closes a trunk; its calls under way go on.
    pub async fn close_trunk(&self, id: TrunkId) {
        self.shared.trunks.close(id).await;
    }

    /// Calls in progress by a trunk.
    pub fn lines_in_use(&self, id: TrunkId) -> u32 {
        self.shared.switches.by_trunk(id)
    }

    /// The trunks that are open.
    pub fn open_trunks(&self) -> Vec<TrunkId> {
        self.shared.trunks.ids()
    }

    /// How the registration of an open trunk stands.
    pub fn registration(&self, id: TrunkId) -> Option<RegistrationState> {
        Some(self.shared.trunks.get(id)?.registration().borrow().clone())
    }

    /// The address of a trunk's messages and sound, as announced to it.
    pub fn signalling_address(&self, id: TrunkId) -> Option<SocketAddr> {
        self.shared.trunks.get(id)?.announced_address()
    }
}

/// How late RTP left, for `bench/rtp_lateness.py` (`CARILLON_LOG=carillon::rtp=debug`).
fn log_send_times(media: &MediaEngine) {
    let (late, stats) = (media.send_lateness(), media.stats());
    let late_us = |share| late.quantile(share).map_or(0, |late| u64::try_from(late.as_micros()).unwrap_or(u64::MAX));
    tracing::debug!(
        target: "carillon::rtp",
        packets = late.count(),
        late_p50_us = late_us(0.5),
        late_p99_us = late_us(0.99),
        late_worst_us = late_us(1.0),
        skipped = stats.steps_skipped,
        "RTP send times"
    );
}

/// Where SIP and RTP are received: on loopback when every trunk is there, and in the address family of the trunks.
pub(crate) fn bind_address<'a>(hosts: impl Iterator<Item = &'a str>) -> IpAddr {
    let mut all_loopback = true;
    let mut v6 = false;
    for host in hosts {
        let ip = host.parse::<IpAddr>().ok();
        all_loopback &= host == "localhost" || ip.is_some_and(|ip| ip.is_loopback());
        v6 |= ip.is_some_and(|ip| ip.is_ipv6());
    }
    match (all_loopback, v6) {
        (true, false) => Ipv4Addr::LOCALHOST.into(),
        (true, true) => Ipv6Addr::LOCALHOST.into(),
        (false, false) => Ipv4Addr::UNSPECIFIED.into(),
        (false, true) => Ipv6Addr::UNSPECIFIED.into(),
    }
}

/// Waits for `deadline`; for ever when there is none.
pub(crate) async fn sleep_until(deadline: Option<tokio::time::Instant>) {
    match deadline {
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}

/// Waits until the switch is on. An owner that is gone counts as on: nobody could switch it any more.
pub(crate) async fn is_set(switch: &mut watch::Receiver<bool>) {
    if switch.wait_for(|on| *on).await.is_err() {
        tracing::debug!("the node's owner is gone");
    }
}

/// How long a finished call's writing is tried again while the database is away, at most between two tries.
const RETRY_PAUSE_MAX: Duration = Duration::from_secs(5);

/// Repeats a write until the database takes it: what came of a call is never dropped because the database is away for a while. `None` when
/// no repetition can help (the row is gone, the database is closed).
pub(crate) async fn until_stored<T, F>(what: &str, campaign: CampaignId, mut write: impl FnMut() -> F) -> Option<T>
where
    F: Future<Output = Result<T, carillon_store::StoreError>>,
{
    let mut pause = Duration::from_millis(50);
    loop {
        match write().await {
            Ok(value) => {
                DATABASE.over();
                return Some(value);
            }
            Err(error) if !error.is_transient() => {
                tracing::error!(what, %campaign, %error, "could not be written, and trying again would not help");
                return None;
            }
            Err(error) => {
                DATABASE.failed(what, &error);
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(RETRY_PAUSE_MAX);
            }
        }
    }
}
