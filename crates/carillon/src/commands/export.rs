//! `carillon export`: contacts with their results, a page of the database at a time.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use carillon_domain::{CallOutcome, ContactState};
use carillon_exchange::{
    CsvExport, ExportCall, ExportCampaign, ExportCounts, ExportError, ExportReason, ExportRow, ExportSummary,
    JsonExport, TableOptions,
};
use carillon_store::{CallRecord, Campaign, ContactRecord};

use super::context::{Context, WORKSPACE};
use super::watch;
use crate::cli::{ExportArgs, ExportFormat};
use crate::error::{CliError, Exit, OrFail};
use crate::report;

/// Contacts read at a time; each page is a transaction of its own, so that an export never slows calling.
const PAGE: u32 = 500;

/// Runs the command.
pub async fn run(args: &ExportArgs) -> Result<(), CliError> {
    let context = Context::open_existing(&args.data).await?;
    let campaign = context.campaign(&args.campaign).await?;
    let rows = if args.out == Path::new("-") {
        write(&context, &campaign, args.format, std::io::stdout().lock()).await?
    } else {
        to_file(&context, &campaign, args).await?
    };
    report::talk(&format!("{rows} contacts of \"{}\" written to {}", campaign.name, args.out.display()));
    Ok(())
}

/// Written beside the wanted file and moved over it at the end: a reader never sees half an export.
async fn to_file(context: &Context, campaign: &Campaign, args: &ExportArgs) -> Result<u64, CliError> {
    let unwritable = |error: std::io::Error| {
        CliError::new(Exit::Failure, "export_unwritable", format!("{} can't be written: {error}", args.out.display()))
    };
    let partial = PathBuf::from(format!("{}.part", args.out.display()));
    let file = File::create(&partial).map_err(unwritable)?;
    let written = write(context, campaign, args.format, BufWriter::new(&file)).await;
    let done = written.and_then(|rows| {
        file.sync_all().and_then(|()| std::fs::rename(&partial, &args.out)).map(|()| rows).map_err(unwritable)
    });
    if done.is_err()
        && let Err(error) = std::fs::remove_file(&partial)
    {
        tracing::debug!(%error, "the unfinished export could not be removed");
    }
    done
}

async fn write(context: &Context, campaign: &Campaign, format: ExportFormat, out: impl Write) -> Result<u64, CliError> {
    let failed = |error: ExportError| CliError::new(Exit::Failure, error.code(), crate::error::chain(&error));
    match format {
        ExportFormat::Csv => {
            let mut csv = CsvExport::new(out, &campaign.property_names, &TableOptions::default()).map_err(failed)?;
            let rows = each_row(context, campaign, |row| csv.row(row).map_err(failed)).await?;
            csv.finish().map_err(failed)?;
            Ok(rows)
        }
        ExportFormat::Json => {
            let mut json = JsonExport::new(out, &summary(context, campaign).await?).map_err(failed)?;
            let rows = each_row(context, campaign, |row| json.row(row).map_err(failed)).await?;
            json.finish(None).map_err(failed)?;
            Ok(rows)
        }
    }
}

async fn each_row(
    context: &Context,
    campaign: &Campaign,
    mut take: impl FnMut(&ExportRow) -> Result<(), CliError>,
) -> Result<u64, CliError> {
    let (mut after, mut rows) = (0, 0);
    loop {
        let page = context.store.contacts_page(WORKSPACE, campaign.id, after, PAGE).await.or_fail("database")?;
        let (Some(first), Some(last)) = (page.first(), page.last()) else { return Ok(rows) };
        after = last.row;
        let calls =
            context.store.calls_of_contacts(WORKSPACE, campaign.id, first.row, last.row).await.or_fail("database")?;
        for contact in &page {
            let calls: Vec<&CallRecord> = calls.iter().filter(|call| call.row == contact.row).collect();
            take(&export_row(campaign, contact, &calls))?;
            rows += 1;
        }
    }
}

async fn summary(context: &Context, campaign: &Campaign) -> Result<ExportSummary, CliError> {
    let summary = watch::summary_of(context, campaign).await?;
    Ok(ExportSummary {
        campaign: ExportCampaign { id: summary.id.to_string(), name: summary.name.clone(), status: summary.status },
        counts: ExportCounts { total: summary.counts.total(), by_status: summary.counts },
        failures: summary.failure_categories(),
        results: summary.results,
    })
}

fn export_row(campaign: &Campaign, contact: &ContactRecord, calls: &[&CallRecord]) -> ExportRow {
    // The last call of which an INVITE left; a call that was withdrawn settles nobody.
    let settling = calls.iter().rev().find(|call| call.sent != Some(false));
    let sent = |call: &&&CallRecord| call.sent != Some(false);
    ExportRow {
        row: u32::try_from(contact.row).unwrap_or(u32::MAX),
        first_name: contact.first_name.clone(),
        last_name: contact.last_name.clone(),
        phone: contact.phone.map_or_else(|| contact.phone_text.clone(), |phone| phone.to_string()),
        status: contact.state.status(),
        result: if let ContactState::Completed { result } = contact.state { Some(result) } else { None },
        reason: reason(contact),
        attempts: contact.attempts,
        first_call_at: calls.iter().find(sent).map(|call| call.placed_at),
        last_call_at: calls.iter().rev().find(sent).map(|call| call.placed_at),
        talk_ms: settling.map_or(0, |call| talk_ms(call)),
        call: settling.map(|call| call.id.to_string()),
        link: None,
        recording: settling.and_then(|call| call.recording.clone()),
        handled: None,
        read_at: None,
        properties: campaign
            .property_names
            .iter()
            .filter_map(|name| contact.properties.get(name).map(|value| (name.clone(), value.clone())))
            .collect(),
        calls: calls.iter().enumerate().map(|(n, call)| export_call(n, call)).collect(),
    }
}

fn reason(contact: &ContactRecord) -> ExportReason {
    match contact.state {
        ContactState::Failed { code } => ExportReason::failure(code),
        ContactState::Skipped { reason } => ExportReason::skipped(reason, contact.reason.as_deref()),
        _ => ExportReason::default(),
    }
}

fn export_call(n: usize, call: &CallRecord) -> ExportCall {
    let (result, reason) = match call.outcome {
        Some(CallOutcome::Result(result)) => (Some(result), ExportReason::default()),
        Some(CallOutcome::Failure(code)) => (None, ExportReason::failure(code)),
        _ => (None, ExportReason::default()),
    };
    ExportCall {
        call: call.id.to_string(),
        attempt: u32::try_from(n + 1).unwrap_or(u32::MAX),
        started_at: call.placed_at,
        ringing_at: call.ringing_at,
        answered_at: call.answered_at,
        ended_at: call.ended_at,
        ended_by: call.ended_by,
        result,
        reason,
        sip_status: call.sip_status,
        sip_reason: call.sip_reason.clone(),
        q850_cause: call.q850_cause,
        talk_ms: talk_ms(call),
        recording: call.recording.clone(),
    }
}

fn talk_ms(call: &CallRecord) -> u64 {
    let talk = call.answered_at.zip(call.ended_at).map(|(answered, ended)| ended.since(answered).as_millis());
    talk.and_then(|ms| u64::try_from(ms).ok()).unwrap_or(0)
}
