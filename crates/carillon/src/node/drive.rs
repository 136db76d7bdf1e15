//! Feeds the engine and carries out what it asks for.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use carillon_dialer::{CampaignView, Contact, Effect, Engine, Input, TrunkView};
use carillon_domain::{CampaignId, Timestamp, TrunkId};
use carillon_store::InterruptScope;
use tokio::sync::{Semaphore, mpsc, watch};

use super::call::{self, Begin};
use super::prepare::{Prepared, Texts, prepare};
use super::{Shared, is_set, sleep_until, until_stored};

/// How often the campaigns are looked at: bounds how long a paused campaign's leases are held and how soon a new one begins. That no
/// call begins after Pause does not rest on it but on the gate.
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// How often work is looked for that another process left half done: calls and leases of a process that died meanwhile, rows of a stopped
/// or retried campaign, a campaign that nobody completed.
const TIDY_EVERY: Duration = Duration::from_secs(2);
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

struct Drive {
    shared: Arc<Shared>,
    engine: Engine<Box<Prepared>>,
    inputs: mpsc::Sender<CallInput>,
    plans: HashMap<CampaignId, Arc<CampaignPlan>>,
    preparing: Arc<Semaphore>,
}

/// Runs until `drain` is true and the last call has ended.
pub(crate) async fn run(shared: Arc<Shared>, mut drain: watch::Receiver<bool>) {
    let (inputs, mut received) = mpsc::channel(INPUTS_MAX);
    let preparing = Arc::new(Semaphore::new(PREPARED_AT_ONCE));
    let mut drive = Drive { shared, engine: Engine::default(), inputs, plans: HashMap::new(), preparing };
    let mut look = tokio::time::interval(LOOK_EVERY);
    look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut tidy = tokio::time::interval(TIDY_EVERY);
    tidy.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
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
            _ = look.tick(), if !draining => match drive.look().await {
                Some(view) => view,
                None => continue,
            },
            _ = tidy.tick(), if !draining => {
                drive.tidy();
                continue;
            }
            () = sleep_until(deadline) => Input::Tick,
        };
        drive.feed(input).await;
        while let Ok(more) = received.try_recv() {
            drive.feed(more).await;
        }
    }
    // Leases that a late claim brought go back before the slot is let go.
    received.close();
    while let Some(input) = received.recv().await {
        drive.feed(input).await;
    }
}

impl Drive {
    /// Goes on with what a control command or a dead process left half done, in the background.
    fn tidy(&self) {
        let shared = self.shared.clone();
        tokio::spawn(async move {
            let (store, workspace, now) = (&shared.store, shared.workspace, shared.clock.now());
            let done = async {
                if shared.scope == InterruptScope::DeadSlots {
                    store.calls_interrupt(workspace, shared.scope, now).await?;
                }
                store.stop_settle_pending(workspace, now).await?;
                store.retry_settle_pending(workspace, now).await?;
                store.campaigns_sweep(workspace, now).await
            };
            if let Err(error) = done.await {
                tracing::warn!(%error, "could not go on with what was left half done; trying again");
            }
        });
    }

    /// The campaigns as the database shows them now; `None` when it can't be asked.
    async fn look(&mut self) -> Option<CallInput> {
        let shared = &self.shared;
        let running = match shared.store.campaigns_running(shared.workspace).await {
            Ok(running) => running,
            Err(error) => {
                tracing::warn!(%error, "the campaigns could not be looked at; trying again");
                return None;
            }
        };
        let mut campaigns = Vec::new();
        for campaign in running {
            if !shared.trunks.contains_key(&campaign.trunk) {
                continue;
            }
            let view = CampaignView { id: campaign.id, trunk: campaign.trunk, settings: campaign.settings };
            if let Some(plan) = self.plans.get_mut(&campaign.id) {
                if plan.view.settings != view.settings {
                    *plan = Arc::new(CampaignPlan { view: view.clone(), texts: plan.texts.clone() });
                }
            } else {
                match self.plan(view.clone(), campaign.employee).await {
                    Some(plan) => self.plans.insert(campaign.id, Arc::new(plan)),
                    None => continue,
                };
            }
            campaigns.push(view);
        }
        let trunks = self.trunk_views().await;
        Some(Input::View { campaigns, trunks })
    }

    async fn plan(&self, view: CampaignView, employee: carillon_store::EmployeeVersion) -> Option<CampaignPlan> {
        let stored = match self.shared.store.employee_fetch(self.shared.workspace, employee).await {
            Ok(Some(stored)) => stored,
            Ok(None) => {
                tracing::error!(campaign = %view.id, "the campaign's employee is gone; it is not called");
                return None;
            }
            Err(error) => {
                tracing::warn!(campaign = %view.id, %error, "the campaign's employee could not be read; trying again");
                return None;
            }
        };
        match Texts::new(stored.employee) {
            Ok(texts) => Some(CampaignPlan { view, texts }),
            Err(error) => {
                tracing::error!(campaign = %view.id, %error, "the employee's texts can't be used; the campaign is not called");
                None
            }
        }
    }

    async fn trunk_views(&self) -> Vec<TrunkView> {
        let mut views = Vec::new();
        for &id in self.shared.trunks.keys() {
            match self.shared.store.trunk_fetch(self.shared.workspace, id).await {
                Ok(Some(trunk)) => views.push(TrunkView {
                    id,
                    lines: trunk.settings.lines,
                    calls_per_second: trunk.settings.calls_per_second,
                }),
                Ok(None) => {}
                Err(error) => tracing::warn!(%error, "a trunk could not be read; its last limits stay"),
            }
        }
        views
    }

    async fn feed(&mut self, input: CallInput) {
        let now = self.shared.clock.now();
        for effect in self.engine.handle(now, input) {
            self.carry_out(effect).await;
        }
    }

    async fn carry_out(&mut self, effect: Effect<Box<Prepared>>) {
        match effect {
            Effect::Claim { campaign, limit } => self.claim(campaign, limit),
            Effect::Begin { campaign, trunk, contact } => self.begin(campaign, trunk, contact),
            Effect::Release { campaign, rows } => {
                let (store, workspace) = (&self.shared.store, self.shared.workspace);
                until_stored("lease", campaign, || store.contacts_release(workspace, campaign, &rows)).await;
            }
            Effect::CheckComplete { campaign } => {
                let shared = &self.shared;
                if let Err(error) =
                    shared.store.campaign_complete_if_done(shared.workspace, campaign, shared.clock.now()).await
                {
                    tracing::warn!(%campaign, %error, "could not look whether the campaign is complete; trying again");
                }
            }
            Effect::Waiting { campaign, waiting_for } => {
                let shared = &self.shared;
                if let Err(error) =
                    shared.store.campaign_set_waiting(shared.workspace, campaign, waiting_for, shared.clock.now()).await
                {
                    tracing::debug!(%campaign, %error, "what the campaign waits for was not written");
                }
            }
        }
    }

    /// Leases contacts and has their texts spoken, in the background; each is handed to the engine as soon as it is ready.
    fn claim(&self, campaign: CampaignId, limit: u32) {
        let (shared, inputs, preparing) = (self.shared.clone(), self.inputs.clone(), self.preparing.clone());
        let Some(plan) = self.plans.get(&campaign).cloned() else { return };
        tokio::spawn(async move {
            let now = shared.clock.now();
            let input = match shared.store.contacts_claim(shared.workspace, campaign, limit, now).await {
                Err(error) => {
                    tracing::warn!(%campaign, %error, "contacts could not be claimed; trying again");
                    Input::ClaimFailed { campaign }
                }
                Ok(contacts) => claimed(&shared, &plan, contacts, &inputs, &preparing).await,
            };
            give(&inputs, input).await;
        });
    }

    fn begin(&self, campaign: CampaignId, trunk: TrunkId, contact: Contact<Box<Prepared>>) {
        let (shared, inputs) = (self.shared.clone(), self.inputs.clone());
        let Some(plan) = self.plans.get(&campaign).cloned() else { return };
        tokio::spawn(async move {
            let row = contact.row;
            call::run(&shared, Begin { plan, trunk, contact: *contact.payload }).await;
            give(&inputs, Input::Ended { campaign, row }).await;
        });
    }
}

/// Hands an answer to the engine, waiting when it is busy. The engine outlives all that was begun; only at the very end it may be gone.
async fn give(inputs: &mpsc::Sender<CallInput>, input: CallInput) {
    if inputs.send(input).await.is_err() {
        tracing::debug!("the engine has ended before an answer came");
    }
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
                let rows = [row];
                until_stored("lease", campaign, || shared.store.contacts_release(shared.workspace, campaign, &rows))
                    .await;
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
