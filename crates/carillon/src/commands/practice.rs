//! `carillon practice`: the practice network alone.

use std::sync::Arc;

use carillon_practice::{Choice, Mix, Practice, PracticeConfig, persona};
use tokio::signal::unix::{SignalKind, signal};

use super::{models, persona_speech};
use crate::cli::PracticeArgs;
use crate::clock::Clock;
use crate::error::{CliError, Exit, OrFail};
use crate::report;

/// Runs until Ctrl-C.
pub async fn run(args: PracticeArgs) -> Result<(), CliError> {
    let clock = Clock::start();
    let speech = match args.speech {
        Some(folder) => Some(folder),
        None => persona_speech::render(&models::folder(None)?).await?,
    };
    let config = PracticeConfig {
        choice: args.mix.map_or(Choice::Digits, |seed| Choice::Mix { seed, mix: Mix::default() }),
        speech,
        log: args.log,
        ..PracticeConfig::new(args.listen, Arc::new(move || clock.now().as_micros()))
    };
    let network = Practice::bind(config)
        .await
        .map_err(|error| CliError::new(Exit::Failure, error.code(), crate::error::chain(&error)))?;
    let mut interrupt = signal(SignalKind::interrupt()).or_fail("signals")?;
    let mut terminate = signal(SignalKind::terminate()).or_fail("signals")?;
    report::data(&format!("practice network on {}", network.address()));
    if args.mix.is_none() {
        report::talk(persona::table().trim_end());
    }
    report::talk(&format!("Call it with: carillon run FILE --trunk sip:{}   Ctrl-C ends it.", network.address()));
    tokio::select! {
        () = network.serve() => {}
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
        () = owner_gone(args.with_owner) => {}
    }
    Ok(())
}

/// Waits for the end of standard input when the process that started this one holds its other end: it must not outlive its owner.
async fn owner_gone(with_owner: bool) {
    if !with_owner {
        std::future::pending::<()>().await;
    }
    let mut nothing = tokio::io::sink();
    if let Err(error) = tokio::io::copy(&mut tokio::io::stdin(), &mut nothing).await {
        tracing::debug!(%error, "standard input failed");
    }
}
