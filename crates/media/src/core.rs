//! One session without sockets and threads: datagrams and steps of 20 ms go in, packets, frames and events come out.
//!
//! The engine calls [`Core::datagram`] for what came, [`Core::send_step`] once every 20 ms and [`Core::listen_step`] right
//! after. Time is an argument: the time since the engine's start. Times in events are positions on the session's own media
//! clock, which moves by 20 ms a step and starts at zero when the session opens.

use std::{
    collections::VecDeque,
    net::SocketAddr,
    panic::{AssertUnwindSafe, catch_unwind},
    time::Duration,
};

pub use crate::send::{Outbox, RtpSeed};
use crate::{
    FRAME_TIME, Frame, SILENCE,
    error::PlayError,
    jitter::Pulled,
    latch::SourceNet,
    listen::{Deaf, ListenEvent, ListenEvents, Listener},
    playout::{Clip, Heard, Playout},
    receive::Receiver,
    sdp::Negotiated,
    send::Sender,
    stats::StreamStats,
};

/// Events that may wait for the channel; beyond them events are dropped and counted.
const MAX_EVENTS: usize = 64;
/// How much longer than agreed a sender that leaves silence out, announced or not, may be silent before it counts as gone.
const SUPPRESSED_FACTOR: u32 = 4;

/// Which silence the watchdog found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoRtp {
    /// Nothing came after the answer.
    Start,
    /// What came has stopped.
    Mid,
}

/// What happened in a session's media. `at` is the position on the session's media clock.
#[derive(Debug, Clone, PartialEq)]
pub enum SessionEvent {
    /// The first RTP packet of the other side was taken.
    FirstPacket {
        /// When.
        at: Duration,
    },
    /// The contact started to speak.
    SpeechStarted {
        /// When it really started, before it was certain.
        at: Duration,
    },
    /// The contact stopped speaking.
    SpeechStopped {
        /// When it really stopped, before the hangover.
        at: Duration,
    },
    /// An answering machine's beep has ended.
    Beep {
        /// When it ended.
        at: Duration,
        /// Frequency in Hz.
        hz: f32,
        /// How long it sounded.
        length: Duration,
    },
    /// The contact pressed a key.
    Digit {
        /// One of `0-9 * # A-D`.
        digit: char,
        /// When.
        at: Duration,
    },
    /// The whole clip has left the socket.
    Played {
        /// The tag given to `play`.
        tag: u32,
        /// When.
        at: Duration,
    },
    /// No RTP came for the agreed time, or for four times as long from a sender that announces silence or leaves it out. RTP that
    /// carries silence and hold never bring this. As
    /// [`NoRtp::Mid`] it also tells, at any time, that the session's media broke off by a fault of Carillon (see the log):
    /// nothing is sent or heard any more.
    NoRtp {
        /// At the start or in mid-call.
        kind: NoRtp,
        /// When.
        at: Duration,
    },
    /// The other side put the call on hold (true) or took it back (false).
    RemoteHold {
        /// Whether it holds the call now.
        held: bool,
        /// When.
        at: Duration,
    },
    /// The recording cannot be written any more; the call goes on.
    RecordingFailed {
        /// What happened, in words.
        message: String,
    },
}

/// How far the call is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Early media: a provisional answer. Clips wait, silence is sent, the watchdog sleeps.
    Early,
    /// Answered.
    Confirmed,
}

/// Settings of a [`Core`].
pub struct CoreConfig {
    /// Random start of our stream.
    pub seed: RtpSeed,
    /// Time after the answer until [`NoRtp::Start`]; `Duration::MAX` for never.
    pub no_rtp_start: Duration,
    /// Silence of the other side's RTP until [`NoRtp::Mid`]; `Duration::MAX` for never.
    pub no_rtp_mid: Duration,
    /// Nets whose packets may be latched beside the SDP's host.
    pub allowed_sources: Vec<SourceNet>,
    /// Who hears the contact.
    pub listener: Box<dyn Listener>,
}

/// One session.
pub struct Core {
    sender: Sender,
    receiver: Receiver,
    playout: Playout,
    listener: Box<dyn Listener>,
    no_rtp_start: Duration,
    no_rtp_mid: Duration,
    phase: Option<Phase>,
    held: bool,
    sends: bool,
    expects_audio: bool,
    /// From when on the watchdog counts.
    watch_from: Duration,
    /// The other side's RTP was heard since the answer.
    heard_since_answer: bool,
    told_no_rtp: bool,
    told_first: bool,
    clock: Duration,
    answered_at: Option<Duration>,
    sent: Frame,
    heard: Frame,
    events: VecDeque<SessionEvent>,
    events_dropped: u64,
}

impl Core {
    /// A session before any SDP.
    #[must_use]
    pub fn new(config: CoreConfig) -> Self {
        Self {
            sender: Sender::new(config.seed),
            receiver: Receiver::new(config.allowed_sources),
            playout: Playout::default(),
            listener: config.listener,
            no_rtp_start: config.no_rtp_start,
            no_rtp_mid: config.no_rtp_mid,
            phase: None,
            held: false,
            sends: false,
            expects_audio: false,
            watch_from: Duration::ZERO,
            heard_since_answer: false,
            told_no_rtp: false,
            told_first: false,
            clock: Duration::ZERO,
            answered_at: None,
            sent: SILENCE,
            heard: SILENCE,
            events: VecDeque::with_capacity(MAX_EVENTS),
            events_dropped: 0,
        }
    }

    /// Takes what an SDP agreed on. `declared_keys` is the payload type for keys in our own SDP.
    pub fn agree(&mut self, agreed: &Negotiated, declared_keys: u8, phase: Phase, now: Duration) {
        self.sender.agree(agreed);
        self.receiver.agree(agreed, declared_keys);
        if phase == Phase::Confirmed && self.phase != Some(Phase::Confirmed) {
            self.answered_at = Some(self.clock);
            self.watch_from = now;
        }
        // A confirmed call never becomes early again, whatever a late provisional answer says.
        if self.phase != Some(Phase::Confirmed) {
            self.phase = Some(phase);
        }
        self.sends = !agreed.held && !agreed.address.ip().is_unspecified();
        if self.expects_audio != agreed.expects_audio() {
            self.expects_audio = agreed.expects_audio();
            self.watch_from = now;
            self.told_no_rtp = false;
        }
        if self.held != agreed.held {
            self.held = agreed.held;
            self.push(SessionEvent::RemoteHold { held: agreed.held, at: self.clock });
        }
    }

    /// Takes one datagram from the socket.
    pub fn datagram(&mut self, source: SocketAddr, bytes: &[u8], now: Duration) {
        let arrived = self.receiver.datagram(source, bytes, now);
        if !arrived.rtp {
            return;
        }
        self.told_no_rtp = false;
        self.heard_since_answer |= self.phase == Some(Phase::Confirmed);
        if !self.told_first {
            self.told_first = true;
            self.push(SessionEvent::FirstPacket { at: self.clock });
        }
        if let Some(digit) = arrived.key {
            self.push(SessionEvent::Digit { digit, at: self.clock });
        }
    }

    /// Makes the packets of the next 20 ms.
    pub fn send_step(&mut self, out: &mut Outbox) {
        out.clear(self.receiver.target());
        self.sent = SILENCE;
        self.clock += FRAME_TIME;
        if self.phase.is_none() || !self.sends {
            self.sender.idle(1);
            return;
        }
        if self.sender.key_step(&mut self.sent, out) {
            return;
        }
        let mut talking = false;
        if self.phase == Some(Phase::Confirmed) {
            let (events, dropped, at) = (&mut self.events, &mut self.events_dropped, self.clock);
            talking = self.playout.next_frame(&mut self.sent, |tag| {
                push(events, dropped, SessionEvent::Played { tag, at });
            });
        }
        self.sender.audio_step(&self.sent, talking, out);
    }

    /// Hears the next 20 ms. Returns whether they belong into the recording (the call is answered); see
    /// [`Self::recorded`].
    pub fn listen_step(&mut self, now: Duration) -> bool {
        let pulled = self.receiver.pull(&mut self.heard);
        if self.phase == Some(Phase::Confirmed) {
            for event in self.listen(pulled == Pulled::Concealed) {
                self.heard_event(event);
            }
            self.watch(now);
        }
        self.answered_at.is_some()
    }

    /// The last step's audio: what was heard of the contact, and what the employee said.
    #[must_use]
    pub fn recorded(&self) -> (&Frame, &Frame) {
        (&self.heard, &self.sent)
    }

    /// The pacer left out steps: time passes without packets.
    pub fn skip(&mut self, steps: u32) {
        self.sender.idle(steps);
        self.clock += FRAME_TIME * steps;
        let mut frame = SILENCE;
        for _ in 0..steps.min(100) {
            self.receiver.pull(&mut frame);
        }
    }

    /// Queues a clip; it is played after the answer.
    ///
    /// # Errors
    /// [`PlayError::QueueFull`].
    pub fn play(&mut self, clip: Clip) -> Result<(), PlayError> {
        self.playout.push(clip)
    }

    /// Drops all clips; the next frame is silence.
    pub fn clear(&mut self) -> Heard {
        self.playout.clear()
    }

    /// Queues keys and returns how many were taken.
    pub fn send_keys(&mut self, keys: &str) -> usize {
        self.sender.push_keys(keys)
    }

    /// The oldest event that nobody has taken.
    pub fn next_event(&mut self) -> Option<SessionEvent> {
        self.events.pop_front()
    }

    /// Puts an event back that could not be passed on.
    pub fn return_event(&mut self, event: SessionEvent) {
        if self.events.len() < MAX_EVENTS {
            self.events.push_front(event);
        } else {
            self.events_dropped += 1;
        }
    }

    /// Tells that the recording failed.
    pub fn recording_failed(&mut self, message: String) {
        self.push(SessionEvent::RecordingFailed { message });
    }

    /// The session's media clock.
    #[must_use]
    pub fn clock(&self) -> Duration {
        self.clock
    }

    /// When the call was answered, on the media clock: the first frame of the recording.
    #[must_use]
    pub fn answered_at(&self) -> Option<Duration> {
        self.answered_at
    }

    /// Counts so far.
    #[must_use]
    pub fn stats(&self) -> StreamStats {
        StreamStats { packets_sent: self.sender.packets, events_dropped: self.events_dropped, ..self.receiver.stats() }
    }

    /// A listener that panics is replaced by a deaf one: 500 calls share this thread.
    fn listen(&mut self, lost: bool) -> ListenEvents {
        let (listener, heard) = (&mut self.listener, &self.heard);
        match catch_unwind(AssertUnwindSafe(|| listener.frame(heard, lost))) {
            Ok(events) => events,
            Err(_) => {
                tracing::error!("a listener panicked; this call hears nothing any more");
                self.listener = Box::new(Deaf);
                ListenEvents::default()
            }
        }
    }

    fn heard_event(&mut self, event: ListenEvent) {
        let clock = self.clock;
        self.push(match event {
            ListenEvent::SpeechStarted { ago } => SessionEvent::SpeechStarted { at: clock.saturating_sub(ago) },
            ListenEvent::SpeechStopped { ago } => SessionEvent::SpeechStopped { at: clock.saturating_sub(ago) },
            ListenEvent::Beep { hz, length } => SessionEvent::Beep { at: clock, hz, length },
        });
    }

    fn watch(&mut self, now: Duration) {
        if self.told_no_rtp || !self.expects_audio {
            return;
        }
        let (kind, limit) = if !self.heard_since_answer {
            (NoRtp::Start, self.no_rtp_start)
        } else if self.receiver.suppresses || self.receiver.announced_silence {
            (NoRtp::Mid, self.no_rtp_mid.saturating_mul(SUPPRESSED_FACTOR))
        } else {
            (NoRtp::Mid, self.no_rtp_mid)
        };
        let since = self.receiver.heard_at.filter(|_| self.heard_since_answer).unwrap_or_default().max(self.watch_from);
        if now.saturating_sub(since) >= limit {
            self.told_no_rtp = true;
            self.push(SessionEvent::NoRtp { kind, at: self.clock });
        }
    }

    fn push(&mut self, event: SessionEvent) {
        push(&mut self.events, &mut self.events_dropped, event);
    }
}

fn push(events: &mut VecDeque<SessionEvent>, dropped: &mut u64, event: SessionEvent) {
    if events.len() < MAX_EVENTS {
        events.push_back(event);
    } else {
        *dropped += 1;
    }
}

#[cfg(test)]
mod tests;
