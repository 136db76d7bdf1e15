//! Feeds the engine and carries out what it asks for. The loop itself never waits for the database: whatever does runs in a task beside it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use carillon_dialer::{CampaignView, Contact, Effect, Engine, Input, TrunkView};
use carillon_domain::{CampaignId, CampaignState, CampaignStatus, Timestamp, TrunkId, WaitingFor};
use carillon_store::{Campaign, InterruptScope, StoreError};
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::time::{Interval, MissedTickBehavior, interval};
use tokio_util::task::TaskTracker;

use super::call::{self, Begin};
use super::outage::DATABASE;
use super::prepare::{Prepared, Texts, prepare};
use super::salvage::salvage;
use super::{Shared, is_set, sleep_until, until_stored};

/// How often the campaigns are looked at: bounds how long a paused campaign's leases are held and how soon a new one begins. That no
/// call begins after Pause does not rest on it but on the gate.
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// How often work is looked for that another process left half done: calls and leases of a process that died meanwhile, rows of a stopped
/// or retried campaign, a campaign that nobody completed.
const TIDY_EVERY: Duration = Duration::from_secs(2);
/// Windows of rows of bulk actions, copies and deletions done each time: some seconds' work at most, so that the rest is looked at again.
const JOB_WINDOWS: usize = 8;
/// Answers waiting for the engine; those who bring them wait when it is full.
const INPUTS_MAX: usize = 4_096;
/// Contacts whose texts are spoken at the same time.
const PREPARED_AT_ONCE: usize = 4;

type CallInput = Input<Box<Prepared>>;

/// What a campaign's calls need besides the contact.
pub(crate) struct CampaignPlan {
    pub(crate) view: CampaignView,
    pub(crate) texts: Texts,
}

/// What campaigns wait for, where that is still to be written.
type Said = Arc<Mutex<HashMap<CampaignId, Option<WaitingFor>>>>;
/// The plans of the campaigns that are or were called; or why one can't be.
type Plans = Arc<Mutex<HashMap<CampaignId, Result<Arc<CampaignPlan>, String>>>>;

struct Drive {
    shared: Arc<Shared>,
    engine: Engine<Box<Prepared>>,
    inputs: mpsc::Sender<CallInput>,
    plans: Plans,
    said: Said,
    preparing: Arc<Semaphore>,
    /// One look and one tidying at a time: a slow database must not pile them up.
    looking: Arc<Semaphore>,
    tidying: Arc<Semaphore>,
    tasks: TaskTracker,
}

fn every(period: Duration) -> Interval {
    let mut interval = interval(period);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    interval
}

/// Runs until `drain` is true, the last call has ended, and what was begun beside it is done.
pub(crate) async fn run(shared: Arc<Shared>, mut drain: watch::Receiver<bool>) {
    let (inputs, mut received) = mpsc::channel(INPUTS_MAX);
    let mut drive = Drive {
        shared,
        engine: Engine::default(),
        inputs,
        plans: Plans::default(),
        said: Said::default(),
        preparing: Arc::new(Semaphore::new(PREPARED_AT_ONCE)),
        looking: Arc::new(Semaphore::new(1)),
        tidying: Arc::new(Semaphore::new(1)),
        tasks: TaskTracker::new(),
    };
    let (mut look, mut tidy) = (every(LOOK_EVERY), every(TIDY_EVERY));
    let mut draining = false;
    while !(draining && drive.engine.live() == 0) {
        let deadline = drive.engine.next_deadline().map(|at| drive.shared.clock.instant(at).into());
        let input = tokio::select! {
            biased;
            () = is_set(&mut drain), if !draining => {
                draining = true;
                Input::Drain
            }
            Some(input) = received.recv() => input,
            _ = look.tick(), if !draining => { drive.look(); continue }
            // Also while calls finish: it ends what people asked for, and places none.
            _ = tidy.tick() => { drive.tidy(); continue }
            () = sleep_until(deadline) => Input::Tick,
        };
        drive.feed(input);
        while let Ok(more) = received.try_recv() {
            drive.feed(more);
        }
    }
    // Leases that a late claim brings go back before the slot is let go.
    drive.tasks.close();
    let tasks = drive.tasks.clone();
    let mut done = std::pin::pin!(tasks.wait());
    loop {
        tokio::select! {
            biased;
            Some(input) = received.recv() => drive.feed(input),
            () = &mut done => break,
        }
    }
}

impl Drive {
    fn feed(&mut self, input: CallInput) {
        for effect in self.engine.handle(self.shared.clock.now(), input) {
            self.carry_out(effect);
        }
    }

    fn carry_out(&self, effect: Effect<Box<Prepared>>) {
        let shared = self.shared.clone();
        match effect {
            Effect::Claim { campaign, limit } => self.claim(campaign, limit),
            Effect::Begin { campaign, trunk, contact } => self.begin(campaign, trunk, contact),
            Effect::Release { campaign, rows } => {
                self.tasks.spawn(async move { release(&shared, campaign, &rows).await });
            }
            Effect::Reconcile { campaign, held } => {
                let inputs = self.inputs.clone();
                self.tasks.spawn(async move {
                    let (store, workspace) = (&shared.store, shared.workspace);
                    until_stored("leases", campaign, || store.leases_reconcile(workspace, campaign, &held)).await;
                    give(&inputs, Input::Reconciled { campaign }).await;
                });
            }
            Effect::CheckComplete { campaign } => {
                self.tasks.spawn(async move {
                    let (store, now) = (&shared.store, shared.clock.now());
                    if let Err(error) = store.campaign_complete_if_done(shared.workspace, campaign, now).await {
                        DATABASE.failed("completion", &error);
                    }
                });
            }
            Effect::Waiting { campaign, waiting_for } => {
                self.say_waiting(campaign, waiting_for);
            }
        }
    }

    /// Looks at the campaigns, in the background; the engine gets what was found.
    fn look(&self) {
        let Ok(permit) = self.looking.clone().try_acquire_owned() else { return };
        let (shared, plans, inputs) = (self.shared.clone(), self.plans.clone(), self.inputs.clone());
        self.tasks.spawn(async move {
            match view(&shared, &plans).await {
                Ok(view) => {
                    DATABASE.over();
                    give(&inputs, view).await;
                }
                Err(error) => DATABASE.failed("campaigns", &error),
            }
            drop(permit);
        });
    }

    /// Goes on with what a control command or a dead process left half done, in the background.
    fn tidy(&self) {
        let Ok(permit) = self.tidying.clone().try_acquire_owned() else { return };
        let shared = self.shared.clone();
        self.tasks.spawn(async move {
            if let Err(error) = go_on_with_half_done_work(&shared).await {
                DATABASE.failed("half done work", &error);
            }
            drop(permit);
        });
    }

    /// Writes what a campaign waits for, in the background. One writer a campaign, which takes the newest: an older one written last would stay.
    fn say_waiting(&self, campaign: CampaignId, waiting_for: Option<WaitingFor>) {
        let said = self.said.clone();
        if said.lock().unwrap_or_else(PoisonError::into_inner).insert(campaign, waiting_for).is_some() {
            return;
        }
        let shared = self.shared.clone();
        self.tasks.spawn(async move {
            loop {
                let Some(newest) = said.lock().unwrap_or_else(PoisonError::into_inner).get(&campaign).copied() else {
                    return;
                };
                set_waiting(&shared, campaign, newest).await;
                let mut said = said.lock().unwrap_or_else(PoisonError::into_inner);
                if said.get(&campaign) == Some(&newest) {
                    said.remove(&campaign);
                    return;
                }
            }
        });
    }

    fn plan(&self, campaign: CampaignId) -> Option<Arc<CampaignPlan>> {
        known_plan(&self.plans, campaign)
    }

    /// Leases contacts and has their texts spoken, in the background; each is handed to the engine as soon as it is ready.
    fn claim(&self, campaign: CampaignId, limit: u32) {
        let (shared, inputs, preparing) = (self.shared.clone(), self.inputs.clone(), self.preparing.clone());
        let Some(plan) = self.plan(campaign) else { return };
        self.tasks.spawn(async move {
            let now = shared.clock.now();
            let input = match shared.store.contacts_claim(shared.workspace, campaign, limit, now).await {
                Err(error) => {
                    DATABASE.failed("claim", &error);
                    Input::ClaimFailed { campaign }
                }
                Ok(contacts) => claimed(&shared, &plan, contacts, &inputs, &preparing).await,
            };
            give(&inputs, input).await;
        });
    }

    fn begin(&self, campaign: CampaignId, trunk: TrunkId, contact: Contact<Box<Prepared>>) {
        let (shared, inputs) = (self.shared.clone(), self.inputs.clone());
        let plan = self.plan(campaign);
        self.tasks.spawn(async move {
            let row = contact.row;
            match plan {
                Some(plan) => call::run(&shared, Begin { plan, trunk, contact: *contact.payload }).await,
                None => release(&shared, campaign, &[row]).await,
            }
            give(&inputs, Input::Ended { campaign, row }).await;
        });
    }
}

fn known_plan(plans: &Plans, campaign: CampaignId) -> Option<Arc<CampaignPlan>> {
    plans.lock().unwrap_or_else(PoisonError::into_inner).get(&campaign).and_then(|plan| plan.clone().ok())
}

/// Hands an answer to the engine, waiting when it is busy. The engine outlives all that was begun; only at the very end it may be gone.
async fn give(inputs: &mpsc::Sender<CallInput>, input: CallInput) {
    if inputs.send(input).await.is_err() {
        tracing::debug!("the engine has ended before an answer came");
    }
}

pub(crate) async fn release(shared: &Shared, campaign: CampaignId, rows: &[i64]) {
    until_stored("lease", campaign, || shared.store.contacts_release(shared.workspace, campaign, rows)).await;
}

/// For display; a campaign that was paused or completed meanwhile does not wait for anything.
async fn set_waiting(shared: &Shared, campaign: CampaignId, waiting_for: Option<WaitingFor>) {
    let (store, workspace) = (&shared.store, shared.workspace);
    let write = async || match store.campaign_set_waiting(workspace, campaign, waiting_for, shared.clock.now()).await {
        Err(error) if error.is_transient() => Err(error),
        written => Ok(written),
    };
    if let Some(Err(error)) = until_stored("what it waits for", campaign, write).await {
        tracing::debug!(%campaign, %error, "what the campaign waits for was not written");
    }
}

async fn go_on_with_half_done_work(shared: &Shared) -> Result<(), StoreError> {
    let (store, workspace, now) = (&shared.store, shared.workspace, shared.clock.now());
    if shared.scope == InterruptScope::DeadSlots {
        let interrupted = store.calls_interrupt(workspace, shared.scope, now).await?;
        salvage(store, workspace, &shared.data, interrupted.given_up).await;
    }
    // Each of them, whatever becomes of the ones before.
    let done = [
        store.stop_settle_pending(workspace, now).await.map(drop),
        store.retry_settle_pending(workspace, now).await.map(drop),
        store.campaigns_sweep(workspace, now).await.map(drop),
        store.jobs_work(workspace, JOB_WINDOWS, now).await.map(drop),
    ];
    done.into_iter().collect()
}

/// The campaigns as the database shows them now, their plans kept.
async fn view(shared: &Shared, plans: &Plans) -> Result<CallInput, StoreError> {
    let mut campaigns = Vec::new();
    for campaign in shared.store.campaigns_running(shared.workspace).await? {
        if shared.trunks.get(campaign.trunk).is_none() {
            if shared.all_trunks && !waits_for_trunk(&campaign.state) {
                set_waiting(shared, campaign.id, Some(WaitingFor::Trunk)).await;
            }
            continue;
        }
        let id = campaign.id;
        let known = known_plan(plans, id);
        let planned = plan_for(shared, campaign, known).await?;
        let mut known = plans.lock().unwrap_or_else(PoisonError::into_inner);
        match planned {
            Ok(plan) => {
                campaigns.push(plan.view.clone());
                known.insert(id, Ok(plan));
            }
            Err(why) => {
                // Once, not at each look.
                if !matches!(known.get(&id), Some(Err(told)) if *told == why) {
                    tracing::error!(campaign = %id, why, "nobody of this campaign is called");
                }
                known.insert(id, Err(why));
            }
        }
    }
    let mut trunks = Vec::new();
    for id in shared.trunks.ids() {
        if let Some(trunk) = shared.store.trunk_fetch(shared.workspace, id).await? {
            trunks.push(TrunkView {
                id,
                lines: trunk.settings.lines,
                calls_per_second: trunk.settings.calls_per_second,
            });
        }
    }
    Ok(Input::View { campaigns, trunks })
}

fn waits_for_trunk(state: &CampaignState) -> bool {
    matches!(
        state,
        CampaignState::Queued { waiting_for: WaitingFor::Trunk }
            | CampaignState::Running { waiting_for: Some(WaitingFor::Trunk) }
    )
}

/// The campaign's plan: the known one while nothing has changed. The inner error says why it can't be called.
async fn plan_for(
    shared: &Shared,
    campaign: Campaign,
    known: Option<Arc<CampaignPlan>>,
) -> Result<Result<Arc<CampaignPlan>, String>, StoreError> {
    let queued = campaign.state.status() == CampaignStatus::Queued;
    let view = CampaignView { id: campaign.id, trunk: campaign.trunk, settings: campaign.settings, queued };
    let texts = match known {
        Some(plan) if plan.view == view => return Ok(Ok(plan)),
        Some(plan) => plan.texts.clone(),
        None => {
            let Some(stored) = shared.store.employee_fetch(shared.workspace, campaign.employee).await? else {
                return Ok(Err("its AI employee is gone".to_owned()));
            };
            match Texts::new(stored.employee) {
                Ok(texts) => texts,
                Err(error) => {
                    return Ok(Err(format!("its AI employee's texts can't be used: {error}")));
                }
            }
        }
    };
    Ok(Ok(Arc::new(CampaignPlan { view, texts })))
}

/// Prepares what was claimed and sends all but the last to the engine; gives the last back as the end of the claim.
async fn claimed(
    shared: &Arc<Shared>,
    plan: &Arc<CampaignPlan>,
    contacts: Vec<carillon_store::Claimed>,
    inputs: &mpsc::Sender<CallInput>,
    preparing: &Arc<Semaphore>,
) -> CallInput {
    let campaign = plan.view.id;
    let next_due = next_due(shared, campaign, contacts.is_empty()).await;
    let mut tasks = Vec::with_capacity(contacts.len());
    for contact in contacts {
        let (shared, plan, preparing) = (shared.clone(), plan.clone(), preparing.clone());
        let row = contact.row;
        let task = tokio::spawn(async move {
            // The semaphore is never closed; without a permit the work is only less evenly spread.
            let permit = preparing.acquire_owned().await;
            let prepared = prepare(&shared, &plan.texts, contact).await;
            drop(permit);
            Contact { row: prepared.claimed.row, payload: Box::new(prepared) }
        });
        tasks.push((row, task));
    }
    let mut last = None;
    for (row, task) in tasks {
        let contact = match task.await {
            Ok(contact) => contact,
            Err(error) => {
                tracing::error!(%campaign, row, %error, "preparing a contact failed; it goes back to the queue");
                release(shared, campaign, &[row]).await;
                continue;
            }
        };
        if let Some(before) = last.replace(contact) {
            give(inputs, Input::Claimed { campaign, contacts: vec![before], more: true, next_due: None }).await;
        }
    }
    Input::Claimed { campaign, contacts: last.into_iter().collect(), more: false, next_due }
}

/// When the first contact that waits for another attempt is due; asked only when nothing was ready.
async fn next_due(shared: &Shared, campaign: CampaignId, nothing_ready: bool) -> Option<Timestamp> {
    if !nothing_ready {
        return None;
    }
    match shared.store.contacts_next_due(shared.workspace, campaign).await {
        Ok(due) => due,
        Err(error) => {
            tracing::warn!(%campaign, %error, "the next due time could not be read; the queue is asked again soon");
            Some(shared.clock.now())
        }
    }
}
