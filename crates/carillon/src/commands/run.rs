//! `carillon run`: import, call, finish.

use carillon_domain::TrunkId;
use carillon_domain::campaign::{CampaignSettings, CampaignStatus};
use carillon_domain::policy::{CallOrder, Pacing, RetryRule};
use carillon_domain::trunk::{CallerIdHeader, DialFormat, TrunkSettings, caller_id_of};
use carillon_exchange::{FileCheck, ReadOptions};
use carillon_sip::Secret;
use carillon_store::{Campaign, DuplicateScope, EmployeeVersion, NewCampaign};

use serde_json::json;

use super::contacts::ContactFile;
use super::context::{Context, WORKSPACE};
use super::watch::{self, LOGIN_REFUSALS_MAX, Watched, Watcher};
use super::{contacts, models, sample};
use crate::cli::{CallerIdHeaderArg, OrderArg, RunArgs, SettingsArgs};
use crate::error::{CliError, Exit, OrFail, OrUsage};
use crate::node::{Node, NodeConfig, SlotKeeper, Voice, WantedTrunk};
use crate::report::{self, Reporter, Summary};

/// Runs the command; the exit code is in the error when the campaign did not complete.
pub async fn run(args: &RunArgs) -> Result<(), CliError> {
    let settings = settings(&args.settings)?;
    if args.name.as_ref().is_some_and(|name| name.trim().is_empty()) {
        return Err(CliError::new(Exit::Usage, "name_empty", "The campaign's name is empty.")
            .next("Give a name, or leave --name out: then it is the file's name."));
    }
    let trunk_settings = trunk(args)?;
    let country = args.country.as_deref().map(str::parse).transpose().or_usage("country_unknown")?;
    let check = contacts::check(&args.file, &ReadOptions::for_country(country))?;
    let context = Context::open(&args.data).await?;
    let _lock = context.folder.lock_for_calling().await?;
    let password = password(args)?;
    let mut reporter = Reporter::new(args.json, false);
    let slot = SlotKeeper::lease(context.store.clone(), &context.clock).await?;
    let trunk = context
        .store
        .trunk_put(WORKSPACE, &trunk_name(args), &trunk_settings, context.clock.now())
        .await
        .or_fail("database")?;
    let campaign = campaign(&context, args, settings, &check, trunk, &mut reporter).await?;
    let voice = Voice::open(&models::folder(None)?, &context.folder.path().join("speech")).or_fail("speech")?;
    if let Some(notice) = &voice.notice {
        reporter.say(notice);
    }
    let node = Node::start(NodeConfig::of(
        &context,
        voice,
        vec![WantedTrunk { id: trunk, settings: trunk_settings, password }],
        false,
    ))
    .await
    .map_err(|error| error.nobody_called(&campaign.name))?;
    let mut watcher = Watcher::new(&context, node, &slot, campaign.id, &mut reporter)?;
    let watched = watcher.until_over().await;
    watcher.end().await?;
    slot.release().await?;
    end(&context, &campaign, watched, args.json).await
}

async fn end(context: &Context, campaign: &Campaign, watched: Watched, json: bool) -> Result<(), CliError> {
    let summary = watch::summary(context, campaign.id).await?;
    if json {
        report::data_json(&summary.json());
    } else {
        report::data(&summary.text());
        say_next(context, campaign, &summary);
    }
    let not_completed = |code: &str, message: String| Err(CliError::new(Exit::NotCompleted, code, message));
    match watched {
        // It may have completed while the last calls finished.
        _ if summary.status == CampaignStatus::Completed => Ok(()),
        Watched::Completed => Ok(()),
        Watched::LoginRefused => not_completed(
            "login_refused",
            format!(
                "Your carrier refused the login {LOGIN_REFUSALS_MAX} times in a row, so nobody else was called. Mend the trunk's login; the same command goes on with the {} left, and `{}` calls those that failed.",
                report::counted(summary.counts.pending, "contact"),
                context.command(&format!("campaign retry \"{}\"", campaign.name))
            ),
        ),
        Watched::Canceled => {
            not_completed("campaign_canceled", format!("The campaign \"{}\" was stopped.", campaign.name))
        }
        Watched::Interrupted if summary.status == CampaignStatus::Paused => not_completed(
            "interrupted",
            format!(
                "\"{}\" is paused. It goes on after: {}",
                campaign.name,
                context.command(&format!("campaign resume \"{}\"", campaign.name))
            ),
        ),
        Watched::Interrupted => not_completed(
            "interrupted",
            format!(
                "Interrupted with {} left. The same command goes on.",
                report::counted(summary.counts.pending, "contact")
            ),
        ),
    }
}

/// Where everything is, and what comes next.
fn say_next(context: &Context, campaign: &Campaign, summary: &Summary) {
    let recordings = context.folder.recordings().join(campaign.id.to_string());
    if recordings.exists() {
        report::data(&format!("  Recordings         {}", recordings.display()));
    }
    report::data(&format!("  Data folder        {}\n", context.folder.path().display()));
    let name = &campaign.name;
    let export = context.command(&format!("export \"{name}\" --format csv --out results.csv"));
    report::data(&format!("Results: {export}"));
    if summary.status == CampaignStatus::Completed && summary.counts.failed > 0 {
        let retry = context.command(&format!("campaign retry \"{name}\""));
        report::data(&format!("Failed ones once more: {retry}   and then the same `run` command"));
    }
}

/// The campaign's name, and the campaign that has it; with `--again` the first one in "NAME", "NAME (2)" ... that is not over.
async fn named(context: &Context, args: &RunArgs) -> Result<(String, Option<Campaign>), CliError> {
    let wanted = args.name.clone().unwrap_or_else(|| file_stem(args));
    let mut name = wanted.clone();
    let mut number = 1;
    loop {
        match context.store.campaign_by_name(WORKSPACE, &name).await.or_fail("database")? {
            Some(found) if watch::is_over(found.state.status()) && args.again => {
                number += 1;
                name = format!("{wanted} ({number})");
            }
            found => return Ok((name, found)),
        }
    }
}

/// Finds the campaign to go on with, or makes a new one and imports the file.
async fn campaign(
    context: &Context,
    args: &RunArgs,
    settings: CampaignSettings,
    check: &FileCheck,
    trunk: TrunkId,
    reporter: &mut Reporter,
) -> Result<Campaign, CliError> {
    let hash = check.hash.to_string();
    let (name, found) = named(context, args).await?;
    let country = args.country.as_deref().map(str::parse).transpose().or_usage("country_unknown")?;
    let (employee, version) = sample::employee(context, args.employee.as_deref()).await?;
    contacts::refuse_missing_variables(&employee, check)?;
    reporter.say(&format!("{} will say: \"{}\"", employee.name, employee.greeting));
    // Only now it is known which rows lack something that the employee says.
    let checked = contacts::check_for(&employee, &args.file, &ReadOptions::for_country(country), check)?;
    let check = checked.as_ref().unwrap_or(check);
    let campaign = match found {
        Some(found) => {
            continues(context, &found, &hash).await?;
            take_over_settings(context, &found, settings, version, reporter).await?;
            found
        }
        None => {
            let id = context.store.next_id(context.clock.now()).or_fail("no_slot")?;
            let new = NewCampaign {
                workspace: WORKSPACE,
                id,
                name,
                employee: version,
                trunk,
                settings,
                file_hash: Some(hash),
                property_names: check.property_names.clone(),
                now: context.clock.now(),
            };
            context.store.campaign_create(new).await.or_fail("campaign_create")?;
            context.campaign(&id.to_string()).await?
        }
    };
    reporter.json(&watch::campaign_json(&campaign));
    if campaign.imported_at.is_none() {
        let file =
            ContactFile { path: &args.file, check, options: ReadOptions::for_country(country), rows_before: Some(0) };
        contacts::import(context, &campaign, file, DuplicateScope::Campaign, |counts| {
            reporter.progress(counts, "  (reading the file)");
        })
        .await?;
        say_skipped(check, reporter);
    } else {
        let again = if args.again { " It is not finished: --again is for those that are." } else { "" };
        reporter.say(&format!("Going on with \"{}\".{again}", campaign.name));
    }
    if campaign.state.status() == CampaignStatus::Draft {
        context
            .store
            .campaign_start(WORKSPACE, campaign.id, None, context.clock.now())
            .await
            .or_fail("campaign_start")?;
    }
    context.campaign(&campaign.id.to_string()).await
}

/// The options of this run hold for the calls to come. The order of the queue and the employee stay those with which the campaign was made.
async fn take_over_settings(
    context: &Context,
    found: &Campaign,
    wanted: CampaignSettings,
    version: EmployeeVersion,
    reporter: &Reporter,
) -> Result<(), CliError> {
    let wanted = CampaignSettings { order: found.settings.order, ..wanted };
    if found.employee != version {
        reporter.say("It goes on with the AI employee with which it was begun.");
    }
    if found.settings != wanted {
        context.store.campaign_settings_put(WORKSPACE, found.id, wanted).await.or_fail("database")?;
        reporter.say("The options given now hold for the calls to come.");
    }
    Ok(())
}

async fn continues(context: &Context, found: &Campaign, hash: &str) -> Result<(), CliError> {
    if found.file_hash.as_deref() != Some(hash) {
        return Err(CliError::new(
            Exit::AlreadyCalled,
            "name_taken",
            format!("The campaign \"{}\" was made from another file.", found.name),
        )
        .next("Give this one another name with --name NAME."));
    }
    if watch::is_over(found.state.status()) {
        let status = found.state.status().label().to_lowercase();
        let counts = context.store.totals(WORKSPACE, found.id).await.or_fail("database")?.counts;
        let everyone =
            format!("--again calls all {} again, in a new campaign.", report::counted(counts.total(), "contact"));
        let next = match found.state.status() {
            CampaignStatus::Completed if counts.failed > 0 => format!(
                "To call only the {} that failed: {} and then this command. {everyone}",
                counts.failed,
                context.command(&format!("campaign retry \"{}\"", found.name))
            ),
            _ => everyone,
        };
        return Err(CliError::new(
            Exit::AlreadyCalled,
            "already_called",
            format!("This file was already called: the campaign \"{}\" is {status}.", found.name),
        )
        .next(next));
    }
    Ok(())
}

pub(super) fn say_skipped(check: &FileCheck, reporter: &Reporter) {
    const SHOWN: usize = 5;
    let skipped = check.rows - check.callable;
    if skipped == 0 {
        return;
    }
    let rows = report::counted(check.rows.into(), "row");
    reporter.say(&format!("Skipped: {skipped} of {rows}:"));
    for (row, line, skip) in &check.skipped {
        reporter.json(&json!({ "type": "skipped", "row": row, "line": line, "reason_code": skip.reason.code(), "reason": skip.text }));
    }
    for (row, line, skip) in check.skipped.iter().take(SHOWN) {
        reporter.say(&format!("  row {row} (line {line}): {}", skip.text));
    }
    if skipped as usize > SHOWN {
        reporter.say("  … the export lists all of them.");
    }
}

fn file_stem(args: &RunArgs) -> String {
    args.file.file_stem().map_or_else(|| "contacts".to_owned(), |stem| stem.to_string_lossy().into_owned())
}

/// Each campaign of this command has a trunk of its own, named after it: going on with a corrected address, login or pace just works.
fn trunk_name(args: &RunArgs) -> String {
    format!("Trunk of {}", args.name.clone().unwrap_or_else(|| file_stem(args)))
}

pub(super) fn settings(args: &SettingsArgs) -> Result<CampaignSettings, CliError> {
    let retry: RetryRule = args.retry.as_deref().unwrap_or("").parse().or_usage("retry_rule")?;
    let order = match args.order {
        OrderArg::AsUploaded => CallOrder::AsUploaded,
        OrderArg::NewestFirst => CallOrder::NewestFirst,
    };
    let settings = CampaignSettings {
        pacing: Pacing { lines: args.lines, calls_per_second: args.cps },
        order,
        retry,
        ring_timeout_s: args.ring_timeout,
        max_call_s: args.max_call,
        recording: !args.no_recording,
    };
    settings.validate().map_err(|message| CliError::new(Exit::Usage, "settings", message))?;
    Ok(settings)
}

fn trunk(args: &RunArgs) -> Result<TrunkSettings, CliError> {
    let mut trunk = TrunkSettings::from_uri(&args.trunk).or_usage("trunk_address")?;
    trunk.user.clone_from(&args.trunk_user);
    trunk.register = args.trunk_register;
    trunk.dial_format = dial_format(&args.dial_format)?;
    trunk.caller_id = args.caller_id.as_deref().map(caller_id_of);
    if let Some(caller_id) = &trunk.caller_id {
        check_caller_id(caller_id)?;
    }
    trunk.caller_id_header = match args.caller_id_header {
        CallerIdHeaderArg::From => CallerIdHeader::From,
        CallerIdHeaderArg::Pai => CallerIdHeader::PAssertedIdentity,
    };
    trunk.public_address = args.public_address;
    // One campaign on a trunk of its own: the campaign's limits are the trunk's.
    trunk.lines = args.settings.lines;
    trunk.calls_per_second = args.settings.cps;
    Ok(trunk)
}

/// A caller ID is a number as the carrier wants it written.
fn check_caller_id(caller_id: &str) -> Result<(), CliError> {
    let digits = caller_id.strip_prefix('+').unwrap_or(caller_id);
    if (2..=20).contains(&digits.len()) && digits.chars().all(|c| c.is_ascii_digit()) {
        return Ok(());
    }
    Err(CliError::new(Exit::Usage, "caller_id", format!("\"{caller_id}\" is not a caller ID."))
        .next("Write the number as your carrier wants it: digits, with or without +."))
}

pub(super) fn dial_format(text: &str) -> Result<DialFormat, CliError> {
    let mut parts = text.splitn(3, ':');
    let digits = |text: &str| {
        !text.is_empty() && text.len() <= 12 && text.chars().all(|c| c.is_ascii_digit() || matches!(c, '*' | '#'))
    };
    match (parts.next(), parts.next(), parts.next()) {
        (Some("+e164"), None, None) => Ok(DialFormat::PlusE164),
        (Some("e164"), None, None) => Ok(DialFormat::E164),
        (Some("prefix"), Some(prefix), None) if digits(prefix) => Ok(DialFormat::Prefix(prefix.to_owned())),
        (Some("national"), Some(code), prefix) if prefix.is_none_or(digits) && code.parse::<u16>().is_ok() => {
            Ok(DialFormat::National {
                country_code: code.parse().or_fail("dial_format")?,
                trunk_prefix: prefix.unwrap_or("").to_owned(),
            })
        }
        _ => Err(CliError::new(Exit::Usage, "dial_format", format!("\"{text}\" is not a dial format."))
            .next("Write +e164, e164, national:49:0 or prefix:9.")),
    }
}

/// The trunk's password from the environment, or asked for at a terminal; never an option, which other users of the machine could see.
fn password(args: &RunArgs) -> Result<Option<Secret>, CliError> {
    if args.trunk_user.is_none() {
        return Ok(None);
    }
    ask_password().map(|password| Some(Secret::new(password)))
}

/// A trunk's password from the environment, or asked for at a terminal.
pub(super) fn ask_password() -> Result<String, CliError> {
    if let Ok(password) = std::env::var("CARILLON_TRUNK_PASSWORD") {
        return Ok(password);
    }
    if !report::is_terminal() {
        return Err(CliError::new(
            Exit::Failure,
            "no_trunk_password",
            "The trunk wants a login, but there is no password.",
        )
        .next("Set CARILLON_TRUNK_PASSWORD, or run at a terminal to be asked."));
    }
    rpassword::prompt_password("Password of the trunk: ").or_fail("no_trunk_password")
}
