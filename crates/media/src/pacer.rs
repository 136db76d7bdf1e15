//! Pacer threads: every session's packet leaves every 20 ms, at an absolute deadline.
//!
//! The 20 ms are cut into four sub-steps and sessions are spread over them, so that packets do not leave in one burst. In a
//! sub-step all its sessions send first; only then sockets are read and listeners hear, so that a heavy listener delays no
//! packet of this step.
//!
//! A fault of ours in one session costs that session only, and one in the pacer itself the sessions on it: they are told,
//! and the pacer takes no more.

use std::{
    net::UdpSocket,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::Relaxed},
    },
    thread,
    time::{Duration, Instant},
};

use tokio::sync::mpsc;

use crate::{
    FRAME_TIME, SessionEvent,
    core::{Core, NoRtp, Outbox},
    record::{Closing, Tape},
    stats::Lateness,
};

/// Sub-steps of 20 ms.
const PHASES: usize = 4;
const SUB_STEP: Duration = Duration::from_millis(5);
/// Datagrams read of one session in one step: eight times what a peer with 10 ms packets sends.
const MAX_DATAGRAMS: usize = 16;
/// A pacer later than this leaves steps out instead of sending a burst.
const MAX_LAG: Duration = Duration::from_millis(250);
/// Longest datagram read; 200 ms of audio are 1,612 bytes.
const MAX_DATAGRAM: usize = 2_048;

/// Counters that all pacers write.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) live: AtomicU64,
    pub(crate) sent: AtomicU64,
    pub(crate) received: AtomicU64,
    pub(crate) send_errors: AtomicU64,
    pub(crate) skipped: AtomicU64,
    pub(crate) frames_dropped: AtomicU64,
    pub(crate) lateness: Lateness,
}

/// What a session's lock protects.
pub(crate) struct Inner {
    pub(crate) core: Core,
    pub(crate) tape: Option<Tape>,
}

/// One session on a pacer.
pub(crate) struct Slot {
    pub(crate) socket: UdpSocket,
    inner: Mutex<Inner>,
    events: mpsc::Sender<SessionEvent>,
    closed: AtomicBool,
    /// Its media broke off by a fault of ours; only its recording is still to be ended.
    broken: AtomicBool,
    counters: Arc<Counters>,
}

impl Slot {
    pub(crate) fn new(
        socket: UdpSocket,
        inner: Inner,
        events: mpsc::Sender<SessionEvent>,
        counters: Arc<Counters>,
    ) -> Self {
        counters.live.fetch_add(1, Relaxed);
        Self {
            socket,
            inner: Mutex::new(inner),
            events,
            closed: AtomicBool::new(false),
            broken: AtomicBool::new(false),
            counters,
        }
    }

    /// The session's state. Held for microseconds only: the pacer takes the same lock twice every 20 ms.
    pub(crate) fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.closed.load(Relaxed) || self.broken.load(Relaxed)
    }

    /// Ends the media of a session in which something of ours panicked, and tells its owner that there is no audio any more.
    fn break_off(&self) {
        if self.broken.swap(true, Relaxed) {
            return;
        }
        tracing::error!("media of a call broke off by a fault of Carillon; report it with the log");
        let event = SessionEvent::NoRtp { kind: NoRtp::Mid, at: self.lock().core.clock() };
        if self.events.try_send(event).is_err() {
            tracing::debug!("nobody takes the events of the call whose media broke off");
        }
    }

    /// Ends the session; the first caller gets the recording that must be finished.
    pub(crate) fn close(&self) -> Option<Closing> {
        if self.closed.swap(true, Relaxed) {
            return None;
        }
        self.counters.live.fetch_sub(1, Relaxed);
        let mut inner = self.lock();
        let starts_at = inner.core.answered_at().unwrap_or_default();
        let tape = inner.tape.take();
        drop(inner);
        tape.map(|tape| tape.close(starts_at))
    }
}

/// The door of one pacer thread.
#[derive(Default)]
pub(crate) struct Door {
    inbox: Mutex<Vec<Arc<Slot>>>,
    knock: Condvar,
    stop: AtomicBool,
    /// The thread is gone by a panic.
    dead: AtomicBool,
    #[cfg(test)]
    pub(crate) sabotaged: AtomicBool,
    /// Sessions inside and at the door.
    pub(crate) sessions: AtomicUsize,
}

impl Door {
    /// Takes a session in, or gives it back when the pacer is dead.
    pub(crate) fn enter(&self, slot: Arc<Slot>) -> Result<(), Arc<Slot>> {
        // Under the lock, so that a pacer that dies either finds the session or has refused it.
        let mut inbox = self.inbox.lock().unwrap_or_else(PoisonError::into_inner);
        if self.is_dead() {
            return Err(slot);
        }
        self.sessions.fetch_add(1, Relaxed);
        inbox.push(slot);
        drop(inbox);
        self.knock.notify_one();
        Ok(())
    }

    pub(crate) fn is_dead(&self) -> bool {
        self.dead.load(Relaxed)
    }

    fn die(&self) {
        let inbox = self.inbox.lock().unwrap_or_else(PoisonError::into_inner);
        self.dead.store(true, Relaxed);
        drop(inbox);
    }

    pub(crate) fn stop(&self) {
        // Under the lock, so that a pacer between its check and its wait does not miss it.
        let inbox = self.inbox.lock().unwrap_or_else(PoisonError::into_inner);
        self.stop.store(true, Relaxed);
        drop(inbox);
        self.knock.notify_one();
    }

    fn stopped(&self) -> bool {
        self.stop.load(Relaxed)
    }

    /// Waits until somebody is at the door or the pacer is stopped.
    fn wait(&self) {
        let inbox = self.inbox.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.knock.wait_while(inbox, |inbox| inbox.is_empty() && !self.stopped());
        drop(waited);
    }

    fn take(&self, into: &mut [Vec<Arc<Slot>>; PHASES]) {
        let mut inbox = self.inbox.lock().unwrap_or_else(PoisonError::into_inner);
        for slot in inbox.drain(..) {
            if let Some(phase) = into.iter_mut().min_by_key(|phase| phase.len()) {
                phase.push(slot);
            }
        }
    }
}

/// Runs a pacer until it is stopped.
pub(crate) fn run(door: &Door, counters: &Counters, started: Instant) {
    prefer_this_thread();
    let mut phases: [Vec<Arc<Slot>>; PHASES] = Default::default();
    let ran = catch_unwind(AssertUnwindSafe(|| pace(door, counters, started, &mut phases)));
    if ran.is_err() {
        door.die();
        tracing::error!("a pacer ended by a panic; its calls lose their audio, new ones go elsewhere");
    }
    door.take(&mut phases);
    for slot in phases.iter().flatten() {
        if ran.is_err() {
            slot.break_off();
        } else if slot.close().is_some() {
            tracing::debug!("media stopped with a recording open; it is ended");
        }
    }
}

/// The steps of a pacer.
fn pace(door: &Door, counters: &Counters, started: Instant, phases: &mut [Vec<Arc<Slot>>; PHASES]) {
    let mut pacer = Pacer { counters, started, outbox: Outbox::default(), buffer: [0; MAX_DATAGRAM] };
    let mut due = Instant::now();
    let mut phase = 0;
    while !door.stopped() {
        door.take(phases);
        #[cfg(test)]
        assert!(!door.sabotaged.load(Relaxed), "sabotaged by a test");
        if phases.iter().all(Vec::is_empty) {
            door.wait();
            due = Instant::now();
            continue;
        }
        sleep_until(due);
        let slots = &mut phases[phase];
        door.sessions.fetch_sub(let_out(slots), Relaxed);
        pacer.step(slots, due);
        phase = (phase + 1) % PHASES;
        due += SUB_STEP;
        due += pacer.give_up_lag(phases, due);
    }
}

/// Takes the closed sessions out and returns how many they were.
fn let_out(slots: &mut Vec<Arc<Slot>>) -> usize {
    let before = slots.len();
    for slot in slots.extract_if(.., |slot| slot.is_closed()) {
        // What belongs to the session, its listener for one, may end here.
        if catch_unwind(AssertUnwindSafe(|| drop(slot))).is_err() {
            tracing::error!("the end of a session panicked");
        }
    }
    before - slots.len()
}

/// Lets this thread go before others where that is allowed (as root, or with a limit for nice values): a packet cannot wait
/// for a sentence that is being understood. On Linux a nice value belongs to a thread.
#[cfg(target_os = "linux")]
fn prefer_this_thread() {
    const NICE: i32 = -15;
    match rustix::process::setpriority_process(Some(rustix::thread::gettid()), NICE) {
        Ok(()) => tracing::debug!("a pacer thread runs before others (nice {NICE})"),
        Err(error) => tracing::debug!(%error, "a pacer thread runs at the usual priority"),
    }
}

#[cfg(not(target_os = "linux"))]
fn prefer_this_thread() {}

#[expect(
    clippy::disallowed_methods,
    reason = "the pacer is the clock of RTP: it waits for time itself, nobody signals it"
)]
fn sleep_until(due: Instant) {
    loop {
        let left = due.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return;
        }
        thread::sleep(left);
    }
}

struct Pacer<'a> {
    counters: &'a Counters,
    started: Instant,
    outbox: Outbox,
    buffer: [u8; MAX_DATAGRAM],
}

impl Pacer<'_> {
    fn step(&mut self, slots: &[Arc<Slot>], due: Instant) {
        for slot in slots {
            self.guarded(slot, |pacer| {
                slot.lock().core.send_step(&mut pacer.outbox);
                pacer.send(&slot.socket, due);
            });
        }
        let now = self.started.elapsed();
        for slot in slots {
            self.guarded(slot, |pacer| pacer.listen(slot, now));
        }
    }

    /// A panic in one session must not take the others of this thread with it.
    fn guarded(&mut self, slot: &Slot, work: impl FnOnce(&mut Self)) {
        if slot.broken.load(Relaxed) {
            return;
        }
        if catch_unwind(AssertUnwindSafe(|| work(self))).is_err() {
            slot.break_off();
        }
    }

    fn send(&self, socket: &UdpSocket, due: Instant) {
        let Some((to, packets)) = self.outbox.packets() else { return };
        for packet in packets {
            self.counters.lateness.record(Instant::now().saturating_duration_since(due));
            let counter = match socket.send_to(packet, to) {
                Ok(_) => &self.counters.sent,
                Err(_) => &self.counters.send_errors,
            };
            counter.fetch_add(1, Relaxed);
        }
    }

    fn listen(&mut self, slot: &Slot, now: Duration) {
        let mut inner = slot.lock();
        let Inner { core, tape } = &mut *inner;
        for _ in 0..MAX_DATAGRAMS {
            let Ok((len, source)) = slot.socket.recv_from(&mut self.buffer) else { break };
            self.counters.received.fetch_add(1, Relaxed);
            core.datagram(source, &self.buffer[..len], now);
        }
        let record = core.listen_step(now);
        if let Some(tape) = tape {
            if record {
                let (left, right) = core.recorded();
                self.counters.frames_dropped.fetch_add(tape.frame(left, right), Relaxed);
            }
            if let Some(message) = tape.new_failure() {
                core.recording_failed(message);
            }
        }
        while let Some(event) = core.next_event() {
            match slot.events.try_send(event) {
                Ok(()) => {}
                Err(mpsc::error::TrySendError::Full(event)) => {
                    core.return_event(event);
                    break;
                }
                // Nobody listens any more; the session is about to be closed.
                Err(mpsc::error::TrySendError::Closed(_)) => {}
            }
        }
    }

    /// When the thread was held up for long, the steps it missed are left out. Returns the time to jump.
    fn give_up_lag(&self, phases: &[Vec<Arc<Slot>>; PHASES], due: Instant) -> Duration {
        let lag = Instant::now().saturating_duration_since(due);
        if lag < MAX_LAG {
            return Duration::ZERO;
        }
        let steps = u32::try_from(lag.as_millis() / FRAME_TIME.as_millis()).unwrap_or(u32::MAX);
        for slot in phases.iter().flatten() {
            let mut inner = slot.lock();
            inner.core.skip(steps);
            let record = inner.core.answered_at().is_some();
            if let Some(tape) = inner.tape.as_mut().filter(|_| record) {
                tape.skip(steps);
            }
            self.counters.skipped.fetch_add(u64::from(steps), Relaxed);
        }
        FRAME_TIME * steps
    }
}
