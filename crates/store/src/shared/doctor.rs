//! Recounting: rows are the truth, counters moved with them, events are the record; all three must agree.

use std::collections::BTreeMap;

use carillon_domain::campaign::{CampaignStatus, Gate};
use carillon_domain::{CampaignId, ContactStatus, Counts};

use super::{Tx, counts, sql};
use crate::error::Fault;
use crate::model::{Finding, Report};
use crate::session::Key;

/// Looks at everything of a workspace. The caller holds one snapshot.
pub(crate) async fn examine(tx: &mut Tx, ws: i64) -> Result<Report, Fault> {
    let mut report = Report::default();
    let campaigns: Vec<(i64, i64, String)> =
        tx.all(sql("SELECT id, status, name FROM campaigns WHERE workspace_id = $1 ORDER BY id").bind(ws)).await?;
    for (id, status, name) in campaigns {
        report.campaigns += 1;
        let key = Key { ws, campaign: id };
        let title = format!("campaign \"{name}\" ({})", CampaignId::from_raw(id));
        recount(tx, key, &title, &mut report).await?;
        gates(tx, key, status, &title, &mut report).await?;
    }
    calls_and_contacts(tx, ws, &mut report).await?;
    numbers(tx, ws, &mut report).await?;
    Ok(report)
}

fn find(report: &mut Report, code: &'static str, text: String) {
    report.findings.push(Finding { code, text });
}

async fn recount(tx: &mut Tx, key: Key, title: &str, report: &mut Report) -> Result<(), Fault> {
    let rows = rows_by_status(tx, key).await?;
    report.contacts += rows.total();
    let totals = counts::totals(tx, key).await?;
    if totals.counts != rows {
        find(report, "counters_rows", format!("{title}: counters say {:?}, contacts are {rows:?}", totals.counts));
    }
    let (waiting,): (i64,) = tx
        .one(
            sql("SELECT CAST(COUNT(*) AS BIGINT) FROM contacts WHERE workspace_id = $1 AND campaign_id = $2 AND status = 0 \
                 AND (attempts > 0 OR put_backs > 0 OR unsent > 0)")
            .bind(key.ws)
            .bind(key.campaign),
        )
        .await?;
    if waiting != totals.waiting {
        find(report, "counters_waiting", format!("{title}: counters say {} wait, {waiting} do", totals.waiting));
    }
    let (calls, answered, talk_ms): (i64, i64, i64) = tx
        .one(
            // -2: withdrawn. A call that is still in progress counts as answered when it has ended.
            sql("SELECT CAST(COALESCE(SUM(CASE WHEN outcome = -2 THEN 0 ELSE 1 END), 0) AS BIGINT), \
                 CAST(COALESCE(SUM(CASE WHEN state = 9 AND answered_at IS NOT NULL THEN 1 ELSE 0 END), 0) AS BIGINT), \
                 CAST(COALESCE(SUM(CASE WHEN state = 9 AND ended_at > answered_at THEN (ended_at - answered_at) / 1000 ELSE 0 END), 0) AS BIGINT) \
                 FROM calls WHERE workspace_id = $1 AND campaign_id = $2")
            .bind(key.ws)
            .bind(key.campaign),
        )
        .await?;
    let counted = (totals.calls, totals.answered, totals.talk_ms);
    if counted != (calls, answered, talk_ms) {
        find(
            report,
            "counters_calls",
            format!(
                "{title}: counters say {} calls, {} answered, {} ms of talk; the calls say {calls}, {answered}, {talk_ms}",
                counted.0, counted.1, counted.2
            ),
        );
    }
    let recorded = events_by_status(tx, key, report).await?;
    if recorded != rows {
        find(report, "events_rows", format!("{title}: events add up to {recorded:?}, contacts are {rows:?}"));
    }
    outcomes(tx, key, title, report).await
}

async fn rows_by_status(tx: &mut Tx, key: Key) -> Result<Counts, Fault> {
    let rows: Vec<(i64, i64)> = tx
        .all(
            sql("SELECT status, CAST(COUNT(*) AS BIGINT) FROM contacts WHERE workspace_id = $1 AND campaign_id = $2 GROUP BY status")
                .bind(key.ws)
                .bind(key.campaign),
        )
        .await?;
    let mut counts = Counts::default();
    for (status, n) in rows {
        if let Some(status) = ContactStatus::from_number(status) {
            counts.add(status, n);
        }
    }
    Ok(counts)
}

async fn events_by_status(tx: &mut Tx, key: Key, report: &mut Report) -> Result<Counts, Fault> {
    let moves: Vec<(Option<i64>, Option<i64>, i64)> = tx
        .all(
            sql("SELECT from_status, to_status, CAST(COUNT(*) AS BIGINT) FROM events WHERE workspace_id = $1 AND campaign_id = $2 \
                 GROUP BY from_status, to_status")
            .bind(key.ws)
            .bind(key.campaign),
        )
        .await?;
    let mut counts = Counts::default();
    for (from, to, n) in moves {
        report.events += n;
        if let (Some(from), Some(to)) =
            (from.and_then(ContactStatus::from_number), to.and_then(ContactStatus::from_number))
        {
            counts.add(from, -n);
            counts.add(to, n);
        }
    }
    // Kinds 3, 9, 10, 13 and 14 (import, settled after Stop, retried, excluded, restored) record a batch.
    let (pending, in_progress, completed, failed, skipped, canceled): (i64, i64, i64, i64, i64, i64) = tx
        .one(
            sql("SELECT CAST(COALESCE(SUM(CAST(data->>'pending' AS BIGINT)), 0) AS BIGINT), \
                 CAST(COALESCE(SUM(CAST(data->>'in_progress' AS BIGINT)), 0) AS BIGINT), \
                 CAST(COALESCE(SUM(CAST(data->>'completed' AS BIGINT)), 0) AS BIGINT), \
                 CAST(COALESCE(SUM(CAST(data->>'failed' AS BIGINT)), 0) AS BIGINT), \
                 CAST(COALESCE(SUM(CAST(data->>'skipped' AS BIGINT)), 0) AS BIGINT), \
                 CAST(COALESCE(SUM(CAST(data->>'canceled' AS BIGINT)), 0) AS BIGINT) \
                 FROM events WHERE workspace_id = $1 AND campaign_id = $2 AND kind IN (3, 9, 10, 13, 14)")
            .bind(key.ws)
            .bind(key.campaign),
        )
        .await?;
    let batches = Counts { pending, in_progress, completed, failed, skipped, canceled };
    for &status in ContactStatus::ALL {
        counts.add(status, batches.get(status));
    }
    Ok(counts)
}

async fn outcomes(tx: &mut Tx, key: Key, title: &str, report: &mut Report) -> Result<(), Fault> {
    let rows: Vec<(i64, i64)> = tx
        .all(
            sql("SELECT result, CAST(COUNT(*) AS BIGINT) FROM contacts WHERE workspace_id = $1 AND campaign_id = $2 AND result > 0 \
                 GROUP BY result")
            .bind(key.ws)
            .bind(key.campaign),
        )
        .await?;
    let counted: Vec<(i64, i64)> = tx
        .all(
            sql("SELECT outcome, CAST(SUM(n) AS BIGINT) FROM campaign_outcomes WHERE workspace_id = $1 AND campaign_id = $2 \
                 GROUP BY outcome HAVING SUM(n) <> 0")
            .bind(key.ws)
            .bind(key.campaign),
        )
        .await?;
    let (rows, counted): (BTreeMap<_, _>, BTreeMap<_, _>) = (rows.into_iter().collect(), counted.into_iter().collect());
    if rows != counted {
        find(report, "counters_results", format!("{title}: counted results are {counted:?}, contacts have {rows:?}"));
    }
    Ok(())
}

async fn gates(tx: &mut Tx, key: Key, status: i64, title: &str, report: &mut Report) -> Result<(), Fault> {
    let Some(status) = CampaignStatus::from_number(status) else {
        find(report, "campaign_status", format!("{title}: unknown status {status}"));
        return Ok(());
    };
    let wrong: Vec<(i64, i64, i64)> = tx
        .all(
            sql("SELECT slot, lane, gate FROM campaign_counts WHERE workspace_id = $1 AND campaign_id = $2 AND gate <> $3")
                .bind(key.ws)
                .bind(key.campaign)
                .bind(Gate::for_status(status).number()),
        )
        .await?;
    for (slot, lane, gate) in wrong {
        find(report, "gate", format!("{title}: {status}, but slot {slot} lane {lane} has gate {gate}"));
    }
    let counts = counts::totals(tx, key).await?.counts;
    if status == CampaignStatus::Completed && counts.pending + counts.in_progress > 0 {
        let left = counts.pending + counts.in_progress;
        find(report, "completed_early", format!("{title}: Completed with {left} contacts pending or in progress"));
    }
    Ok(())
}

async fn calls_and_contacts(tx: &mut Tx, ws: i64, report: &mut Report) -> Result<(), Fault> {
    let (calls,): (i64,) =
        tx.one(sql("SELECT CAST(COUNT(*) AS BIGINT) FROM calls WHERE workspace_id = $1").bind(ws)).await?;
    report.calls = calls;
    for (code, what, statement) in [
        (
            "call_without_contact",
            "unfinished calls whose contact is not In Progress with them",
            sql(
                "SELECT CAST(COUNT(*) AS BIGINT) FROM calls c WHERE c.workspace_id = $1 AND c.state < 8 AND NOT EXISTS \
                 (SELECT 1 FROM contacts k WHERE k.workspace_id = c.workspace_id AND k.campaign_id = c.campaign_id AND k.row = c.row \
                 AND k.status = 1 AND k.call_id = c.id)",
            ),
        ),
        (
            "contact_without_call",
            "contacts In Progress without an unfinished call",
            sql(
                "SELECT CAST(COUNT(*) AS BIGINT) FROM contacts k WHERE k.workspace_id = $1 AND k.status = 1 AND NOT EXISTS \
                 (SELECT 1 FROM calls c WHERE c.workspace_id = k.workspace_id AND c.id = k.call_id AND c.state < 8)",
            ),
        ),
        (
            "lease_not_pending",
            "contacts held for calling that are not Pending",
            sql(
                "SELECT CAST(COUNT(*) AS BIGINT) FROM contacts WHERE workspace_id = $1 AND lease_slot IS NOT NULL AND status <> 0",
            ),
        ),
        (
            "contact_without_properties",
            "contacts without their properties",
            sql("SELECT CAST(COUNT(*) AS BIGINT) FROM contacts k WHERE k.workspace_id = $1 AND NOT EXISTS \
                 (SELECT 1 FROM contact_properties p WHERE p.workspace_id = k.workspace_id AND p.campaign_id = k.campaign_id AND p.row = k.row)"),
        ),
    ] {
        count_findings(tx, ws, code, what, statement, report).await?;
    }
    Ok(())
}

async fn numbers(tx: &mut Tx, ws: i64, report: &mut Report) -> Result<(), Fault> {
    for (code, what, statement) in [
        (
            "call_without_number",
            "unfinished calls that do not hold their number",
            sql(
                "SELECT CAST(COUNT(*) AS BIGINT) FROM calls c WHERE c.workspace_id = $1 AND c.state < 8 AND NOT EXISTS \
                 (SELECT 1 FROM numbers n WHERE n.workspace_id = c.workspace_id AND n.phone = c.phone AND n.live_call = c.id AND n.live_until IS NULL)",
            ),
        ),
        (
            "number_without_call",
            "numbers held by a call that is not unfinished or unconfirmed",
            sql(
                "SELECT CAST(COUNT(*) AS BIGINT) FROM numbers n WHERE n.workspace_id = $1 AND n.live_call IS NOT NULL AND NOT EXISTS \
                 (SELECT 1 FROM calls c WHERE c.workspace_id = n.workspace_id AND c.id = n.live_call AND c.state < 9)",
            ),
        ),
    ] {
        count_findings(tx, ws, code, what, statement, report).await?;
    }
    Ok(())
}

async fn count_findings(
    tx: &mut Tx,
    ws: i64,
    code: &'static str,
    what: &str,
    statement: super::statement::Statement,
    report: &mut Report,
) -> Result<(), Fault> {
    let (n,): (i64,) = tx.one(statement.bind(ws)).await?;
    if n > 0 {
        find(report, code, format!("{n} {what}"));
    }
    Ok(())
}
