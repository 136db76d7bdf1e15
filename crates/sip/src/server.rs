//! The answering side: a SIP server on UDP and TCP, for the practice network and for tests. It takes calls from anybody, so it belongs
//! on loopback.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rsipstack::dialog::DialogId;
use rsipstack::dialog::invite_dialog::InviteDialog;
use rsipstack::sip::headers::make_header;
use rsipstack::sip::{Header, HeadersExt, Method, Request, SipMessage, StatusCode};
use rsipstack::transaction::Transaction;
use rsipstack::transaction::transaction::{TransactionEvent, TransactionEventSender};
use tokio::sync::mpsc;

use crate::call::ReinviteReply;
use crate::endpoint::{Core, CoreConfig, Stats};
use crate::error::SipError;
use crate::guard::Sources;
use crate::hook::{Tap, TapEvent, content_type};
use crate::incoming;
use crate::text;

/// Calls that wait to be taken; above that the server answers 503.
const WAITING_MAX: usize = 4_096;
/// Events kept for the reader of a call.
const EVENTS_MAX: usize = 16;

/// Settings of a server.
#[derive(Debug, Clone)]
pub struct ServerConfig {
    /// Address for UDP and TCP alike. Port 0 takes a free one.
    pub bind: SocketAddr,
    /// Server header.
    pub user_agent: String,
    /// 64*T1: how long an answer is repeated without ACK, and how long an answered call is held after it.
    pub t1x64: Duration,
}

impl ServerConfig {
    /// A server on `bind` with 64*T1 of 16 s.
    pub fn new(bind: SocketAddr) -> Self {
        ServerConfig {
            bind,
            user_agent: concat!("Carillon-practice/", env!("CARGO_PKG_VERSION")).to_owned(),
            t1x64: Duration::from_secs(16),
        }
    }
}

/// A SIP server.
pub struct Server {
    core: Arc<Core>,
    calls: mpsc::Receiver<IncomingCall>,
}

/// Opens a server. Must be called inside a tokio runtime.
pub async fn listen(config: ServerConfig) -> Result<Server, SipError> {
    let core_config =
        CoreConfig { bind: config.bind, sources: Sources::Any, user_agent: &config.user_agent, t1x64: config.t1x64 };
    let (core, transactions) = Core::start(core_config).await?;
    let core = Arc::new(core);
    let (sender, calls) = mpsc::channel(WAITING_MAX);
    let for_invites = core.clone();
    let on_invite = Box::new(move |transaction: Transaction| match sender.try_reserve() {
        Ok(place) => {
            if let Some(call) = take(&for_invites, transaction) {
                place.send(call);
            }
        }
        Err(_) => incoming::refuse_invite(transaction, StatusCode::ServiceUnavailable, Vec::new()),
    });
    tokio::spawn(incoming::serve(core.clone(), transactions, on_invite));
    Ok(Server { core, calls })
}

impl Server {
    /// The next call; `None` after [`Server::shutdown`].
    pub async fn accept(&mut self) -> Option<IncomingCall> {
        self.calls.recv().await
    }

    /// The address the sockets are bound to.
    pub fn local_address(&self) -> SocketAddr {
        self.core.local
    }

    /// What is held at this moment.
    pub fn stats(&self) -> Stats {
        self.core.stats()
    }

    /// Closes the sockets; calls under way are forgotten.
    pub fn shutdown(&self) {
        self.core.stop();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.core.stop();
    }
}

/// What happens to an incoming call after it was taken.
#[derive(Debug)]
pub enum IncomingEvent {
    /// The caller acknowledged the final status.
    Acked,
    /// The caller took the call back before it was answered; 487 was sent.
    Canceled,
    /// The caller hung up; 200 was sent.
    Bye {
        /// Q.850 cause of its Reason header.
        q850: Option<u8>,
    },
    /// The caller wants to change the session.
    Reinvite {
        /// Its offer.
        sdp: Option<String>,
        /// Where the answer goes.
        reply: ReinviteReply,
    },
    /// The caller's answer to the offer with which a re-INVITE without SDP was accepted.
    ReinviteAnswer {
        /// Its SDP.
        sdp: String,
    },
    /// An INFO inside the call.
    Info {
        /// Its Content-Type.
        content_type: String,
        /// Its body.
        body: String,
    },
    /// The answer was never acknowledged. The call is gone.
    NoAck,
}

/// A call that came in. Dropping it without an answer leaves the caller waiting.
pub struct IncomingCall {
    /// SIP Call-ID.
    pub call_id: String,
    /// User part of the Request-URI, as the caller dialled it.
    pub number: String,
    /// User part of From.
    pub from: String,
    /// SDP offer.
    pub sdp: Option<String>,
    /// What happens to the call.
    pub events: mpsc::Receiver<IncomingEvent>,
    /// To steer it.
    pub handle: IncomingHandle,
    request: Arc<Request>,
}

impl IncomingCall {
    /// The first value of a header of the INVITE.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.request.headers.iter().find(|h| h.name().eq_ignore_ascii_case(name)).map(Header::value)
    }
}

/// Steers an incoming call. All methods return at once.
#[derive(Clone)]
pub struct IncomingHandle {
    shared: Arc<Shared>,
}

struct Shared {
    core: Arc<Core>,
    call_id: String,
    dialog: InviteDialog,
    /// The INVITE with our tag in To.
    request: Arc<Request>,
    replies: TransactionEventSender,
    contact: String,
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.core.layer.remove_dialog(&self.dialog.id());
        self.core.calls.remove(&self.call_id);
    }
}

impl IncomingHandle {
    /// Sends 180 Ringing.
    pub fn ring(&self) {
        self.reply(StatusCode::Ringing, Vec::new(), None);
    }

    /// Sends 183 Session Progress with early media.
    pub fn early(&self, sdp: impl Into<String>) {
        self.reply(StatusCode::SessionProgress, Vec::new(), Some(sdp.into()));
    }

    /// Answers with 200; it is repeated until the ACK.
    pub fn answer(&self, sdp: impl Into<String>) {
        let headers = vec![
            Header::Contact(format!("<{}>", self.shared.contact).into()),
            Header::ContentType("application/sdp".into()),
        ];
        if let Err(error) = self.shared.dialog.accept(Some(headers), Some(sdp.into().into_bytes())) {
            tracing::debug!(%error, "an incoming call could not be answered");
        }
    }

    /// Refuses with a final status from 300 up, its reason phrase, and more headers such as `Reason` or `Retry-After`.
    pub fn reject(&self, status: u16, reason: &str, headers: &[(&str, &str)]) {
        let headers = headers.iter().map(|(name, value)| make_header(name, (*value).to_owned())).collect();
        self.reply(StatusCode::Other(status, reason.to_owned()), headers, None);
    }

    /// Hangs up an answered call.
    pub fn bye(&self) {
        let shared = self.shared.clone();
        tokio::spawn(async move {
            if let Err(error) = shared.dialog.bye().await {
                tracing::debug!(%error, "a BYE to the caller failed");
            }
        });
    }

    fn reply(&self, status: StatusCode, headers: Vec<Header>, sdp: Option<String>) {
        let body = sdp.map(String::into_bytes);
        let mut response = self.shared.core.endpoint.make_response(&self.shared.request, status, body);
        if !response.body.is_empty() {
            response.headers.push(Header::ContentType("application/sdp".into()));
        }
        response.headers.push(Header::Contact(format!("<{}>", self.shared.contact).into()));
        response.headers.extend(headers);
        if self.shared.replies.send(TransactionEvent::Respond(response)).is_err() {
            tracing::debug!("the call had gone before it was answered");
        }
    }
}

/// Makes a call of an INVITE; a broken one is refused.
fn take(core: &Arc<Core>, mut transaction: Transaction) -> Option<IncomingCall> {
    let contact = contact(core, &transaction);
    let parsed = rsipstack::sip::Uri::try_from(contact.as_str()).map_err(|e| e.to_string()).and_then(|uri| {
        core.layer
            .get_or_create_server_invite(&transaction, core.no_states.clone(), None, Some(uri))
            .map_err(|e| e.to_string())
    });
    let dialog = match parsed {
        Ok(dialog) => dialog,
        Err(error) => {
            tracing::debug!(error, "an INVITE could not be understood");
            incoming::refuse_invite(transaction, StatusCode::BadRequest, Vec::new());
            return None;
        }
    };
    let id: DialogId = dialog.id();
    if let Ok(to) = transaction.original.to_header().cloned() {
        let tagged = to.with_tag(id.local_tag.as_str().into());
        transaction.original.headers.unique_push(Header::To(tagged));
    }
    let request = Arc::new(transaction.original.clone());
    let (events, receiver) = mpsc::channel(EVENTS_MAX);
    let sink_events = events.clone();
    let tap = Arc::new(Tap::new(contact.clone(), None, Box::new(move |event| tell(&sink_events, event))));
    tap.set_local_tag(&id.local_tag);
    tap.set_remote_tag(&id.remote_tag);
    if !core.calls.add(&id.call_id, tap) {
        core.layer.remove_dialog(&id);
        incoming::refuse_invite(transaction, StatusCode::LoopDetected, Vec::new());
        return None;
    }
    let shared = Arc::new(Shared {
        core: core.clone(),
        call_id: id.call_id.clone(),
        dialog,
        request: request.clone(),
        replies: transaction.tu_sender.clone(),
        contact,
    });
    tokio::spawn(see_through(transaction, shared.clone(), events));
    Some(IncomingCall {
        call_id: id.call_id,
        number: request.uri.user().unwrap_or_default().to_owned(),
        from: request
            .from_header()
            .ok()
            .and_then(|f| f.uri().ok())
            .and_then(|u| u.user().map(str::to_owned))
            .unwrap_or_default(),
        sdp: text::read_sdp(content_type(&request.headers), &request.body),
        events: receiver,
        handle: IncomingHandle { shared },
        request,
    })
}

/// Our Contact on the transport on which the INVITE came.
fn contact(core: &Core, transaction: &Transaction) -> String {
    let transport = match transaction.connection.as_ref() {
        Some(connection) if connection.is_reliable() => ";transport=tcp",
        _ => "",
    };
    format!("sip:practice@{}{transport}", rsipstack::transport::SipConnection::resolve_bind_address(core.local))
}

fn tell(events: &mpsc::Sender<IncomingEvent>, event: TapEvent) {
    let event = match event {
        TapEvent::Bye(cause) => IncomingEvent::Bye { q850: cause.q850 },
        TapEvent::Reinvite { sdp, reply } => IncomingEvent::Reinvite { sdp, reply },
        TapEvent::ReinviteAnswer { sdp } => IncomingEvent::ReinviteAnswer { sdp },
        TapEvent::Info { content_type, body } => IncomingEvent::Info { content_type, body },
        _ => return,
    };
    send(events, event);
}

fn send(events: &mpsc::Sender<IncomingEvent>, event: IncomingEvent) {
    if events.try_send(event).is_err() {
        tracing::debug!("nobody reads the events of an incoming call");
    }
}

/// Drives the INVITE transaction until it is acknowledged, taken back or given up. The call lives on in its handles.
async fn see_through(mut transaction: Transaction, shared: Arc<Shared>, events: mpsc::Sender<IncomingEvent>) {
    if let Err(error) = transaction.send_trying().await {
        tracing::debug!(%error, "no 100 could be sent");
    }
    while let Some(message) = transaction.receive().await {
        match message {
            SipMessage::Request(request) if request.method == Method::Ack => {
                send(&events, IncomingEvent::Acked);
                return;
            }
            SipMessage::Request(request) if request.method == Method::Cancel => {
                if let Err(error) = transaction.reply(StatusCode::RequestTerminated).await {
                    tracing::debug!(%error, "a CANCEL could not be followed by 487");
                }
                send(&events, IncomingEvent::Canceled);
            }
            _ => {}
        }
    }
    let answered = transaction.last_response.as_ref().is_some_and(|r| r.status_code == StatusCode::OK);
    if answered {
        send(&events, IncomingEvent::NoAck);
        if let Err(error) = shared.dialog.bye().await {
            tracing::debug!(%error, "the unacknowledged call could not be hung up");
        }
    }
}
