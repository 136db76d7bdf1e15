//! `GET /api/v1/campaigns/{id}/summary`

use axum::extract::State;
use carillon_domain::contact::SkipReason;
use carillon_domain::counts::success_rate;
use carillon_domain::{CallResult, FailureCode};

use crate::auth::Viewer;
use crate::extract::{Json, Path};
use crate::ids::CampaignId;
use crate::model::{ResultCount, SkipCount, Summary};
use crate::problem::Problem;
use crate::state::AppState;

/// Final statistics
#[utoipa::path(
    get,
    path = "/api/v1/campaigns/{id}/summary",
    tag = "campaigns",
    params(("id" = CampaignId, Path, description = "The campaign.")),
    responses((status = 200, description = "Done.", body = Summary))
)]
pub async fn campaign_summary(
    user: Viewer,
    State(state): State<AppState>,
    Path(id): Path<CampaignId>,
) -> Result<Json<Summary>, Problem> {
    let found = state.store.campaign_overview(user.workspace, id.0).await?;
    let overview = found.ok_or_else(|| Problem::not_found("campaign"))?;
    let found = state.store.results(user.workspace, id.0).await?;
    let (totals, counts) = (overview.totals, overview.totals.counts);
    let of = |result: CallResult| found.results.get(&result).copied().unwrap_or(0);
    let answered = CallResult::ALL.iter().filter(|result| result.answered_by_person()).map(|result| of(*result)).sum();
    let results = CallResult::ALL.iter().map(|result| ResultCount {
        result: (*result).into(),
        label: result.label().to_owned(),
        answered_by_person: result.answered_by_person(),
        count: of(*result),
        share: ratio(of(*result), counts.completed).unwrap_or(0.0),
    });
    let mut skip_reasons: Vec<SkipCount> = SkipReason::ALL
        .iter()
        .filter_map(|reason| found.skipped.get(reason.code()).map(|n| (reason, *n)))
        .map(|(reason, count)| SkipCount { reason: (*reason).into(), label: reason.label().to_owned(), count })
        .collect();
    skip_reasons.sort_by_key(|skip| -skip.count);
    let duration = totals.first_call_at.zip(totals.last_end_at).map(|(first, last)| last.since(first).as_secs_f64());
    #[expect(clippy::cast_precision_loss, reason = "talk times stay far below 2^52 ms")]
    let talk_s = totals.talk_ms as f64 / 1000.0;
    Ok(Json(Summary {
        counts: counts.into(),
        processed: counts.completed + counts.failed + counts.skipped,
        called: counts.completed + counts.failed,
        skipped: counts.skipped,
        calls: totals.calls,
        answered,
        interrupted: found.failures.get(&FailureCode::Interrupted).copied().unwrap_or(0),
        success_rate: success_rate(of(CallResult::Success), of(CallResult::Transferred), counts.completed),
        answer_rate: ratio(answered, counts.completed),
        results: results.collect(),
        skip_reasons,
        first_call_at: totals.first_call_at.map(Into::into),
        last_end_at: totals.last_end_at.map(Into::into),
        duration_s: duration,
        paused_s: overview.campaign.paused.as_secs_f64(),
        talk_s,
        mean_talk_s: ratio(totals.talk_ms, totals.answered).map(|ms| ms / 1000.0),
    }))
}

fn ratio(part: i64, whole: i64) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
    (whole > 0).then(|| part as f64 / whole as f64)
}
