//! One task per outgoing call: it feeds the call machine from the wire, the handle and the clock, and does what the machine says.

use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use carillon_domain::trunk::Transport;
use rsipstack::dialog::DialogId;
use rsipstack::dialog::invitation::InviteOption;
use rsipstack::dialog::invite_dialog::InviteDialog;
use rsipstack::sip::{Header, Response};
use tokio::sync::mpsc;

use crate::call::{Call, CallEvent, CallHandle, EndWhy, Ending, OutgoingCall};
use crate::error::SipError;
use crate::hook::{Tap, TapEvent, sdp_of};
use crate::limits::Limits;
use crate::machine::{Action, CallMachine, Input, InviteOutcome};
use crate::trunk::TrunkInner;

/// Events kept for a reader. The call machine tells at most 16 ringing and early-media events, so only INFO and re-INVITE can fill it.
const EVENTS_MAX: usize = 32;
/// Beyond the connect time: for a second address of the trunk, and for a machine that is busy.
const PREPARE_SPARE: Duration = Duration::from_secs(1);

/// What reaches the task of a call.
#[derive(Debug)]
pub(crate) enum DriverInput {
    Machine(Input),
    Tap(TapEvent),
    SendInfo { content_type: String, body: String },
}

type InviteResult = rsipstack::Result<(InviteDialog, Option<Response>)>;
type Work<T> = Option<Pin<Box<dyn Future<Output = T> + Send>>>;

/// Starts the task of a call.
pub(crate) fn start(trunk: Arc<TrunkInner>, call: OutgoingCall) -> Call {
    let (inputs, inbox) = mpsc::unbounded_channel();
    let (events, receiver) = mpsc::channel(EVENTS_MAX);
    let handle = CallHandle { inputs };
    let driver_handle = handle.clone();
    tokio::spawn(async move {
        let limits = Limits {
            prepare: trunk.agent.connect_timeout + PREPARE_SPARE,
            latest_send: call.latest_send,
            first_reply: call.first_reply_timeout,
            ring: call.ring_timeout,
            max_call: call.max_call,
            cancel_wait: trunk.agent.cancel_wait,
            bye_wait: trunk.agent.bye_wait,
        };
        let outlet = Outlet::new(events);
        let driver = Driver {
            machine: CallMachine::new(limits, now()),
            outlet,
            call,
            trunk,
            tap: None,
            target: None,
            invite: None,
            bye: None,
            bye_replied: false,
            dialog: None,
            prepare: None,
        };
        driver.run(driver_handle, inbox).await;
    });
    Call { events: receiver, handle }
}

/// The way to the reader, with a place kept for the two events that must arrive.
struct Outlet {
    events: mpsc::Sender<CallEvent>,
    answered: Option<mpsc::OwnedPermit<CallEvent>>,
    ended: Option<mpsc::OwnedPermit<CallEvent>>,
}

impl Outlet {
    fn new(events: mpsc::Sender<CallEvent>) -> Self {
        let answered = events.clone().try_reserve_owned().ok();
        let ended = events.clone().try_reserve_owned().ok();
        Outlet { events, answered, ended }
    }

    fn tell(&mut self, event: CallEvent) {
        let place = match &event {
            CallEvent::Answered { .. } => self.answered.take(),
            CallEvent::Ended(_) => self.ended.take(),
            _ => None,
        };
        match place {
            Some(place) => drop(place.send(event)),
            None => {
                if self.events.try_send(event).is_err() {
                    tracing::debug!("nobody reads the events of a call");
                }
            }
        }
    }
}

struct Driver {
    machine: CallMachine,
    outlet: Outlet,
    call: OutgoingCall,
    trunk: Arc<TrunkInner>,
    tap: Option<Arc<Tap>>,
    /// Where the INVITE went.
    target: Option<SocketAddr>,
    prepare: Work<Result<SocketAddr, SipError>>,
    invite: Work<InviteResult>,
    bye: Work<rsipstack::Result<()>>,
    bye_replied: bool,
    dialog: Option<InviteDialog>,
}

impl Driver {
    async fn run(mut self, handle: CallHandle, mut inbox: mpsc::UnboundedReceiver<DriverInput>) {
        self.look_for_the_trunk();
        let mut abandoned = false;
        while !self.machine.ended() {
            let deadline = self.machine.deadline();
            // What the wire and the handle say comes before the clock: an answer that is already here is not rung out.
            let input = tokio::select! {
                biased;
                Some(input) = inbox.recv() => {
                    if let Some(input) = self.translate(input) {
                        self.step(input);
                    }
                    continue;
                }
                prepared = work(&mut self.prepare) => self.begin(prepared, &handle),
                result = work(&mut self.invite) => Some(Input::InviteDone(self.invite_outcome(result))),
                result = work(&mut self.bye) => {
                    if let Err(error) = result {
                        tracing::debug!(%error, "a BYE failed; the call is over all the same");
                    }
                    Some(Input::ByeDone)
                }
                () = until(deadline) => Some(Input::Deadline),
                // Whoever placed the call is gone: nobody would ever hang it up.
                () = self.outlet.events.closed(), if !abandoned => {
                    abandoned = true;
                    Some(Input::Hangup { reason: crate::call::ByeReason::Stopped, q850: None })
                }
            };
            // A poll of the library can send the INVITE or take a reply, and something else be ready in the same turn: the wire is
            // heard first.
            while let Ok(earlier) = inbox.try_recv() {
                if let Some(earlier) = self.translate(earlier) {
                    self.step(earlier);
                }
            }
            if let Some(input) = input {
                self.step(input);
            }
        }
    }

    fn step(&mut self, input: Input) {
        for action in self.machine.handle(now(), input) {
            self.act(action);
        }
    }

    fn look_for_the_trunk(&mut self) {
        let trunk = self.trunk.clone();
        self.prepare = Some(Box::pin(async move { trunk.reachable().await }));
    }

    /// Everything before the INVITE is ready: register the call and build it. The first poll of `invite` sends it.
    fn begin(&mut self, prepared: Result<SocketAddr, SipError>, handle: &CallHandle) -> Option<Input> {
        let target = match prepared {
            Ok(target) => target,
            Err(error) => {
                tracing::info!(%error, "a call could not be sent");
                return Some(Input::NotSent(EndWhy::TransportFailed));
            }
        };
        let stream = match self.trunk.config.settings.transport {
            Transport::Udp => None,
            Transport::Tcp => match self.trunk.core.streams.open_to(target) {
                // It closed just now, and the library's own connect has no time limit.
                None => {
                    self.look_for_the_trunk();
                    return None;
                }
                open => open,
            },
        };
        let option = match self.trunk.invite(&self.call, target, None) {
            Ok(option) => option,
            Err(error) => {
                tracing::error!(%error, "an INVITE could not be built");
                return Some(Input::NotSent(EndWhy::Internal));
            }
        };
        let inputs = handle.inputs.clone();
        let sink = Box::new(move |event| {
            // A call that has ended has no reader: late messages mean nothing to it.
            inputs.send(DriverInput::Tap(event)).ok();
        });
        let tap = Arc::new(Tap::new(self.trunk.contact(target), stream, sink).with_handle(handle.clone()));
        if !self.trunk.core.calls.add(&self.call.call_id, tap.clone()) {
            tracing::error!("a Call-ID was used twice");
            return Some(Input::NotSent(EndWhy::Internal));
        }
        self.tap = Some(tap);
        // Nothing waits between this check and the socket: the first poll runs straight to the send.
        if self.call.latest_send.is_some_and(|latest| now() > latest) {
            return Some(Input::NotSent(EndWhy::Withdrawn));
        }
        self.target = Some(target);
        self.send_invite(option);
        None
    }

    fn send_invite(&mut self, option: InviteOption) {
        let (layer, states) = (self.trunk.core.layer.clone(), self.trunk.core.no_states.clone());
        self.invite = Some(Box::pin(async move { layer.do_invite(option, states).await }));
    }

    fn repeat(&mut self, min_se_s: u32) {
        let Some(target) = self.target else { return };
        match self.trunk.invite(&self.call, target, Some(min_se_s)) {
            Ok(option) => self.send_invite(option),
            // The first one could be built, so this cannot be; the deadline of the first ends the call.
            Err(error) => tracing::error!(%error, "an INVITE could not be built again"),
        }
    }

    fn translate(&mut self, input: DriverInput) -> Option<Input> {
        let event = match input {
            DriverInput::Machine(input) => return Some(input),
            DriverInput::SendInfo { content_type, body } => {
                self.send_info(content_type, body);
                return None;
            }
            DriverInput::Tap(event) => event,
        };
        match event {
            TapEvent::InviteSent => Some(Input::Sent),
            TapEvent::Provisional { status, sdp } => Some(Input::Provisional { status, sdp }),
            TapEvent::Final(reply) => Some(Input::Final(reply)),
            TapEvent::ByeReplied => {
                self.bye_replied = true;
                Some(Input::ByeDone)
            }
            TapEvent::TransportLost => Some(Input::TransportLost),
            TapEvent::Bye(cause) => Some(Input::RemoteBye(cause)),
            TapEvent::Reinvite { sdp, reply } => {
                self.outlet.tell(CallEvent::Reinvite { sdp, reply });
                None
            }
            TapEvent::ReinviteAnswer { sdp } => {
                self.outlet.tell(CallEvent::ReinviteAnswer { sdp });
                None
            }
            TapEvent::Info { content_type, body } => {
                self.outlet.tell(CallEvent::Info { content_type, body });
                None
            }
            // RFC 3261 section 13.3.1.4: without the ACK the session is to be ended.
            TapEvent::ReinviteUnacknowledged => {
                Some(Input::Hangup { reason: crate::call::ByeReason::AudioLost, q850: Some(102) })
            }
        }
    }

    fn invite_outcome(&mut self, result: InviteResult) -> InviteOutcome {
        let (dialog, response) = match result {
            Ok(done) => done,
            Err(error) => {
                tracing::debug!(%error, "the INVITE failed in the library");
                return InviteOutcome::Failed;
            }
        };
        let Some(response) = response else { return InviteOutcome::Refused };
        if !(200..300).contains(&response.status_code.code()) {
            return InviteOutcome::Refused;
        }
        // A cancelled call that is answered comes back as a 200 too: only the dialog's state tells.
        if dialog.state().is_terminated() {
            return InviteOutcome::Crossed;
        }
        if let Some(tap) = &self.tap {
            tap.set_remote_tag(&dialog.id().remote_tag);
        }
        self.dialog = Some(dialog);
        InviteOutcome::Confirmed { sdp: sdp_of(&response) }
    }

    fn act(&mut self, action: Action) {
        match action {
            Action::Cancel => self.cancel(),
            Action::Abort => self.abandon_invite(),
            Action::Repeat { min_se_s } => self.repeat(min_se_s),
            Action::Bye { q850 } => self.hang_up(q850),
            Action::Sent => self.outlet.tell(CallEvent::Sent),
            Action::Trying => self.outlet.tell(CallEvent::Trying),
            Action::Ringing(status) => self.outlet.tell(CallEvent::Ringing { status }),
            Action::Early(sdp) => self.outlet.tell(CallEvent::Early { sdp }),
            Action::Answered(sdp) => self.outlet.tell(CallEvent::Answered { sdp }),
            Action::End(ending) => self.end(*ending),
        }
    }

    fn cancel(&mut self) {
        let early = self.tap.as_ref().and_then(|tap| tap.local_tag()).map(|local_tag| DialogId {
            call_id: self.call.call_id.clone(),
            local_tag,
            remote_tag: String::new(),
        });
        match early.and_then(|id| self.trunk.core.layer.get_dialog(&id)) {
            Some(rsipstack::dialog::dialog::Dialog::Invite(dialog)) => {
                tokio::spawn(async move {
                    if let Err(error) = dialog.cancel().await {
                        tracing::debug!(%error, "a CANCEL was not accepted");
                    }
                });
            }
            // The library has no such dialog any more: dropping the INVITE cancels it too.
            _ => self.abandon_invite(),
        }
    }

    /// Stops waiting for the INVITE; the library cancels or hangs up what is late.
    fn abandon_invite(&mut self) {
        if self.invite.take().is_some() {
            self.trunk.core.late.add(&self.call.call_id);
        }
    }

    fn hang_up(&mut self, q850: Option<u8>) {
        let Some(dialog) = self.dialog.clone() else { return };
        let headers = q850.map(|cause| vec![Header::Reason(format!("Q.850;cause={cause}").into())]);
        self.bye = Some(Box::pin(async move { dialog.bye_with_headers(headers).await }));
    }

    fn send_info(&self, content_type: String, body: String) {
        let (Some(dialog), true) = (self.dialog.clone(), crate::text::is_header_value(&content_type)) else { return };
        tokio::spawn(async move {
            let headers = vec![Header::ContentType(content_type.into())];
            if let Err(error) = dialog.info(Some(headers), Some(body.into_bytes())).await {
                tracing::debug!(%error, "an INFO failed");
            }
        });
    }

    fn end(&mut self, mut ending: Ending) {
        self.abandon_invite();
        if let Some(bye) = self.bye.take() {
            // It goes on repeating in the background until it is answered or given up.
            tokio::spawn(bye);
            if !self.bye_replied {
                self.trunk.core.late.add(&self.call.call_id);
            }
        }
        if ending.why == EndWhy::TransportFailed {
            // On a connection that is gone nothing comes late.
            self.trunk.core.late.settle(&self.call.call_id);
        }
        if let Some(dialog) = self.dialog.take() {
            self.trunk.core.layer.remove_dialog(&dialog.id());
        }
        if let Some(tap) = self.tap.take() {
            if let (Some(stream), EndWhy::NoReply) = (tap.stream, ending.why) {
                self.trunk.core.streams.retire(stream);
            }
            tap.leave(&self.trunk.core.sources, self.trunk.core.t1x64 * 2);
            ending.ladder = tap.entries();
            self.trunk.core.calls.remove(&self.call.call_id);
        }
        self.outlet.tell(CallEvent::Ended(ending));
    }
}

/// Result of a piece of work; pending for ever when there is none. The work is gone once it is done.
async fn work<T>(slot: &mut Work<T>) -> T {
    match slot {
        Some(future) => {
            let result = future.as_mut().await;
            *slot = None;
            result
        }
        None => std::future::pending().await,
    }
}

fn now() -> Instant {
    tokio::time::Instant::now().into_std()
}

async fn until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(deadline.into()).await,
        None => std::future::pending().await,
    }
}
