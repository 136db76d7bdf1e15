//! Taking contacts in batches: idempotent by row, one event and one move of the counters for each batch.

use std::collections::{BTreeMap, HashMap, HashSet};

use carillon_domain::campaign::CampaignStatus;
use carillon_domain::{ContactState, ContactStatus, InvalidTransition, SkipReason, Timestamp};

use super::counts::{self, Moves};
use super::jobs::list_json;
use super::{Tx, bulk, campaigns, events, sql};
use crate::error::{Fault, StoreError};
use crate::model::{DuplicateScope, EventKind, FileRow, ImportBatch, NewContact, settled_number};
use crate::session::Key;

/// A contact ready to be written.
pub(crate) struct Prepared<'a> {
    pub(crate) new: &'a NewContact,
    pub(crate) name: String,
    pub(crate) status: i64,
    pub(crate) result: i64,
    pub(crate) reason: Option<String>,
    pub(crate) order_key: i64,
}

/// A row of a file that is not called, and why.
pub(crate) struct Skip<'a> {
    pub(crate) row: &'a FileRow,
    pub(crate) reason: SkipReason,
    pub(crate) text: String,
}

/// Imports a batch: rows that exist already are left alone.
pub(crate) async fn import(tx: &mut Tx, key: Key, batch: &[NewContact], now: Timestamp) -> Result<ImportBatch, Fault> {
    let batch: Vec<&NewContact> = batch.iter().collect();
    Ok(take(tx, key, &batch, DuplicateScope::Campaign, now).await?.0)
}

/// Imports rows of a file; gives also those that are skipped.
pub(crate) async fn import_rows<'a>(
    tx: &mut Tx,
    key: Key,
    rows: &'a [FileRow],
    duplicates: DuplicateScope,
    now: Timestamp,
) -> Result<(ImportBatch, Vec<Skip<'a>>), Fault> {
    let contacts: Vec<&NewContact> = rows.iter().map(|row| &row.contact).collect();
    let (done, skipped) = take(tx, key, &contacts, duplicates, now).await?;
    let mut of_row: HashMap<i64, &FileRow> = HashMap::new();
    if !skipped.is_empty() {
        of_row.extend(rows.iter().map(|row| (row.contact.row, row)));
    }
    let skip = |(row, (reason, text))| of_row.get(&row).map(|row| Skip { row, reason, text });
    Ok((done, skipped.into_iter().filter_map(skip).collect()))
}

/// Why a contact is not called, with details in words.
type Why = (SkipReason, String);

async fn take(
    tx: &mut Tx,
    key: Key,
    batch: &[&NewContact],
    duplicates: DuplicateScope,
    now: Timestamp,
) -> Result<(ImportBatch, Vec<(i64, Why)>), Fault> {
    let state = campaigns::lock_state(tx, key).await?;
    if matches!(state.status(), CampaignStatus::Completed | CampaignStatus::Canceled) {
        let (from, to) = (state.status().to_string(), "importing contacts".to_owned());
        return Err(InvalidTransition { what: "campaign", from, to }.into());
    }
    let campaign = campaigns::fetch(tx, key).await?.ok_or(Fault::Store(StoreError::NotFound { what: "campaign" }))?;
    let new = without_existing(tx, key, batch).await?;
    let existing = i64::try_from(batch.len() - new.len()).unwrap_or(i64::MAX);
    if new.is_empty() {
        return Ok((ImportBatch { existing, ..ImportBatch::default() }, Vec::new()));
    }
    let skips = skips(tx, key, &new, duplicates, now).await?;
    let mut moves = Moves::default();
    let mut outcomes: BTreeMap<i64, i64> = BTreeMap::new();
    let mut skipped = Vec::new();
    let mut prepared: Vec<Prepared<'_>> = Vec::with_capacity(new.len());
    for (contact, skip) in new.into_iter().zip(skips) {
        let (state, reason) = match skip {
            Some((reason, detail)) => {
                skipped.push((contact.row, (reason, detail.clone())));
                (ContactState::Skipped { reason }, Some(detail))
            }
            None => (ContactState::Pending { due: None }, None),
        };
        moves.counts.add(state.status(), 1);
        let result = settled_number(&state);
        if let Some(result) = result {
            *outcomes.entry(result).or_default() += 1;
        }
        prepared.push(Prepared {
            new: contact,
            name: contact.name(),
            status: state.status().number(),
            result: result.unwrap_or(0),
            reason,
            order_key: campaign.settings.order.key(contact.row),
        });
    }
    bulk::insert_contacts(tx, key, &prepared).await?;
    counts::apply(tx, key, &moves).await?;
    for (outcome, n) in outcomes {
        counts::outcome(tx, key, outcome, n).await?;
    }
    let mut data = events::moved_data(&moves.counts);
    data["first_row"] = batch.first().map(|c| c.row).into();
    let entry = events::Entry { data: Some(data), ..Default::default() };
    events::append(tx, key, EventKind::Imported, now, entry).await?;
    Ok((ImportBatch { added: moves.counts, existing }, skipped))
}

/// The batch without rows that are stored already or stand twice in it.
async fn without_existing<'a>(tx: &mut Tx, key: Key, batch: &[&'a NewContact]) -> Result<Vec<&'a NewContact>, Fault> {
    let (Some(first), Some(last)) = (batch.iter().map(|c| c.row).min(), batch.iter().map(|c| c.row).max()) else {
        return Ok(Vec::new());
    };
    let stored: Vec<(i64,)> = tx
        .all(
            sql("SELECT row FROM contacts WHERE workspace_id = $1 AND campaign_id = $2 AND row >= $3 AND row <= $4")
                .bind(key.ws)
                .bind(key.campaign)
                .bind(first)
                .bind(last),
        )
        .await?;
    let mut seen: HashSet<i64> = stored.into_iter().map(|(row,)| row).collect();
    Ok(batch.iter().filter(|c| seen.insert(c.row)).copied().collect())
}

/// Why each is not called: what the file reader found, the do-not-call list, the same number in an earlier row or another campaign.
async fn skips(
    tx: &mut Tx,
    key: Key,
    new: &[&NewContact],
    duplicates: DuplicateScope,
    now: Timestamp,
) -> Result<Vec<Option<Why>>, Fault> {
    let phones: Vec<i64> =
        new.iter().filter(|c| c.skip.is_none()).filter_map(|c| c.phone).map(|p| p.digits()).collect();
    let list = list_json(&phones);
    let blocked: Vec<(i64,)> = tx
        .all(
            sql(concat!(
                "SELECT phone FROM numbers WHERE workspace_id = $1 AND blocked = 1 AND (blocked_until IS NULL OR blocked_until > $3) AND phone ",
                in_list!("$2")
            ))
            .bind(key.ws)
            .bind(list.clone())
            .bind(now.as_micros()),
        )
        .await?;
    let blocked: HashSet<i64> = blocked.into_iter().map(|(phone,)| phone).collect();
    let earlier: Vec<(i64, i64)> = tx
        .all(
            sql(concat!(
                "SELECT phone, MIN(row) FROM contacts WHERE workspace_id = $1 AND campaign_id = $2 AND status <> $3 AND phone ",
                in_list!("$4"),
                " GROUP BY phone"
            ))
            .bind(key.ws)
            .bind(key.campaign)
            .bind(ContactStatus::Skipped.number())
            .bind(list.clone()),
        )
        .await?;
    let mut first: HashMap<i64, i64> = earlier.into_iter().collect();
    let elsewhere = elsewhere(tx, key, list, duplicates).await?;
    let skip = |contact: &&NewContact| {
        if let Some(skip) = &contact.skip {
            return Some(skip.clone());
        }
        let Some(phone) = contact.phone.map(carillon_domain::PhoneNumber::digits) else {
            return Some((SkipReason::NoNumber, String::new()));
        };
        if blocked.contains(&phone) {
            return Some((SkipReason::DoNotCall, String::new()));
        }
        if let Some(row) = first.get(&phone) {
            return Some((SkipReason::Duplicate, format!("same number as row {row}")));
        }
        if let Some(campaign) = elsewhere.get(&phone) {
            return Some((SkipReason::Duplicate, format!("the number is in the campaign \"{campaign}\"")));
        }
        first.insert(phone, contact.row);
        None
    };
    Ok(new.iter().map(skip).collect())
}

/// Of these numbers those that other campaigns have, with the name of the newest of these. Who is skipped there is not called there.
async fn elsewhere(
    tx: &mut Tx,
    key: Key,
    phones: String,
    duplicates: DuplicateScope,
) -> Result<HashMap<i64, String>, Fault> {
    if duplicates == DuplicateScope::Campaign {
        return Ok(HashMap::new());
    }
    let over = i64::from(duplicates == DuplicateScope::AllCampaigns);
    let found: Vec<(i64, i64, String)> = tx
        .all(
            sql(concat!(
                "SELECT DISTINCT k.phone, c.id, c.name FROM contacts k JOIN campaigns c ON c.workspace_id = k.workspace_id AND c.id = k.campaign_id \
                 WHERE k.workspace_id = $1 AND k.campaign_id <> $2 AND k.status <> $3 AND ($4 = 1 OR c.status < 4) AND k.phone ",
                in_list!("$5"),
                " ORDER BY c.id"
            ))
            .bind(key.ws)
            .bind(key.campaign)
            .bind(ContactStatus::Skipped.number())
            .bind(over)
            .bind(phones),
        )
        .await?;
    Ok(found.into_iter().map(|(phone, _, name)| (phone, name)).collect())
}
