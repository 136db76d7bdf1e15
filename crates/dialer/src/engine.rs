//! The engine: campaigns, lines, rates, claims.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use carillon_domain::campaign::CampaignSettings;
use carillon_domain::{CampaignId, Timestamp, TrunkId, WaitingFor};

use crate::rate::RateGate;

/// A running campaign as the database shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct CampaignView {
    /// Its id.
    pub id: CampaignId,
    /// The trunk it calls through.
    pub trunk: TrunkId,
    /// Its settings.
    pub settings: CampaignSettings,
    /// The database shows it as Queued: it becomes Running by the first [`Effect::Waiting`].
    pub queued: bool,
}

/// A trunk as the database shows it.
#[derive(Debug, Clone, Copy)]
pub struct TrunkView {
    /// Its id.
    pub id: TrunkId,
    /// Lines at once over all campaigns.
    pub lines: u32,
    /// Calls per second over all campaigns.
    pub calls_per_second: f64,
}

/// A claimed contact: leased to this process, ready to be called. `P` is what the driver wants to keep with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact<P> {
    /// Its row in the campaign.
    pub row: i64,
    /// Whatever the driver needs to call it.
    pub payload: P,
}

/// What happened.
#[derive(Debug)]
pub enum Input<P> {
    /// The campaigns that may make calls now, and their trunks: the whole truth, not a change.
    View {
        /// Running campaigns.
        campaigns: Vec<CampaignView>,
        /// All trunks that they name.
        trunks: Vec<TrunkView>,
    },
    /// The answer to [`Effect::Claim`].
    Claimed {
        /// For which campaign.
        campaign: CampaignId,
        /// What was leased; empty when nothing is ready.
        contacts: Vec<Contact<P>>,
        /// Whether more of the same claim follows: contacts may come one by one as their speech is ready.
        more: bool,
        /// The earliest due time of a contact that waits for another attempt.
        next_due: Option<Timestamp>,
    },
    /// The claim could not be made (database unreachable); asked again a second after the leases are reconciled.
    ClaimFailed {
        /// For which campaign.
        campaign: CampaignId,
    },
    /// [`Effect::Reconcile`] is carried out.
    Reconciled {
        /// Of which campaign.
        campaign: CampaignId,
    },
    /// A call begun by [`Effect::Begin`] is over and settled, or was refused: its line is free.
    Ended {
        /// The campaign.
        campaign: CampaignId,
        /// The contact's row.
        row: i64,
    },
    /// No new calls from now on; calls in progress finish.
    Drain,
    /// Only time has passed.
    Tick,
}

/// What to do.
#[derive(Debug, PartialEq, Eq)]
pub enum Effect<P> {
    /// Lease up to `limit` ready contacts.
    Claim {
        /// Of which campaign.
        campaign: CampaignId,
        /// How many at most.
        limit: u32,
    },
    /// Begin a call now: commit it, then send the INVITE. A line and a place in the rate are taken.
    Begin {
        /// The campaign.
        campaign: CampaignId,
        /// The trunk.
        trunk: TrunkId,
        /// Whom.
        contact: Contact<P>,
    },
    /// Give back leases of contacts that will not be called now.
    Release {
        /// Of which campaign.
        campaign: CampaignId,
        /// Which rows.
        rows: Vec<i64>,
    },
    /// Give back every lease of this campaign but those of the rows held here. Until [`Input::Reconciled`] answers nothing is claimed: what a
    /// later claim brings would be given back with the rest while it is called.
    Reconcile {
        /// Of which campaign.
        campaign: CampaignId,
        /// Rows that are known here, ready or in a call.
        held: Vec<i64>,
    },
    /// Nothing is ready, waiting or in progress here: look whether the campaign is complete.
    CheckComplete {
        /// Which.
        campaign: CampaignId,
    },
    /// What the campaign waits for has changed.
    Waiting {
        /// Which.
        campaign: CampaignId,
        /// `None`: it calls.
        waiting_for: Option<WaitingFor>,
    },
}

/// How long an empty queue is left alone before it is asked again (retries of other nodes, undone exclusions, Retry Failed).
const EMPTY_QUEUE_POLL: Duration = Duration::from_millis(500);

struct Campaign<P> {
    view: CampaignView,
    rate: RateGate,
    ready: VecDeque<Contact<P>>,
    live: BTreeSet<i64>,
    claiming: bool,
    claim_at: Timestamp,
    next_due: Option<Timestamp>,
    exhausted: bool,
    /// What the database was told that it waits for; `None` when it was told nothing by this process yet.
    waiting: Option<Option<WaitingFor>>,
    served: u64,
}

impl<P> Campaign<P> {
    fn new(view: CampaignView, now: Timestamp) -> Self {
        let rate = RateGate::new(view.settings.pacing.calls_per_second);
        Self {
            view,
            rate,
            ready: VecDeque::new(),
            live: BTreeSet::new(),
            claiming: false,
            claim_at: now,
            next_due: None,
            exhausted: false,
            waiting: None,
            served: 0,
        }
    }

    /// What can be placed in about a second, and never more than the lines: a lease held for longer helps nobody.
    fn claim_target(&self) -> usize {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "bounded by the settings")]
        let per_second = self.view.settings.pacing.calls_per_second.ceil() as usize;
        per_second.clamp(1, (self.view.settings.pacing.lines as usize).max(1)).min(1_000)
    }

    fn free_lines(&self) -> usize {
        (self.view.settings.pacing.lines as usize).saturating_sub(self.live.len())
    }
}

struct Trunk {
    lines: u32,
    rate: RateGate,
    live: usize,
}

/// The campaign engine of one process. One mutation by [`Engine::handle`], which returns all effects of it.
pub struct Engine<P> {
    campaigns: BTreeMap<CampaignId, Campaign<P>>,
    /// Campaigns that may not call any more but still have calls in progress, with their trunk.
    leaving: BTreeMap<CampaignId, (TrunkId, BTreeSet<i64>)>,
    /// Campaigns whose leases are being reconciled.
    reconciling: BTreeSet<CampaignId>,
    trunks: BTreeMap<TrunkId, Trunk>,
    draining: bool,
    served: u64,
}

impl<P> Default for Engine<P> {
    fn default() -> Self {
        Self {
            campaigns: BTreeMap::new(),
            leaving: BTreeMap::new(),
            reconciling: BTreeSet::new(),
            trunks: BTreeMap::new(),
            draining: false,
            served: 0,
        }
    }
}

impl<P> Engine<P> {
    /// Calls in progress, begun by this engine and not ended.
    pub fn live(&self) -> usize {
        self.campaigns.values().map(|c| c.live.len()).sum::<usize>()
            + self.leaving.values().map(|(_, rows)| rows.len()).sum::<usize>()
    }

    /// Takes what happened and says what to do. Call it with the present time; time never goes back here.
    pub fn handle(&mut self, now: Timestamp, input: Input<P>) -> Vec<Effect<P>> {
        let mut effects = Vec::new();
        match input {
            Input::View { campaigns, trunks } => self.view(now, campaigns, &trunks, &mut effects),
            Input::Claimed { campaign, contacts, more: true, .. } => self.arrived(campaign, contacts, &mut effects),
            Input::Claimed { campaign, contacts, more: false, next_due } => {
                self.claimed(now, campaign, contacts, next_due, &mut effects);
            }
            Input::ClaimFailed { campaign } => {
                if let Some(c) = self.campaigns.get_mut(&campaign) {
                    c.claiming = false;
                    self.reconciling.insert(campaign);
                    // Its answer may have been lost after it was committed: what nobody here knows of goes back to the queue.
                    let held = c.ready.iter().map(|contact| contact.row).chain(c.live.iter().copied()).collect();
                    effects.push(Effect::Reconcile { campaign, held });
                }
            }
            Input::Reconciled { campaign } => {
                self.reconciling.remove(&campaign);
                if let Some(c) = self.campaigns.get_mut(&campaign) {
                    c.claim_at = now + Duration::from_secs(1);
                }
            }
            Input::Ended { campaign, row } => self.ended(now, campaign, row),
            Input::Drain => {
                self.draining = true;
                for (id, c) in &mut self.campaigns {
                    release(*id, &mut c.ready, &mut effects);
                    effects.push(Effect::Waiting { campaign: *id, waiting_for: Some(WaitingFor::Dialer) });
                }
            }
            Input::Tick => {}
        }
        if !self.draining {
            self.begin_calls(now, &mut effects);
            self.claim(now, &mut effects);
            self.say_what_is_waited_for(&mut effects);
        }
        effects
    }

    fn view(
        &mut self,
        now: Timestamp,
        campaigns: Vec<CampaignView>,
        trunks: &[TrunkView],
        effects: &mut Vec<Effect<P>>,
    ) {
        for view in trunks {
            let trunk = self.trunks.entry(view.id).or_insert_with(|| Trunk {
                lines: view.lines,
                rate: RateGate::new(view.calls_per_second),
                live: 0,
            });
            trunk.lines = view.lines;
            trunk.rate.set_rate(view.calls_per_second);
        }
        let present: BTreeSet<CampaignId> = campaigns.iter().map(|c| c.id).collect();
        let gone: Vec<CampaignId> = self.campaigns.keys().filter(|id| !present.contains(id)).copied().collect();
        for id in gone {
            if let Some(mut campaign) = self.campaigns.remove(&id) {
                release(id, &mut campaign.ready, effects);
                if !campaign.live.is_empty() {
                    self.leaving.insert(id, (campaign.view.trunk, campaign.live));
                }
            }
        }
        for view in campaigns {
            let id = view.id;
            let leaving = &mut self.leaving;
            let campaign = self.campaigns.entry(id).or_insert_with(|| {
                let mut campaign = Campaign::new(view.clone(), now);
                // Resumed while calls of before were still in progress: they hold its lines.
                if let Some((_, live)) = leaving.remove(&id) {
                    campaign.live = live;
                }
                campaign
            });
            campaign.rate.set_rate(view.settings.pacing.calls_per_second);
            if view.queued {
                campaign.waiting = None;
            }
            campaign.view = view;
        }
    }

    /// Contacts that can be called now; whatever was paused, stopped or drained since they were asked for goes back.
    fn arrived(&mut self, id: CampaignId, contacts: Vec<Contact<P>>, effects: &mut Vec<Effect<P>>) {
        match self.campaigns.get_mut(&id).filter(|_| !self.draining) {
            Some(campaign) => campaign.ready.extend(contacts),
            None => release(id, &mut contacts.into(), effects),
        }
    }

    /// The end of a claim.
    fn claimed(
        &mut self,
        now: Timestamp,
        id: CampaignId,
        contacts: Vec<Contact<P>>,
        next_due: Option<Timestamp>,
        effects: &mut Vec<Effect<P>>,
    ) {
        let empty = contacts.is_empty();
        self.arrived(id, contacts, effects);
        let Some(campaign) = self.campaigns.get_mut(&id) else { return };
        campaign.claiming = false;
        campaign.next_due = next_due;
        campaign.exhausted = empty;
        campaign.claim_at = now;
        if empty {
            let poll = now + EMPTY_QUEUE_POLL;
            campaign.claim_at = next_due.map_or(poll, |due| due.clamp(now + Duration::from_millis(5), poll));
            if campaign.ready.is_empty() && campaign.live.is_empty() && next_due.is_none() {
                effects.push(Effect::CheckComplete { campaign: id });
            }
        }
    }

    fn ended(&mut self, now: Timestamp, id: CampaignId, row: i64) {
        let trunk = if let Some(campaign) = self.campaigns.get_mut(&id) {
            campaign.live.remove(&row).then(|| {
                // The last one: ask at once whether anything is left, so that the campaign completes at once.
                if campaign.live.is_empty() && campaign.exhausted {
                    campaign.claim_at = now;
                }
                campaign.view.trunk
            })
        } else if let Some((trunk, rows)) = self.leaving.get_mut(&id) {
            let trunk = rows.remove(&row).then_some(*trunk);
            if rows.is_empty() {
                self.leaving.remove(&id);
            }
            trunk
        } else {
            None
        };
        if let Some(trunk) = trunk.and_then(|id| self.trunks.get_mut(&id)) {
            debug_assert!(trunk.live > 0, "a line was freed twice");
            trunk.live = trunk.live.saturating_sub(1);
        }
    }

    /// Begins calls while lines and rates allow. On a trunk shared by several campaigns the one with the fewest calls in progress goes
    /// first, and among equals the one served longest ago: lines are shared evenly between those that can use them.
    fn begin_calls(&mut self, now: Timestamp, effects: &mut Vec<Effect<P>>) {
        loop {
            let next = self
                .campaigns
                .iter()
                .filter(|(_, c)| !c.ready.is_empty() && c.free_lines() > 0 && c.rate.is_ready(now))
                .filter(|(_, c)| {
                    self.trunks.get(&c.view.trunk).is_some_and(|t| t.live < t.lines as usize && t.rate.is_ready(now))
                })
                .min_by_key(|(_, c)| (c.live.len(), c.served))
                .map(|(id, _)| *id);
            let Some((id, campaign)) = next.and_then(|id| self.campaigns.get_mut(&id).map(|c| (id, c))) else { return };
            let Some(contact) = campaign.ready.pop_front() else { return };
            let Some(trunk) = self.trunks.get_mut(&campaign.view.trunk) else { return };
            self.served += 1;
            campaign.served = self.served;
            campaign.rate.sent(now);
            trunk.rate.sent(now);
            if campaign.live.insert(contact.row) {
                trunk.live += 1;
            }
            effects.push(Effect::Begin { campaign: id, trunk: campaign.view.trunk, contact });
        }
    }

    fn claim(&mut self, now: Timestamp, effects: &mut Vec<Effect<P>>) {
        for (id, campaign) in &mut self.campaigns {
            let target = campaign.claim_target();
            let room = campaign.free_lines();
            if campaign.claiming
                || self.reconciling.contains(id)
                || campaign.claim_at > now
                || campaign.ready.len() * 2 > target
                || (room == 0 && !campaign.ready.is_empty())
            {
                continue;
            }
            let limit = u32::try_from(target - campaign.ready.len().min(target)).unwrap_or(u32::MAX);
            if limit > 0 {
                campaign.claiming = true;
                effects.push(Effect::Claim { campaign: *id, limit });
            }
        }
    }

    fn say_what_is_waited_for(&mut self, effects: &mut Vec<Effect<P>>) {
        for (id, campaign) in &mut self.campaigns {
            let trunk_full = self.trunks.get(&campaign.view.trunk).is_none_or(|t| t.live >= t.lines as usize);
            let waiting = if !campaign.live.is_empty() {
                None
            } else if campaign.ready.is_empty() {
                campaign.next_due.filter(|_| campaign.exhausted).map(|_| WaitingFor::NextAttempt)
            } else {
                trunk_full.then_some(WaitingFor::Line)
            };
            if campaign.waiting != Some(waiting) {
                campaign.waiting = Some(waiting);
                effects.push(Effect::Waiting { campaign: *id, waiting_for: waiting });
            }
        }
    }

    /// When to call [`Engine::handle`] with [`Input::Tick`] at the latest; `None` when only another input can change anything.
    pub fn next_deadline(&self) -> Option<Timestamp> {
        if self.draining {
            return None;
        }
        let begin = |c: &Campaign<P>| {
            let trunk = self.trunks.get(&c.view.trunk).filter(|t| t.live < t.lines as usize)?;
            (!c.ready.is_empty() && c.free_lines() > 0)
                .then(|| c.rate.ready_at().max(trunk.rate.ready_at()).unwrap_or_default())
        };
        let claim = |c: &Campaign<P>| {
            (!c.claiming
                && !self.reconciling.contains(&c.view.id)
                && c.ready.len() * 2 <= c.claim_target()
                && (c.free_lines() > 0 || c.ready.is_empty()))
            .then_some(c.claim_at)
        };
        self.campaigns.values().flat_map(|c| [begin(c), claim(c)]).flatten().min()
    }
}

fn release<P>(campaign: CampaignId, ready: &mut VecDeque<Contact<P>>, effects: &mut Vec<Effect<P>>) {
    if !ready.is_empty() {
        effects.push(Effect::Release { campaign, rows: ready.drain(..).map(|c| c.row).collect() });
    }
}

#[cfg(test)]
mod tests;
