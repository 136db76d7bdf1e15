//! `carillon campaign watch`: the counts while another process calls.

use carillon_domain::CampaignState;
use carillon_store::Campaign;

use super::campaign::unattended;
use super::context::Context;
use super::watch::{self, Interrupts, LOOK_EVERY};
use crate::error::{CliError, Exit};
use crate::report::{self, Reporter};

/// Shows the campaign until it is over or the person ends the watching; calls go on whatever happens here.
pub async fn run(context: &Context, id_or_name: &str, json: bool) -> Result<(), CliError> {
    let campaign = context.campaign(id_or_name).await?;
    let mut reporter = Reporter::new(json, false);
    reporter.json(&watch::campaign_json(&campaign));
    let mut interrupts = Interrupts::listen()?;
    let mut look = tokio::time::interval(LOOK_EVERY);
    let mut said = None;
    let canceled = loop {
        tokio::select! {
            () = interrupts.next() => break false,
            _ = look.tick() => {
                let now = watch::show(context, campaign.id, &mut reporter).await?;
                match now.state {
                    CampaignState::Completed { .. } => break false,
                    CampaignState::Canceled { .. } => break true,
                    _ => {
                        let words = words(context, &now)?;
                        if said != words {
                            words.iter().for_each(|words| reporter.say(words));
                            said = words;
                        }
                    }
                }
            }
        }
    };
    reporter.finish();
    let summary = watch::summary(context, campaign.id).await?;
    if json {
        report::data_json(&summary.json());
    } else {
        report::data(&summary.text());
    }
    if canceled {
        let message = format!("The campaign \"{}\" was stopped.", campaign.name);
        return Err(CliError::new(Exit::NotCompleted, "campaign_canceled", message));
    }
    Ok(())
}

/// Why nothing moves, when nothing does.
fn words(context: &Context, campaign: &Campaign) -> Result<Option<String>, CliError> {
    Ok(match &campaign.state {
        CampaignState::Draft => {
            Some(format!("It is a Draft. Start it with: carillon campaign start \"{}\"", campaign.name))
        }
        CampaignState::Queued { waiting_for } | CampaignState::Running { waiting_for: Some(waiting_for) } => {
            Some(format!("It waits for {waiting_for}."))
        }
        CampaignState::Paused { by, .. } => {
            Some(format!("Paused by {by}. Go on with: carillon campaign resume \"{}\"", campaign.name))
        }
        _ if unattended(context, campaign)? => {
            Some("Nobody is calling it: no Carillon runs here. `carillon serve` goes on with it.".to_owned())
        }
        _ => None,
    })
}
