//! From the store into a file.

use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use carillon_domain::{CampaignId, CampaignStatus, Timestamp, WorkspaceId};
use carillon_exchange::{
    ExportCampaign, ExportError, ExportRow, ExportSummary, ReadSpan, ResultsExport, ResultsFormat,
};
use carillon_store::{ContactFilter, ContactQuery, ContactSort, Matched, Overview, Position, Store, StoreError};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::Plan;
use super::rows::Around;
use crate::model::ExportFormat;
use crate::state::Now;

/// Contacts of a page.
const PAGE: u32 = 1_000;
/// Pages that wait for the writing thread.
const PAGES_WAITING: usize = 2;
/// How often the one who watches is told, at the least: what is written at the end of a workbook takes long.
const TOLD_EVERY: Duration = Duration::from_secs(5);

/// Why results could not be written.
#[derive(Debug, thiserror::Error)]
pub enum ExportFault {
    /// The campaign could not be read.
    #[error("the campaign could not be read")]
    Store(#[from] StoreError),
    /// The file could not be written.
    #[error(transparent)]
    Write(#[from] ExportError),
    /// There is no such campaign, or no longer.
    #[error("the campaign is not there any more")]
    NoCampaign,
    /// The one who watches said so.
    #[error("the export was stopped")]
    Stopped,
    /// The writing thread has died.
    #[error("the export broke off: this is a fault of Carillon, report it")]
    Broken(#[from] tokio::task::JoinError),
    /// The report was left out when this program was built.
    #[error("this Carillon was built without the PDF report: take another format")]
    NoPdf,
}

impl ExportFault {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Store(error) => error.code(),
            Self::Write(error) => error.code(),
            Self::NoCampaign => "campaign_not_found",
            Self::Stopped => "export_stopped",
            Self::Broken(_) => "internal",
            Self::NoPdf => "export_no_pdf",
        }
    }
}

/// Whose results, and how times and links are written.
#[derive(Clone)]
pub struct Source {
    /// Where they are.
    pub store: Store,
    /// Owner.
    pub workspace: WorkspaceId,
    /// Which campaign.
    pub campaign: CampaignId,
    /// The address at which people reach Carillon, without a slash at its end; without it no call has a link.
    pub public_url: Option<String>,
    /// IANA name of the zone of times.
    pub zone: String,
    /// Time.
    pub clock: Arc<dyn Now>,
    /// Folder for what has to wait until the end; the system's for temporary files unless given.
    pub scratch: Option<PathBuf>,
}

/// Who is told how far it is.
#[async_trait]
pub trait Progress: Send {
    /// So many contacts are written of so many (as far as known); called for each page, and every few seconds at the end. `false` stops.
    async fn told(&mut self, rows: i64, total: Option<i64>) -> Result<bool, StoreError>;
}

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written {
    /// Contacts; none in a report.
    pub rows: i64,
    /// From when to when the campaign was read, when it was not over or moved meanwhile.
    pub read: Option<ReadSpan>,
}

impl Source {
    /// The campaign with its numbers.
    pub(super) async fn overview(&self) -> Result<Overview, ExportFault> {
        let found = self.store.campaign_overview(self.workspace, self.campaign).await?;
        found.ok_or(ExportFault::NoCampaign)
    }

    /// The head of the file.
    pub(super) async fn summary(&self, overview: &Overview, plan: &Plan) -> Result<ExportSummary, ExportFault> {
        let results = self.store.results(self.workspace, self.campaign).await?;
        let campaign = &overview.campaign;
        let filter = plan.filter.as_ref().map(serde_json::to_value).transpose().map_err(ExportError::from)?;
        Ok(ExportSummary {
            campaign: ExportCampaign {
                id: campaign.id.to_string(),
                name: campaign.name.clone(),
                status: campaign.state.status(),
            },
            counts: overview.totals.counts.into(),
            failures: results.categories(),
            results: results.results,
            filter,
        })
    }

    /// How many contacts a filter takes, as far as is known without counting.
    async fn total(&self, filter: &ContactFilter) -> Result<Option<i64>, ExportFault> {
        let query = ContactQuery {
            filter: filter.clone(),
            sort: ContactSort::Row,
            descending: false,
            position: Position::Page(1),
            per_page: 1,
        };
        match self.store.contacts_list(self.workspace, self.campaign, &query).await?.matched {
            Matched::Exactly(total) => Ok(Some(total)),
            Matched::MoreThan(_) => Ok(None),
        }
    }
}

/// Whether nothing of it moves by itself.
fn is_over(overview: &Overview) -> bool {
    let counts = overview.totals.counts;
    match overview.campaign.state.status() {
        CampaignStatus::Completed => true,
        // Stop marks contacts in the background, and calls in progress finish.
        CampaignStatus::Canceled => counts.pending + counts.in_progress == 0,
        _ => false,
    }
}

/// Writes results to `out`, which is flushed at the end. A file that was not finished is no file: begin again.
///
/// # Errors
///
/// When reading or writing fails, or `progress` says stop.
pub async fn write<W>(source: &Source, plan: &Plan, out: W, progress: &mut dyn Progress) -> Result<Written, ExportFault>
where
    W: Write + Send + 'static,
{
    let begun = source.clock.now();
    let before = source.overview().await?;
    match plan.results_format() {
        Some(format) => contacts(source, plan, format, (begun, &before), out, progress).await,
        None => pdf(source, plan, (begun, &before), out, progress).await,
    }
}

/// From when to when it was read, unless nothing of it has moved and nothing could.
pub(super) async fn span(
    source: &Source,
    (begun, before): (Timestamp, &Overview),
) -> Result<Option<ReadSpan>, ExportFault> {
    let after = source.overview().await?;
    let moved = !is_over(before) || before.version != after.version;
    Ok(moved.then(|| ReadSpan { from: begun, to: source.clock.now() }))
}

/// What goes to the writing thread.
enum Step {
    Rows(Vec<ExportRow>),
    End(Option<ReadSpan>),
}

async fn contacts<W>(
    source: &Source,
    plan: &Plan,
    format: ResultsFormat,
    (begun, before): (Timestamp, &Overview),
    out: W,
    progress: &mut dyn Progress,
) -> Result<Written, ExportFault>
where
    W: Write + Send + 'static,
{
    let changing = !is_over(before);
    let summary = source.summary(before, plan).await?;
    let names = before.campaign.property_names.clone();
    let around = Around { property_names: names.clone(), public_url: source.public_url.clone() };
    let options = plan.table(&source.zone, changing);
    let (steps, mut coming) = mpsc::channel::<Step>(PAGES_WAITING);
    let stop = CancellationToken::new();
    let _stop = stop.clone().drop_guard();
    let out = Until { out, stop };
    let scratch = source.scratch.clone();
    let writer = tokio::task::spawn_blocking(move || -> Result<(), ExportError> {
        let mut file = ResultsExport::new(format, out, &summary, &names, &options, scratch.as_deref())?;
        while let Some(step) = coming.blocking_recv() {
            match step {
                Step::Rows(rows) => rows.iter().try_for_each(|row| file.row(row))?,
                Step::End(read) => {
                    file.finish(read)?.flush()?;
                    return Ok(());
                }
            }
        }
        // Nobody wants it any more.
        Ok(())
    });
    let rows = match read_all(source, plan, &around, changing, &steps, progress).await {
        Ok(Some(rows)) => rows,
        // The writing thread has ended: its error says why.
        Ok(None) => return Err(joined(writer).await.err().unwrap_or(ExportFault::Stopped)),
        Err(fault) => return Err(fault),
    };
    let read = span(source, (begun, before)).await?;
    // A thread that has ended takes nothing: again its own error says why.
    let taken = steps.send(Step::End(read)).await.is_ok();
    watched(writer, rows, progress).await?;
    if taken { Ok(Written { rows, read }) } else { Err(ExportFault::Stopped) }
}

/// Reads page by page. `None`: the writing thread takes no more.
async fn read_all(
    source: &Source,
    plan: &Plan,
    around: &Around,
    changing: bool,
    steps: &mpsc::Sender<Step>,
    progress: &mut dyn Progress,
) -> Result<Option<i64>, ExportFault> {
    let (ws, id) = (source.workspace, source.campaign);
    let filter = plan.filter.clone().unwrap_or_default();
    let total = source.total(&filter).await?;
    let last = source.store.contacts_last_row(ws, id).await?;
    let (mut after, mut rows) = (0, 0);
    while after < last {
        if !progress.told(rows, total).await? {
            return Err(ExportFault::Stopped);
        }
        let read_at: Option<Timestamp> = changing.then(|| source.clock.now());
        let page = source.store.export_page(ws, id, &filter, after, PAGE).await?;
        after = page.seen;
        rows += i64::try_from(page.contacts.len()).unwrap_or(0);
        let page = page.contacts.into_iter().map(|found| around.row(found, read_at)).collect();
        if steps.send(Step::Rows(page)).await.is_err() {
            return Ok(None);
        }
    }
    Ok(Some(rows))
}

async fn joined(writer: JoinHandle<Result<(), ExportError>>) -> Result<(), ExportFault> {
    writer.await?.map_err(ExportFault::from)
}

/// Waits for the writing thread, and tells that it is still at it.
async fn watched(
    mut writer: JoinHandle<Result<(), ExportError>>,
    rows: i64,
    progress: &mut dyn Progress,
) -> Result<(), ExportFault> {
    loop {
        match tokio::time::timeout(TOLD_EVERY, &mut writer).await {
            Ok(ended) => return ended?.map_err(ExportFault::from),
            Err(_) => {
                if !progress.told(rows, Some(rows)).await? {
                    return Err(ExportFault::Stopped);
                }
            }
        }
    }
}

/// Takes nothing more once nobody waits for the file.
struct Until<W> {
    out: W,
    stop: CancellationToken,
}

impl<W: Write> Write for Until<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.stop.is_cancelled() {
            return Err(io::Error::other("nobody waits for it any more"));
        }
        self.out.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

#[cfg(feature = "pdf")]
async fn pdf<W>(
    source: &Source,
    plan: &Plan,
    before: (Timestamp, &Overview),
    mut out: W,
    progress: &mut dyn Progress,
) -> Result<Written, ExportFault>
where
    W: Write + Send + 'static,
{
    debug_assert_eq!(plan.format, ExportFormat::Pdf);
    let report = super::report::report(source, plan, before, progress).await?;
    let read = report.read;
    let writer = tokio::task::spawn_blocking(move || {
        carillon_exchange::write_report(&report, &mut out)?;
        Ok(out.flush()?)
    });
    watched(writer, 0, progress).await?;
    Ok(Written { rows: 0, read })
}

#[cfg(not(feature = "pdf"))]
async fn pdf<W>(
    _source: &Source,
    plan: &Plan,
    _before: (Timestamp, &Overview),
    _out: W,
    _progress: &mut dyn Progress,
) -> Result<Written, ExportFault>
where
    W: Write + Send + 'static,
{
    debug_assert_eq!(plan.format, ExportFormat::Pdf);
    Err(ExportFault::NoPdf)
}
