//! A campaign's numbers as one snapshot.

use carillon_domain::{CampaignStatus, SkipReason, Timestamp, WorkspaceId};
use carillon_store::{Overview, StoreError};

use crate::model::Stats;
use crate::state::AppState;
use crate::view::campaign_state;

/// Calls that must have ended before a time to the end is told.
const ETA_AFTER: i64 = 50;

/// The numbers of a campaign now.
pub(crate) async fn stats(app: &AppState, ws: WorkspaceId, o: &Overview, now: Timestamp) -> Result<Stats, StoreError> {
    let results = app.store.results(ws, o.campaign.id).await?;
    let counts = o.totals.counts;
    let status = o.campaign.state.status();
    let pace = app.live.lock().pace((ws, o.campaign.id), o.totals.calls, now);
    let finished = o.totals.calls - counts.in_progress;
    let calling = status == CampaignStatus::Running && pace > 0.0 && finished >= ETA_AFTER;
    #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
    let eta_s = calling.then(|| (counts.pending + counts.in_progress) as f64 / pace);
    let ends = matches!(status, CampaignStatus::Paused | CampaignStatus::Canceled);
    let answered = results.results.iter().filter(|(result, _)| result.answered_by_person()).map(|(_, n)| *n).sum();
    Ok(Stats {
        id: o.campaign.id.into(),
        version: o.version,
        control_version: o.campaign.control_version,
        state: campaign_state(&o.campaign.state),
        counts: counts.into(),
        waiting: o.totals.waiting,
        finishing: if ends { counts.in_progress } else { 0 },
        settling: if status == CampaignStatus::Canceled { counts.pending } else { 0 },
        lines_in_use: counts.in_progress,
        lines: o.campaign.settings.pacing.lines,
        calls_per_second: if status == CampaignStatus::Running { pace } else { 0.0 },
        eta_s,
        answered,
        duplicates: results.skipped.get(SkipReason::Duplicate.code()).copied().unwrap_or(0),
        at: now.into(),
    })
}
