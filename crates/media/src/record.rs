//! Recording beside the pacers: bounded buffers go to a writer thread, so that a slow disk never delays RTP.
//!
//! Each session owns a few buffers of 200 ms. When all of them wait for the disk, frames are dropped, counted and said at
//! the end; the file stays in step because silence takes their place.

use std::{
    path::PathBuf,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
        mpsc::{Receiver, SyncSender, TrySendError, sync_channel},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use tokio::sync::oneshot;

use crate::{FRAME_TIME, Frame, SAMPLES_PER_FRAME, wav::Recording};

/// Frames in one buffer.
const BUFFER_FRAMES: usize = 10;
/// Samples in one buffer: both channels.
const BUFFER_SAMPLES: usize = BUFFER_FRAMES * SAMPLES_PER_FRAME * 2;
/// Buffers of one session: what the disk may be late.
const BUFFERS: usize = 6;
/// Buffers after which the header is brought up to date: five seconds.
const HEADER_EVERY: u32 = 25;

/// What became of a recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordingSummary {
    /// The file.
    pub path: PathBuf,
    /// Length of the recording.
    pub length: Duration,
    /// Position of its first frame on the session's media clock: when the call was answered.
    pub starts_at: Duration,
    /// 20 ms frames that the disk was too slow for; silence is in their place.
    pub frames_dropped: u64,
    /// Why it could not be written, in words; the file holds what came before, if anything.
    pub failed: Option<String>,
}

/// The state shared by one session's tape and the writer.
#[derive(Debug)]
struct Shared {
    path: PathBuf,
    /// Empty buffers.
    free: Mutex<Vec<Vec<i16>>>,
    failed: Mutex<Option<String>>,
}

impl Shared {
    fn give_back(&self, mut buffer: Vec<i16>) {
        buffer.clear();
        self.free.lock().unwrap_or_else(PoisonError::into_inner).push(buffer);
    }

    fn failure(&self) -> Option<String> {
        self.failed.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

enum Message {
    Open(u64, Arc<Shared>),
    Samples(u64, Vec<i16>),
    Close(u64, Vec<i16>, oneshot::Sender<Option<String>>),
}

/// The writer thread.
#[derive(Debug)]
pub(crate) struct Recorder {
    sender: Option<SyncSender<Message>>,
    thread: Option<JoinHandle<()>>,
    next: AtomicU64,
    failures: Arc<AtomicU64>,
}

impl Recorder {
    /// Starts the writer; `sessions` bounds its queue.
    pub(crate) fn start(sessions: usize) -> std::io::Result<Self> {
        let (sender, receiver) = sync_channel(sessions.max(16) * BUFFERS);
        let failures = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&failures);
        let thread =
            thread::Builder::new().name("recorder".to_owned()).spawn(move || write_all(&receiver, &counted))?;
        Ok(Self { sender: Some(sender), thread: Some(thread), next: AtomicU64::new(0), failures })
    }

    /// Starts a recording. The file is made by the writer thread when the first frame comes, so a call that nobody
    /// answers leaves none.
    pub(crate) fn tape(&self, path: PathBuf) -> Option<Tape> {
        let sender = self.sender.clone()?;
        let free = (0..BUFFERS).map(|_| Vec::with_capacity(BUFFER_SAMPLES)).collect();
        let shared = Arc::new(Shared { path, free: Mutex::new(free), failed: Mutex::new(None) });
        Some(Tape {
            id: self.next.fetch_add(1, Relaxed),
            sender,
            shared,
            buffer: Vec::with_capacity(BUFFER_SAMPLES),
            opened: false,
            told: false,
            frames: 0,
            missing: 0,
            dropped: 0,
        })
    }

    pub(crate) fn failures(&self) -> u64 {
        self.failures.load(Relaxed)
    }

    /// Ends the writer after everything that waits is on the disk. Tapes still held elsewhere keep it alive.
    pub(crate) fn stop(&mut self) {
        self.sender = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the recording writer ended by a panic; recordings may be cut");
        }
    }
}

/// One session's end of the recorder, used on its pacer thread.
#[derive(Debug)]
pub(crate) struct Tape {
    id: u64,
    sender: SyncSender<Message>,
    shared: Arc<Shared>,
    buffer: Vec<i16>,
    opened: bool,
    told: bool,
    frames: u64,
    /// Dropped frames for which silence has not been written yet.
    missing: u64,
    dropped: u64,
}

impl Tape {
    /// Appends 20 ms of both sides. Returns how many frames had to be dropped for it (0 or 1).
    pub(crate) fn frame(&mut self, left: &Frame, right: &Frame) -> u64 {
        if self.buffer.len() >= BUFFER_SAMPLES && !self.hand_over() {
            self.dropped += 1;
            self.missing += 1;
            return 1;
        }
        while self.missing > 0 && self.buffer.len() < BUFFER_SAMPLES - 2 * SAMPLES_PER_FRAME {
            self.missing -= 1;
            self.buffer.resize(self.buffer.len() + 2 * SAMPLES_PER_FRAME, 0);
            self.frames += 1;
        }
        for (left, right) in left.iter().zip(right) {
            self.buffer.push(*left);
            self.buffer.push(*right);
        }
        self.frames += 1;
        0
    }

    /// Time passed that nobody heard: silence keeps the recording in step.
    pub(crate) fn skip(&mut self, frames: u32) {
        self.missing += u64::from(frames);
    }

    /// The failure, once.
    pub(crate) fn new_failure(&mut self) -> Option<String> {
        if self.told {
            return None;
        }
        let failure = self.shared.failure();
        self.told = failure.is_some();
        failure
    }

    /// Ends the recording. The receiver gives the failure, if any, when the file is complete.
    pub(crate) fn close(mut self, starts_at: Duration) -> Closing {
        let mut summary = RecordingSummary {
            path: self.shared.path.clone(),
            length: FRAME_TIME * u32::try_from(self.frames).unwrap_or(u32::MAX),
            starts_at,
            frames_dropped: self.dropped,
            failed: None,
        };
        if self.frames == 0 {
            return Closing { summary, done: None };
        }
        let (done, receiver) = oneshot::channel();
        // Both wait when the queue is full: the end of a call is no packet.
        let opened = self.opened || self.sender.send(Message::Open(self.id, Arc::clone(&self.shared))).is_ok();
        if !opened || self.sender.send(Message::Close(self.id, std::mem::take(&mut self.buffer), done)).is_err() {
            summary.failed = Some("the recording writer has ended".to_owned());
        }
        Closing { summary, done: Some(receiver) }
    }

    fn open(&mut self) -> bool {
        if !self.opened {
            self.opened = self.sender.try_send(Message::Open(self.id, Arc::clone(&self.shared))).is_ok();
        }
        self.opened
    }

    /// Gives the full buffer to the writer and takes an empty one.
    fn hand_over(&mut self) -> bool {
        if !self.open() {
            return false;
        }
        let Ok(mut free) = self.shared.free.try_lock() else { return false };
        let Some(empty) = free.pop() else { return false };
        drop(free);
        let full = std::mem::replace(&mut self.buffer, empty);
        match self.sender.try_send(Message::Samples(self.id, full)) {
            Ok(()) => true,
            Err(TrySendError::Full(message) | TrySendError::Disconnected(message)) => {
                if let Message::Samples(_, full) = message {
                    let empty = std::mem::replace(&mut self.buffer, full);
                    self.shared.give_back(empty);
                }
                false
            }
        }
    }
}

/// A recording on its way to the disk.
pub(crate) struct Closing {
    summary: RecordingSummary,
    done: Option<oneshot::Receiver<Option<String>>>,
}

impl Closing {
    /// Waits until the file is complete.
    pub(crate) async fn finish(mut self) -> RecordingSummary {
        if let Some(done) = self.done {
            match done.await {
                Ok(failed) => self.summary.failed = failed,
                Err(_) => self.summary.failed = Some("the recording writer has ended".to_owned()),
            }
        }
        self.summary
    }
}

/// A file of the writer thread.
struct Open {
    shared: Arc<Shared>,
    file: Option<Recording>,
    buffers: u32,
}

fn write_all(receiver: &Receiver<Message>, failures: &AtomicU64) {
    let mut files = std::collections::HashMap::new();
    while let Ok(message) = receiver.recv() {
        match message {
            Message::Open(id, shared) => {
                let mut open = Open { shared, file: None, buffers: 0 };
                match Recording::create(&open.shared.path) {
                    Ok(file) => open.file = Some(file),
                    Err(error) => open.fail(&error, failures),
                }
                files.insert(id, open);
            }
            Message::Samples(id, samples) => {
                if let Some(open) = files.get_mut(&id) {
                    open.write(&samples, failures);
                    open.shared.give_back(samples);
                }
            }
            Message::Close(id, samples, done) => {
                let Some(mut open) = files.remove(&id) else {
                    reply(done, Some("the recording was never opened".to_owned()));
                    continue;
                };
                open.write(&samples, failures);
                if let Some(file) = open.file.take()
                    && let Err(error) = file.finish()
                {
                    open.fail(&error, failures);
                }
                reply(done, open.shared.failure());
            }
        }
    }
}

fn reply(done: oneshot::Sender<Option<String>>, failure: Option<String>) {
    if done.send(failure).is_err() {
        tracing::debug!("nobody waited for the end of a recording");
    }
}

impl Open {
    fn write(&mut self, samples: &[i16], failures: &AtomicU64) {
        let Some(file) = &mut self.file else { return };
        self.buffers += 1;
        let mut written = file.append(samples);
        if written.is_ok() && self.buffers.is_multiple_of(HEADER_EVERY) {
            written = file.update_header();
        }
        if let Err(error) = written {
            self.file = None;
            self.fail(&error, failures);
        }
    }

    fn fail(&mut self, error: &std::io::Error, failures: &AtomicU64) {
        failures.fetch_add(1, Relaxed);
        let message = format!("the recording {} cannot be written: {error}", self.shared.path.display());
        tracing::warn!("{message}");
        *self.shared.failed.lock().unwrap_or_else(PoisonError::into_inner) = Some(message);
    }
}
