//! Recording beside the pacers: bounded buffers go to a writer thread, so that a slow disk never delays RTP.
//!
//! Each session owns a few buffers of 200 ms. When all of them wait for the disk, frames are dropped, counted and said at
//! the end; the file stays in step because silence takes their place. Nobody waits for the disk without a limit: a disk
//! that hangs costs recordings, never a call.

use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::Relaxed},
        mpsc::{self, Receiver},
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
/// Messages to the writer that may wait beyond the samples of each session: beginnings and ends.
const ENDS: usize = 2;
/// Longest wait for the disk when the engine ends.
const STOP_WAIT: Duration = Duration::from_secs(10);
/// What a recording says that the disk did not take in time.
const TOO_SLOW: &str =
    "the disk is too slow: the end of the recording was not written in time; look at the disk, the file may be cut";
/// What a recording says whose writer is gone.
const WRITER_GONE: &str = "the recording writer has ended";

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
    /// Its end found no room in the queue; the writer ends the file when it comes to it.
    abandoned: AtomicBool,
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
    Stop,
}

/// What the sessions and the writer count together.
#[derive(Debug)]
struct Counts {
    /// Messages in the queue.
    waiting: AtomicUsize,
    /// Messages that samples may fill it to.
    room: usize,
    /// Recordings whose end found no room, for which the writer is to look.
    abandoned: AtomicBool,
    failures: AtomicU64,
}

/// The way to the writer: in order, bounded, and never waiting.
#[derive(Debug, Clone)]
struct Queue {
    sender: mpsc::Sender<Message>,
    counts: Arc<Counts>,
}

impl Queue {
    /// Gives a message to the writer; back it comes, with the reason, when `room` is full or the writer is gone.
    fn push(&self, message: Message, room: usize) -> Result<(), (Message, &'static str)> {
        if self.counts.waiting.fetch_add(1, Relaxed) >= room {
            self.counts.waiting.fetch_sub(1, Relaxed);
            return Err((message, TOO_SLOW));
        }
        self.sender.send(message).map_err(|mpsc::SendError(message)| (message, WRITER_GONE))
    }

    fn samples(&self, message: Message) -> Result<(), Message> {
        self.push(message, self.counts.room).map_err(|(message, _)| message)
    }

    /// Beginnings and ends find room where samples do not.
    fn end(&self, message: Message) -> Result<(), &'static str> {
        self.push(message, self.counts.room + self.counts.room / BUFFERS * ENDS).map_err(|(_, why)| why)
    }
}

/// The writer thread.
#[derive(Debug)]
pub(crate) struct Recorder {
    queue: Option<Queue>,
    thread: Option<JoinHandle<()>>,
    /// Disconnected when the thread ends.
    running: Mutex<Receiver<()>>,
    next: AtomicU64,
    counts: Arc<Counts>,
}

impl Recorder {
    /// Starts the writer; `sessions` bounds its queue.
    pub(crate) fn start(sessions: usize) -> std::io::Result<Self> {
        let (sender, receiver) = mpsc::channel();
        let counts = Arc::new(Counts {
            waiting: AtomicUsize::new(0),
            room: sessions.max(16) * BUFFERS,
            abandoned: AtomicBool::new(false),
            failures: AtomicU64::new(0),
        });
        let (alive, running) = mpsc::sync_channel(0);
        let queue = Queue { sender, counts: Arc::clone(&counts) };
        let counted = Arc::clone(&counts);
        let thread = thread::Builder::new().name("recorder".to_owned()).spawn(move || {
            write_all(&receiver, &counted);
            drop(alive);
        })?;
        Ok(Self {
            queue: Some(queue),
            thread: Some(thread),
            running: Mutex::new(running),
            next: AtomicU64::new(0),
            counts,
        })
    }

    /// Starts a recording. The file is made by the writer thread when the first frame comes, so a call that nobody
    /// answers leaves none.
    pub(crate) fn tape(&self, path: PathBuf) -> Option<Tape> {
        let queue = self.queue.clone()?;
        let free = (0..BUFFERS).map(|_| Vec::with_capacity(BUFFER_SAMPLES)).collect();
        let shared = Arc::new(Shared {
            path,
            free: Mutex::new(free),
            abandoned: AtomicBool::new(false),
            failed: Mutex::new(None),
        });
        Some(Tape {
            id: self.next.fetch_add(1, Relaxed),
            queue,
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
        self.counts.failures.load(Relaxed)
    }

    /// Ends the writer after everything that waits is on the disk, or leaves it behind when the disk hangs. Tapes still held
    /// elsewhere write nothing any more.
    pub(crate) fn stop(&mut self) {
        if let Some(queue) = self.queue.take()
            && queue.push(Message::Stop, usize::MAX).is_err()
        {
            tracing::debug!("the recording writer had ended before");
        }
        let Some(thread) = self.thread.take() else { return };
        let running = self.running.get_mut().unwrap_or_else(PoisonError::into_inner);
        if running.recv_timeout(STOP_WAIT) == Err(mpsc::RecvTimeoutError::Timeout) {
            tracing::error!("the disk took no recordings for {} s; what waits for it is lost", STOP_WAIT.as_secs());
        } else if thread.join().is_err() {
            tracing::error!("the recording writer ended by a panic; recordings may be cut");
        }
    }
}

/// One session's end of the recorder, used on its pacer thread.
#[derive(Debug)]
pub(crate) struct Tape {
    id: u64,
    queue: Queue,
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

    /// Ends the recording without waiting; [`Closing::finish`] waits until the file is complete.
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
        let samples = std::mem::take(&mut self.buffer);
        let ended = self.open().and_then(|()| self.queue.end(Message::Close(self.id, samples, done)));
        let Err(why) = ended else { return Closing { summary, done: Some(receiver) } };
        self.shared.abandoned.store(true, Relaxed);
        self.queue.counts.abandoned.store(true, Relaxed);
        self.queue.counts.failures.fetch_add(1, Relaxed);
        summary.failed = Some(why.to_owned());
        Closing { summary, done: None }
    }

    fn open(&mut self) -> Result<(), &'static str> {
        if !self.opened {
            self.queue.end(Message::Open(self.id, Arc::clone(&self.shared)))?;
            self.opened = true;
        }
        Ok(())
    }

    /// Gives the full buffer to the writer and takes an empty one.
    fn hand_over(&mut self) -> bool {
        if self.open().is_err() {
            return false;
        }
        let Ok(mut free) = self.shared.free.try_lock() else { return false };
        let Some(empty) = free.pop() else { return false };
        drop(free);
        let full = std::mem::replace(&mut self.buffer, empty);
        match self.queue.samples(Message::Samples(self.id, full)) {
            Ok(()) => true,
            Err(message) => {
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
    /// Waits until the file is complete, but no longer than `limit`; the writer goes on after it.
    pub(crate) async fn finish(mut self, limit: Duration) -> RecordingSummary {
        if let Some(done) = self.done {
            match tokio::time::timeout(limit, done).await {
                Ok(Ok(failed)) => self.summary.failed = failed,
                Ok(Err(_)) => self.summary.failed = Some(WRITER_GONE.to_owned()),
                Err(_) => self.summary.failed = Some(TOO_SLOW.to_owned()),
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

fn write_all(receiver: &Receiver<Message>, counts: &Counts) {
    let failures = &counts.failures;
    let mut files: HashMap<u64, Open> = HashMap::new();
    while let Ok(message) = receiver.recv() {
        counts.waiting.fetch_sub(1, Relaxed);
        if counts.abandoned.swap(false, Relaxed) {
            for (_, open) in files.extract_if(|_, open| open.shared.abandoned.load(Relaxed)) {
                open.finish(failures);
            }
        }
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
                reply(done, open.finish(failures));
            }
            Message::Stop => break,
        }
    }
    for open in files.into_values() {
        open.finish(failures);
    }
}

fn reply(done: oneshot::Sender<Option<String>>, failure: Option<String>) {
    if done.send(failure).is_err() {
        tracing::debug!("nobody waited for the end of a recording");
    }
}

impl Open {
    /// Ends the file and tells the failure, if any.
    fn finish(mut self, failures: &AtomicU64) -> Option<String> {
        if let Some(file) = self.file.take()
            && let Err(error) = file.finish()
        {
            self.fail(&error, failures);
        }
        self.shared.failure()
    }

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

#[cfg(test)]
#[path = "record_tests.rs"]
mod tests;
