//! The words of one outgoing call: what is asked for, what happens in it, how it ends.

use std::time::{Duration, Instant};

use carillon_domain::phone::PhoneNumber;
use tokio::sync::{mpsc, oneshot};

use crate::ladder::LadderEntry;

/// What a call needs. All times run from the moment the INVITE leaves.
#[derive(Debug, Clone)]
pub struct OutgoingCall {
    /// SIP Call-ID, unique per attempt and made by the caller from a CSPRNG (RFC 3261 section 8.1.1.4); letters, digits and `-._@`.
    pub call_id: String,
    /// Whom to call.
    pub number: PhoneNumber,
    /// Caller ID for this call; the trunk's own when `None`. Written as it is, so give it the way the trunk wants it.
    pub caller_id: Option<String>,
    /// SDP offer, opaque here.
    pub offer_sdp: String,
    /// Longest time from INVITE to answer; then CANCEL.
    pub ring_timeout: Duration,
    /// Longest time from INVITE to any reply at all; then the call is given up as unanswered by the network.
    pub first_reply_timeout: Duration,
    /// Longest talk; then BYE.
    pub max_call: Duration,
    /// The INVITE is not sent after this instant; the call then ends as [`EndWhy::Withdrawn`].
    pub latest_send: Option<Instant>,
}

impl OutgoingCall {
    /// A call with the usual limits: 16 s to the first reply, 60 s to the answer, one hour of talk.
    pub fn new(call_id: impl Into<String>, number: PhoneNumber, offer_sdp: impl Into<String>) -> Self {
        OutgoingCall {
            call_id: call_id.into(),
            number,
            caller_id: None,
            offer_sdp: offer_sdp.into(),
            ring_timeout: Duration::from_secs(60),
            first_reply_timeout: Duration::from_secs(16),
            max_call: Duration::from_secs(3_600),
            latest_send: None,
        }
    }
}

/// What happens in a call, in order. [`CallEvent::Ended`] comes exactly once and last.
#[derive(Debug)]
pub enum CallEvent {
    /// The INVITE left this machine. From here on the phone may ring.
    Sent,
    /// The next hop has the INVITE (100).
    Trying,
    /// The phone rings: 180, or 183 without SDP.
    Ringing {
        /// 180 or 183.
        status: u16,
    },
    /// Early media: a provisional reply with SDP. A later one replaces it, and so does the answer.
    Early {
        /// The far end's SDP.
        sdp: String,
    },
    /// Answered, and acknowledged.
    Answered {
        /// The far end's SDP; that of the last early media when the 200 carried none.
        sdp: String,
    },
    /// The far end wants to change the session (re-INVITE or UPDATE), hold included.
    Reinvite {
        /// Its offer; `None` asks us for one, and [`CallEvent::ReinviteAnswer`] follows.
        sdp: Option<String>,
        /// The answer must be given within a few seconds, else 488 is sent and the session stays as it was.
        reply: ReinviteReply,
    },
    /// The far end's answer to the offer with which a [`CallEvent::Reinvite`] without SDP was accepted. When it sends none, this does not
    /// come and the session stays as it was.
    ReinviteAnswer {
        /// Its SDP.
        sdp: String,
    },
    /// An INFO inside the call, already answered with 200.
    Info {
        /// Such as `application/dtmf-relay`.
        content_type: String,
        /// The body, as text.
        body: String,
    },
    /// The call is over.
    Ended(Ending),
}

/// The reply to a [`CallEvent::Reinvite`]. Dropping it refuses with 488.
#[derive(Debug)]
pub struct ReinviteReply {
    pub(crate) sender: oneshot::Sender<ReinviteAnswer>,
}

/// What a [`ReinviteReply`] carries to the SIP side.
#[derive(Debug)]
pub(crate) enum ReinviteAnswer {
    Accept(String),
    Refuse(u16),
}

impl ReinviteReply {
    /// Accepts with this SDP (an answer, or an offer if the far end sent none).
    pub fn accept(self, sdp: impl Into<String>) {
        // The far end may have gone in the meantime; then nobody waits for the answer.
        self.sender.send(ReinviteAnswer::Accept(sdp.into())).ok();
    }

    /// Refuses with a status such as 488; the old session goes on (RFC 3261 section 14.2).
    pub fn refuse(self, status: u16) {
        self.sender.send(ReinviteAnswer::Refuse(status)).ok();
    }
}

/// How far a call came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reached {
    /// No INVITE left.
    NeverSent,
    /// An INVITE left; it may have rung.
    Sent,
    /// A 18x came.
    Progress,
    /// A 2xx came and the call was up.
    Answered,
}

/// Who ended the call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EndedBy {
    /// We did.
    Local,
    /// The far end did, by a final status or BYE.
    Remote,
    /// Nobody: silence or a broken connection.
    Network,
}

/// Why the caller takes a call back before it is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CancelReason {
    /// The operator stopped the campaign.
    Stopped,
    /// The operator hung this call up.
    HungUp,
    /// Carillon shuts down.
    Shutdown,
}

/// Why the caller hangs up an answered call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ByeReason {
    /// The talk is finished.
    Finished,
    /// The operator stopped the campaign.
    Stopped,
    /// The operator hung this call up.
    HungUp,
    /// Carillon shuts down.
    Shutdown,
    /// No audio arrived after the answer.
    NoAudio,
    /// Audio stopped in mid-call.
    AudioLost,
    /// The answer's SDP could not be used.
    BadSdp,
    /// The answer has no codec of ours.
    NoCommonCodec,
    /// The AI employee could not speak or understand.
    SpeechFailed,
}

/// Why a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EndWhy {
    /// Not sent in time.
    Withdrawn,
    /// The trunk could not be reached, or the connection broke before the answer.
    TransportFailed,
    /// The INVITE left and no final reply came (or none at all).
    NoReply,
    /// Not answered within the ring time.
    RingTimeout,
    /// Taken back by [`CallHandle::cancel`] before the answer, perhaps before it was sent.
    Cancelled(CancelReason),
    /// A final status of 300 or above.
    Rejected,
    /// The 2xx could not be used (no SDP anywhere, or broken in its headers).
    BadAnswer,
    /// The far end hung up.
    RemoteBye,
    /// We hung up by [`CallHandle::bye`].
    HungUp(ByeReason),
    /// The longest talk time was over.
    MaxCall,
    /// Something of ours failed before the INVITE could be made.
    Internal,
}

/// How a call ended, with all that is needed to judge it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ending {
    /// How far it came.
    pub reached: Reached,
    /// Who ended it.
    pub by: EndedBy,
    /// Why.
    pub why: EndWhy,
    /// Final status of the INVITE, as it came from the far end; never a local time-out.
    pub status: Option<u16>,
    /// Its reason phrase, as the far end wrote it.
    pub reason_phrase: Option<String>,
    /// Q.850 cause of a Reason header on the final status or BYE (RFC 3326).
    pub q850: Option<u8>,
    /// Text of that Reason header.
    pub reason_text: Option<String>,
    /// Retry-After of the final status, in seconds.
    pub retry_after_s: Option<u32>,
    /// The far end answered while we took the call back; the answer was acknowledged and hung up at once and does not count.
    pub crossed_answer: bool,
    /// The messages, bounded.
    pub ladder: Vec<LadderEntry>,
}

/// A call under way.
#[derive(Debug)]
pub struct Call {
    /// What happens in it. Bounded: a reader that stops reading loses INFO and re-INVITE events first, never `Answered` and `Ended`.
    /// Dropping it takes the call back or hangs it up.
    pub events: mpsc::Receiver<CallEvent>,
    /// To steer it.
    pub handle: CallHandle,
}

/// Steers a call. All methods return at once; what came of them shows in the events. After the end they do nothing.
#[derive(Debug, Clone)]
pub struct CallHandle {
    pub(crate) inputs: mpsc::UnboundedSender<crate::driver::DriverInput>,
}

impl CallHandle {
    /// Takes the call back before its answer. If it is answered already, it is hung up.
    pub fn cancel(&self, reason: CancelReason) {
        self.give(crate::driver::DriverInput::Machine(crate::machine::Input::Cancel(reason)));
    }

    /// Hangs up. Before the answer it takes the call back. `q850` goes into the BYE's Reason header (RFC 3326).
    pub fn bye(&self, reason: ByeReason, q850: Option<u8>) {
        self.give(crate::driver::DriverInput::Machine(crate::machine::Input::Hangup { reason, q850 }));
    }

    /// Sends an INFO inside the answered call.
    pub fn info(&self, content_type: impl Into<String>, body: impl Into<String>) {
        self.give(crate::driver::DriverInput::SendInfo { content_type: content_type.into(), body: body.into() });
    }

    fn give(&self, input: crate::driver::DriverInput) {
        // A call that has ended has no reader: nothing is left to do then.
        self.inputs.send(input).ok();
    }
}
