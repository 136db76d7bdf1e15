//! The far end's log: one JSON object a line, written as it happens, for tests and for people.
//!
//! Each line has `at` (microseconds since 1970, UTC), `call_id` (the SIP Call-ID) and `event`: `invite` (with `number` as
//! dialled and `persona`), `ringing`, `early_media`, `answered`, `ended` (with `how`). A line is in the file before the
//! reply it tells of is sent, so a log cut off by a crash of the caller is whole.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, BufRead, BufReader, Write},
    path::Path,
    sync::{Mutex, PoisonError},
};

use serde::{Deserialize, Serialize};

use crate::{Clock, Persona};

/// How a call ended, seen from the person called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// The caller took the call back before it was answered.
    Canceled,
    /// The person refused it with this status.
    Rejected(u16),
    /// The caller hung up.
    CallerHungUp,
    /// The person hung up.
    PersonHungUp,
    /// The answer was never acknowledged.
    NoAck,
    /// The network itself stopped.
    Lost,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// An INVITE came (its retransmissions are not told).
    Invite {
        /// The number as it was dialled.
        number: String,
        /// Who takes the call.
        persona: Persona,
    },
    /// 180 was sent.
    Ringing,
    /// 183 with early media was sent.
    EarlyMedia,
    /// 200 was sent.
    Answered,
    /// The call is over.
    Ended {
        /// How.
        how: Ended,
    },
}

/// One line of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Microseconds since 1970, UTC.
    pub at: i64,
    /// SIP Call-ID.
    pub call_id: String,
    /// What happened.
    #[serde(flatten)]
    pub event: Event,
}

/// One call, put together from its lines. Times are microseconds since 1970, UTC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallRecord {
    /// SIP Call-ID.
    pub call_id: String,
    /// The number as it was dialled.
    pub number: String,
    /// Who took the call.
    pub persona: Persona,
    /// When the INVITE came.
    pub invited_at: i64,
    /// When it first rang, or early media was sent.
    pub rang_at: Option<i64>,
    /// When it was answered.
    pub answered_at: Option<i64>,
    /// When and how it ended.
    pub ended: Option<(i64, Ended)>,
}

/// Writes the log.
pub(crate) struct CallLog {
    file: Option<Mutex<File>>,
    clock: Clock,
}

impl CallLog {
    pub(crate) fn open(path: Option<&Path>, clock: Clock) -> io::Result<Self> {
        let file = match path {
            Some(path) => Some(Mutex::new(File::options().create(true).append(true).open(path)?)),
            None => None,
        };
        Ok(Self { file, clock })
    }

    /// Appends a line at once. A full disk must not stop the network: it is said in the program's own log.
    pub(crate) fn write(&self, call_id: &str, event: Event) {
        let Some(file) = &self.file else { return };
        let entry = Entry { at: (self.clock)(), call_id: call_id.to_owned(), event };
        let written = serde_json::to_vec(&entry).map_err(io::Error::from).and_then(|mut line| {
            line.push(b'\n');
            file.lock().unwrap_or_else(PoisonError::into_inner).write_all(&line)
        });
        if let Err(error) = written {
            tracing::error!(%error, "the practice network's log cannot be written");
        }
    }
}

/// Reads the lines of a log. A last line that was cut off is left out.
///
/// # Errors
/// What the file system says; `InvalidData` for a line that is no entry.
pub fn read(path: &Path) -> io::Result<Vec<Entry>> {
    let mut reader = BufReader::new(File::open(path)?);
    let mut entries = Vec::new();
    let mut line = String::new();
    while reader.read_line(&mut line)? > 0 {
        if !line.ends_with('\n') {
            break;
        }
        entries.push(serde_json::from_str(&line).map_err(io::Error::from)?);
        line.clear();
    }
    Ok(entries)
}

/// Puts the calls of a log together, in the order of their INVITEs.
///
/// # Errors
/// As [`read`]; `InvalidData` when a call has no INVITE or two.
pub fn calls(path: &Path) -> io::Result<Vec<CallRecord>> {
    let wrong = |call_id: &str| {
        io::Error::new(io::ErrorKind::InvalidData, format!("the log tells no single INVITE for {call_id}"))
    };
    let mut calls: Vec<CallRecord> = Vec::new();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    for entry in read(path)? {
        if let Event::Invite { number, persona } = entry.event {
            if places.insert(entry.call_id.clone(), calls.len()).is_some() {
                return Err(wrong(&entry.call_id));
            }
            calls.push(CallRecord {
                call_id: entry.call_id,
                number,
                persona,
                invited_at: entry.at,
                rang_at: None,
                answered_at: None,
                ended: None,
            });
            continue;
        }
        let place = places.get(&entry.call_id).ok_or_else(|| wrong(&entry.call_id))?;
        let call = &mut calls[*place];
        match entry.event {
            Event::Ringing | Event::EarlyMedia => call.rang_at = call.rang_at.or(Some(entry.at)),
            Event::Answered => call.answered_at = Some(entry.at),
            Event::Ended { how } => call.ended = Some((entry.at, how)),
            Event::Invite { .. } => {}
        }
    }
    Ok(calls)
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    };

    use super::*;

    #[test]
    fn what_is_written_is_read_back_as_calls_and_a_cut_line_is_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("far.jsonl");
        let ticks = AtomicI64::new(100);
        let log = CallLog::open(Some(&path), Arc::new(move || ticks.fetch_add(1, Ordering::Relaxed))).unwrap();
        log.write("a", Event::Invite { number: "+12025550101".to_owned(), persona: Persona::Busy });
        log.write("b", Event::Invite { number: "+12025550100".to_owned(), persona: Persona::Talks });
        log.write("a", Event::Ended { how: Ended::Rejected(486) });
        log.write("b", Event::Ringing);
        log.write("b", Event::Answered);
        log.write("b", Event::Ended { how: Ended::CallerHungUp });
        let mut text = std::fs::read_to_string(&path).unwrap();
        assert!(
            text.starts_with(r#"{"at":100,"call_id":"a","event":"invite","number":"+12025550101","persona":"busy"}"#)
        );
        assert!(text.contains(r#""event":"ended","how":{"rejected":486}"#), "{text}");
        text.push_str(r#"{"at":9,"call"#);
        std::fs::write(&path, text).unwrap();
        let calls = calls(&path).unwrap();
        assert_eq!(calls.len(), 2);
        assert_eq!((calls[0].rang_at, calls[0].ended), (None, Some((102, Ended::Rejected(486)))));
        assert_eq!((calls[1].rang_at, calls[1].answered_at), (Some(103), Some(104)));
        assert_eq!(calls[1].ended, Some((105, Ended::CallerHungUp)));
    }
}
