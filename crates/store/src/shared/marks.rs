//! What people do to contacts: taking them out and undoing it, marking them as handled by hand, calling failed ones again. Each works on a
//! list of rows in one transaction, with its counters and one event.

use std::collections::{BTreeMap, HashMap};

use carillon_domain::campaign::{CampaignState, CampaignStatus, Gate};
use carillon_domain::{CampaignId, ContactStatus, SkipReason, Timestamp, WaitingFor};

use super::counts::{self, Moves};
use super::jobs::{self, list_json};
use super::{Tx, campaigns, events, sql, trunks};
use crate::error::{Fault, StoreError};
use crate::model::{ContactAction, ContactMark, EventKind, SKIP_BASE, Tried};
use crate::session::Key;

/// Does what is asked with those of the rows whose status allows it; gives how many.
pub(crate) async fn act(
    tx: &mut Tx,
    key: Key,
    rows: &[i64],
    action: &ContactAction,
    by: &str,
    now: Timestamp,
) -> Result<i64, Fault> {
    match action {
        ContactAction::Retry { waiting_for } => retry(tx, key, rows, *waiting_for, by, now).await,
        ContactAction::Exclude => exclude(tx, key, rows, By::Person(by), now).await,
        ContactAction::Restore => restore(tx, key, rows, None, by, now).await,
        ContactAction::Handled { note } => handled(tx, key, rows, Some(note), by, now).await,
        ContactAction::NotHandled => handled(tx, key, rows, None, by, now).await,
    }
}

/// Whether a campaign in this state, which the transaction has locked, takes the action at all.
pub(crate) async fn allowed(tx: &mut Tx, key: Key, state: &CampaignState, action: &ContactAction) -> Result<(), Fault> {
    match action {
        ContactAction::Retry { waiting_for } => {
            state.clone().retry_failed(*waiting_for).map_err(StoreError::from)?;
            trunks::refuse_deleted(tx, key).await
        }
        ContactAction::Restore => Ok(restorable(state)?),
        ContactAction::Exclude | ContactAction::Handled { .. } | ContactAction::NotHandled => Ok(()),
    }
}

fn restorable(state: &CampaignState) -> Result<(), StoreError> {
    if matches!(state.status(), CampaignStatus::Completed | CampaignStatus::Canceled) {
        let why = format!("the campaign is {}: an exclusion can be undone only before that", state.status());
        return Err(StoreError::NotPossible { why });
    }
    Ok(())
}

/// Who takes contacts out.
#[derive(Debug, Clone, Copy)]
pub(crate) enum By<'a> {
    Person(&'a str),
    Sample(CampaignId),
}

#[derive(sqlx::FromRow)]
struct Held {
    row: i64,
    status: i64,
    result: i64,
    #[sqlx(flatten)]
    tried: Tried,
}

/// Changes of counters, summed over a list of contacts.
#[derive(Default)]
struct Sums {
    moves: Moves,
    outcomes: BTreeMap<i64, i64>,
}

impl Sums {
    /// A contact went (`by` -1) from or came (1) to a status with a number in its column `result`.
    fn add(&mut self, contact: &Held, status: ContactStatus, result: i64, by: i64) -> Result<(), StoreError> {
        self.moves.counts.add(status, by);
        if status == ContactStatus::Pending && contact.tried.attempted()?.any() {
            self.moves.waiting += by;
        }
        if result > 0 {
            *self.outcomes.entry(result).or_default() += by;
        }
        Ok(())
    }

    async fn write(
        self,
        tx: &mut Tx,
        key: Key,
        kind: EventKind,
        rows: &[i64],
        by: &str,
        now: Timestamp,
    ) -> Result<(), Fault> {
        counts::apply(tx, key, &self.moves).await?;
        for (outcome, n) in self.outcomes {
            if n != 0 {
                counts::outcome(tx, key, outcome, n).await?;
            }
        }
        let mut data = events::moved_data(&self.moves.counts);
        data["by"] = by.into();
        data["contacts"] = rows.len().into();
        let row = if let [row] = rows { Some(*row) } else { None };
        events::append(tx, key, kind, now, events::Entry { row, data: Some(data), ..Default::default() }).await
    }
}

fn status(number: i64) -> Result<ContactStatus, StoreError> {
    ContactStatus::from_number(number).ok_or_else(|| StoreError::Corrupt(format!("contact status {number}")))
}

/// Pending and Failed contacts become Skipped; what they were is kept for an undo.
pub(crate) async fn exclude(tx: &mut Tx, key: Key, rows: &[i64], by: By<'_>, now: Timestamp) -> Result<i64, Fault> {
    let held: Vec<Held> = tx
        .all(
            sql(concat!(
                "SELECT row, status, result, attempts, put_backs, unsent, withdrawals, last_outcome FROM contacts \
                 WHERE workspace_id = $1 AND campaign_id = $2 AND status IN (0, 3) AND row ",
                in_list!("$3"),
                " ORDER BY row",
                for_update!()
            ))
            .bind(key.ws)
            .bind(key.campaign)
            .bind(list_json(rows)),
        )
        .await?;
    if held.is_empty() {
        return Ok(0);
    }
    let rows: Vec<i64> = held.iter().map(|k| k.row).collect();
    let (reason, words, sample) = match by {
        By::Person(name) => (SkipReason::Excluded, name.to_owned(), None),
        By::Sample(id) => (SkipReason::CalledInSample, id.to_string(), Some(id.raw())),
    };
    keep_for_undo(tx, key, &rows, &words, sample, now).await?;
    let result = SKIP_BASE + reason.number();
    tx.exec(
        sql(concat!(
            "UPDATE contacts SET status = 4, result = $4, reason = $5, due_at = NULL, lease_slot = NULL \
             WHERE workspace_id = $1 AND campaign_id = $2 AND row ",
            in_list!("$3")
        ))
        .bind(key.ws)
        .bind(key.campaign)
        .bind(list_json(&rows))
        .bind(result)
        .bind(words.clone()),
    )
    .await?;
    let mut sums = Sums::default();
    for contact in &held {
        sums.add(contact, status(contact.status)?, contact.result, -1)?;
        sums.moves.counts.add(ContactStatus::Skipped, 1);
        *sums.outcomes.entry(result).or_default() += 1;
    }
    sums.write(tx, key, EventKind::Excluded, &rows, &words, now).await?;
    Ok(i64::try_from(rows.len()).unwrap_or(i64::MAX))
}

/// Notes who excluded them and what they were.
async fn keep_for_undo(
    tx: &mut Tx,
    key: Key,
    rows: &[i64],
    words: &str,
    sample: Option<i64>,
    now: Timestamp,
) -> Result<(), Fault> {
    tx.exec(
        sql(concat!(
            "INSERT INTO contact_marks(workspace_id, campaign_id, row, excluded_at, excluded_by, before_status, before_result, before_due, \
             before_reason, sample_id) SELECT workspace_id, campaign_id, row, $4, $5, status, result, due_at, reason, $6 FROM contacts \
             WHERE workspace_id = $1 AND campaign_id = $2 AND row ",
            in_list!("$3"),
            " ON CONFLICT(workspace_id, campaign_id, row) DO UPDATE SET excluded_at = excluded.excluded_at, \
             excluded_by = excluded.excluded_by, before_status = excluded.before_status, before_result = excluded.before_result, \
             before_due = excluded.before_due, before_reason = excluded.before_reason, sample_id = excluded.sample_id"
        ))
        .bind(key.ws)
        .bind(key.campaign)
        .bind(list_json(rows))
        .bind(now.as_micros())
        .bind(words.to_owned())
        .bind(sample),
    )
    .await?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct Undone {
    before_status: i64,
    before_result: i64,
    was: i64,
    #[sqlx(flatten)]
    held: Held,
}

/// Excluded contacts (or those taken into `sample`) get back what they were.
pub(crate) async fn restore(
    tx: &mut Tx,
    key: Key,
    rows: &[i64],
    sample: Option<CampaignId>,
    by: &str,
    now: Timestamp,
) -> Result<i64, Fault> {
    restorable(&campaigns::lock_state(tx, key).await?)?;
    let reason = if sample.is_some() { SkipReason::CalledInSample } else { SkipReason::Excluded };
    let found: Vec<Undone> = tx
        .all(
            sql(concat!(
                "SELECT m.before_status, m.before_result, k.result AS was, k.row, k.status, k.result, k.attempts, k.put_backs, k.unsent, \
                 k.withdrawals, k.last_outcome FROM contact_marks m \
                 JOIN contacts k ON k.workspace_id = m.workspace_id AND k.campaign_id = m.campaign_id AND k.row = m.row \
                 WHERE m.workspace_id = $1 AND m.campaign_id = $2 AND m.before_status IS NOT NULL AND COALESCE(m.sample_id, 0) = $4 \
                 AND k.status = 4 AND k.result = $5 AND m.row ",
                in_list!("$3"),
                " ORDER BY k.row",
                for_update!()
            ))
            .bind(key.ws)
            .bind(key.campaign)
            .bind(list_json(rows))
            .bind(sample.map_or(0, CampaignId::raw))
            .bind(SKIP_BASE + reason.number()),
        )
        .await?;
    if found.is_empty() {
        return Ok(0);
    }
    let rows: Vec<i64> = found.iter().map(|u| u.held.row).collect();
    give_back(tx, key, &rows).await?;
    let mut sums = Sums::default();
    for undone in &found {
        sums.moves.counts.add(ContactStatus::Skipped, -1);
        *sums.outcomes.entry(undone.was).or_default() -= 1;
        sums.add(&undone.held, status(undone.before_status)?, undone.before_result, 1)?;
    }
    sums.write(tx, key, EventKind::Restored, &rows, by, now).await?;
    Ok(i64::try_from(rows.len()).unwrap_or(i64::MAX))
}

/// Writes what they were before, and forgets it.
async fn give_back(tx: &mut Tx, key: Key, rows: &[i64]) -> Result<(), Fault> {
    let mark = |column: &str| {
        format!(
            "{column} = (SELECT m.before_{column} FROM contact_marks m WHERE m.workspace_id = contacts.workspace_id \
             AND m.campaign_id = contacts.campaign_id AND m.row = contacts.row)"
        )
    };
    let mut update = super::built::Built::new(key);
    let list = update.text(&list_json(rows));
    update.push(&format!(
        "UPDATE contacts SET {}, {}, {}, due_at = (SELECT m.before_due FROM contact_marks m WHERE m.workspace_id = contacts.workspace_id \
         AND m.campaign_id = contacts.campaign_id AND m.row = contacts.row) WHERE workspace_id = $1 AND campaign_id = $2 AND row {}",
        mark("status"),
        mark("result"),
        mark("reason"),
        super::in_list(&list)
    ));
    tx.exec(update.statement()).await?;
    tx.exec(
        sql(concat!(
            "UPDATE contact_marks SET excluded_at = NULL, excluded_by = NULL, before_status = NULL, before_result = NULL, before_due = NULL, \
             before_reason = NULL, sample_id = NULL WHERE workspace_id = $1 AND campaign_id = $2 AND row ",
            in_list!("$3")
        ))
        .bind(key.ws)
        .bind(key.campaign)
        .bind(list_json(rows)),
    )
    .await?;
    Ok(())
}

/// Failed contacts become Pending; a Completed campaign goes again.
async fn retry(
    tx: &mut Tx,
    key: Key,
    rows: &[i64],
    waiting_for: Option<WaitingFor>,
    by: &str,
    now: Timestamp,
) -> Result<i64, Fault> {
    let before = campaigns::lock_state(tx, key).await?;
    let after = before.clone().retry_failed(waiting_for)?;
    let failed: Vec<(i64, i64)> = tx
        .all(
            sql(concat!(
                "SELECT row, result FROM contacts WHERE workspace_id = $1 AND campaign_id = $2 AND status = 3 AND row ",
                in_list!("$3"),
                " ORDER BY row",
                for_update!()
            ))
            .bind(key.ws)
            .bind(key.campaign)
            .bind(list_json(rows)),
        )
        .await?;
    if failed.is_empty() {
        return Ok(0);
    }
    trunks::refuse_deleted(tx, key).await?;
    jobs::put_back(tx, key, &failed, Some(by), now).await?;
    if before.status() != after.status() {
        counts::set_gate(tx, key, Gate::for_status(after.status())).await?;
        let by = carillon_domain::Actor::User(by.to_owned());
        campaigns::write_state(tx, key, &before, &after, Some(&by), now).await?;
    }
    Ok(i64::try_from(failed.len()).unwrap_or(i64::MAX))
}

/// Sets the mark (with a note) or takes it off.
async fn handled(
    tx: &mut Tx,
    key: Key,
    rows: &[i64],
    note: Option<&str>,
    by: &str,
    now: Timestamp,
) -> Result<i64, Fault> {
    let changed = match note {
        Some(note) => {
            tx.exec(
                sql(concat!(
                    "INSERT INTO contact_marks(workspace_id, campaign_id, row, handled_at, handled_by, handled_note) \
                     SELECT workspace_id, campaign_id, row, $4, $5, $6 FROM contacts WHERE workspace_id = $1 AND campaign_id = $2 AND row ",
                    in_list!("$3"),
                    " ON CONFLICT(workspace_id, campaign_id, row) DO UPDATE SET handled_at = excluded.handled_at, \
                     handled_by = excluded.handled_by, handled_note = excluded.handled_note"
                ))
                .bind(key.ws)
                .bind(key.campaign)
                .bind(list_json(rows))
                .bind(now.as_micros())
                .bind(by.to_owned())
                .bind(note.to_owned()),
            )
            .await?
        }
        None => {
            tx.exec(
                sql(concat!(
                    "UPDATE contact_marks SET handled_at = NULL, handled_by = NULL, handled_note = NULL \
                     WHERE workspace_id = $1 AND campaign_id = $2 AND handled_at IS NOT NULL AND row ",
                    in_list!("$3")
                ))
                .bind(key.ws)
                .bind(key.campaign)
                .bind(list_json(rows)),
            )
            .await?
        }
    };
    if changed > 0 {
        let data = serde_json::json!({ "by": by, "handled": note.is_some(), "note": note, "contacts": changed });
        let row = if let [row] = rows { Some(*row) } else { None };
        events::append(tx, key, EventKind::Handled, now, events::Entry { row, data: Some(data), ..Default::default() })
            .await?;
    }
    Ok(i64::try_from(changed).unwrap_or(i64::MAX))
}

#[derive(sqlx::FromRow)]
struct MarkRow {
    row: i64,
    handled_at: Option<i64>,
    handled_by: Option<String>,
    handled_note: Option<String>,
    excluded_at: Option<i64>,
    excluded_by: Option<String>,
    sample_id: Option<i64>,
}

/// The marks of these rows.
pub(crate) async fn of_rows(tx: &mut Tx, key: Key, rows: &[i64]) -> Result<HashMap<i64, ContactMark>, Fault> {
    let found: Vec<MarkRow> = tx
        .all(
            sql(concat!(
                "SELECT row, handled_at, handled_by, handled_note, excluded_at, excluded_by, sample_id FROM contact_marks \
                 WHERE workspace_id = $1 AND campaign_id = $2 AND row ",
                in_list!("$3")
            ))
            .bind(key.ws)
            .bind(key.campaign)
            .bind(list_json(rows)),
        )
        .await?;
    let mark = |m: MarkRow| {
        let handled = m.handled_at.map(|at| {
            (Timestamp::from_micros(at), m.handled_by.unwrap_or_default(), m.handled_note.unwrap_or_default())
        });
        let excluded = m.excluded_at.map(|at| (Timestamp::from_micros(at), m.excluded_by.unwrap_or_default()));
        (m.row, ContactMark { handled, excluded, sample: m.sample_id.map(CampaignId::from_raw) })
    };
    Ok(found.into_iter().map(mark).collect())
}
