//! One call's media, as its owner sees it.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use crate::{
    Clip, Heard, Negotiated, PlayError, RecordingSummary, SdpError, StreamStats,
    core::Phase,
    engine::Shared,
    pacer::Slot,
    sdp::{LocalSdp, OFFERED_KEYS, RemoteSdp},
};

/// Longest wait for a recording at the end of a session.
const CLOSE_LIMIT: Duration = Duration::from_secs(5);

/// What became of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionSummary {
    /// Its recording, when one was asked for and this was the first `close`.
    pub recording: Option<RecordingSummary>,
    /// Counts of its stream.
    pub stats: StreamStats,
    /// When the call was answered, on the media clock.
    pub answered_at: Option<Duration>,
    /// How long it was open, on the media clock.
    pub length: Duration,
}

struct Negotiation {
    local: LocalSdp,
    /// We made an offer.
    offered: bool,
    /// The call is up: our first offer has its final answer, or an incoming call was answered.
    confirmed: bool,
    /// The answer to our offer that was taken last.
    answer: Option<String>,
    agreed: Option<Negotiated>,
    /// Payload type for keys in our SDP of what was agreed.
    declared_keys: u8,
}

struct Owner {
    slot: Arc<Slot>,
    engine: Arc<Shared>,
    negotiation: Mutex<Negotiation>,
}

impl Drop for Owner {
    fn drop(&mut self) {
        if self.slot.close().is_some() {
            tracing::debug!("a session was dropped with its recording open; it is ended");
        }
    }
}

/// A handle of one session; clones are the same session. It closes when [`Session::close`] is called or the last clone is
/// dropped. No method blocks: what the pacer shares is locked for microseconds.
#[derive(Clone)]
pub struct Session {
    owner: Arc<Owner>,
}

impl Session {
    pub(crate) fn new(slot: Arc<Slot>, engine: Arc<Shared>, local: LocalSdp) -> Self {
        let negotiation = Mutex::new(Negotiation {
            local,
            offered: false,
            confirmed: false,
            answer: None,
            agreed: None,
            declared_keys: OFFERED_KEYS,
        });
        Self { owner: Arc::new(Owner { slot, engine, negotiation }) }
    }

    /// An SDP offer: for the INVITE, or for the answer to a re-INVITE without SDP.
    #[must_use]
    pub fn offer(&self) -> String {
        let mut negotiation = self.negotiation();
        negotiation.offered = true;
        negotiation.local.offer()
    }

    /// Takes the answer to [`Self::offer`] from a provisional (`is_final` false: early media) or final response. A final
    /// answer starts the recording, the listener, the clips and the watchdog. May be called again with another answer:
    /// forks and a 200 that moves the stream arm the latch anew. A final answer that repeats the early one leaves what an
    /// UPDATE changed in between.
    ///
    /// # Errors
    /// [`SdpError`]; the session stays as it was.
    pub fn accept_answer(&self, sdp: &str, is_final: bool) -> Result<Negotiated, SdpError> {
        let mut negotiation = self.negotiation();
        if !negotiation.offered {
            return Err(SdpError::Unexpected);
        }
        let known = negotiation.agreed.clone().filter(|_| !negotiation.confirmed);
        let (agreed, declared_keys) = match known.filter(|_| is_final && negotiation.answer.as_deref() == Some(sdp)) {
            Some(agreed) => (agreed, negotiation.declared_keys),
            None => (Negotiated::of(&RemoteSdp::parse(sdp)?, &negotiation.local.codecs)?, OFFERED_KEYS),
        };
        negotiation.confirmed |= is_final;
        negotiation.answer = Some(sdp.to_owned());
        self.agree(&mut negotiation, &agreed, declared_keys);
        Ok(agreed)
    }

    /// Answers an offer: of a re-INVITE or UPDATE (hold included), or of an incoming call. On an incoming call this counts
    /// as the answer, so that clips play also as early media. An UPDATE that comes while our own offer has no final answer
    /// (RFC 3311) leaves the call unanswered.
    ///
    /// # Errors
    /// [`SdpError`]; the session stays as it was, so a refused re-INVITE leaves the old stream alone.
    pub fn answer(&self, offer: &str) -> Result<String, SdpError> {
        let offer = RemoteSdp::parse(offer)?;
        let mut negotiation = self.negotiation();
        let (answer, agreed) = negotiation.local.answer(&offer)?;
        negotiation.confirmed |= !negotiation.offered;
        self.agree(&mut negotiation, &agreed, agreed.keys.unwrap_or(OFFERED_KEYS));
        Ok(answer)
    }

    /// What the last SDP agreed on.
    #[must_use]
    pub fn agreed(&self) -> Option<Negotiated> {
        self.negotiation().agreed.clone()
    }

    /// The address in our SDP.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.negotiation().local.address
    }

    /// Queues 16-bit audio at 8,000 Hz behind what is queued, without a gap; clips queued before the answer wait for it,
    /// on hold they pause. [`crate::SessionEvent::Played`] tells when the last sample has left the socket.
    ///
    /// # Errors
    /// [`PlayError`] when too many clips wait or the session is closed.
    pub fn play(&self, pcm: Arc<[i16]>, tag: u32) -> Result<(), PlayError> {
        if self.owner.slot.is_closed() {
            return Err(PlayError::Closed);
        }
        self.owner.slot.lock().core.play(Clip { pcm, tag })
    }

    /// Drops everything queued, at the latest with the next 20 ms, and says how much of it was sent.
    pub fn clear(&self) -> Heard {
        self.owner.slot.lock().core.clear()
    }

    /// Sends keys (`0-9 * # A-D`), 100 ms each; clips pause meanwhile. Returns how many were taken: at most 32 may wait.
    pub fn send_dtmf(&self, digits: &str) -> usize {
        self.owner.slot.lock().core.send_keys(digits)
    }

    /// Position on the media clock: time since the session opened, in steps of 20 ms.
    #[must_use]
    pub fn clock(&self) -> Duration {
        self.owner.slot.lock().core.clock()
    }

    /// Counts of the stream so far.
    #[must_use]
    pub fn stats(&self) -> StreamStats {
        self.owner.slot.lock().core.stats()
    }

    /// [`Self::close_within`] the usual limit of 5 s.
    pub async fn close(self) -> SessionSummary {
        self.close_within(CLOSE_LIMIT).await
    }

    /// Ends the session and waits until its recording is complete, but no longer than `limit`: a disk that hangs holds no
    /// call. After it the recording counts as failed (the disk is too slow), though the writer goes on in the background.
    /// Other clones stay but do nothing any more.
    pub async fn close_within(self, limit: Duration) -> SessionSummary {
        let closing = self.owner.slot.close();
        let (stats, answered_at, length) = {
            let inner = self.owner.slot.lock();
            (inner.core.stats(), inner.core.answered_at(), inner.core.clock())
        };
        drop(self);
        let recording = match closing {
            Some(closing) => Some(closing.finish(limit).await),
            None => None,
        };
        SessionSummary { recording, stats, answered_at, length }
    }

    fn agree(&self, negotiation: &mut Negotiation, agreed: &Negotiated, declared_keys: u8) {
        negotiation.agreed = Some(agreed.clone());
        negotiation.declared_keys = declared_keys;
        let phase = if negotiation.confirmed { Phase::Confirmed } else { Phase::Early };
        let now = self.owner.engine.started.elapsed();
        self.owner.slot.lock().core.agree(agreed, declared_keys, phase, now);
    }

    fn negotiation(&self) -> MutexGuard<'_, Negotiation> {
        self.owner.negotiation.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
