//! `carillon campaign`: list, show and control, also while another process is calling.

use std::collections::BTreeMap;

use carillon_domain::{Actor, CampaignState, FailureCode, WaitingFor};
use carillon_store::{Campaign, SETTLE_BATCH, StoreError};
use serde_json::json;

use super::context::{Context, WORKSPACE};
use super::{campaign_create, campaign_watch, watch};
use crate::cli::{CampaignAction, CampaignArgs};
use crate::error::{CliError, Exit, OrFail};
use crate::node::SlotKeeper;
use crate::report;

/// Campaigns on one page of the list.
const PAGE: u32 = 500;

/// Runs the command.
pub async fn run(args: &CampaignArgs) -> Result<(), CliError> {
    let open = || Context::open_existing(&args.data);
    let press = async |campaign: &str, button| control(&open().await?, campaign, args.json, button).await;
    match &args.action {
        CampaignAction::Create(create) => campaign_create::run(args, create).await,
        CampaignAction::List => match open().await {
            Err(nothing) if nothing.exit == Exit::NotFound => no_campaigns(args.json),
            context => list(&context?, args.json).await,
        },
        CampaignAction::Show { campaign } => {
            let context = open().await?;
            show(&context, &context.campaign(campaign).await?, args.json).await
        }
        CampaignAction::Watch { campaign } => campaign_watch::run(&open().await?, campaign, args.json).await,
        CampaignAction::Start { campaign } => press(campaign, Control::Start).await,
        CampaignAction::Pause { campaign } => press(campaign, Control::Pause).await,
        CampaignAction::Resume { campaign } => press(campaign, Control::Resume).await,
        CampaignAction::Stop { campaign } => press(campaign, Control::Stop).await,
        CampaignAction::Retry { campaign } => press(campaign, Control::Retry).await,
    }
}

async fn list(context: &Context, json: bool) -> Result<(), CliError> {
    let mut before = None;
    let mut any = false;
    loop {
        let page = context.store.campaign_list(WORKSPACE, before, PAGE).await.or_fail("database")?;
        let Some(last) = page.last() else { break };
        before = Some(last.id);
        if !json && !any {
            report::data(&format!("{:<10} {:<32} {:>9} {:>9}  ID", "STATUS", "NAME", "CONTACTS", "SETTLED"));
        }
        for campaign in &page {
            any = true;
            let unattended = unattended(context, campaign)?;
            let counts = context.store.totals(WORKSPACE, campaign.id).await.or_fail("database")?.counts;
            if json {
                report::data_json(&json!({
                    "type": "campaign", "campaign": { "id": campaign.id, "name": campaign.name, "status": campaign.state.status().code() }, "counts": report::counts_json(&counts),
                }));
            } else {
                report::data(&format!(
                    "{:<10} {:<32} {:>9} {:>9}  {}{}",
                    campaign.state.status(),
                    campaign.name,
                    counts.total(),
                    counts.settled(),
                    campaign.id,
                    if unattended { "  (nobody is calling)" } else { "" }
                ));
            }
        }
    }
    if any { Ok(()) } else { no_campaigns(json) }
}

fn no_campaigns(json: bool) -> Result<(), CliError> {
    if !json {
        report::talk("No campaigns yet. `carillon run FILE --trunk URI` makes one; `carillon demo` shows one.");
    }
    Ok(())
}

async fn show(context: &Context, campaign: &Campaign, json: bool) -> Result<(), CliError> {
    let summary = watch::summary_of(context, campaign).await?;
    if json {
        report::data_json(&summary.json());
        return Ok(());
    }
    report::data(summary.text().trim_end());
    if unattended(context, campaign)? {
        report::data("  Nobody is calling it: no Carillon runs here. The same `carillon run` command goes on.");
    }
    if let Some(due) = context.store.contacts_next_due(WORKSPACE, campaign.id).await.or_fail("database")? {
        report::data(&format!("  Next attempt       {due}"));
    }
    let import = context.store.import_newest(WORKSPACE, campaign.id).await.or_fail("database")?;
    if let Some(import) = import.filter(|import| !import.state.is_over()) {
        let of = import.rows_total.map_or_else(String::new, |total| format!(" of {total}"));
        report::data(&format!(
            "  Import             {}{of} rows of {}. {IMPORT_GOES_ON}",
            import.rows_done, import.file_name
        ));
    }
    match &campaign.state {
        CampaignState::Queued { waiting_for } => report::data(&format!("  Waits for {waiting_for}")),
        CampaignState::Running { waiting_for: Some(waiting_for) } => {
            report::data(&format!("  Waits for {waiting_for}"))
        }
        CampaignState::Paused { by, why } if why.is_empty() => report::data(&format!("  Paused by {by}")),
        CampaignState::Paused { by, why } => report::data(&format!("  Paused by {by}: {why}")),
        CampaignState::Canceled { by, at } => report::data(&format!("  Stopped by {by} at {at}")),
        _ => {}
    }
    Ok(())
}

/// Running in the database, but no process calls from this folder: one was killed. Where the database is shared, another machine may.
pub(super) fn unattended(context: &Context, campaign: &Campaign) -> Result<bool, CliError> {
    let running = matches!(campaign.state, CampaignState::Running { .. });
    Ok(running && !context.shared_database && !context.folder.is_calling()?)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Control {
    Start,
    Pause,
    Resume,
    Stop,
    Retry,
}

impl Control {
    fn done(self) -> &'static str {
        match self {
            Control::Start => "started",
            Control::Pause => "paused",
            Control::Resume => "resumed",
            Control::Stop => "stopped",
            Control::Retry => "retried",
        }
    }

    /// What to do when the campaign's status does not allow it.
    fn instead(self, state: &CampaignState) -> Option<&'static str> {
        Some(match (self, state) {
            (Control::Start, CampaignState::Completed { .. } | CampaignState::Canceled { .. }) => {
                "It is over; the page makes a new campaign from it, `carillon run FILE --again` of the same file."
            }
            (Control::Start, CampaignState::Paused { .. }) => "`carillon campaign resume` goes on with it.",
            (Control::Start, _) => "It was started already.",
            (_, CampaignState::Draft) => "It was not started yet; `carillon campaign start` does that.",
            (Control::Pause | Control::Resume, CampaignState::Completed { .. }) => {
                "Everyone in it was called. `carillon campaign retry` calls those who failed again; `carillon run FILE --again` calls everyone."
            }
            (_, CampaignState::Completed { .. }) => "Everyone in it was called; there is nothing left to stop.",
            (_, CampaignState::Canceled { .. }) => {
                "A stopped campaign stays stopped. `carillon run FILE --again` makes a new one of the same file."
            }
            (Control::Resume, _) => "Only a paused campaign is resumed; this one goes on by itself.",
            _ => return None,
        })
    }
}

/// Each control is one write to the database: the process that dials reads it there.
async fn control(context: &Context, id_or_name: &str, json: bool, control: Control) -> Result<(), CliError> {
    let campaign = context.campaign(id_or_name).await?;
    let (store, id, now) = (&context.store, campaign.id, context.clock.now());
    let slot = SlotKeeper::lease(store.clone(), &context.clock).await?;
    let by = Actor::CommandLine;
    let waiting = waiting_for(context)?;
    let done = match control {
        Control::Start => start(context, &campaign, waiting).await,
        Control::Pause => store
            .campaign_pause(WORKSPACE, id, by, "", now)
            .await
            .map(|_| "Paused. No new calls; calls in progress finish.".to_owned()),
        Control::Resume => {
            store.campaign_resume(WORKSPACE, id, waiting, now).await.map(|state| resumed("Resumed", &state))
        }
        Control::Stop => stop(context, &campaign).await,
        Control::Retry => retry(context, &campaign, waiting).await,
    };
    let said = done.map_err(|error| {
        let status = campaign.state.status().label();
        match control.instead(&campaign.state) {
            Some(next) if matches!(error, StoreError::InvalidTransition(_)) => {
                let message = format!("\"{}\" is {status}, so it can't be {}.", campaign.name, control.done());
                CliError::new(Exit::Failure, error.code(), message).next(next)
            }
            _ => CliError::new(
                Exit::Failure,
                error.code(),
                format!("\"{}\": {}", campaign.name, crate::error::chain(&error)),
            ),
        }
    });
    slot.release().await?;
    let said = said?;
    let after = context.campaign(&id.to_string()).await?;
    if json {
        report::data_json(&watch::summary_of(context, &after).await?.json());
    } else {
        report::data(&format!("{}: {said}", after.name));
    }
    Ok(())
}

/// What a campaign waits for when it is started from here: a dialing process, if none calls from this folder. With a shared database other
/// machines may dial; the one that does says so by itself.
fn waiting_for(context: &Context) -> Result<Option<WaitingFor>, CliError> {
    Ok((!context.folder.is_calling()?).then_some(WaitingFor::Dialer))
}

fn resumed(what: &str, state: &CampaignState) -> String {
    match state {
        CampaignState::Queued { waiting_for } => {
            format!("{what}. It waits for {waiting_for}: `carillon serve` or the same `carillon run` command calls it.")
        }
        _ => format!("{what}."),
    }
}

/// What helps an import whose process was killed: whether it was, nobody can see from here at once.
const IMPORT_GOES_ON: &str = "If that stands still, its process has ended: `carillon serve` goes on with it.";

/// Refused with every reason why it can't be started yet.
async fn start(context: &Context, campaign: &Campaign, waiting: Option<WaitingFor>) -> Result<String, StoreError> {
    let store = &context.store;
    let overview = store.campaign_overview(WORKSPACE, campaign.id).await?;
    let overview = overview.ok_or(StoreError::NotFound { what: "campaign" })?;
    let blockers = carillon_api::start_blockers(store, WORKSPACE, &overview).await?;
    if !blockers.is_empty() {
        let mut why: Vec<String> = blockers.iter().map(|blocker| blocker.text.clone()).collect();
        if blockers.iter().any(|blocker| blocker.code == "importing") {
            why.push(IMPORT_GOES_ON.to_owned());
        }
        return Err(StoreError::NotPossible { why: why.join(" ") });
    }
    let state = store.campaign_start(WORKSPACE, campaign.id, waiting, context.clock.now()).await?;
    Ok(resumed("Started", &state))
}

async fn stop(context: &Context, campaign: &Campaign) -> Result<String, carillon_store::StoreError> {
    let store = &context.store;
    store.campaign_stop(WORKSPACE, campaign.id, Actor::CommandLine, context.clock.now()).await?;
    let mut settled = 0;
    loop {
        let batch = store.stop_settle_batch(WORKSPACE, campaign.id, SETTLE_BATCH, context.clock.now()).await?;
        settled += batch.settled;
        if batch.remaining == 0 {
            break;
        }
        report::talk(&format!("  marking {}", report::counted(batch.remaining, "contact")));
    }
    Ok(format!(
        "Stopped for good. {} will not be called; calls in progress finish.",
        report::counted(settled, "contact")
    ))
}

async fn retry(
    context: &Context,
    campaign: &Campaign,
    waiting: Option<WaitingFor>,
) -> Result<String, carillon_store::StoreError> {
    let store = &context.store;
    let failures = store.results(WORKSPACE, campaign.id).await?.failures;
    let apart = apart(&failures);
    let done = store.campaign_retry_failed(WORKSPACE, campaign.id, waiting, context.clock.now()).await?;
    let (mut retried, mut remaining) = (done.retried, done.remaining);
    while remaining > 0 {
        let batch = store.retry_settle_batch(WORKSPACE, campaign.id, SETTLE_BATCH, context.clock.now()).await?;
        retried += batch.retried;
        remaining = batch.remaining;
    }
    Ok(match done.state {
        CampaignState::Paused { .. } => {
            format!(
                "Pending again: {}{apart}. They are called when it is resumed.",
                report::counted(retried, "failed contact")
            )
        }
        state => resumed(&format!("Pending again: {}{apart}", report::counted(retried, "failed contact")), &state),
    })
}

/// What whoever retries should know: who may have heard it ring already, and whom a call can't reach.
fn apart(failures: &BTreeMap<FailureCode, i64>) -> String {
    let of = |which: fn(FailureCode) -> bool| failures.iter().filter(|(code, _)| which(**code)).map(|(_, n)| n).sum();
    let parts: Vec<String> = [
        (of(FailureCode::may_have_rung), "may already have rung"),
        (of(|code| !code.may_work()), "have a number that doesn't exist"),
    ]
    .into_iter()
    .filter(|(n, _): &(i64, _)| *n > 0)
    .map(|(n, what)| format!("{n} {what}"))
    .collect();
    if parts.is_empty() { String::new() } else { format!(" (of these {})", parts.join(", ")) }
}
