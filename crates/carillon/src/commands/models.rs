//! `carillon models`.

use std::path::{Path, PathBuf};

use carillon_providers::models::{self, InstallOptions, ModelState, Progress};
use indicatif::{HumanBytes, ProgressBar, ProgressStyle};

use crate::cli::{ModelsAction, ModelsArgs};
use crate::error::{CliError, Exit, OrFail};
use crate::report;

/// The folder of the models.
pub fn folder(given: Option<&Path>) -> Result<PathBuf, CliError> {
    given.map_or_else(|| models::default_folder().or_fail("no_home"), |path| Ok(path.to_owned()))
}

/// Runs the command.
pub fn run(args: &ModelsArgs) -> Result<(), CliError> {
    let folder = folder(args.dir.as_deref())?;
    match &args.action {
        ModelsAction::Install { from } => install(&folder, from.clone()),
        ModelsAction::List => {
            show(&models::list(&folder));
            Ok(())
        }
        ModelsAction::Check => {
            let found = models::check(&folder);
            show(&found);
            if found.iter().all(|m| matches!(m.state, ModelState::Installed { .. })) {
                Ok(())
            } else {
                Err(CliError::new(Exit::Findings, "models_incomplete", "Not all models are installed and sound.")
                    .next("Run: carillon models install"))
            }
        }
    }
}

fn show(found: &[models::ModelStatus]) {
    for model in found {
        let state = match &model.state {
            ModelState::Installed { .. } => "installed".to_owned(),
            ModelState::Missing => "not installed".to_owned(),
            ModelState::Damaged { file, said } => format!("damaged: {file} {said}"),
        };
        report::data(&format!(
            "{:<10} {state:<14} {:>9}  {}",
            model.spec.name,
            HumanBytes(model.spec.bytes()).to_string(),
            model.spec.purpose
        ));
        report::data(&format!("{:<10} licence: {}", "", model.spec.licence));
        report::data(&format!("{:<10} {}", "", model.path.display()));
    }
}

/// Fetches what is missing, with a bar on a terminal and lines elsewhere.
pub fn install(folder: &Path, from_folder: Option<PathBuf>) -> Result<(), CliError> {
    let options = InstallOptions { from_folder, ..InstallOptions::default() };
    let bar = report::is_terminal().then(|| {
        let style = ProgressStyle::with_template("  {msg} {bar:30} {bytes}/{total_bytes}")
            .unwrap_or_else(|_| ProgressStyle::default_bar());
        ProgressBar::new(0).with_style(style)
    });
    let say = |line: &str| match &bar {
        Some(bar) => bar.suspend(|| report::talk(line)),
        None => report::talk(line),
    };
    let result = models::install(folder, &options, &mut |progress| match progress {
        Progress::Bytes { done, total } => {
            if let Some(bar) = &bar {
                bar.set_length(total);
                bar.set_position(done);
            }
        }
        Progress::AlreadyInstalled { model } => say(&format!("  {model}: already installed")),
        Progress::Trying { model, source, bytes_total } => {
            say(&format!("  {model}: {} from {source}", HumanBytes(bytes_total)))
        }
        Progress::Failed { source, reason } => say(&format!("  not from {source}: {reason}")),
        Progress::Installed { model, path } => say(&format!("  {model}: installed in {}", path.display())),
    });
    if let Some(bar) = &bar {
        bar.finish_and_clear();
    }
    result.map_err(|error| CliError::new(Exit::Failure, error.code(), crate::error::chain(&error)))
}
