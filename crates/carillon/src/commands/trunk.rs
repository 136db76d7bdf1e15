//! `carillon trunk`: the ways to the phone network.

use carillon_api::control::{Password, StepOutcome, TestStep, TrunkToTest};
use carillon_api::secrets::TRUNK_PASSWORD;
use carillon_domain::trunk::{CallerIdHeader, TrunkSettings, caller_id_of};
use carillon_domain::{PhoneNumber, TrunkId};
use carillon_store::{NewTrunk, StoredTrunk};
use serde_json::json;

use super::context::{Context, WORKSPACE};
use super::run;
use crate::cli::CallerIdHeaderArg;
use crate::cli_admin::{AddTrunkArgs, TrunkAction, TrunkArgs};
use crate::error::{CliError, Exit, OrFail, OrUsage};
use crate::node::SlotKeeper;
use crate::report;
use crate::server;

/// Runs the command.
pub async fn run(args: &TrunkArgs) -> Result<(), CliError> {
    match &args.action {
        TrunkAction::List => list(&Context::open(&args.data).await?, args.json).await,
        TrunkAction::Add(add) => {
            let settings = settings(add)?;
            let context = Context::open(&args.data).await?;
            let slot = SlotKeeper::lease(context.store.clone(), &context.clock).await?;
            let done = create(&context, args, add, settings).await;
            slot.release().await?;
            done
        }
        TrunkAction::Test { trunk, call } => test(args, trunk, call.as_deref()).await,
    }
}

async fn list(context: &Context, json: bool) -> Result<(), CliError> {
    let trunks = context.store.trunk_list(WORKSPACE).await.or_fail("database")?;
    for trunk in &trunks {
        let settings = &trunk.settings;
        if json {
            report::data_json(&json!({
                "type": "trunk", "id": trunk.id, "name": trunk.name, "settings": settings, "has_password": trunk.password.is_some(),
            }));
        } else {
            let address = format!("{}:{}", settings.host, settings.port);
            report::data(&format!(
                "{:<28} {address:<32} {:>6} lines  {:>6} calls/s  {}",
                trunk.name, settings.lines, settings.calls_per_second, trunk.id
            ));
        }
    }
    if trunks.is_empty() && !json {
        report::talk("No trunks yet. `carillon trunk add NAME sip:HOST:PORT` adds one.");
    }
    Ok(())
}

fn settings(add: &AddTrunkArgs) -> Result<TrunkSettings, CliError> {
    let mut settings = TrunkSettings::from_uri(&add.uri).or_usage("trunk_address")?;
    settings.user.clone_from(&add.user);
    settings.register = add.register;
    settings.dial_format = run::dial_format(&add.dial_format)?;
    settings.caller_id = add.caller_id.as_deref().map(caller_id_of);
    settings.caller_id_header = match add.caller_id_header {
        CallerIdHeaderArg::From => CallerIdHeader::From,
        CallerIdHeaderArg::Pai => CallerIdHeader::PAssertedIdentity,
    };
    settings.public_address = add.public_address;
    settings.lines = add.lines;
    settings.calls_per_second = add.cps;
    match settings.faults().into_iter().next() {
        None => Ok(settings),
        Some((field, message)) => Err(CliError::new(Exit::Usage, format!("trunk_{field}"), message)),
    }
}

async fn create(
    context: &Context,
    args: &TrunkArgs,
    add: &AddTrunkArgs,
    settings: TrunkSettings,
) -> Result<(), CliError> {
    let secrets = server::secrets(context, args.secret_key.as_ref()).await?;
    let password = match &add.user {
        None => None,
        Some(_) => Some(secrets.seal(TRUNK_PASSWORD, &run::ask_password()?).or_fail("secret_key")?),
    };
    let new = NewTrunk { name: add.name.trim().to_owned(), settings, password, now: context.clock.now() };
    let id = context.store.trunk_create(WORKSPACE, new).await;
    let id = id.map_err(|error| CliError::new(Exit::Failure, error.code(), crate::error::chain(&error)))?;
    context.audit("trunk_create", id.to_string(), json!({ "name": add.name.trim() })).await?;
    if args.json {
        report::data_json(&json!({ "type": "trunk", "id": id, "name": add.name.trim() }));
    } else {
        report::talk(&format!("Added. Try it: carillon trunk test \"{}\"", add.name.trim()));
    }
    Ok(())
}

async fn find(context: &Context, name_or_id: &str) -> Result<StoredTrunk, CliError> {
    let trunks = context.store.trunk_list(WORKSPACE).await.or_fail("database")?;
    let id = name_or_id.parse::<TrunkId>().ok();
    let found = trunks.into_iter().find(|trunk| Some(trunk.id) == id || trunk.name == name_or_id);
    found.ok_or_else(|| {
        CliError::new(Exit::NotFound, "trunk_not_found", format!("There is no trunk \"{name_or_id}\"."))
            .next("`carillon trunk list` shows all.")
    })
}

async fn test(args: &TrunkArgs, name_or_id: &str, call: Option<&str>) -> Result<(), CliError> {
    let number = call.map(|text| PhoneNumber::parse(text, None)).transpose().or_usage("number")?;
    let context = Context::open_existing(&args.data).await?;
    let trunk = find(&context, name_or_id).await?;
    let blocked = match number {
        Some(number) => {
            context.store.number_blocked(WORKSPACE, number, context.clock.now()).await.or_fail("database")?
        }
        None => None,
    };
    if blocked.is_some() {
        return Err(CliError::new(Exit::Usage, "do_not_call", "This number is on the do-not-call list."));
    }
    let password = match trunk.password {
        None => None,
        Some(sealed) => {
            let secrets = server::secrets(&context, args.secret_key.as_ref()).await?;
            Some(Password(secrets.open_sealed(TRUNK_PASSWORD, &sealed).or_fail("secret_key")?))
        }
    };
    let wanted = TrunkToTest { id: Some(trunk.id), settings: trunk.settings, password, number };
    let steps = server::test_trunk(wanted).await?;
    for step in &steps {
        show(step, args.json)?;
    }
    let failed = steps.iter().any(|step| step.outcome == StepOutcome::Failed);
    if args.json {
        report::data_json(&json!({ "type": "summary", "passed": !failed }));
    }
    if failed {
        let message = format!("The trunk \"{}\" does not work yet.", trunk.name);
        return Err(CliError::new(Exit::Findings, "trunk_test_failed", message));
    }
    Ok(())
}

fn show(step: &TestStep, json: bool) -> Result<(), CliError> {
    if json {
        let mut value = serde_json::to_value(step).or_fail("internal")?;
        value["type"] = "step".into();
        report::data_json(&value);
        return Ok(());
    }
    let mark = match step.outcome {
        StepOutcome::Passed => "ok    ",
        StepOutcome::Warning => "look  ",
        StepOutcome::Failed => "FAILED",
        StepOutcome::NotTried => "-     ",
    };
    report::data(&format!("{mark} {}", step.title));
    report::data(&format!("       {}", step.finding));
    if let Some(hint) = &step.hint {
        report::data(&format!("       {hint}"));
    }
    Ok(())
}
