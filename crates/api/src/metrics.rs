//! Numbers for Prometheus: a few counters of our own, in its text format.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// What this process counted since its start.
#[derive(Debug, Default)]
pub struct Metrics {
    requests: Mutex<BTreeMap<(String, u16), Requests>>,
    /// Event streams that are open.
    pub streams: AtomicI64,
}

#[derive(Debug, Default, Clone, Copy)]
struct Requests {
    count: u64,
    seconds: f64,
}

impl Metrics {
    /// Notes an answered request of an operation.
    pub(crate) fn answered(&self, operation: &str, status: u16, took: Duration) {
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = requests.entry((operation.to_owned(), status)).or_default();
        entry.count += 1;
        entry.seconds += took.as_secs_f64();
    }

    /// The HTTP counters as text.
    pub(crate) fn write_http(&self, out: &mut String) {
        let requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner).clone();
        head(out, "carillon_http_requests_total", "counter", "Answered requests.");
        for ((operation, status), n) in &requests {
            line(out, "carillon_http_requests_total", &labels(operation, *status), n.count as f64);
        }
        head(out, "carillon_http_request_seconds_total", "counter", "Time spent on answered requests, in seconds.");
        for ((operation, status), n) in &requests {
            line(out, "carillon_http_request_seconds_total", &labels(operation, *status), n.seconds);
        }
        head(out, "carillon_event_streams", "gauge", "Event streams that are open.");
        line(out, "carillon_event_streams", "", self.streams.load(Ordering::Relaxed) as f64);
    }
}

fn labels(operation: &str, status: u16) -> String {
    format!("operation=\"{operation}\",status=\"{status}\"")
}

/// Describes a metric.
pub(crate) fn head(out: &mut String, name: &str, kind: &str, help: &str) {
    // Writing to a String can't fail.
    write!(out, "# HELP {name} {help}\n# TYPE {name} {kind}\n").unwrap_or_default();
}

/// A value of a metric.
pub(crate) fn line(out: &mut String, name: &str, labels: &str, value: f64) {
    let labels = if labels.is_empty() { String::new() } else { format!("{{{labels}}}") };
    writeln!(out, "{name}{labels} {value}").unwrap_or_default();
}
