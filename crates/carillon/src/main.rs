//! Carillon: outbound voice campaigns on your own machine.

mod cli;
mod cli_admin;
mod clock;
mod commands;
mod data;
mod error;
mod node;
mod report;
mod server;
mod variables;

use std::process::ExitCode;

use clap::Parser;
use tracing::Level;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, fmt};

use crate::cli::{Cli, Command};
use crate::error::{CliError, Exit};

/// SIP messages are many short-lived small texts, freed by another thread than their maker's: this allocator is made for that.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let json = wants_json(&cli.command);
    match log_to_stderr().and_then(|()| execute(cli.command)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            report::failed(&error, json);
            ExitCode::from(error.exit as u8)
        }
    }
}

/// Warnings and errors unless `CARILLON_LOG` says otherwise. The SIP library writes whole messages with numbers and credentials at its
/// info level, so nothing below a warning of it is ever let through.
fn log_to_stderr() -> Result<(), CliError> {
    let asked = std::env::var("CARILLON_LOG").unwrap_or_else(|_| "warn".to_owned());
    let filter = EnvFilter::try_new(&asked).map_err(|error| {
        CliError::new(Exit::Usage, "log_filter", format!("CARILLON_LOG=\"{asked}\" is not a log filter: {error}."))
            .next("Write for example info, or carillon_sip=debug.")
    })?;
    let no_secrets = filter_fn(|about| !about.target().starts_with("rsipstack") || *about.level() <= Level::WARN);
    let lines = fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(report::is_terminal())
        .with_target(false)
        .with_filter(filter);
    tracing_subscriber::registry().with(lines.with_filter(no_secrets)).init();
    Ok(())
}

fn wants_json(command: &Command) -> bool {
    match command {
        Command::Demo(args) => args.json,
        Command::Run(args) => args.json,
        Command::Contacts(args) => args.json,
        Command::Campaign(args) => args.json,
        Command::Call(args) => args.json,
        Command::Doctor(args) => args.json,
        Command::User(args) => args.json,
        Command::Trunk(args) => args.json,
        Command::Serve(_) | Command::Openapi | Command::Export(_) | Command::Practice(_) | Command::Models(_) => false,
    }
}

fn execute(command: Command) -> Result<(), CliError> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime
        .map_err(|error| CliError::new(Exit::Failure, "internal", format!("the machine gives no threads: {error}")))?;
    runtime.block_on(async {
        match command {
            Command::Demo(args) => commands::demo::run(&args).await,
            Command::Run(args) => commands::run::run(&args).await,
            Command::Export(args) => commands::export::run(&args).await,
            Command::Contacts(args) => commands::contacts_check::run(&args),
            Command::Campaign(args) => commands::campaign::run(&args).await,
            Command::Call(args) => commands::call::run(&args).await,
            Command::Doctor(args) => commands::doctor::run(&args).await,
            Command::Serve(args) => commands::serve::run(&args).await,
            Command::User(args) => commands::user::run(&args).await,
            Command::Trunk(args) => commands::trunk::run(&args).await,
            Command::Openapi => commands::openapi::run(),
            Command::Practice(args) => commands::practice::run(args).await,
            Command::Models(args) => commands::models::run(&args),
        }
    })
}
