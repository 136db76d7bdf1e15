//! Importing contacts in batches: idempotent by row, one event and one move of the counters for each batch.

use std::collections::{BTreeMap, HashMap, HashSet};

use carillon_domain::campaign::CampaignStatus;
use carillon_domain::{ContactState, ContactStatus, InvalidTransition, SkipReason, Timestamp};

use super::counts::{self, Moves};
use super::jobs::list_json;
use super::{Tx, bulk, campaigns, events, sql};
use crate::error::{Fault, StoreError};
use crate::model::{EventKind, ImportBatch, NewContact, settled_number};
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

/// Imports a batch: rows that exist already are left alone.
pub(crate) async fn import(tx: &mut Tx, key: Key, batch: &[NewContact], now: Timestamp) -> Result<ImportBatch, Fault> {
    let state = campaigns::lock_state(tx, key).await?;
    if matches!(state.status(), CampaignStatus::Completed | CampaignStatus::Canceled) {
        let (from, to) = (state.status().to_string(), "importing contacts".to_owned());
        return Err(InvalidTransition { what: "campaign", from, to }.into());
    }
    let campaign = campaigns::fetch(tx, key).await?.ok_or(Fault::Store(StoreError::NotFound { what: "campaign" }))?;
    let new = without_existing(tx, key, batch).await?;
    let existing = i64::try_from(batch.len() - new.len()).unwrap_or(i64::MAX);
    if new.is_empty() {
        return Ok(ImportBatch { existing, ..ImportBatch::default() });
    }
    let skips = skips(tx, key, &new, now).await?;
    let mut moves = Moves::default();
    let mut outcomes: BTreeMap<i64, i64> = BTreeMap::new();
    let prepared: Vec<Prepared<'_>> = new
        .iter()
        .zip(skips)
        .map(|(contact, skip)| {
            let (state, reason) = match skip {
                Some((reason, detail)) => (ContactState::Skipped { reason }, Some(detail)),
                None => (ContactState::Pending { due: None }, None),
            };
            moves.counts.add(state.status(), 1);
            let result = settled_number(&state);
            if let Some(result) = result {
                *outcomes.entry(result).or_default() += 1;
            }
            Prepared {
                new: contact,
                name: contact.name(),
                status: state.status().number(),
                result: result.unwrap_or(0),
                reason,
                order_key: campaign.settings.order.key(contact.row),
            }
        })
        .collect();
    bulk::insert_contacts(tx, key, &prepared).await?;
    counts::apply(tx, key, &moves).await?;
    for (outcome, n) in outcomes {
        counts::outcome(tx, key, outcome, n).await?;
    }
    let mut data = events::moved_data(&moves.counts);
    data["first_row"] = batch.first().map(|c| c.row).into();
    let entry = events::Entry { data: Some(data), ..Default::default() };
    events::append(tx, key, EventKind::Imported, now, entry).await?;
    Ok(ImportBatch { added: moves.counts, existing })
}

/// The batch without rows that are stored already or stand twice in it.
async fn without_existing<'a>(tx: &mut Tx, key: Key, batch: &'a [NewContact]) -> Result<Vec<&'a NewContact>, Fault> {
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
    Ok(batch.iter().filter(|c| seen.insert(c.row)).collect())
}

/// Why each is not called: what the file reader found, the do-not-call list, or the same number in an earlier row.
async fn skips(
    tx: &mut Tx,
    key: Key,
    new: &[&NewContact],
    now: Timestamp,
) -> Result<Vec<Option<(SkipReason, String)>>, Fault> {
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
            .bind(list),
        )
        .await?;
    let mut first: HashMap<i64, i64> = earlier.into_iter().collect();
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
        match first.get(&phone) {
            Some(row) => Some((SkipReason::Duplicate, format!("same number as row {row}"))),
            None => {
                first.insert(phone, contact.row);
                None
            }
        }
    };
    Ok(new.iter().map(skip).collect())
}
