//! The life of one outgoing call as a pure state machine: inputs with their time go in, actions and the next deadline come out.
//! No socket, clock or task in here, so that every race is a table test. The deadlines are our own: the library's timers are never
//! trusted to end a call.

use std::time::Instant;

use crate::call::{ByeReason, CancelReason, EndWhy, EndedBy, Ending, Reached};
use crate::limits::Limits;

/// A final status of the INVITE.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct FinalReply {
    pub(crate) status: u16,
    pub(crate) phrase: String,
    pub(crate) cause: Cause,
    pub(crate) retry_after_s: Option<u32>,
    /// Min-SE of a 422 (RFC 4028), in seconds.
    pub(crate) min_se_s: Option<u32>,
    /// Made by the library out of a timer or a send failure, not received.
    pub(crate) local: bool,
}

/// What a Reason header said.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Cause {
    pub(crate) q850: Option<u8>,
    pub(crate) text: Option<String>,
}

/// How the library's INVITE ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum InviteOutcome {
    /// 2xx, acknowledged, and the dialog is up.
    Confirmed { sdp: Option<String> },
    /// 2xx, acknowledged, but we had taken the call back: the library hangs up.
    Crossed,
    /// A final status of 300 or above; told before by [`Input::Final`].
    Refused,
    /// The library gave up on something it could not read or send.
    Failed,
}

/// What can happen to a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Input {
    /// The INVITE left.
    Sent,
    /// It could not be sent: no address, no connection (`TransportFailed`), too late (`Withdrawn`), or a fault of ours.
    NotSent(EndWhy),
    Provisional {
        status: u16,
        sdp: Option<String>,
    },
    Final(FinalReply),
    InviteDone(InviteOutcome),
    RemoteBye(Cause),
    Cancel(CancelReason),
    Hangup {
        reason: ByeReason,
        q850: Option<u8>,
    },
    /// Our BYE was answered or given up.
    ByeDone,
    /// The stream connection to the trunk broke.
    TransportLost,
    Deadline,
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Action {
    /// Send CANCEL and keep listening for the final status.
    Cancel,
    /// Stop the INVITE: no more repetitions; a late reply is cancelled or hung up in the background.
    Abort,
    /// Send the INVITE once more with this session interval, in seconds (RFC 4028 section 7.4).
    Repeat {
        min_se_s: u32,
    },
    Bye {
        q850: Option<u8>,
    },
    Trying,
    Ringing(u16),
    Early(String),
    Answered(String),
    Sent,
    /// Nothing follows.
    End(Box<Ending>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Phase {
    /// For an address and a connection.
    Waiting {
        until: Instant,
    },
    Calling,
    Proceeding,
    /// A 2xx was received; the library is acknowledging it.
    Answering {
        until: Instant,
    },
    /// CANCEL is out.
    Withdrawing {
        until: Instant,
    },
    /// A 2xx crossed the CANCEL; its BYE is out.
    Crossed {
        until: Instant,
    },
    Up {
        until: Instant,
    },
    HangingUp {
        until: Instant,
    },
    Ended,
}

/// One call.
#[derive(Debug)]
pub(crate) struct CallMachine {
    limits: Limits,
    phase: Phase,
    reached: Reached,
    sent_at: Option<Instant>,
    told_trying: bool,
    last_final: Option<FinalReply>,
    early_sdp: Option<String>,
    told_ringing: Option<u16>,
    progress_events: u8,
    /// What we decided, kept until the far end agrees.
    decided: Option<(EndWhy, Option<u8>)>,
    bye_before_answer: Option<Cause>,
    crossed: bool,
    /// The INVITE was sent again after a 422.
    repeated: bool,
}

/// Ringing and early-media events told per call at most; a flood of provisionals costs nothing more.
const PROGRESS_EVENTS_MAX: u8 = 16;

impl CallMachine {
    /// A call that begins to look for its trunk at `now`.
    pub(crate) fn new(limits: Limits, now: Instant) -> Self {
        let prepared = now + limits.prepare;
        let until = limits.latest_send.map_or(prepared, |latest| latest.min(prepared));
        CallMachine {
            limits,
            phase: Phase::Waiting { until },
            reached: Reached::NeverSent,
            sent_at: None,
            last_final: None,
            early_sdp: None,
            told_ringing: None,
            progress_events: 0,
            decided: None,
            bye_before_answer: None,
            crossed: false,
            repeated: false,
            told_trying: false,
        }
    }

    /// When [`Input::Deadline`] is due.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        match (&self.phase, self.sent_at) {
            (Phase::Calling, Some(sent)) => Some(sent + self.limits.first_reply.min(self.limits.ring)),
            (Phase::Proceeding, Some(sent)) => Some(sent + self.limits.ring),
            (
                Phase::Waiting { until }
                | Phase::Answering { until }
                | Phase::Withdrawing { until }
                | Phase::Crossed { until }
                | Phase::Up { until }
                | Phase::HangingUp { until },
                _,
            ) => Some(*until),
            _ => None,
        }
    }

    pub(crate) fn ended(&self) -> bool {
        self.phase == Phase::Ended
    }

    pub(crate) fn handle(&mut self, now: Instant, input: Input) -> Vec<Action> {
        match input {
            _ if self.phase == Phase::Ended => Vec::new(),
            Input::Sent => self.on_sent(now),
            Input::NotSent(why) => self.end(EndedBy::for_not_sent(why), why),
            Input::Provisional { status, sdp } => self.on_provisional(status, sdp),
            Input::Final(reply) => self.on_final(now, reply),
            Input::InviteDone(outcome) => self.on_invite_done(now, outcome),
            Input::RemoteBye(cause) => self.on_remote_bye(cause),
            Input::Cancel(reason) => self.on_cancel(now, EndWhy::Cancelled(reason), None),
            Input::Hangup { reason, q850 } => self.on_hangup(now, reason, q850),
            Input::ByeDone => self.on_bye_done(),
            Input::TransportLost => self.on_transport_lost(),
            Input::Deadline => self.on_deadline(now),
        }
    }

    fn on_sent(&mut self, now: Instant) -> Vec<Action> {
        if !matches!(self.phase, Phase::Waiting { .. }) {
            // The repetition with credentials: what answered the challenge is no end of the call.
            self.last_final.take_if(|reply| matches!(reply.status, 401 | 407));
            // A request of its own: what was provisional before does not allow to CANCEL this one (RFC 3261 section 9.1).
            if self.phase == Phase::Proceeding {
                self.phase = Phase::Calling;
                self.sent_at = Some(now);
            }
            return Vec::new();
        }
        self.phase = Phase::Calling;
        self.reached = Reached::Sent;
        self.sent_at = Some(now);
        vec![Action::Sent]
    }

    fn on_provisional(&mut self, status: u16, sdp: Option<String>) -> Vec<Action> {
        if self.phase == Phase::Calling {
            self.phase = Phase::Proceeding;
        }
        if (180..190).contains(&status) && self.reached < Reached::Progress {
            self.reached = Reached::Progress;
        }
        if self.phase != Phase::Proceeding {
            return Vec::new();
        }
        let told = std::mem::replace(&mut self.told_trying, true);
        let mut actions = if told { Vec::new() } else { vec![Action::Trying] };
        if self.progress_events >= PROGRESS_EVENTS_MAX {
            return actions;
        }
        match sdp {
            Some(sdp) if self.early_sdp.as_ref() != Some(&sdp) => {
                self.progress_events += 1;
                self.early_sdp = Some(sdp.clone());
                actions.push(Action::Early(sdp));
            }
            // 181 and 182 are not ringing.
            None if matches!(status, 180 | 183) && self.told_ringing != Some(status) => {
                self.progress_events += 1;
                self.told_ringing = Some(status);
                actions.push(Action::Ringing(status));
            }
            _ => {}
        }
        actions
    }

    fn on_final(&mut self, now: Instant, reply: FinalReply) -> Vec<Action> {
        let answer = (200..300).contains(&reply.status) && !reply.local;
        // A 2xx that repeats must not hide the first, and a local time-out must not hide a real status.
        if self.last_final.as_ref().is_none_or(|last| last.local || last.status >= 300) {
            self.last_final = Some(reply);
        }
        if answer && matches!(self.phase, Phase::Calling | Phase::Proceeding) {
            self.phase = Phase::Answering { until: now + self.limits.bye_wait };
        }
        Vec::new()
    }

    fn on_invite_done(&mut self, now: Instant, outcome: InviteOutcome) -> Vec<Action> {
        match outcome {
            InviteOutcome::Confirmed { sdp } => self.on_confirmed(now, sdp),
            InviteOutcome::Crossed => {
                self.crossed = true;
                self.phase = Phase::Crossed { until: now + self.limits.bye_wait };
                Vec::new()
            }
            InviteOutcome::Refused => {
                self.repeat_with_interval().map_or_else(|| self.end_refused(), |again| vec![again])
            }
            InviteOutcome::Failed if matches!(self.phase, Phase::Answering { .. }) => self.end_unreadable_answer(),
            // A challenge that cannot be answered is the carrier's refusal.
            InviteOutcome::Failed if self.last_final.is_some() => self.end_refused(),
            InviteOutcome::Failed => self.end(EndedBy::Network, EndWhy::TransportFailed),
        }
    }

    /// A 422 before anything rang is answered once with the interval that it asks for. The deadlines go on from the first INVITE.
    fn repeat_with_interval(&mut self) -> Option<Action> {
        let waits = matches!(self.phase, Phase::Calling | Phase::Proceeding) && self.reached < Reached::Progress;
        let reply = self.last_final.as_ref().filter(|reply| reply.status == 422 && !reply.local)?;
        let min_se_s = reply.min_se_s.filter(|_| waits && !self.repeated)?;
        self.repeated = true;
        self.last_final = None;
        Some(Action::Repeat { min_se_s })
    }

    /// Somebody picked up, but no call came of it.
    fn end_unreadable_answer(&mut self) -> Vec<Action> {
        self.reached = Reached::Answered;
        let mut actions = vec![Action::Abort];
        actions.extend(self.end(EndedBy::Local, EndWhy::BadAnswer));
        actions
    }

    fn on_confirmed(&mut self, now: Instant, sdp: Option<String>) -> Vec<Action> {
        if let Phase::Withdrawing { .. } = self.phase {
            // The library confirmed before our CANCEL reached it: hang up; it does not count as answered.
            self.crossed = true;
            self.phase = Phase::HangingUp { until: now + self.limits.bye_wait };
            return vec![Action::Bye { q850: None }];
        }
        self.reached = Reached::Answered;
        let Some(sdp) = sdp.or_else(|| self.early_sdp.take()) else {
            self.decided = Some((EndWhy::BadAnswer, None));
            self.phase = Phase::HangingUp { until: now + self.limits.bye_wait };
            return vec![Action::Bye { q850: None }];
        };
        let mut actions = vec![Action::Answered(sdp)];
        self.phase = Phase::Up { until: now + self.limits.max_call };
        if let Some(cause) = self.bye_before_answer.take() {
            actions.extend(self.on_remote_bye(cause));
        } else if let Some((_, q850)) = self.decided {
            // We wanted to take it back, but the answer was first: it counts as answered and is hung up.
            self.phase = Phase::HangingUp { until: now + self.limits.bye_wait };
            actions.push(Action::Bye { q850 });
        }
        actions
    }

    /// Ends with the final status that was received; a local one is silence.
    fn end_refused(&mut self) -> Vec<Action> {
        if let Some((why, _)) = self.decided {
            return self.end(EndedBy::Local, why);
        }
        match &self.last_final {
            Some(reply) if !reply.local => self.end(EndedBy::Remote, EndWhy::Rejected),
            // The library's 503 is a failed send, its 408 a timer.
            Some(reply) if reply.status == 503 => self.end(EndedBy::Network, EndWhy::TransportFailed),
            _ => self.end(EndedBy::Network, EndWhy::NoReply),
        }
    }

    fn on_remote_bye(&mut self, cause: Cause) -> Vec<Action> {
        match self.phase {
            Phase::Up { .. } => {
                self.take_cause(cause);
                self.end(EndedBy::Remote, EndWhy::RemoteBye)
            }
            // Both hung up at once: ours was decided first.
            Phase::HangingUp { .. } => self.end_decided(),
            // The BYE overtook our own handling of the 2xx.
            Phase::Answering { .. } => {
                self.bye_before_answer = Some(cause);
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    fn take_cause(&mut self, cause: Cause) {
        if let Some(reply) = &mut self.last_final {
            reply.cause = cause;
        }
    }

    fn on_hangup(&mut self, now: Instant, reason: ByeReason, q850: Option<u8>) -> Vec<Action> {
        if let Phase::Up { .. } = self.phase {
            self.decided = Some((EndWhy::HungUp(reason), q850));
            self.phase = Phase::HangingUp { until: now + self.limits.bye_wait };
            return vec![Action::Bye { q850 }];
        }
        let why = match reason {
            ByeReason::Shutdown => CancelReason::Shutdown,
            ByeReason::HungUp => CancelReason::HungUp,
            _ => CancelReason::Stopped,
        };
        self.on_cancel(now, EndWhy::Cancelled(why), q850)
    }

    fn on_cancel(&mut self, now: Instant, why: EndWhy, q850: Option<u8>) -> Vec<Action> {
        match self.phase {
            Phase::Waiting { .. } => self.end(EndedBy::Local, why),
            Phase::Calling => {
                // CANCEL may not be sent before a provisional (RFC 3261 section 9.1); the background does it if one comes.
                let mut actions = vec![Action::Abort];
                actions.extend(self.end(EndedBy::Local, why));
                actions
            }
            Phase::Proceeding => {
                self.decided = Some((why, q850));
                self.phase = Phase::Withdrawing { until: now + self.limits.cancel_wait };
                vec![Action::Cancel]
            }
            Phase::Answering { .. } => {
                self.decided.get_or_insert((hang_up_instead(why), q850));
                Vec::new()
            }
            Phase::Up { .. } => {
                self.decided = Some((hang_up_instead(why), q850));
                self.phase = Phase::HangingUp { until: now + self.limits.bye_wait };
                vec![Action::Bye { q850 }]
            }
            _ => Vec::new(),
        }
    }

    fn on_bye_done(&mut self) -> Vec<Action> {
        match self.phase {
            Phase::HangingUp { .. } | Phase::Crossed { .. } => self.end_decided(),
            _ => Vec::new(),
        }
    }

    fn on_transport_lost(&mut self) -> Vec<Action> {
        match self.phase {
            Phase::Waiting { .. } | Phase::Calling | Phase::Proceeding => {
                let mut actions = vec![Action::Abort];
                actions.extend(self.end(EndedBy::Network, EndWhy::TransportFailed));
                actions
            }
            // A connection that breaks in mid-call ends nothing: RTP goes on and a BYE makes a new one.
            _ => Vec::new(),
        }
    }

    fn on_deadline(&mut self, now: Instant) -> Vec<Action> {
        if self.deadline().is_none_or(|due| due > now) {
            return Vec::new();
        }
        match self.phase {
            Phase::Waiting { .. } if self.limits.latest_send.is_some_and(|latest| latest <= now) => {
                self.end(EndedBy::Local, EndWhy::Withdrawn)
            }
            Phase::Waiting { .. } => self.end(EndedBy::Network, EndWhy::TransportFailed),
            Phase::Calling => {
                let mut actions = vec![Action::Abort];
                actions.extend(self.end(EndedBy::Network, EndWhy::NoReply));
                actions
            }
            Phase::Proceeding => self.on_cancel(now, EndWhy::RingTimeout, None),
            Phase::Answering { .. } => self.end_unreadable_answer(),
            Phase::Withdrawing { .. } => {
                let mut actions = vec![Action::Abort];
                actions.extend(self.end_decided());
                actions
            }
            Phase::Up { .. } => {
                self.decided = Some((EndWhy::MaxCall, Some(16)));
                self.phase = Phase::HangingUp { until: now + self.limits.bye_wait };
                vec![Action::Bye { q850: Some(16) }]
            }
            Phase::HangingUp { .. } | Phase::Crossed { .. } => self.end_decided(),
            Phase::Ended => Vec::new(),
        }
    }

    fn end_decided(&mut self) -> Vec<Action> {
        let why = self.decided.map_or(EndWhy::BadAnswer, |(why, _)| why);
        self.end(EndedBy::Local, why)
    }

    fn end(&mut self, by: EndedBy, why: EndWhy) -> Vec<Action> {
        self.phase = Phase::Ended;
        let reply = self.last_final.take().filter(|reply| !reply.local);
        let ending = Ending {
            reached: self.reached,
            by,
            why,
            status: reply.as_ref().map(|r| r.status),
            q850: reply.as_ref().and_then(|r| r.cause.q850),
            retry_after_s: reply.as_ref().and_then(|r| r.retry_after_s),
            reason_text: reply.as_ref().and_then(|r| r.cause.text.clone()),
            reason_phrase: reply.map(|r| r.phrase),
            crossed_answer: self.crossed,
            ladder: Vec::new(),
        };
        vec![Action::End(Box::new(ending))]
    }
}

impl EndedBy {
    fn for_not_sent(why: EndWhy) -> Self {
        match why {
            EndWhy::TransportFailed => EndedBy::Network,
            _ => EndedBy::Local,
        }
    }
}

/// What a wish to cancel becomes once the call is answered.
fn hang_up_instead(why: EndWhy) -> EndWhy {
    match why {
        EndWhy::Cancelled(CancelReason::Stopped) => EndWhy::HungUp(ByeReason::Stopped),
        EndWhy::Cancelled(CancelReason::HungUp) => EndWhy::HungUp(ByeReason::HungUp),
        EndWhy::Cancelled(CancelReason::Shutdown) => EndWhy::HungUp(ByeReason::Shutdown),
        other => other,
    }
}

#[cfg(test)]
#[path = "machine_tests.rs"]
mod tests;
