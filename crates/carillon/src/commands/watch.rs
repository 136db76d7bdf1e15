//! Watches a campaign that this process calls, until it is over or the person ends it.

use std::time::Duration;

use carillon_domain::campaign::CampaignStatus;
use carillon_domain::{CallOutcome, CampaignId, CampaignState, FailureCode};
use carillon_store::Campaign;
use serde_json::json;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;

use super::context::{Context, WORKSPACE};
use crate::error::{CliError, Exit, OrFail};
use crate::node::{Node, SlotKeeper, is_set};
use crate::report::{LiveEvent, Reporter, Summary};

/// How often the counts are looked at.
pub const LOOK_EVERY: Duration = Duration::from_millis(200);

/// How watching ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Watched {
    /// Every contact is settled.
    Completed,
    /// A person stopped the campaign.
    Canceled,
    /// Ctrl-C or a termination signal: calls in progress finished, the campaign goes on when it is run again.
    Interrupted,
    /// The carrier refuses the login each time: everyone would fail.
    LoginRefused,
}

/// So many calls in a row whose login is refused end a run.
pub const LOGIN_REFUSALS_MAX: u32 = 20;

/// Shows a campaign that this process calls.
pub struct Watcher<'a> {
    context: &'a Context,
    node: Node,
    campaign: CampaignId,
    reporter: &'a mut Reporter,
    interrupts: Interrupts,
    live: Receiver<LiveEvent>,
    slot_lost: watch::Receiver<bool>,
}

impl<'a> Watcher<'a> {
    /// From now on Ctrl-C is ours.
    pub fn new(
        context: &'a Context,
        node: Node,
        slot: &SlotKeeper,
        campaign: CampaignId,
        reporter: &'a mut Reporter,
    ) -> Result<Self, CliError> {
        let interrupts = Interrupts::listen()?;
        let live = node.live();
        Ok(Self { context, node, campaign, reporter, interrupts, live, slot_lost: slot.lost() })
    }

    /// Shows progress until the campaign is over or the person ends it.
    pub async fn until_over(&mut self) -> Watched {
        let mut look = tokio::time::interval(LOOK_EVERY);
        let mut paused_said = false;
        let mut refusals = 0;
        loop {
            tokio::select! {
                event = self.live.recv() => match event {
                    Ok(event) => {
                        refusals = in_a_row(refusals, self.campaign, &event);
                        self.reporter.live(&event);
                        if refusals >= LOGIN_REFUSALS_MAX {
                            return Watched::LoginRefused;
                        }
                    }
                    Err(RecvError::Lagged(missed)) => tracing::debug!(missed, "display is behind"),
                    Err(RecvError::Closed) => return Watched::Interrupted,
                },
                _ = look.tick() => {
                    let Some(now) = self.look().await else { continue };
                    match now.state {
                        CampaignState::Completed { .. } => return Watched::Completed,
                        CampaignState::Canceled { .. } => return Watched::Canceled,
                        CampaignState::Paused { by, .. } => {
                            if !std::mem::replace(&mut paused_said, true) {
                                self.reporter.json(&json!({ "type": "paused", "by": by.to_string(), "next": format!("carillon campaign resume {}", now.id) }));
                                self.reporter.say(&format!("Paused by {by}. Calls in progress finish. Go on with: {}", self.context.command(&format!("campaign resume \"{}\"", now.name))));
                            }
                        }
                        _ => paused_said = false,
                    }
                }
                () = self.node.until_ended() => return Watched::Interrupted,
                () = is_set(&mut self.slot_lost) => {
                    self.reporter.say("This process was given up by the others on this database (it gave no sign of life for 20 seconds). No new calls.");
                    return Watched::Interrupted;
                }
                () = self.interrupts.next() => {
                    self.reporter.say("No new calls; calls in progress finish. Ctrl-C again hangs up. The same command later goes on.");
                    return Watched::Interrupted;
                }
            }
        }
    }

    /// Waits until a campaign that was over is called again (Retry Failed); false when it can't be by this process, or the person ends it.
    pub async fn until_called_again(&mut self) -> bool {
        let mut look = tokio::time::interval(LOOK_EVERY);
        loop {
            tokio::select! {
                _ = look.tick() => {
                    if self.look().await.is_some_and(|now| !is_over(now.state.status())) {
                        return true;
                    }
                }
                () = self.node.until_ended() => return false,
                () = is_set(&mut self.slot_lost) => return false,
                () = self.interrupts.next() => return false,
            }
        }
    }

    /// Lets calls in progress finish; Ctrl-C hangs them up.
    pub async fn end(mut self) -> Result<(), CliError> {
        self.node.drain();
        let hang_up = self.node.hang_up_switch();
        let mut ended = std::pin::pin!(self.node.wait());
        loop {
            tokio::select! {
                done = &mut ended => { done?; break; }
                Ok(event) = self.live.recv() => self.reporter.live(&event),
                () = self.interrupts.next() => {
                    if hang_up.send_replace(true) {
                        // A third time: whatever keeps us, the next start takes it up as after a crash.
                        return Err(CliError::new(Exit::NotCompleted, "aborted", "Ended at once; calls in progress are shown as interrupted at the next start."));
                    }
                }
            }
        }
        while let Ok(event) = self.live.try_recv() {
            self.reporter.live(&event);
        }
        self.reporter.finish();
        Ok(())
    }

    /// The campaign as it is now, its counts shown. A database that is busy for a moment is no reason to end: it is asked again.
    async fn look(&mut self) -> Option<Campaign> {
        match show(self.context, self.campaign, self.reporter).await {
            Ok(now) => Some(now),
            Err(error) => {
                tracing::debug!(%error, "the campaign could not be looked at; trying again");
                None
            }
        }
    }
}

/// Calls of this campaign in a row whose login was refused.
fn in_a_row(refusals: u32, campaign: CampaignId, event: &LiveEvent) -> u32 {
    match event {
        LiveEvent::Ended { campaign: of, outcome, .. } if *of == campaign => match outcome {
            CallOutcome::Failure(FailureCode::LoginRefused) => refusals + 1,
            _ => 0,
        },
        _ => refusals,
    }
}

/// Ctrl-C, a termination signal, or the end of the terminal.
pub struct Interrupts {
    interrupt: Signal,
    terminate: Signal,
    hang_up: Signal,
}

impl Interrupts {
    /// From now on these signals are ours.
    pub fn listen() -> Result<Self, CliError> {
        let on = |kind| signal(kind).or_fail("signals");
        Ok(Self {
            interrupt: on(SignalKind::interrupt())?,
            terminate: on(SignalKind::terminate())?,
            hang_up: on(SignalKind::hangup())?,
        })
    }

    /// The next one of them.
    pub async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
            _ = self.hang_up.recv() => {}
        }
    }
}

pub async fn show(context: &Context, campaign: CampaignId, reporter: &mut Reporter) -> Result<Campaign, CliError> {
    let totals = context.store.totals(WORKSPACE, campaign).await.or_fail("database")?;
    let now = context.store.campaign_fetch(WORKSPACE, campaign).await.or_fail("database")?;
    let now = now.ok_or_else(|| CliError::new(Exit::NotFound, "campaign_not_found", "The campaign is gone."))?;
    let note =
        if totals.waiting > 0 { format!("  ({} wait for another attempt)", totals.waiting) } else { String::new() };
    reporter.progress(&totals.counts, &note);
    Ok(now)
}

/// The campaign's final statistics.
pub async fn summary(context: &Context, campaign: CampaignId) -> Result<Summary, CliError> {
    let found = context.store.campaign_fetch(WORKSPACE, campaign).await.or_fail("database")?;
    let found = found.ok_or_else(|| CliError::new(Exit::NotFound, "campaign_not_found", "The campaign is gone."))?;
    summary_of(context, &found).await
}

/// As [`summary`], of a campaign at hand.
pub async fn summary_of(context: &Context, campaign: &Campaign) -> Result<Summary, CliError> {
    let totals = context.store.totals(WORKSPACE, campaign.id).await.or_fail("database")?;
    let results = context.store.results(WORKSPACE, campaign.id).await.or_fail("database")?;
    Ok(Summary {
        id: campaign.id,
        name: campaign.name.clone(),
        status: campaign.state.status(),
        counts: totals.counts,
        results: results.results,
        failures: results.failures,
        paused: campaign.paused,
        duration: totals.first_call_at.zip(totals.last_end_at).map(|(first, last)| last.since(first)),
    })
}

/// The first line of `--json`.
pub fn campaign_json(campaign: &Campaign) -> serde_json::Value {
    json!({ "type": "campaign", "campaign": { "id": campaign.id, "name": campaign.name, "status": campaign.state.status().code() } })
}

/// Whether a campaign is over.
pub fn is_over(status: CampaignStatus) -> bool {
    matches!(status, CampaignStatus::Completed | CampaignStatus::Canceled)
}
