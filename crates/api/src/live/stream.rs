//! One client's stream of server-sent events.

use std::collections::{BTreeMap, VecDeque};
use std::convert::Infallible;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::http::header::CACHE_CONTROL;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use carillon_domain::{CampaignId, WorkspaceId};
use serde::Serialize;
use tokio::sync::watch;
use tokio::time::Instant;

use super::hub::{Interest, Key, Wants};
use super::jobs::{JobFrame, JobKey, JobTopic, snapshots};
use super::stats;
use crate::auth::{Identity, still_signed_in};
use crate::model::Ping;
use crate::problem::{Code, Problem};
use crate::state::AppState;

/// Between two signs of life.
const PING_EVERY: Duration = Duration::from_secs(10);
/// Topics of one stream.
const TOPICS_MAX: usize = 100;

/// What a client asks for.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Topics {
    all: bool,
    stats: Vec<CampaignId>,
    rows: Vec<CampaignId>,
    jobs: Vec<JobTopic>,
}

impl Topics {
    /// Reads `campaigns,campaign:ID,rows:ID`.
    pub(crate) fn read(text: &str) -> Result<Topics, Problem> {
        let mut topics = Topics::default();
        let parts: Vec<&str> = text.split(',').filter(|part| !part.is_empty()).collect();
        if parts.is_empty() || parts.len() > TOPICS_MAX {
            let detail = format!("topics must name 1 to {TOPICS_MAX} topics, separated by commas");
            return Err(Problem::new(Code::BadQuery, detail));
        }
        for part in parts {
            let wrong = || {
                let part: String = part.chars().take(60).collect();
                Problem::new(Code::BadQuery, format!("\"{part}\" is not a topic"))
            };
            match part.split_once(':') {
                None if part == "campaigns" => topics.all = true,
                Some(("campaign", id)) => topics.stats.push(id.parse().map_err(|_| wrong())?),
                Some(("rows", id)) => topics.rows.push(id.parse().map_err(|_| wrong())?),
                Some(("import", id)) => topics.jobs.push(JobTopic::Import(id.parse().map_err(|_| wrong())?)),
                Some(("export", id)) => topics.jobs.push(JobTopic::Export(id.parse().map_err(|_| wrong())?)),
                _ => return Err(wrong()),
            }
        }
        Ok(topics)
    }
}

struct Client {
    app: AppState,
    ws: WorkspaceId,
    interest: Interest,
    rounds: watch::Receiver<u64>,
    /// The round up to which changed contacts were told.
    round: u64,
    sent: BTreeMap<Key, i64>,
    sent_jobs: BTreeMap<JobKey, i64>,
    ready: VecDeque<Event>,
    ping: Instant,
    /// As it was opened: asked at every ping whether it still holds.
    headers: HeaderMap,
    _counted: Counted,
}

/// An open stream in the metrics.
struct Counted(AppState);

impl Counted {
    fn new(app: &AppState) -> Counted {
        app.metrics.streams.fetch_add(1, Ordering::Relaxed);
        Counted(app.clone())
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.metrics.streams.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Opens the stream: the whole state of each topic first, then what changes.
pub(crate) async fn stream(
    app: AppState,
    user: &Identity,
    headers: HeaderMap,
    topics: Topics,
) -> Result<Response, Problem> {
    let ws = user.workspace;
    let keys = |ids: &[CampaignId]| ids.iter().map(|id| (ws, *id)).collect::<Vec<Key>>();
    let jobs: Vec<JobKey> = topics.jobs.iter().map(|topic| (ws, *topic)).collect();
    let (stats_of, rows_of, all) = (keys(&topics.stats), keys(&topics.rows), topics.all.then_some(ws));
    let wants = Wants { stats: stats_of, rows: rows_of, all, jobs: jobs.clone() };
    let (interest, rounds) = app.live.watch(&app, wants);
    let round = app.live.next_round() - 1;
    let mut first = topics.stats.clone();
    if topics.all {
        first.extend(app.store.campaigns_going(ws).await?);
        first.sort();
        first.dedup();
    }
    let mut client = Client {
        ws,
        interest,
        rounds,
        round,
        sent: BTreeMap::new(),
        sent_jobs: BTreeMap::new(),
        ready: VecDeque::new(),
        ping: Instant::now() + PING_EVERY,
        headers,
        _counted: Counted::new(&app),
        app: app.clone(),
    };
    let now = app.now();
    client.push("ping", &Ping { at: now.into() });
    for overview in app.store.campaign_overviews(ws, &first).await? {
        let frame = stats(&app, ws, &overview, now).await?;
        client.sent.insert((ws, overview.campaign.id), overview.version);
        client.push("stats", &frame);
    }
    for (key, frame) in snapshots(&app.store, &jobs).await? {
        client.push_job(key, &frame);
    }
    let events = futures_util::stream::unfold(client, |mut client| async move {
        let event = client.next().await?;
        Some((Ok::<_, Infallible>(event), client))
    });
    let mut response = Sse::new(events).into_response();
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(response)
}

impl Client {
    fn push(&mut self, name: &'static str, frame: &impl Serialize) {
        match serde_json::to_string(frame) {
            Ok(text) => self.ready.push_back(Event::default().event(name).data(text)),
            Err(error) => tracing::error!(%error, name, "a frame could not be written"),
        }
    }

    fn push_job(&mut self, key: JobKey, frame: &JobFrame) {
        self.sent_jobs.insert(key, frame.version);
        self.ready.push_back(Event::default().event(key.1.name()).data(&*frame.text));
    }

    /// The next event; `None` when the process or the session ends.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Some(event);
            }
            let shutdown = self.app.shutdown.clone();
            tokio::select! {
                () = shutdown.cancelled() => return None,
                () = tokio::time::sleep_until(self.ping) => {
                    if !still_signed_in(&self.app, &self.headers).await {
                        return None;
                    }
                    self.ping = Instant::now() + PING_EVERY;
                    let at = self.app.now().into();
                    self.push("ping", &Ping { at });
                }
                changed = self.rounds.changed() => {
                    changed.ok()?;
                    self.catch_up();
                }
            }
        }
    }

    /// Takes the newest of what this client wants; what was overwritten meanwhile is never sent.
    fn catch_up(&mut self) {
        let round = *self.rounds.borrow_and_update();
        let wants = |key: &Key| {
            self.interest.wants.stats.contains(key) || (self.interest.wants.all.is_some() && key.0 == self.ws)
        };
        for (key, frame) in self.app.live.newer(&self.sent, wants) {
            self.sent.insert(key, frame.version);
            self.push("stats", &*frame);
        }
        for key in self.interest.wants.rows.clone() {
            for frame in self.app.live.rows_after(key, self.round) {
                self.push("rows", &*frame);
            }
        }
        for (key, frame) in self.app.live.newer_jobs(&self.sent_jobs, &self.interest.wants.jobs) {
            self.push_job(key, &frame);
        }
        self.round = round;
    }
}

#[cfg(test)]
mod tests {
    use carillon_domain::ids::ImportId;

    use super::*;

    #[test]
    fn topics_are_read_and_unknown_ones_refused() {
        let id = CampaignId::from_raw(42);
        let import = ImportId::from_raw(43);
        let topics = Topics::read(&format!("campaigns,campaign:{id},rows:{id},import:{import}")).expect("reads");
        let jobs = vec![JobTopic::Import(import)];
        assert_eq!(topics, Topics { all: true, stats: vec![id], rows: vec![id], jobs });
        for wrong in ["", "campaign:call_0000000000001", "weather", "rows:", "import:x", "export:"] {
            assert!(Topics::read(wrong).is_err(), "{wrong}");
        }
    }
}
