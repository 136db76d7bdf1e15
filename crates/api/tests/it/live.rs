//! The stream of events, read as a browser reads it.

use std::time::Duration;

use axum::http::{Method, header};
use carillon_domain::{CallOutcome, CallResult};
use futures_util::StreamExt as _;
use serde_json::Value;
use tower::ServiceExt as _;

use crate::app::{App, As, WS};
use crate::campaigns::{call, campaign};

pub(crate) struct Stream {
    body: axum::body::BodyDataStream,
    text: String,
}

impl Stream {
    pub(crate) async fn open(app: &App, key: &str, topics: &str) -> Stream {
        let request = app.request(Method::GET, &format!("/api/v1/events?topics={topics}"), As::Key(key), None);
        let response = app.router.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()[header::CONTENT_TYPE], "text/event-stream");
        assert_eq!(response.headers()[header::CACHE_CONTROL], "no-store");
        assert_eq!(response.headers()["x-accel-buffering"], "no");
        Stream { body: response.into_body().into_data_stream(), text: String::new() }
    }

    /// The next event: its name and data. `None` when the stream has ended.
    pub(crate) async fn next(&mut self) -> Option<(String, Value)> {
        loop {
            if let Some(end) = self.text.find("\n\n") {
                let event: String = self.text.drain(..end + 2).collect();
                let field = |name: &str| {
                    event.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().trim().to_owned()
                };
                return Some((field("event:"), serde_json::from_str(&field("data:")).unwrap()));
            }
            let chunk =
                tokio::time::timeout(Duration::from_secs(30), self.body.next()).await.expect("an event comes")?;
            self.text.push_str(std::str::from_utf8(&chunk.unwrap()).unwrap());
        }
    }

    /// The next event of a kind for which something holds.
    pub(crate) async fn until(&mut self, name: &str, holds: impl Fn(&Value) -> bool) -> Value {
        loop {
            let (found, data) = self.next().await.expect("the stream goes on");
            if found == "stats" {
                let counts = &data["counts"];
                let six = ["pending", "in_progress", "completed", "failed", "skipped", "canceled"];
                let sum: i64 = six.iter().map(|s| counts[s].as_i64().unwrap()).sum();
                assert_eq!(sum, counts["total"].as_i64().unwrap(), "the six add up in every frame");
            }
            if found == name && holds(&data) {
                return data;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_begins_with_everything_and_tells_what_changes() {
    let app = App::new().await;
    let key = app.admin().await;
    let (text, id) = campaign(&app, &key, "March", 9).await;
    app.store.campaign_start(WS, id, None, app.now()).await.unwrap();
    let mut stream = Stream::open(&app, &key, &format!("campaign:{text},rows:{text}")).await;
    assert_eq!(stream.next().await.unwrap().0, "ping");
    let (name, first) = stream.next().await.unwrap();
    assert_eq!((name.as_str(), first["counts"]["pending"].as_i64()), ("stats", Some(8)));
    let mut all = Stream::open(&app, &key, "campaigns").await;
    all.until("stats", |stats| stats["id"] == text.as_str()).await;
    // Until the poller has looked once, what changes is in the first frame and not told as changed rows.
    tokio::time::timeout(Duration::from_secs(30), async {
        loop {
            call(&app, id, Some(CallOutcome::Result(CallResult::Busy))).await;
            let told = tokio::time::timeout(Duration::from_secs(2), stream.until("rows", |_| true)).await;
            if let Ok(rows) = told {
                assert_eq!(rows["many"], false);
                assert!(
                    rows["rows"]
                        .as_array()
                        .unwrap()
                        .iter()
                        .any(|row| row["status"] == "completed" && row["result"] == "busy")
                );
                break;
            }
        }
    })
    .await
    .unwrap();
    app.store.campaign_stop(WS, id, carillon_domain::Actor::CommandLine, app.now()).await.unwrap();
    let stopped = |stats: &Value| stats["state"]["status"] == "canceled";
    let one = stream.until("stats", stopped).await;
    assert!(one["version"].as_i64() > first["version"].as_i64());
    all.until("stats", stopped).await;
    app.store.stop_settle_pending(WS, app.now()).await.unwrap();
    stream.until("rows", |rows| rows["many"] == true).await;
    // The end of the process ends the streams.
    app.state.shutdown.cancel();
    while stream.next().await.is_some() {}
    while all.next().await.is_some() {}
}
