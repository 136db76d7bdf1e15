//! `carillon demo`: a campaign over the practice network, from nothing to the summary.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use carillon_domain::campaign::CampaignSettings;
use carillon_domain::policy::{CallOrder, Pacing, RetryRule};
use carillon_domain::trunk::TrunkSettings;
use carillon_domain::{CampaignId, TrunkId};
use carillon_exchange::ReadOptions;
use carillon_store::{Campaign, DuplicateScope, NewCampaign};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio_util::sync::CancellationToken;

use super::contacts::ContactFile;
use super::context::{Context, WORKSPACE};
use super::watch::{self, Watched, Watcher};
use super::{contacts, models, persona_speech, sample};
use crate::cli::DemoArgs;
use crate::clock::Clock;
use crate::data::DataFolder;
use crate::error::{CliError, Exit, OrFail};
use crate::node::{Node, NodeConfig, SlotKeeper, Voice, WantedTrunk};
use crate::report::{self, Reporter};
use crate::server::{self, NodeControl, Server, ServerConfig};

/// Lines of the demo's campaign.
const LINES: u32 = 20;
/// Which people the practice network has: the same in every demo.
const MIX_SEED: &str = "7";
/// Contacts of the Draft beside it.
const FOLLOW_UP_CONTACTS: u32 = 12;
/// Short, so that people who never answer do not hold up the demo.
const RING_TIMEOUT_S: u32 = 12;

/// Runs the command.
pub async fn run(args: &DemoArgs) -> Result<(), CliError> {
    let folder = DataFolder::open(&args.data.data.clone().unwrap_or_else(fresh_folder))?;
    let _lock = folder.lock_for_calling().await?;
    let mut reporter = Reporter::new(args.json, true);
    let models_folder = models::folder(None)?;
    install_voice(&models_folder, &reporter)?;
    let context = Context::open_in(folder, args.data.database_url.as_deref()).await?;
    let slot = SlotKeeper::lease(context.store.clone(), &context.clock).await?;
    let voice = Voice::open(&models_folder, &speech_folder(&context)).or_fail("speech")?;
    if let Some(notice) = &voice.notice {
        reporter.say(notice);
    }
    reporter.say("Preparing what the practice network's people say");
    let speech = persona_speech::render(&models_folder).await?;
    let network = Network::start(&context, speech.as_deref()).await?;
    let trunk_settings = TrunkSettings {
        lines: LINES,
        ..TrunkSettings::from_uri(&format!("sip:{}", network.address)).or_fail("trunk_address")?
    };
    let trunk = context
        .store
        .trunk_put(WORKSPACE, "Practice network", &trunk_settings, context.clock.now())
        .await
        .or_fail("database")?;
    let campaign = campaigns(&context, args, trunk).await?;
    reporter.json(&watch::campaign_json(&campaign));
    reporter
        .say(&format!("Calling {} sample contacts over SIP and RTP on this machine. Ctrl-C ends it.", args.contacts));
    let node = Node::start(NodeConfig::of(
        &context,
        voice,
        vec![WantedTrunk { id: trunk, settings: trunk_settings, password: None }],
        false,
    ))
    .await?;
    let stop = CancellationToken::new();
    let server =
        if args.once { None } else { Some(serve(&context, &node, &stop, campaign.id, args, &reporter).await?) };
    let watched = watch_demo(&context, node, &slot, &campaign, args, &mut reporter).await?;
    stop.cancel();
    if let Some(server) = server {
        server.stop().await?;
    }
    network.stop().await?;
    slot.release().await?;
    match watched {
        Watched::Completed => Ok(()),
        Watched::Canceled => {
            Err(CliError::new(Exit::NotCompleted, "campaign_canceled", "The demo's campaign was stopped."))
        }
        Watched::Interrupted | Watched::LoginRefused => {
            Err(CliError::new(Exit::NotCompleted, "interrupted", "The demo was interrupted."))
        }
    }
}

/// The page, signed in by a link; on another port when the usual one is taken.
async fn serve(
    context: &Context,
    node: &Node,
    stop: &CancellationToken,
    campaign: CampaignId,
    args: &DemoArgs,
    reporter: &Reporter,
) -> Result<Server, CliError> {
    let secrets = server::secrets(context, None).await?;
    let control = NodeControl::start(node.handle(), context, secrets.clone(), stop.clone());
    let config = |listen| ServerConfig { listen, public_url: None };
    let usual = Server::start(context, secrets.clone(), control.clone(), config(args.listen)).await;
    let server = match usual {
        Err(error) if error.code == "listen" => {
            Server::start(context, secrets, control, config((args.listen.ip(), 0).into())).await?
        }
        usual => usual?,
    };
    let link = server::local_link(context, &server.url().await?, campaign).await?;
    reporter.say(&format!("Watch it in the browser, signed in by this link (it works once): {link}"));
    Ok(server)
}

/// Until the campaign is over; without `--once` also afterwards, so that the commands of "Try next" meet a running Carillon.
async fn watch_demo(
    context: &Context,
    node: Node,
    slot: &SlotKeeper,
    campaign: &Campaign,
    args: &DemoArgs,
    reporter: &mut Reporter,
) -> Result<Watched, CliError> {
    let mut watcher = Watcher::new(context, node, slot, campaign.id, reporter)?;
    let mut watched = watcher.until_over().await;
    while !args.once && watched == Watched::Completed {
        say_summary(context, campaign, args.json, args.once).await?;
        report::talk(
            "The practice network stays, so retry and pause work from another terminal. Ctrl-C ends the demo.",
        );
        if !watcher.until_called_again().await {
            watcher.end().await?;
            return Ok(Watched::Completed);
        }
        watched = watcher.until_over().await;
    }
    watcher.end().await?;
    say_summary(context, campaign, args.json, args.once).await?;
    Ok(watched)
}

async fn say_summary(context: &Context, campaign: &Campaign, json: bool, once: bool) -> Result<(), CliError> {
    let summary = watch::summary(context, campaign.id).await?;
    if json {
        report::data_json(&summary.json());
        return Ok(());
    }
    let (data, program) = (context.folder.path().display(), program_name());
    report::data(&summary.text());
    report::data(&format!(
        "  Recordings         {}",
        context.folder.recordings().join(campaign.id.to_string()).display()
    ));
    report::data("                     two channels: the contact on the left, the AI employee on the right\n");
    report::data(if once { "Try next:" } else { "Try next, from another terminal:" });
    report::data(&format!("  {program} export \"{}\" --format csv --out results.csv --data {data}", campaign.name));
    report::data(&format!("  {program} campaign show \"{}\" --data {data}", campaign.name));
    report::data(&format!("  {program} doctor --data {data}"));
    report::data(&format!(
        "  {program} run contacts.csv --trunk sip:sip.example.net:5060     (your own list and trunk)"
    ));
    Ok(())
}

/// The command as the person started it, so that what is printed can be pasted.
fn program_name() -> String {
    std::env::args().next().unwrap_or_else(|| "carillon".to_owned())
}

fn fresh_folder() -> PathBuf {
    let now = Clock::start().now().to_string();
    let stamp: String = now.chars().filter(char::is_ascii_digit).take(14).collect();
    std::env::temp_dir().join(format!("carillon-demo-{stamp}-{}", std::process::id()))
}

fn speech_folder(context: &Context) -> PathBuf {
    context.folder.path().join("speech")
}

/// The demo should sound well: the voice is installed when it is missing. Without it the demo still runs, on the robotic fallback.
fn install_voice(folder: &Path, reporter: &Reporter) -> Result<(), CliError> {
    if carillon_providers::models::list(folder)
        .iter()
        .all(|m| matches!(m.state, carillon_providers::models::ModelState::Installed { .. }))
    {
        return Ok(());
    }
    reporter.say("Installing the voice, about 60 MB, once");
    match models::install(folder, None) {
        Ok(()) => Ok(()),
        Err(error) => {
            reporter.say(&format!("The voice could not be installed: {}", error.message));
            Ok(())
        }
    }
}

/// The campaign that calls; with a page also a Draft, so that there is something to press.
async fn campaigns(context: &Context, args: &DemoArgs, trunk: TrunkId) -> Result<Campaign, CliError> {
    let demo = campaign(context, "Demo", args.contacts, trunk).await?;
    context.store.campaign_start(WORKSPACE, demo.id, None, context.clock.now()).await.or_fail("campaign_start")?;
    if !args.once {
        campaign(context, "Demo follow-up", FOLLOW_UP_CONTACTS, trunk).await?;
    }
    context.campaign(&demo.id.to_string()).await
}

/// A Draft with sample contacts. A name that is taken gets a number.
async fn campaign(context: &Context, wanted: &str, size: u32, trunk: TrunkId) -> Result<Campaign, CliError> {
    let file = context.folder.path().join("sample-contacts.csv");
    std::fs::write(&file, sample::contacts_csv(size)).or_fail("data_folder_unusable")?;
    let check = contacts::check(&file, &ReadOptions::default())?;
    let (employee, version) = sample::employee(context, None).await?;
    contacts::refuse_missing_variables(&employee, &check)?;
    let mut name = wanted.to_owned();
    let mut number = 1;
    while context.store.campaign_by_name(WORKSPACE, &name).await.or_fail("database")?.is_some() {
        number += 1;
        name = format!("{wanted} ({number})");
    }
    let new = NewCampaign {
        workspace: WORKSPACE,
        id: context.store.next_id(context.clock.now()).or_fail("no_slot")?,
        name,
        employee: version,
        trunk,
        settings: CampaignSettings {
            pacing: Pacing { lines: LINES, calls_per_second: 5.0 },
            order: CallOrder::AsUploaded,
            retry: RetryRule::default(),
            ring_timeout_s: RING_TIMEOUT_S,
            max_call_s: 60,
            recording: true,
        },
        file_hash: Some(check.hash.to_string()),
        property_names: check.property_names.clone(),
        now: context.clock.now(),
    };
    context.store.campaign_create(new.clone()).await.or_fail("campaign_create")?;
    let campaign = context.campaign(&new.id.to_string()).await?;
    let file = ContactFile { path: &file, check: &check, options: ReadOptions::default(), rows_before: Some(0) };
    contacts::import(context, &campaign, file, DuplicateScope::Campaign, |_| {}).await?;
    context.campaign(&campaign.id.to_string()).await
}

/// The practice network in a process of its own, as a carrier would be.
struct Network {
    child: Child,
    address: std::net::SocketAddr,
}

impl Network {
    async fn start(context: &Context, speech: Option<&Path>) -> Result<Network, CliError> {
        let program = std::env::current_exe().or_fail("practice_start")?;
        let log_path = context.folder.path().join("practice.log");
        let log = std::fs::File::create(&log_path).or_fail("practice_start")?;
        let mut command = Command::new(program);
        command
            .args(["practice", "--listen", "127.0.0.1:0", "--with-owner", "--mix", MIX_SEED, "--log"])
            .arg(context.folder.path().join("practice.jsonl"));
        if let Some(speech) = speech {
            command.arg("--speech").arg(speech);
        }
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(log)
            // Ctrl-C reaches the whole process group; the people at the other end must outlive it until the calls have finished.
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .or_fail("practice_start")?;
        let failed = || {
            CliError::new(Exit::Failure, "practice_start", "The practice network did not start.")
                .next("Try: carillon practice")
        };
        let out = child.stdout.take().ok_or_else(failed)?;
        let line = BufReader::new(out).lines().next_line().await.or_fail("practice_start")?.ok_or_else(failed)?;
        let address =
            line.strip_prefix("practice network on ").and_then(|text| text.parse().ok()).ok_or_else(failed)?;
        Ok(Network { child, address })
    }

    async fn stop(mut self) -> Result<(), CliError> {
        self.child.kill().await.or_fail("practice_stop")
    }
}
