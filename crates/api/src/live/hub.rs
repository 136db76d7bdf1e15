//! What the poller has found and who waits for it.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use carillon_domain::{CampaignId, Timestamp, WorkspaceId};
use tokio::sync::watch;

use super::jobs::{JobFrame, JobKey};
use super::poller;
use crate::model::{RowsFrame, Stats};
use crate::state::AppState;

/// A campaign of a workspace.
pub(crate) type Key = (WorkspaceId, CampaignId);

/// Frames of changed contacts kept for clients that are slower than the poller.
const ROWS_KEPT: usize = 8;
/// Over how long calls per second are counted.
const PACE_S: i64 = 60;

/// Live numbers of this process. Cheap to clone.
#[derive(Clone, Default)]
pub struct Live(Arc<Shared>);

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    round: watch::Sender<u64>,
}

/// What one lock guards.
#[derive(Default)]
pub(crate) struct State {
    /// How many streams want the numbers of a campaign.
    pub(crate) stats_wanted: HashMap<Key, usize>,
    /// How many want its changed contacts.
    pub(crate) rows_wanted: HashMap<Key, usize>,
    /// How many want all campaigns of a workspace that are not over.
    pub(crate) all_wanted: HashMap<WorkspaceId, usize>,
    /// How many want to know how far an import is.
    pub(crate) jobs_wanted: HashMap<JobKey, usize>,
    polling: bool,
    round: u64,
    /// The newest numbers of each campaign: a slow client reads the newest only.
    pub(crate) latest: HashMap<Key, Arc<Stats>>,
    /// The newest state of each watched import.
    pub(crate) jobs: HashMap<JobKey, JobFrame>,
    /// The last frames of changed contacts, with their rounds.
    pub(crate) rows: HashMap<Key, VecDeque<(u64, Arc<RowsFrame>)>>,
    /// When a campaign had begun how many calls, over the last minute.
    paces: HashMap<Key, VecDeque<(Timestamp, i64)>>,
}

impl State {
    /// Whether anybody waits for anything.
    pub(crate) fn wanted(&self) -> bool {
        let campaigns = self.stats_wanted.is_empty() && self.rows_wanted.is_empty() && self.all_wanted.is_empty();
        !(campaigns && self.jobs_wanted.is_empty())
    }

    /// Calls per second over the last minute, from what was seen of the counter.
    pub(crate) fn pace(&mut self, key: Key, calls: i64, now: Timestamp) -> f64 {
        let seen = self.paces.entry(key).or_default();
        if seen.back().is_none_or(|(at, _)| now.since(*at).as_millis() >= 1_000) {
            seen.push_back((now, calls));
        }
        while seen.len() > 2 && seen.front().is_some_and(|(at, _)| now.since(*at).as_secs() > PACE_S.unsigned_abs()) {
            seen.pop_front();
        }
        let Some((at, before)) = seen.front() else { return 0.0 };
        let elapsed = now.since(*at).as_secs_f64();
        #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
        let begun = (calls - before).max(0) as f64;
        if elapsed >= 1.0 { begun / elapsed } else { 0.0 }
    }
}

/// What a stream waits for; dropped with it.
pub(crate) struct Interest {
    live: Live,
    pub(crate) wants: Wants,
}

/// What a stream wants to be told.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wants {
    /// Numbers of these campaigns.
    pub(crate) stats: Vec<Key>,
    /// Changed contacts of these.
    pub(crate) rows: Vec<Key>,
    /// Numbers of all campaigns that are not over.
    pub(crate) all: Option<WorkspaceId>,
    /// How far these imports are.
    pub(crate) jobs: Vec<JobKey>,
}

impl Drop for Interest {
    fn drop(&mut self) {
        let mut state = self.live.lock();
        for key in &self.wants.stats {
            lower(&mut state.stats_wanted, key);
        }
        for key in &self.wants.rows {
            lower(&mut state.rows_wanted, key);
        }
        if let Some(ws) = &self.wants.all {
            lower(&mut state.all_wanted, ws);
        }
        for key in &self.wants.jobs {
            lower(&mut state.jobs_wanted, key);
        }
    }
}

fn lower<K: std::hash::Hash + Eq>(counts: &mut HashMap<K, usize>, key: &K) {
    if let Some(n) = counts.get_mut(key) {
        *n -= 1;
        if *n == 0 {
            counts.remove(key);
        }
    }
}

impl Live {
    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Registers what a stream waits for, and starts the poller when it is the first.
    pub(crate) fn watch(&self, app: &AppState, wants: Wants) -> (Interest, watch::Receiver<u64>) {
        let mut state = self.lock();
        for key in &wants.stats {
            *state.stats_wanted.entry(*key).or_default() += 1;
        }
        for key in &wants.rows {
            *state.rows_wanted.entry(*key).or_default() += 1;
        }
        if let Some(ws) = wants.all {
            *state.all_wanted.entry(ws).or_default() += 1;
        }
        for key in &wants.jobs {
            *state.jobs_wanted.entry(*key).or_default() += 1;
        }
        if !state.polling {
            state.polling = true;
            tokio::spawn(poller::poll(app.clone()));
        }
        drop(state);
        (Interest { live: self.clone(), wants }, self.0.round.subscribe())
    }

    /// The poller ends unless somebody waits again.
    pub(crate) fn may_end(&self) -> bool {
        let mut state = self.lock();
        if state.wanted() {
            return false;
        }
        state.polling = false;
        state.latest.clear();
        state.rows.clear();
        state.jobs.clear();
        true
    }

    /// The number of the next round.
    pub(crate) fn next_round(&self) -> u64 {
        self.lock().round + 1
    }

    /// Shows what a round has found.
    pub(crate) fn publish(&self, stats: Vec<(Key, Stats)>, rows: Vec<(Key, RowsFrame)>, jobs: Vec<(JobKey, JobFrame)>) {
        let mut state = self.lock();
        state.jobs.extend(jobs);
        state.round += 1;
        let round = state.round;
        for (key, frame) in stats {
            state.latest.insert(key, Arc::new(frame));
        }
        for (key, frame) in rows {
            let kept = state.rows.entry(key).or_default();
            kept.push_back((round, Arc::new(frame)));
            while kept.len() > ROWS_KEPT {
                kept.pop_front();
            }
        }
        drop(state);
        self.0.round.send_replace(round);
    }

    /// The newest numbers of these campaigns that are newer than what was sent.
    pub(crate) fn newer(&self, sent: &BTreeMap<Key, i64>, wants: impl Fn(&Key) -> bool) -> Vec<(Key, Arc<Stats>)> {
        let state = self.lock();
        let newer = |key: &Key, frame: &Arc<Stats>| sent.get(key).is_none_or(|version| frame.version > *version);
        state
            .latest
            .iter()
            .filter(|(key, frame)| wants(key) && newer(key, frame))
            .map(|(key, frame)| (*key, frame.clone()))
            .collect()
    }

    /// The newest state of these imports where it is newer than what was sent.
    pub(crate) fn newer_jobs(&self, sent: &BTreeMap<JobKey, i64>, wanted: &[JobKey]) -> Vec<(JobKey, JobFrame)> {
        let state = self.lock();
        let newest = |key: &JobKey| state.jobs.get(key).map(|frame| (*key, frame.clone()));
        let newer = |(key, frame): &(JobKey, JobFrame)| sent.get(key).is_none_or(|version| frame.version > *version);
        wanted.iter().filter_map(newest).filter(newer).collect()
    }

    /// Frames of changed contacts after a round; a client that missed some gets one that says "many".
    pub(crate) fn rows_after(&self, key: Key, round: u64) -> Vec<Arc<RowsFrame>> {
        let state = self.lock();
        let Some(kept) = state.rows.get(&key) else { return Vec::new() };
        let missed = kept.len() == ROWS_KEPT && kept.front().is_some_and(|(first, _)| *first > round + 1);
        if missed && kept.back().is_some_and(|(last, _)| *last > round) {
            return vec![Arc::new(RowsFrame { campaign: key.1.into(), rows: Vec::new(), many: true })];
        }
        kept.iter().filter(|(at, _)| *at > round).map(|(_, frame)| frame.clone()).collect()
    }
}

impl std::fmt::Debug for Live {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Live")
    }
}
