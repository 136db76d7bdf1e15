//! `carillon campaign create`: a Draft from a contact file.

use carillon_api::limits::NAME_CHARS;
use carillon_domain::TrunkId;
use carillon_store::{Campaign, DuplicateScope, NewCampaign};
use serde_json::json;

use super::contacts::ContactFile;
use super::context::{Context, WORKSPACE};
use super::{contacts, run, sample, watch};
use crate::cli::{CampaignArgs, CreateArgs, DuplicatesArg};
use crate::error::{CliError, Exit, OrFail};
use crate::node::SlotKeeper;
use crate::report::{self, Reporter};

/// Runs the command. The whole file is looked at before anything is made.
pub async fn run(args: &CampaignArgs, create: &CreateArgs) -> Result<(), CliError> {
    let settings = run::settings(&create.settings)?;
    let name = create.name.trim();
    if name.is_empty() {
        return Err(CliError::new(Exit::Usage, "name_empty", "The campaign's name is empty."));
    }
    if name.chars().any(char::is_control) || name.chars().count() > NAME_CHARS {
        let message = format!("A campaign's name has at most {NAME_CHARS} characters, all of them visible.");
        return Err(CliError::new(Exit::Usage, "name_invalid", message));
    }
    let options = contacts::read_options(&create.contacts, &create.read)?;
    let check = contacts::check(&create.contacts, &options)?;
    let context = Context::open(&args.data).await?;
    let slot = SlotKeeper::lease(context.store.clone(), &context.clock).await?;
    let (talks, employee) = sample::employee(&context, create.employee.as_deref()).await?;
    let checked = contacts::check_for(&talks, &create.contacts, &options, &check)?;
    let check = checked.as_ref().unwrap_or(&check);
    let id = context.store.next_id(context.clock.now()).or_fail("no_slot")?;
    let new = NewCampaign {
        workspace: WORKSPACE,
        id,
        name: name.to_owned(),
        employee,
        trunk: trunk(&context, create.trunk.as_deref()).await?,
        settings,
        file_hash: Some(check.hash.to_string()),
        property_names: check.property_names.clone(),
        now: context.clock.now(),
    };
    context.store.campaign_create_by(new, "command line").await.or_fail("campaign_create")?;
    let campaign = context.campaign(&id.to_string()).await?;
    let mut reporter = Reporter::new(args.json, false);
    reporter.json(&watch::campaign_json(&campaign));
    let file = ContactFile { path: &create.contacts, check, options, rows_before: None };
    let import = contacts::import(&context, &campaign, file, duplicates(create.duplicates), |counts| {
        reporter.progress(counts, "  (reading the file)");
    })
    .await?;
    reporter.finish();
    run::say_skipped(check, &reporter);
    say(&context, &campaign, import.pending, args.json).await?;
    slot.release().await
}

fn duplicates(said: DuplicatesArg) -> DuplicateScope {
    match said {
        DuplicatesArg::Campaign => DuplicateScope::Campaign,
        DuplicatesArg::OpenCampaigns => DuplicateScope::OpenCampaigns,
        DuplicatesArg::AllCampaigns => DuplicateScope::AllCampaigns,
    }
}

/// The trunk of a name; without a name the first one.
async fn trunk(context: &Context, name: Option<&str>) -> Result<TrunkId, CliError> {
    let trunks = context.store.trunk_list(WORKSPACE).await.or_fail("database")?;
    let found = match name {
        Some(name) => trunks.iter().find(|trunk| trunk.name == name || trunk.id.to_string() == name),
        None => trunks.first(),
    };
    let missing = || {
        let message =
            name.map_or_else(|| "There is no trunk yet.".to_owned(), |name| format!("There is no trunk \"{name}\"."));
        let names: Vec<&str> = trunks.iter().map(|trunk| trunk.name.as_str()).collect();
        let next = if names.is_empty() {
            "`carillon trunk add NAME sip:HOST:PORT` adds one.".to_owned()
        } else {
            format!("The trunks are: {}", names.join(", "))
        };
        CliError::new(Exit::NotFound, "trunk_not_found", message).next(next)
    };
    found.map(|trunk| trunk.id).ok_or_else(missing)
}

/// What was made, and what keeps it from being started; the summary is the last line.
async fn say(context: &Context, campaign: &Campaign, pending: i64, json: bool) -> Result<(), CliError> {
    let overview = context.store.campaign_overview(WORKSPACE, campaign.id).await.or_fail("database")?;
    let overview =
        overview.ok_or_else(|| CliError::new(Exit::NotFound, "campaign_not_found", "The campaign is gone."))?;
    let blockers = carillon_api::start_blockers(&context.store, WORKSPACE, &overview).await.or_fail("database")?;
    if json {
        for blocker in &blockers {
            report::data_json(&json!({ "type": "blocker", "code": blocker.code, "message": blocker.text }));
        }
        report::data_json(&watch::summary_of(context, campaign).await?.json());
        return Ok(());
    }
    let contacts = report::counted(pending, "contact");
    report::data(&format!("\"{}\" is a Draft with {contacts} to be called.", campaign.name));
    for blocker in &blockers {
        report::talk(&format!("It can't be started yet: {}", blocker.text));
    }
    if blockers.is_empty() {
        report::talk(&format!("Start it with: carillon campaign start \"{}\"", campaign.name));
    }
    Ok(())
}
