//! What a report tells, from counters, an index of calls and a few conversations: a million contacts cost no more than a thousand.

use std::collections::BTreeMap;
use std::time::Duration;

use carillon_domain::{CallOutcome, SkipReason, Timestamp};
use carillon_exchange::{CONVERSATIONS_MAX, Report, ReportBucket, ReportCause, ReportConversation, ReportTurn};
use carillon_store::{CallLine, Overview};

use super::Plan;
use super::rows::{link, talk_ms};
use super::write::{ExportFault, Progress, Source, span};
use crate::model::Speaker;
use crate::secrets::random;
use crate::view::turns;

/// Lengths of a column of calls over time.
const BUCKETS: [u32; 13] = [60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 21_600, 43_200, 86_400, 7 * 86_400];
/// Columns at most.
const BUCKETS_MAX: u64 = 72;

/// Gathers a report.
pub(super) async fn report(
    source: &Source,
    plan: &Plan,
    (begun, overview): (Timestamp, &Overview),
    progress: &mut dyn Progress,
) -> Result<Report, ExportFault> {
    let (ws, id) = (source.workspace, source.campaign);
    let totals = overview.totals;
    let summary = source.summary(overview, plan).await?;
    let results = source.store.results(ws, id).await?;
    let skipped: BTreeMap<SkipReason, i64> = SkipReason::ALL
        .iter()
        .filter_map(|reason| results.skipped.get(reason.code()).map(|count| (*reason, *count)))
        .collect();
    let causes = source.store.failures(ws, id).await?.into_iter().map(|group| ReportCause {
        title: group.code.label().to_owned(),
        advice: group.code.next_step().to_owned(),
        contacts: group.count,
    });
    let causes = causes.collect();
    let (buckets, bucket_seconds) = over_time(source, totals.first_call_at, totals.last_end_at, progress).await?;
    let conversations = conversations(source).await?;
    let notes = source.store.notes_fetch(ws, id).await?.text;
    let made_at = source.clock.now();
    Ok(Report {
        summary,
        employee: overview.employee_name.clone(),
        made_at,
        zone: source.zone.clone(),
        first_call_at: totals.first_call_at,
        last_end_at: totals.last_end_at,
        paused_ms: u64::try_from(overview.campaign.paused.as_millis()).unwrap_or(u64::MAX),
        calls: totals.calls,
        answered: totals.answered,
        talk_ms: u64::try_from(totals.talk_ms).unwrap_or(0),
        buckets,
        bucket_seconds,
        causes,
        skipped,
        conversations,
        notes,
        read: span(source, (begun, overview)).await?,
    })
}

/// Calls from the first to the last end, in columns of equal length.
async fn over_time(
    source: &Source,
    first: Option<Timestamp>,
    last: Option<Timestamp>,
    progress: &mut dyn Progress,
) -> Result<(Vec<ReportBucket>, u32), ExportFault> {
    let Some(first) = first else { return Ok((Vec::new(), BUCKETS[0])) };
    let last = last.unwrap_or_else(|| source.clock.now());
    let span = last.since(first).as_secs() + 1;
    let longest = BUCKETS[BUCKETS.len() - 1];
    let seconds =
        BUCKETS.into_iter().find(|length| span.div_ceil(u64::from(*length)) <= BUCKETS_MAX).unwrap_or(longest);
    let count = span.div_ceil(u64::from(seconds)).clamp(1, BUCKETS_MAX);
    let length = Duration::from_secs(u64::from(seconds));
    let mut buckets = Vec::new();
    let mut from = first;
    for n in 0..count {
        if !progress.told(0, None).await? {
            return Err(ExportFault::Stopped);
        }
        let to = from + length;
        // The first and the last take what a clock that was set put outside.
        let (above, below) = ((n > 0).then_some(from), (n + 1 < count).then_some(to));
        let (calls, answered) = source.store.calls_tally(source.workspace, source.campaign, above, below).await?;
        buckets.push(ReportBucket { from, calls, answered });
        from = to;
    }
    Ok((buckets, seconds))
}

/// A few recorded talks, drawn at random.
async fn conversations(source: &Source) -> Result<Vec<ReportConversation>, ExportFault> {
    let seeds: Vec<u64> = (0..2 * CONVERSATIONS_MAX)
        .map(|_| random::<8>().map(u64::from_le_bytes))
        .collect::<Result<_, _>>()
        .unwrap_or_default();
    let most = u32::try_from(CONVERSATIONS_MAX).unwrap_or(u32::MAX);
    let drawn = source.store.calls_random(source.workspace, source.campaign, &seeds, &[], most).await?;
    let mut talks = Vec::new();
    for CallLine { call, name, .. } in drawn {
        let Some(CallOutcome::Result(result)) = call.outcome else { continue };
        let found = source.store.call_fetch(source.workspace, call.id).await?;
        let said = turns(found.and_then(|call| call.turns));
        let turn = |turn: crate::model::Turn| ReportTurn {
            employee: matches!(turn.speaker, Speaker::Employee),
            text: turn.text,
            length_ms: turn.ends_s.map(|end| whole_ms(end - turn.begins_s)),
        };
        talks.push(ReportConversation {
            contact: if name.is_empty() { call.phone.masked() } else { name },
            at: call.answered_at.unwrap_or(call.placed_at),
            talk_ms: talk_ms(&call),
            result,
            turns: said.into_iter().map(turn).collect(),
            link: source.public_url.as_ref().map(|url| link(url, &call)),
        });
    }
    Ok(talks)
}

/// Whole milliseconds of a length in seconds.
fn whole_ms(seconds: f64) -> u64 {
    u64::try_from(std::time::Duration::try_from_secs_f64(seconds).unwrap_or_default().as_millis()).unwrap_or(u64::MAX)
}
