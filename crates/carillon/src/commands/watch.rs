//! Watches a campaign that this process calls, until it is over or the person ends it.

use std::time::Duration;

use carillon_domain::campaign::CampaignStatus;
use carillon_domain::{CampaignId, CampaignState};
use carillon_store::Campaign;
use serde_json::json;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::broadcast::error::RecvError;

use super::context::{Context, WORKSPACE};
use crate::error::{CliError, Exit, OrFail};
use crate::node::Node;
use crate::report::{Reporter, Summary};

/// How often the counts are looked at.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// How watching ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Watched {
    /// Every contact is settled.
    Completed,
    /// A person stopped the campaign.
    Canceled,
    /// Ctrl-C or a termination signal: calls in progress finished, the campaign goes on when it is run again.
    Interrupted,
}

/// Shows progress until the campaign is over; drains the node at the end or at Ctrl-C (a second one hangs up).
pub async fn watch(
    context: &Context,
    node: Node,
    campaign: CampaignId,
    reporter: &mut Reporter,
) -> Result<Watched, CliError> {
    let mut interrupt = signal(SignalKind::interrupt()).or_fail("signals")?;
    let mut terminate = signal(SignalKind::terminate()).or_fail("signals")?;
    let mut live = node.live();
    let mut look = tokio::time::interval(LOOK_EVERY);
    let mut paused_said = false;
    let watched = loop {
        tokio::select! {
            event = live.recv() => match event {
                Ok(event) => reporter.live(&event),
                Err(RecvError::Lagged(missed)) => tracing::debug!(missed, "display is behind"),
                Err(RecvError::Closed) => break Watched::Interrupted,
            },
            _ = look.tick() => {
                let now = show(context, campaign, reporter).await?;
                match now.state {
                    CampaignState::Completed { .. } => break Watched::Completed,
                    CampaignState::Canceled { .. } => break Watched::Canceled,
                    CampaignState::Paused { by, .. } => {
                        if !std::mem::replace(&mut paused_said, true) {
                            reporter.say(&format!("Paused by {by}. Calls in progress finish. Go on with: carillon campaign resume \"{}\"", now.name));
                        }
                    }
                    _ => paused_said = false,
                }
            }
            () = either(&mut interrupt, &mut terminate) => {
                reporter.say("No new calls; calls in progress finish. Ctrl-C again hangs up. The same command later goes on.");
                break Watched::Interrupted;
            }
        }
    };
    node.drain();
    let hang_up = node.hang_up_switch();
    let mut ended = std::pin::pin!(node.wait());
    loop {
        tokio::select! {
            done = &mut ended => { done?; break; }
            event = live.recv() => if let Ok(event) = event { reporter.live(&event) },
            () = either(&mut interrupt, &mut terminate) => { hang_up.send_replace(true); }
        }
    }
    while let Ok(event) = live.try_recv() {
        reporter.live(&event);
    }
    Ok(watched)
}

async fn either(interrupt: &mut Signal, terminate: &mut Signal) {
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}

async fn show(context: &Context, campaign: CampaignId, reporter: &mut Reporter) -> Result<Campaign, CliError> {
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
