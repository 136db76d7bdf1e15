//! What is read about a campaign besides its rows: failures by cause, activity, notes, what changed lately.

use carillon_domain::{FailureCode, PhoneNumber, Timestamp};

use super::jobs::list_json;
use super::{Tx, contact_list, counts, events, sql};
use crate::error::{Fault, StoreError};
use crate::model::{AlsoIn, ChangedContact, Event, EventKind, EventRow, FailureGroup, Notes, contact_state};
use crate::session::Key;

/// The failed contacts grouped by cause, most frequent first; from counters and an index, whatever their number.
pub(crate) async fn failures(tx: &mut Tx, key: Key) -> Result<Vec<FailureGroup>, Fault> {
    let mut groups = Vec::new();
    for (number, count) in counts::outcomes(tx, key).await? {
        let Some(code) = FailureCode::from_number(number) else { continue };
        let first: Option<(i64,)> = tx
            .opt(
                sql("SELECT last_call_at FROM contacts WHERE workspace_id = $1 AND campaign_id = $2 AND result = $3 AND last_call_at > 0 \
                     ORDER BY last_call_at, row LIMIT 1")
                .bind(key.ws)
                .bind(key.campaign)
                .bind(number),
            )
            .await?;
        let last: Option<(i64, i64)> = tx
            .opt(
                sql("SELECT last_call_at, row FROM contacts WHERE workspace_id = $1 AND campaign_id = $2 AND result = $3 \
                     ORDER BY last_call_at DESC, row DESC LIMIT 1")
                .bind(key.ws)
                .bind(key.campaign)
                .bind(number),
            )
            .await?;
        let example = match last {
            Some((_, row)) => contact_list::records(tx, key, &[row]).await?.into_iter().next(),
            None => None,
        };
        let sip: Option<(Option<i64>, Option<String>)> = match example.as_ref().and_then(|contact| contact.call) {
            Some(call) => {
                tx.opt(
                    sql("SELECT sip_status, sip_reason FROM calls WHERE workspace_id = $1 AND id = $2")
                        .bind(key.ws)
                        .bind(call.raw()),
                )
                .await?
            }
            None => None,
        };
        let sip = sip.and_then(|(status, reason)| {
            status.and_then(|s| u16::try_from(s).ok()).map(|status| (status, reason.unwrap_or_default()))
        });
        let at = |us: i64| (us > 0).then(|| Timestamp::from_micros(us));
        let (first_at, last_at) = (first.and_then(|(us,)| at(us)), last.and_then(|(us, _)| at(us)));
        groups.push(FailureGroup { code, count, first_at, last_at, example, sip });
    }
    groups.sort_by_key(|group| (-group.count, group.code.number()));
    Ok(groups)
}

/// A campaign's events, newest first, before an id; all, or all but the begin and end of each call.
pub(crate) async fn activity(tx: &mut Tx, key: Key, before: i64, all: bool, limit: i64) -> Result<Vec<Event>, Fault> {
    let statement = if all {
        "SELECT id, at, kind, row, call_id, from_status, to_status, outcome, data FROM events \
         WHERE workspace_id = $1 AND campaign_id = $2 AND id < $3 ORDER BY id DESC LIMIT $4"
    } else {
        "SELECT id, at, kind, row, call_id, from_status, to_status, outcome, data FROM events \
         WHERE workspace_id = $1 AND campaign_id = $2 AND id < $3 AND kind <> 4 AND kind <> 5 ORDER BY id DESC LIMIT $4"
    };
    let rows: Vec<EventRow> = tx.all(sql(statement).bind(key.ws).bind(key.campaign).bind(before).bind(limit)).await?;
    Ok(rows.into_iter().map(Event::try_from).collect::<Result<_, _>>()?)
}

/// The newest events above an id, newest first: row and kind. Ids of other processes may come out of order, so ask again from a little
/// earlier and leave out what was seen.
pub(crate) async fn newest(
    tx: &mut Tx,
    key: Key,
    above: i64,
    limit: i64,
) -> Result<Vec<(i64, i64, Option<i64>)>, Fault> {
    tx.all(
        sql("SELECT id, kind, row FROM events WHERE workspace_id = $1 AND campaign_id = $2 AND id > $3 ORDER BY id DESC LIMIT $4")
            .bind(key.ws)
            .bind(key.campaign)
            .bind(above)
            .bind(limit),
    )
    .await
}

#[derive(sqlx::FromRow)]
struct ChangedRow {
    row: i64,
    status: i64,
    result: Option<i64>,
    reason: Option<String>,
    due_at: Option<i64>,
    call_id: Option<i64>,
    last_call_at: i64,
    phone: Option<i64>,
}

/// These contacts as they are now, without their properties.
pub(crate) async fn changed(tx: &mut Tx, key: Key, rows: &[(i64, i64)]) -> Result<Vec<ChangedContact>, Fault> {
    let list: Vec<i64> = rows.iter().map(|(row, _)| *row).collect();
    let found: Vec<ChangedRow> = tx
        .all(
            sql(concat!(
                "SELECT row, status, result, reason, due_at, call_id, last_call_at, phone FROM contacts \
                 WHERE workspace_id = $1 AND campaign_id = $2 AND row ",
                in_list!("$3")
            ))
            .bind(key.ws)
            .bind(key.campaign)
            .bind(list_json(&list)),
        )
        .await?;
    found
        .into_iter()
        .map(|r| {
            Ok(ChangedContact {
                row: r.row,
                state: contact_state(r.status, r.result, r.due_at, r.call_id)?,
                reason: r.reason.filter(|text| !text.is_empty()),
                last_call_at: (r.last_call_at > 0).then(|| Timestamp::from_micros(r.last_call_at)),
                phone: r.phone.and_then(PhoneNumber::from_digits),
                version: rows.iter().find(|(row, _)| *row == r.row).map_or(0, |(_, version)| *version),
            })
        })
        .collect()
}

/// The notes; empty when none were written.
pub(crate) async fn notes(tx: &mut Tx, key: Key) -> Result<Notes, Fault> {
    let row: Option<(String, i64, i64, String)> = tx
        .opt(
            sql("SELECT text, version, updated_at, updated_by FROM campaign_notes WHERE workspace_id = $1 AND campaign_id = $2")
                .bind(key.ws)
                .bind(key.campaign),
        )
        .await?;
    Ok(row.map_or_else(Notes::default, |(text, version, at, by)| Notes {
        text,
        version,
        updated_by: Some(by),
        updated_at: Some(Timestamp::from_micros(at)),
    }))
}

/// Writes the notes; refuses when another version stands than was seen.
pub(crate) async fn put_notes(
    tx: &mut Tx,
    key: Key,
    text: &str,
    expected: Option<i64>,
    by: &str,
    now: Timestamp,
) -> Result<Notes, Fault> {
    // The row of the campaign stands for the notes too, since theirs may not be there yet.
    super::campaigns::lock_state(tx, key).await?;
    let before = notes(tx, key).await?;
    if expected.is_some_and(|expected| expected != before.version) {
        return Err(StoreError::VersionChanged { what: "notes" }.into());
    }
    tx.exec(
        sql("INSERT INTO campaign_notes(workspace_id, campaign_id, text, version, updated_at, updated_by) VALUES($1, $2, $3, $4, $5, $6) \
             ON CONFLICT(workspace_id, campaign_id) DO UPDATE SET text = excluded.text, version = excluded.version, \
             updated_at = excluded.updated_at, updated_by = excluded.updated_by")
        .bind(key.ws)
        .bind(key.campaign)
        .bind(text.to_owned())
        .bind(before.version + 1)
        .bind(now.as_micros())
        .bind(by.to_owned()),
    )
    .await?;
    let data = serde_json::json!({ "by": by });
    events::append(tx, key, EventKind::NotesEdited, now, events::Entry { data: Some(data), ..Default::default() })
        .await?;
    notes(tx, key).await
}

#[derive(sqlx::FromRow)]
struct AlsoRow {
    id: i64,
    name: String,
    row: i64,
    status: i64,
    result: Option<i64>,
    due_at: Option<i64>,
    call_id: Option<i64>,
}

/// Contacts with this number in other campaigns, newest campaign first.
pub(crate) async fn also_in(tx: &mut Tx, key: Key, phone: PhoneNumber, limit: i64) -> Result<Vec<AlsoIn>, Fault> {
    let rows: Vec<AlsoRow> = tx
        .all(
            sql("SELECT c.id, c.name, k.row, k.status, k.result, k.due_at, k.call_id FROM contacts k \
                 JOIN campaigns c ON c.workspace_id = k.workspace_id AND c.id = k.campaign_id \
                 WHERE k.workspace_id = $1 AND k.phone = $2 AND k.campaign_id <> $3 ORDER BY k.campaign_id DESC, k.row LIMIT $4")
            .bind(key.ws)
            .bind(phone.digits())
            .bind(key.campaign)
            .bind(limit),
        )
        .await?;
    rows.into_iter()
        .map(|r| {
            Ok(AlsoIn {
                campaign: carillon_domain::CampaignId::from_raw(r.id),
                name: r.name,
                row: r.row,
                state: contact_state(r.status, r.result, r.due_at, r.call_id)?,
            })
        })
        .collect()
}
