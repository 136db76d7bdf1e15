//! One call's telephone: SIP and media of a person, with what they can do on it.

use std::{sync::Arc, time::Duration};

use carillon_media::{Session, SessionConfig, SessionEvent, vad::VadConfig};
use carillon_sip::server::{IncomingCall, IncomingEvent, IncomingHandle};
use tokio::{
    sync::mpsc,
    time::{Instant, sleep_until},
};

use crate::{
    Network,
    log::{Ended, Event},
    persona::Person,
};

/// How long people wait in silence before they take the other side's sentence for finished.
const PATIENCE_WITHIN_SENTENCE: Duration = Duration::from_millis(500);
/// Longest call of a person.
pub(crate) const LONGEST_CALL: Duration = Duration::from_secs(300);

/// The call is over, and how; scripts end with `?`.
pub(crate) type Talk<T> = Result<T, Ended>;

/// A person's telephone.
pub(crate) struct Phone<'a> {
    network: &'a Network,
    pub(crate) person: Person,
    call_id: String,
    number_offer: Option<String>,
    handle: IncomingHandle,
    sip: mpsc::Receiver<IncomingEvent>,
    media: Option<(Session, mpsc::Receiver<SessionEvent>)>,
    hangs_up_at: Instant,
    /// The caller is speaking now.
    caller_speaks: bool,
    /// Sentences of the caller that have ended.
    sentences: u32,
    next_tag: u32,
    played: u32,
}

impl<'a> Phone<'a> {
    pub(crate) fn new(network: &'a Network, call: IncomingCall, person: Person) -> Self {
        Self {
            network,
            person,
            call_id: call.call_id,
            number_offer: call.sdp,
            handle: call.handle,
            sip: call.events,
            media: None,
            hangs_up_at: Instant::now() + LONGEST_CALL,
            caller_speaks: false,
            sentences: 0,
            next_tag: 0,
            played: 0,
        }
    }

    /// A number below `of`, this person's own for each `what`.
    pub(crate) fn nature(&self, what: u32, of: u64) -> u64 {
        (self.person.nature >> (what % 48)) % of.max(1)
    }

    pub(crate) fn ring(&self) {
        self.network.log.write(&self.call_id, Event::Ringing);
        self.handle.ring();
    }

    pub(crate) fn reject(&self, status: u16, reason: &str, headers: &[(&str, &str)]) -> Ended {
        self.handle.reject(status, reason, headers);
        Ended::Rejected(status)
    }

    /// Answers the offer with early media.
    pub(crate) fn early_media(&mut self) -> Talk<String> {
        let sdp = self.open_media()?;
        self.network.log.write(&self.call_id, Event::EarlyMedia);
        self.handle.early(sdp.clone());
        Ok(sdp)
    }

    /// Picks up.
    pub(crate) fn answer(&mut self) -> Talk<()> {
        let sdp = self.open_media()?;
        self.answer_with(sdp);
        Ok(())
    }

    /// Picks up with an SDP that was sent before.
    pub(crate) fn answer_with(&mut self, sdp: String) {
        self.network.log.write(&self.call_id, Event::Answered);
        self.handle.answer(sdp);
    }

    pub(crate) fn hang_up(&self) -> Ended {
        self.handle.bye();
        Ended::PersonHungUp
    }

    /// Lets the media go: no RTP is sent any more, though the call goes on.
    pub(crate) async fn cut_audio(&mut self) {
        if let Some((session, _)) = self.media.take() {
            session.close().await;
        }
    }

    /// Says a line and waits until it has left. Unknown lines are silence.
    pub(crate) async fn say(&mut self, line: &str) -> Talk<()> {
        let clip = self.network.speech.clip(line, (self.person.nature & 3) as u8);
        self.sound(clip).await
    }

    /// Plays a sound and waits until it has left.
    pub(crate) async fn sound(&mut self, pcm: Arc<[i16]>) -> Talk<()> {
        let Some((session, _)) = &self.media else { return Ok(()) };
        self.next_tag += 1;
        let tag = self.next_tag;
        if let Err(error) = session.play(pcm, tag) {
            tracing::debug!(%error, "a person could not speak");
            return Ok(());
        }
        while self.played < tag {
            self.wait(None).await?;
        }
        Ok(())
    }

    /// Starts a sound and does not wait.
    pub(crate) fn start_sound(&mut self, pcm: Arc<[i16]>) {
        if let Some((session, _)) = &self.media {
            self.next_tag += 1;
            if let Err(error) = session.play(pcm, self.next_tag) {
                tracing::debug!(%error, "a sound could not be played");
            }
        }
    }

    /// Stops all sounds.
    pub(crate) fn stop_sound(&mut self) {
        if let Some((session, _)) = &self.media {
            session.clear();
            self.played = self.next_tag;
        }
    }

    /// Waits a time that people take, by the network's pace.
    pub(crate) async fn pause(&mut self, time: Duration) -> Talk<()> {
        let until = Instant::now() + self.network.paced(time);
        while Instant::now() < until {
            self.wait(Some(until)).await?;
        }
        Ok(())
    }

    /// Listens until the caller has finished a sentence. False when nothing was said within `patience`.
    pub(crate) async fn hear(&mut self, patience: Duration) -> Talk<bool> {
        let before = self.sentences;
        let until = Instant::now() + patience;
        while self.sentences == before {
            let deadline = (!self.caller_speaks).then_some(until);
            if deadline.is_some_and(|until| Instant::now() >= until) {
                return Ok(false);
            }
            self.wait(deadline).await?;
        }
        Ok(true)
    }

    /// Waits until the caller starts to speak. False when they did not within `patience`.
    pub(crate) async fn hear_start(&mut self, patience: Duration) -> Talk<bool> {
        let until = Instant::now() + patience;
        while !self.caller_speaks {
            if Instant::now() >= until {
                return Ok(false);
            }
            self.wait(Some(until)).await?;
        }
        Ok(true)
    }

    /// Takes the next thing that happens, or returns at the deadline. Ends the script when the call is over.
    async fn wait(&mut self, deadline: Option<Instant>) -> Talk<()> {
        let until = deadline.unwrap_or(self.hangs_up_at).min(self.hangs_up_at);
        let media = async {
            match &mut self.media {
                Some((_, events)) => events.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            event = self.sip.recv() => self.signalled(event),
            Some(event) = media => {
                self.heard(&event);
                Ok(())
            }
            () = sleep_until(until) => if until == self.hangs_up_at { Err(self.hang_up()) } else { Ok(()) },
        }
    }

    fn signalled(&mut self, event: Option<IncomingEvent>) -> Talk<()> {
        match event {
            None => Err(Ended::Lost),
            Some(IncomingEvent::Canceled) => Err(Ended::Canceled),
            Some(IncomingEvent::Bye { .. }) => Err(Ended::CallerHungUp),
            Some(IncomingEvent::NoAck) => Err(Ended::NoAck),
            Some(IncomingEvent::Reinvite { sdp, reply }) => {
                let answer = match (&self.media, sdp) {
                    (Some((session, _)), Some(offer)) => session.answer(&offer).ok(),
                    (Some((session, _)), None) => Some(session.offer()),
                    (None, _) => None,
                };
                match answer {
                    Some(answer) => reply.accept(answer),
                    None => reply.refuse(488),
                }
                Ok(())
            }
            Some(IncomingEvent::ReinviteAnswer { sdp }) => {
                if let Some((session, _)) = &self.media
                    && let Err(error) = session.accept_answer(&sdp, true)
                {
                    tracing::debug!(%error, "the answer to a person's offer is not usable");
                }
                Ok(())
            }
            Some(IncomingEvent::Acked | IncomingEvent::Info { .. }) => Ok(()),
        }
    }

    fn heard(&mut self, event: &SessionEvent) {
        match event {
            SessionEvent::SpeechStarted { .. } => self.caller_speaks = true,
            SessionEvent::SpeechStopped { .. } => {
                self.caller_speaks = false;
                self.sentences += 1;
            }
            SessionEvent::Played { tag, .. } => self.played = self.played.max(*tag),
            _ => {}
        }
    }

    fn open_media(&mut self) -> Talk<String> {
        let Some(offer) = self.number_offer.take() else {
            return Err(self.reject(488, "Not Acceptable Here", &[]));
        };
        let vad = VadConfig { hangover: PATIENCE_WITHIN_SENTENCE, ..VadConfig::default() };
        let opened = self.network.media.open(SessionConfig {
            no_rtp_start: Duration::MAX,
            no_rtp_mid: Duration::MAX,
            listener: Box::new(carillon_media::Ears::new(vad)),
            ..SessionConfig::default()
        });
        let (session, events) = match opened {
            Ok(opened) => opened,
            Err(error) => {
                tracing::error!(%error, "a practice call has no audio");
                return Err(self.reject(500, "Server Internal Error", &[]));
            }
        };
        match session.answer(&offer) {
            Ok(answer) => {
                self.media = Some((session, events));
                Ok(answer)
            }
            Err(error) => {
                tracing::debug!(%error, "an offer was refused");
                Err(self.reject(488, "Not Acceptable Here", &[]))
            }
        }
    }
}
