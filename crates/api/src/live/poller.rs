//! Looks four times a second at the versions of the campaigns that somebody watches, and reads the numbers of those that changed.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use carillon_domain::{CampaignId, WorkspaceId};
use carillon_store::StoreError;

use super::hub::Key;
use super::jobs::{JobFrame, JobKey, snapshots};
use super::stats;
use crate::model::{RowsFrame, Stats};
use crate::state::AppState;
use crate::view::changed_row;

/// Between two looks: changes within it become one frame.
const EVERY: Duration = Duration::from_millis(250);
/// Contacts that a frame names at most.
const ROWS_MAX: usize = 100;
/// Events read at once; more than a frame may name.
const EVENTS_READ: u32 = 400;
/// Events of other processes may be committed later than their ids say: looked at again for this long.
const OVERLAP: Duration = Duration::from_secs(5);

/// What the poller remembers from one look to the next.
#[derive(Default)]
struct Memory {
    versions: HashMap<Key, i64>,
    /// Campaigns of "all" at the last look: one that is over since then is told once more.
    going: HashMap<WorkspaceId, Vec<CampaignId>>,
    events: HashMap<Key, Seen>,
    jobs: HashMap<JobKey, i64>,
}

/// Events of a campaign that were told.
#[derive(Default)]
struct Seen {
    ids: HashSet<i64>,
    begun: bool,
}

/// Polls until nobody waits any more or the process ends.
pub(crate) async fn poll(app: AppState) {
    let mut memory = Memory::default();
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = app.shutdown.cancelled() => return,
            _ = ticks.tick() => {}
        }
        if app.live.may_end() {
            return;
        }
        match look(&app, &mut memory).await {
            Ok((stats, rows, jobs)) if !(stats.is_empty() && rows.is_empty() && jobs.is_empty()) => {
                app.live.publish(stats, rows, jobs);
            }
            Ok(_) => {}
            // The database is away for a moment: what changed meanwhile is found at a later look.
            Err(error) => tracing::warn!(%error, "live numbers could not be read"),
        }
    }
}

type Frames = (Vec<(Key, Stats)>, Vec<(Key, RowsFrame)>, Vec<(JobKey, JobFrame)>);

async fn look(app: &AppState, memory: &mut Memory) -> Result<Frames, StoreError> {
    let (mut wanted, rows_wanted, all): (HashSet<Key>, HashSet<Key>, Vec<WorkspaceId>) = {
        let state = app.live.lock();
        let rows: HashSet<Key> = state.rows_wanted.keys().copied().collect();
        let stats = state.stats_wanted.keys().copied().chain(rows.iter().copied()).collect();
        (stats, rows, state.all_wanted.keys().copied().collect())
    };
    for ws in all {
        let going = app.store.campaigns_going(ws).await?;
        let before = memory.going.insert(ws, going.clone()).unwrap_or_default();
        wanted.extend(going.into_iter().chain(before).map(|id| (ws, id)));
    }
    memory.versions.retain(|key, _| wanted.contains(key));
    memory.events.retain(|key, _| rows_wanted.contains(key));
    let mut workspaces: HashMap<WorkspaceId, Vec<CampaignId>> = HashMap::new();
    for (ws, id) in wanted {
        workspaces.entry(ws).or_default().push(id);
    }
    let now = app.now();
    let (mut stats_frames, mut rows_frames) = (Vec::new(), Vec::new());
    for (ws, ids) in workspaces {
        let mut dirty = Vec::new();
        for (id, version) in app.store.campaign_versions(ws, &ids).await? {
            if memory.versions.get(&(ws, id)) != Some(&version) {
                dirty.push(id);
            }
        }
        for overview in app.store.campaign_overviews(ws, &dirty).await? {
            let key = (ws, overview.campaign.id);
            memory.versions.insert(key, overview.version);
            stats_frames.push((key, stats(app, ws, &overview, now).await?));
        }
        for id in ids {
            let key = (ws, id);
            if rows_wanted.contains(&key) && (dirty.contains(&id) || !memory.events.contains_key(&key)) {
                let seen = memory.events.entry(key).or_default();
                if let Some(frame) = changes(app, key, seen).await? {
                    rows_frames.push((key, frame));
                }
            }
        }
    }
    Ok((stats_frames, rows_frames, jobs(app, memory).await?))
}

/// The watched imports that went on since the last look.
async fn jobs(app: &AppState, memory: &mut Memory) -> Result<Vec<(JobKey, JobFrame)>, StoreError> {
    let wanted: Vec<JobKey> = app.live.lock().jobs_wanted.keys().copied().collect();
    memory.jobs.retain(|key, _| wanted.contains(key));
    let mut frames = snapshots(&app.store, &wanted).await?;
    frames.retain(|(key, frame)| memory.jobs.insert(*key, frame.version) != Some(frame.version));
    Ok(frames)
}

/// The contacts that changed since the last look.
async fn changes(app: &AppState, (ws, id): Key, seen: &mut Seen) -> Result<Option<RowsFrame>, StoreError> {
    let floor = carillon_domain::ids::EventId::floor_at(app.now() - OVERLAP).raw();
    let events = app.store.events_newest(ws, id, floor, EVENTS_READ).await?;
    let new: Vec<_> = events.iter().filter(|(event, ..)| !seen.ids.contains(event)).copied().collect();
    let first = !std::mem::replace(&mut seen.begun, true);
    seen.ids = events.iter().map(|(event, ..)| *event).collect();
    if first || new.is_empty() {
        return Ok(None);
    }
    // The newest event of each contact.
    let mut rows: Vec<(i64, i64)> = Vec::new();
    for (event, _, row) in &new {
        if let Some(row) = row
            && !rows.iter().any(|(known, _)| known == row)
        {
            rows.push((*row, *event));
        }
    }
    let full = u32::try_from(new.len()).is_ok_and(|n| n >= EVENTS_READ);
    let many = full || rows.len() > ROWS_MAX || new.iter().any(|(_, batch, _)| *batch);
    if many {
        return Ok(Some(RowsFrame { campaign: id.into(), rows: Vec::new(), many: true }));
    }
    if rows.is_empty() {
        return Ok(None);
    }
    let changed = app.store.contacts_changed(ws, id, &rows).await?;
    Ok(Some(RowsFrame { campaign: id.into(), rows: changed.iter().map(changed_row).collect(), many: false }))
}
