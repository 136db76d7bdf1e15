//! One call, from `begin_call` to `finish_call`.
//!
//! Order matters here: the RTP session is open before the call is committed, the INVITE leaves only after the commit and within half a
//! second of it, and whatever happens afterwards the call is finished in the database.

use std::sync::Arc;
use std::time::{Duration, Instant};

use carillon_conversation::{Action, Input, Output, ScriptedTalk, Speaker, TurnNumber};
use carillon_domain::{CallEnding, CallId, CallOutcome, CallResult, FailureCode, TrunkId};
use carillon_media::core::NoRtp;
use carillon_media::{Ears, Session, SessionConfig, SessionEvent};
use carillon_sip::{self as sip, ByeReason, CallEvent, CallHandle, OutgoingCall, Route, SipError};
use carillon_store::{BeginCall, BeginError, FinishCall, Progress, StoreError};
use serde_json::{Value, json};
use tokio::sync::mpsc::Receiver;
use tokio::task::AbortHandle;

use super::drive::CampaignPlan;
use super::drive::release;
use super::outcome::{self, Times};
use super::prepare::{Prepared, Speech};
use super::salvage::recording_path;
use super::{Shared, is_set, sleep_until, until_stored};
use crate::report::LiveEvent;

/// The INVITE leaves within this time of the sending of COMMIT, or not at all.
const SEND_WITHIN: Duration = Duration::from_millis(500);
/// A call's ringing and answer are written for display when it has stayed so for this long: what ends sooner is written once, at its end.
const PROGRESS_AFTER: Duration = Duration::from_millis(300);
/// Longest wait for any reply at all. Longer than the trunk's own time-outs would only hold the line.
const FIRST_REPLY_TIMEOUT: Duration = Duration::from_secs(16);

/// A call to begin.
pub(crate) struct Begin {
    pub(crate) plan: Arc<CampaignPlan>,
    pub(crate) trunk: TrunkId,
    pub(crate) contact: Prepared,
}

/// Takes one contact through one attempt. When it returns, the attempt is settled in the database, also when a fault of ours ended it.
pub(crate) async fn run(shared: &Arc<Shared>, begin: Begin) {
    let call = match shared.store.next_id(shared.clock.now()) {
        Ok(call) => call,
        Err(error) => {
            tracing::error!(%error, "this process may not write any more; the contact stays in the queue");
            release(shared, begin.plan.view.id, &[begin.contact.claimed.row]).await;
            return;
        }
    };
    let begin = Arc::new(begin);
    let attempt = tokio::spawn(attempt(shared.clone(), begin.clone(), call));
    let over = match attempt.await {
        Ok(None) => return,
        Ok(Some(over)) => over,
        Err(error) => {
            tracing::error!(%call, %error, "a call ended by a fault of Carillon; an INVITE may have left");
            let ending = CallEnding::never_sent(CallOutcome::Failure(FailureCode::Interrupted), shared.clock.now());
            Over { ending: CallEnding { sent: true, ..ending }, recording: None, turns: None, ladder: None }
        }
    };
    finish(shared, &begin, call, over).await;
}

/// The attempt itself; `None` when nothing was committed.
async fn attempt(shared: Arc<Shared>, begin: Arc<Begin>, call: CallId) -> Option<Over> {
    let Some(trunk) = shared.trunks.get(begin.trunk) else {
        tracing::debug!(%call, "the call's trunk was closed; its contact goes back to the queue");
        release(&shared, begin.plan.view.id, &[begin.contact.claimed.row]).await;
        return None;
    };
    let open = open(&shared, &begin, call, trunk.ready().await);
    let committed = commit(&shared, &begin, call).await?;
    Some(match open {
        Ok((speech, session, heard)) => {
            let placed = trunk.place(outgoing(&begin, call, &session, committed));
            Live::new(&shared, &begin, call, session, placed.handle, speech).run(placed.events, heard).await
        }
        Err(code) => {
            let ending = CallEnding::never_sent(CallOutcome::Failure(code), shared.clock.now());
            Over { ending, recording: None, turns: None, ladder: None }
        }
    })
}

/// The sound of the call's texts and an RTP session, or why there can be no call: nothing to say, no way to the trunk, no RTP. Found out
/// before the call is committed, so that the INVITE has all of its half second.
fn open(
    shared: &Shared,
    begin: &Begin,
    call: CallId,
    route: Result<Route, SipError>,
) -> Result<(Speech, Session, Receiver<SessionEvent>), FailureCode> {
    let speech = begin.contact.speech.clone().map_err(|_| FailureCode::SpeechFailed)?;
    let route = route.map_err(|error| {
        tracing::warn!(%call, %error, "the trunk can't be reached");
        FailureCode::CarrierUnreachable
    })?;
    let (session, heard) = shared.media.open(session_config(shared, begin, call, &route)).map_err(|error| {
        tracing::error!(%call, %error, "no RTP session could be opened");
        FailureCode::Internal
    })?;
    Ok((speech, session, heard))
}

fn session_config(shared: &Shared, begin: &Begin, call: CallId, route: &Route) -> SessionConfig {
    let recording =
        begin.plan.view.settings.recording.then(|| shared.data.join(recording_path(begin.plan.view.id, call)));
    SessionConfig {
        advertised_ip: Some(route.announced),
        // Behind the trunk's NAT its SDP names a private address, and the sound comes from where its messages do.
        allowed_sources: route.peers.iter().copied().map(Into::into).collect(),
        recording,
        listener: Box::new(Ears::default()),
        ..SessionConfig::default()
    }
}

/// Commits the call; `None` when it may not be placed.
async fn commit(shared: &Shared, begin: &Begin, call: CallId) -> Option<Instant> {
    let contact = &begin.contact.claimed;
    let campaign = begin.plan.view.id;
    let decision = json!({
        "attempt": contact.attempted.attempts + 1, "lines": begin.plan.view.settings.pacing.lines,
        "calls_per_second": begin.plan.view.settings.pacing.calls_per_second, "hours": "always open",
    });
    let asked = BeginCall {
        workspace: shared.workspace,
        call,
        campaign,
        row: contact.row,
        phone: contact.phone,
        trunk: begin.trunk,
        decision,
        now: shared.clock.now(),
    };
    match shared.store.call_begin(asked.clone()).await {
        Ok(begun) => Some(begun.committed),
        Err(BeginError::Refused(refusal)) => {
            tracing::debug!(%campaign, row = contact.row, %refusal, "the call was not begun");
            None
        }
        Err(BeginError::Store(error @ StoreError::Unknown(_))) => {
            tracing::warn!(%campaign, row = contact.row, %error, "taking the call back");
            until_stored("withdrawal", campaign, || shared.store.call_resolve_unknown(asked.clone())).await;
            None
        }
        Err(BeginError::Store(error)) => {
            tracing::warn!(%campaign, row = contact.row, %error, "the call could not be begun; its contact goes back to the queue");
            release(shared, campaign, &[contact.row]).await;
            None
        }
    }
}

fn outgoing(begin: &Begin, call: CallId, session: &Session, committed: Instant) -> OutgoingCall {
    let settings = &begin.plan.view.settings;
    OutgoingCall {
        ring_timeout: Duration::from_secs(settings.ring_timeout_s.into()),
        first_reply_timeout: FIRST_REPLY_TIMEOUT.min(Duration::from_secs(settings.ring_timeout_s.into())),
        max_call: Duration::from_secs(settings.max_call_s.into()),
        latest_send: Some(committed + SEND_WITHIN),
        ..OutgoingCall::new(call_id_header(call), begin.contact.claimed.phone, session.offer())
    }
}

/// The SIP Call-ID: our id and 64 random bits (RFC 3261 section 19.3 wants it unguessable; no customer data in it).
fn call_id_header(call: CallId) -> String {
    let mut random = [0u8; 8];
    if let Err(error) = getrandom::fill(&mut random) {
        tracing::warn!(%error, "no randomness for the Call-ID; the call's own id must do");
    }
    random.iter().fold(format!("{call}-"), |text, byte| format!("{text}{byte:02x}"))
}

/// What is to be written at the end.
struct Over {
    ending: CallEnding,
    recording: Option<String>,
    turns: Option<Value>,
    ladder: Option<Value>,
}

async fn finish(shared: &Shared, begin: &Begin, call: CallId, over: Over) {
    let campaign = begin.plan.view.id;
    let settings = &begin.plan.view.settings;
    let end = FinishCall {
        workspace: shared.workspace,
        call,
        ending: over.ending,
        retry: settings.retry,
        recording: over.recording,
        turns: over.turns,
        ladder: over.ladder,
        now: shared.clock.now(),
    };
    let finished = until_stored("call", campaign, || shared.store.call_finish(end.clone())).await;
    let Some(finished) = finished else {
        // The call was never committed: nothing was sent, and its contact goes back to the queue.
        release(shared, campaign, &[begin.contact.claimed.row]).await;
        return;
    };
    let event = LiveEvent::Ended {
        call,
        campaign,
        row: begin.contact.claimed.row,
        contact: shown_name(begin),
        outcome: end.ending.outcome,
        status: finished.contact.status().code(),
        talk_ms: end.ending.talk_ms(),
    };
    if shared.live.send(event).is_err() {
        tracing::trace!(%call, "nobody watches");
    }
}

fn shown_name(begin: &Begin) -> String {
    let contact = &begin.contact.claimed;
    let name = format!("{} {}", contact.first_name, contact.last_name);
    if name.trim().is_empty() { contact.phone.to_string() } else { name.trim().to_owned() }
}

/// A call that was committed: the SIP side, the sound and the talk together.
struct Live<'a> {
    shared: &'a Arc<Shared>,
    begin: &'a Begin,
    call: CallId,
    session: Session,
    handle: CallHandle,
    speech: Speech,
    talk: ScriptedTalk,
    times: Times,
    answered: Option<Instant>,
    spoken_turns: usize,
    /// Length of what the employee says now.
    said_ms: u32,
    /// The writing of the call's progress that is under way.
    progress: Option<AbortHandle>,
}

impl<'a> Live<'a> {
    fn new(
        shared: &'a Arc<Shared>,
        begin: &'a Begin,
        call: CallId,
        session: Session,
        handle: CallHandle,
        speech: Speech,
    ) -> Self {
        let talk = ScriptedTalk::new(begin.contact.lines.clone());
        Self {
            shared,
            begin,
            call,
            session,
            handle,
            speech,
            talk,
            times: Times::default(),
            answered: None,
            spoken_turns: 0,
            said_ms: 0,
            progress: None,
        }
    }

    /// Until the SIP side says that the call is over.
    async fn run(mut self, mut events: Receiver<CallEvent>, mut heard: Receiver<SessionEvent>) -> Over {
        let mut hang_up = self.shared.hang_up.clone();
        let mut switch = self.shared.switches.enter(self.call, self.begin.plan.view.id, self.begin.trunk);
        let mut hanging_up = false;
        let ending = loop {
            let deadline = self.talk_deadline();
            tokio::select! {
                event = events.recv() => match event {
                    Some(CallEvent::Ended(ending)) => break Some(ending),
                    Some(event) => self.sip_event(event),
                    None => break None,
                },
                Some(event) = heard.recv() => self.media_event(&event),
                () = sleep_until(deadline) => self.feed(Input::Tick),
                () = is_set(&mut hang_up), if !hanging_up => {
                    hanging_up = true;
                    self.handle.bye(ByeReason::Shutdown, None);
                }
                why = switch.pressed(), if !hanging_up => {
                    hanging_up = true;
                    self.handle.bye(why, None);
                }
            }
        };
        self.feed(Input::HungUp);
        self.over(ending).await
    }

    async fn over(mut self, ending: Option<sip::Ending>) -> Over {
        if let Some(unwritten) = self.progress.take() {
            unwritten.abort();
        }
        let now = self.shared.clock.now();
        let recorded = self.session.close().await;
        let mut stored = match &ending {
            Some(ending) => outcome::ending(ending, self.talk.result(), self.times, now),
            // The SIP side always says how a call ended; if it ever does not, an INVITE may have left.
            None => {
                CallEnding { sent: true, ..CallEnding::never_sent(CallOutcome::Failure(FailureCode::Interrupted), now) }
            }
        };
        if self.answered.is_none()
            && matches!(stored.outcome, CallOutcome::Result(CallResult::Success | CallResult::NoSuccess))
        {
            tracing::error!(call = %self.call, "a call that was never answered came back as a talk");
            stored.outcome = CallOutcome::Failure(FailureCode::Interrupted);
        }
        let turns = (!self.talk.turns().is_empty()).then(|| json!(self.talk.turns()));
        let ladder = ending.map(|ending| ladder_json(&ending.ladder));
        let whole = recorded.recording.is_some_and(|tape| tape.length > Duration::ZERO && tape.failed.is_none());
        let recording = whole.then(|| recording_path(self.begin.plan.view.id, self.call));
        Over { ending: stored, recording, turns, ladder }
    }

    fn talk_deadline(&self) -> Option<tokio::time::Instant> {
        let answered = self.answered?;
        self.talk.next_deadline().map(|ms| (answered + Duration::from_millis(ms)).into())
    }

    fn sip_event(&mut self, event: CallEvent) {
        match event {
            CallEvent::Ringing { .. } => self.rings(),
            CallEvent::Early { sdp } => {
                self.rings();
                if let Err(error) = self.session.accept_answer(&sdp, false) {
                    tracing::debug!(call = %self.call, %error, "early media is not usable");
                }
            }
            CallEvent::Answered { sdp } => self.is_answered(&sdp),
            CallEvent::Reinvite { sdp: Some(sdp), reply } => match self.session.answer(&sdp) {
                Ok(answer) => reply.accept(answer),
                Err(error) => {
                    tracing::debug!(call = %self.call, %error, "a re-INVITE was refused");
                    reply.refuse(488);
                }
            },
            CallEvent::Reinvite { sdp: None, reply } => reply.accept(self.session.offer()),
            CallEvent::ReinviteAnswer { sdp } => {
                if let Err(error) = self.session.accept_answer(&sdp, true) {
                    tracing::debug!(call = %self.call, %error, "the answer to our offer is not usable; the sound stays as it was");
                }
            }
            CallEvent::Info { content_type, body } => {
                if let Some(digit) = info_digit(&content_type, &body) {
                    self.feed(Input::Digit(digit));
                }
            }
            CallEvent::Sent | CallEvent::Trying | CallEvent::Ended(_) => {}
        }
    }

    fn rings(&mut self) {
        if self.times.ringing_at.is_none() {
            self.times.ringing_at = Some(self.shared.clock.now());
            self.progress(Progress::Ringing);
        }
    }

    fn is_answered(&mut self, sdp: &str) {
        if let Err(error) = self.session.accept_answer(sdp, true) {
            let reason = match error {
                carillon_media::SdpError::NoCommonCodec(_) | carillon_media::SdpError::SrtpOnly => {
                    ByeReason::NoCommonCodec
                }
                _ => ByeReason::BadSdp,
            };
            tracing::warn!(call = %self.call, %error, "the answer's audio can't be used");
            self.times.answered_at = Some(self.shared.clock.now());
            self.answered = Some(Instant::now());
            self.handle.bye(reason, None);
            return;
        }
        self.times.answered_at = Some(self.shared.clock.now());
        self.answered = Some(Instant::now());
        self.feed(Input::Answered);
        self.progress(Progress::Answered);
    }

    /// Written beside the call: it is for display, and a busy database must not keep the employee from speaking. The store takes only
    /// steps forward, so a late one does no harm.
    fn progress(&mut self, progress: Progress) {
        let (shared, call, at) = (self.shared.clone(), self.call, self.shared.clock.now());
        let written = tokio::spawn(async move {
            tokio::time::sleep(PROGRESS_AFTER).await;
            if let Err(error) = shared.store.call_progress(shared.workspace, call, progress, at).await {
                tracing::debug!(%call, %error, "the call's progress was not written");
            }
        });
        if let Some(earlier) = self.progress.replace(written.abort_handle()) {
            earlier.abort();
        }
    }

    fn media_event(&mut self, event: &SessionEvent) {
        match event {
            SessionEvent::SpeechStarted { .. } => self.feed(Input::SpeechStarted),
            SessionEvent::SpeechStopped { .. } => self.feed(Input::SpeechStopped),
            SessionEvent::Beep { .. } => self.feed(Input::Beep),
            SessionEvent::Digit { digit, .. } => self.feed(Input::Digit(*digit)),
            SessionEvent::Played { tag, .. } => {
                self.feed(Input::Spoken { turn: *tag, heard_ms: self.said_ms, whole: true })
            }
            SessionEvent::NoRtp { kind: NoRtp::Start, .. } => self.handle.bye(ByeReason::NoAudio, Some(88)),
            SessionEvent::NoRtp { kind: NoRtp::Mid, .. } => self.handle.bye(ByeReason::AudioLost, Some(88)),
            SessionEvent::RecordingFailed { message } => {
                tracing::error!(call = %self.call, message, "the recording failed; the call goes on")
            }
            SessionEvent::FirstPacket { .. } | SessionEvent::RemoteHold { .. } => {}
        }
    }

    fn feed(&mut self, input: Input) {
        let at = self.answered.map_or(0, |at| u64::try_from(at.elapsed().as_millis()).unwrap_or(u64::MAX));
        let mut queue = self.talk.handle(at, input);
        self.show_turns();
        for output in queue.drain(..) {
            self.act(output);
        }
    }

    fn act(&mut self, output: Output) {
        match output {
            Output::Say { turn, text, .. } => self.say(turn, &text),
            Output::Cancel { .. } => {
                let heard = self.session.clear();
                tracing::debug!(call = %self.call, ?heard, "stopped speaking");
            }
            Output::Act(Action::HangUp { .. }) => self.handle.bye(ByeReason::Finished, Some(16)),
            Output::Act(Action::GiveUp) => self.handle.bye(ByeReason::SpeechFailed, Some(41)),
            Output::Act(Action::SendDigits(digits)) => {
                let taken = self.session.send_dtmf(&digits);
                if taken < digits.len() {
                    tracing::warn!(call = %self.call, asked = digits.len(), taken, "not all keys were sent");
                }
            }
            Output::Listen | Output::Ask { .. } => {}
        }
    }

    fn say(&mut self, turn: TurnNumber, text: &str) {
        let lines = &self.begin.contact.lines;
        let sound = if text == lines.greeting {
            &self.speech.greeting
        } else if text == lines.closing {
            &self.speech.closing
        } else {
            &self.speech.closing_silent
        };
        self.said_ms = u32::try_from(sound.len() / 8).unwrap_or(u32::MAX);
        if let Err(error) = self.session.play(sound.clone(), turn) {
            tracing::warn!(call = %self.call, %error, "the employee could not speak");
            self.feed(Input::SpeechFailed { turn });
        }
    }

    /// Shows turns that are new since the last look.
    fn show_turns(&mut self) {
        for turn in &self.talk.turns()[self.spoken_turns..] {
            let contact = shown_name(self.begin);
            let speaker = match turn.speaker {
                Speaker::Employee => self.begin.plan.texts.employee.name.clone(),
                Speaker::Contact => contact.clone(),
            };
            let text = turn.text.clone().unwrap_or_else(|| "(speaks)".to_owned());
            if self.shared.live.send(LiveEvent::Said { contact, speaker, text }).is_err() {
                tracing::trace!(call = %self.call, "nobody watches");
            }
        }
        self.spoken_turns = self.talk.turns().len();
    }
}

/// A key sent by INFO: `Signal=5` of application/dtmf-relay, or the bare key of application/dtmf.
fn info_digit(content_type: &str, body: &str) -> Option<char> {
    let signal = |line: &str| {
        let (name, key) = line.split_once('=')?;
        name.trim().eq_ignore_ascii_case("signal").then(|| key.to_owned())
    };
    let key = match content_type.to_ascii_lowercase().as_str() {
        "application/dtmf-relay" => body.lines().find_map(signal)?,
        "application/dtmf" => body.to_owned(),
        _ => return None,
    };
    key.trim().chars().next().filter(|c| matches!(c, '0'..='9' | '*' | '#' | 'A'..='D'))
}

fn ladder_json(ladder: &[sip::LadderEntry]) -> Value {
    let Some(first) = ladder.first().map(|entry| entry.at) else { return json!([]) };
    let entry = |entry: &sip::LadderEntry| {
        let at_ms = entry.at.saturating_duration_since(first).as_millis();
        let direction = match entry.direction {
            sip::Direction::Sent => "out",
            sip::Direction::Received => "in",
        };
        json!({ "at_ms": u64::try_from(at_ms).unwrap_or(u64::MAX), "direction": direction, "line": entry.first_line, "summary": entry.summary, "times": entry.times })
    };
    ladder.iter().map(entry).collect()
}
