//! `carillon export`: a campaign's results, by the code that also makes the page's exports.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use carillon_api::export::{ExportFault, Plan, Progress, Source, Written, write};
use carillon_api::model::ExportFormat;
use carillon_domain::{FailureCode, SkipReason};
use carillon_store::{Campaign, ContactFilter, StoreError};
use indicatif::{ProgressBar, ProgressStyle};

use super::context::{Context, WORKSPACE};
use crate::cli::ExportArgs;
use crate::error::{CliError, Exit, OrFail};
use crate::report;

/// Runs the command.
pub async fn run(args: &ExportArgs) -> Result<(), CliError> {
    let plan = plan(args)?;
    let context = Context::open_existing(&args.data).await?;
    let campaign = context.campaign(&args.campaign).await?;
    let source = source(&context, &campaign).await?;
    let written = if args.out == Path::new("-") {
        write_to(&source, &plan, std::io::stdout()).await?
    } else {
        to_file(&source, &plan, args).await?
    };
    let what = match plan.format {
        ExportFormat::Pdf => format!("the report of \"{}\"", campaign.name),
        _ => format!("{} contacts of \"{}\"", written.rows, campaign.name),
    };
    report::talk(&format!("{what} written to {}", args.out.display()));
    if let Some(read) = written.read {
        report::talk(&format!("the campaign is not over: it was read from {} to {}", read.from, read.to));
    }
    Ok(())
}

fn plan(args: &ExportArgs) -> Result<Plan, CliError> {
    let (mut failures, mut skips) = (Vec::new(), Vec::new());
    for reason in &args.reason {
        match (FailureCode::from_code(reason), SkipReason::from_code(reason)) {
            (Some(code), _) => failures.push(code),
            (None, Some(reason)) => skips.push(reason),
            (None, None) => {
                let message = format!("\"{reason}\" is neither a failure code nor a skip reason.");
                return Err(CliError::new(Exit::Usage, "bad_reason", message)
                    .next("`carillon campaign show CAMPAIGN` lists those that the campaign has."));
            }
        }
    }
    let filter = ContactFilter {
        statuses: args.status.clone(),
        results: args.result.clone(),
        failures,
        skips,
        ..ContactFilter::default()
    };
    let plan = Plan {
        format: args.format.into(),
        filter: (filter != ContactFilter::default()).then_some(filter),
        columns: (!args.columns.is_empty()).then(|| args.columns.clone()),
        byte_order_mark: args.byte_order_mark,
    };
    plan.check().map_err(|problem| CliError::new(Exit::Usage, problem.code().text(), problem.detail()))?;
    Ok(plan)
}

async fn source(context: &Context, campaign: &Campaign) -> Result<Source, CliError> {
    let workspace = context.store.workspace_fetch(WORKSPACE).await.or_fail("database")?;
    let settings = workspace.map(|found| found.settings).unwrap_or_default();
    Ok(Source {
        store: context.store.clone(),
        workspace: WORKSPACE,
        campaign: campaign.id,
        public_url: settings.public_url.map(|url| url.trim_end_matches('/').to_owned()),
        zone: settings.time_zone,
        clock: Arc::new(context.clock.clone()),
        scratch: None,
    })
}

/// Written beside the wanted file and moved over it at the end: a reader never sees half an export.
async fn to_file(source: &Source, plan: &Plan, args: &ExportArgs) -> Result<Written, CliError> {
    let unwritable = |error: std::io::Error| {
        CliError::new(Exit::Failure, "export_unwritable", format!("{} can't be written: {error}", args.out.display()))
    };
    let partial = PathBuf::from(format!("{}.part", args.out.display()));
    let file = File::create(&partial).map_err(unwritable)?;
    let out = file.try_clone().map_err(unwritable)?;
    let written = write_to(source, plan, BufWriter::new(out)).await;
    let done = written.and_then(|written| {
        file.sync_all().and_then(|()| std::fs::rename(&partial, &args.out)).map(|()| written).map_err(unwritable)
    });
    if done.is_err()
        && let Err(error) = std::fs::remove_file(&partial)
    {
        tracing::debug!(%error, "the unfinished export could not be removed");
    }
    done
}

async fn write_to(source: &Source, plan: &Plan, out: impl Write + Send + 'static) -> Result<Written, CliError> {
    let mut bar = Bar::new();
    let written = write(source, plan, out, &mut bar).await;
    bar.0.finish_and_clear();
    written.map_err(|fault: ExportFault| CliError::new(Exit::Failure, fault.code(), crate::error::chain(&fault)))
}

/// A bar on a terminal; nothing elsewhere, where the last line says it all.
struct Bar(ProgressBar);

impl Bar {
    fn new() -> Self {
        if !report::is_terminal() {
            return Self(ProgressBar::hidden());
        }
        let style = ProgressStyle::with_template("{wide_bar} {human_pos} of {human_len} contacts, {eta} left");
        Self(ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar())))
    }
}

#[async_trait]
impl Progress for Bar {
    async fn told(&mut self, rows: i64, total: Option<i64>) -> Result<bool, StoreError> {
        if let Some(total) = total.and_then(|total| u64::try_from(total).ok()) {
            self.0.set_length(total);
        }
        self.0.set_position(u64::try_from(rows).unwrap_or(0));
        Ok(true)
    }
}
