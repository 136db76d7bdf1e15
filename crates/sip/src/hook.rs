//! What every message passes on its way to and from the library: the ladder is written here, replies are told to their call, and what
//! the library would trip over is rewritten. `from` is `None` for replies that the library makes itself out of a timer or a failed
//! send: that is how a local time-out is told from a far end's answer.

use std::net::IpAddr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, RwLock};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use rsipstack::sip::{Contact, Header, HeadersExt, Method, Request, Response, SipMessage, StatusCode};
use rsipstack::transaction::endpoint::{MessageInspector, TransportEventInspector};
use rsipstack::transport::{SipAddr, TransportEvent};

use crate::call::{CallHandle, ReinviteReply};
use crate::calls::Calls;
use crate::challenge;
use crate::guard::Sources;
use crate::ladder::{Direction, Ladder, LadderEntry};
use crate::late::Late;
use crate::machine::{Cause, FinalReply};
use crate::streams::StreamId;
use crate::text;

/// What a tap tells its call.
#[derive(Debug)]
pub(crate) enum TapEvent {
    /// An INVITE is being handed to the socket.
    InviteSent,
    Provisional {
        status: u16,
        sdp: Option<String>,
    },
    Final(FinalReply),
    /// The far end answered a BYE of ours.
    ByeReplied,
    /// The stream connection of this call closed.
    TransportLost,
    Bye(Cause),
    Reinvite {
        sdp: Option<String>,
        reply: ReinviteReply,
    },
    Info {
        content_type: String,
        body: String,
    },
    /// The answer to the offer that we made in reply to a re-INVITE without one.
    ReinviteAnswer {
        sdp: String,
    },
    /// A re-INVITE of the far end was accepted and never acknowledged.
    ReinviteUnacknowledged,
}

/// Where the events of a tap go.
pub(crate) type Sink = Box<dyn Fn(TapEvent) + Send + Sync>;

/// Hosts that the messages of one call name, at most [`TARGETS_MAX`], and their addresses.
#[derive(Debug, Default)]
struct Targets {
    hosts: Vec<String>,
    addresses: Vec<IpAddr>,
}

/// More hops has no route.
const TARGETS_MAX: usize = 16;
/// Longest look-up of a host's name.
const LOOK_UP_LIMIT: Duration = Duration::from_secs(4);

/// One call as the wire sees it.
pub(crate) struct Tap {
    /// Contact URI for our 2xx to requests inside the call.
    pub(crate) contact: String,
    /// Set for calls over a stream connection.
    pub(crate) stream: Option<StreamId>,
    /// Of the INVITE sent last: one that is sent again after a 422 has another.
    local_tag: RwLock<Option<String>>,
    remote_tag: OnceLock<String>,
    remote_cseq: AtomicU32,
    ladder: Mutex<Ladder>,
    /// Where the far end's requests may come from besides the trunk; `None` when the call is over.
    targets: Mutex<Option<Targets>>,
    sink: Sink,
    /// Steers the call, if it is one of ours.
    pub(crate) handle: Option<CallHandle>,
}

impl Tap {
    pub(crate) fn new(contact: String, stream: Option<StreamId>, sink: Sink) -> Self {
        Tap {
            contact,
            stream,
            local_tag: RwLock::default(),
            remote_tag: OnceLock::new(),
            remote_cseq: AtomicU32::new(0),
            ladder: Mutex::default(),
            targets: Mutex::new(Some(Targets::default())),
            sink,
            handle: None,
        }
    }

    pub(crate) fn with_handle(mut self, handle: CallHandle) -> Self {
        self.handle = Some(handle);
        self
    }

    pub(crate) fn tell(&self, event: TapEvent) {
        (self.sink)(event);
    }

    pub(crate) fn entries(&self) -> Vec<LadderEntry> {
        self.lock_ladder().entries()
    }

    pub(crate) fn local_tag(&self) -> Option<String> {
        self.local_tag.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn set_local_tag(&self, tag: &str) {
        *self.local_tag.write().unwrap_or_else(PoisonError::into_inner) = Some(tag.to_owned());
    }

    /// Fixes the far end's tag of the dialog; the first one stays.
    pub(crate) fn set_remote_tag(&self, tag: &str) {
        self.remote_tag.get_or_init(|| tag.to_owned());
    }

    /// Whether a request inside a dialog carries the tags of this one (RFC 3261 section 12.2.2). Before the answer any far-end tag may
    /// come: forks and early dialogs.
    pub(crate) fn owns(&self, to_tag: &str, from_tag: &str) -> bool {
        self.local_tag().as_deref() == Some(to_tag) && self.remote_tag.get().is_none_or(|tag| tag == from_tag)
    }

    /// Whether a request's CSeq number is in order; takes it if so.
    pub(crate) fn takes_cseq(&self, number: u32) -> bool {
        self.remote_cseq.fetch_max(number, Ordering::Relaxed) <= number
    }

    fn record(&self, direction: Direction, message: &SipMessage) {
        let (first_line, summary) = describe(message);
        self.lock_ladder().record(Instant::now(), direction, &first_line, &summary);
    }

    /// Notes a host that a message names; `false` when it is known or the call is over.
    fn names_host(&self, host: &str) -> bool {
        let mut targets = self.targets.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(targets) = targets.as_mut() else { return false };
        if targets.hosts.len() >= TARGETS_MAX || targets.hosts.iter().any(|known| known == host) {
            return false;
        }
        targets.hosts.push(host.to_owned());
        true
    }

    /// The call goes by this address until [`Tap::leave`].
    fn go_by(&self, sources: &Sources, ip: IpAddr) {
        let mut targets = self.targets.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(targets) = targets.as_mut()
            && targets.addresses.len() < TARGETS_MAX
        {
            targets.addresses.push(ip);
            sources.hold(ip);
        }
    }

    /// The call is over: the addresses it went by are heard for `linger` more.
    pub(crate) fn leave(&self, sources: &Sources, linger: Duration) {
        let targets = self.targets.lock().unwrap_or_else(PoisonError::into_inner).take();
        sources.release(&targets.unwrap_or_default().addresses, linger);
    }

    fn lock_ladder(&self) -> MutexGuard<'_, Ladder> {
        self.ladder.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The inspector given to the library.
pub(crate) struct Hook {
    pub(crate) calls: Arc<Calls>,
    pub(crate) sources: Sources,
    pub(crate) late: Arc<Late>,
}

impl MessageInspector for Hook {
    fn before_send(&self, mut message: SipMessage, _destination: Option<&SipAddr>) -> SipMessage {
        if let SipMessage::Request(request) = &mut message {
            prepare_request(request);
        }
        let Some(tap) = call_id(&message).and_then(|id| self.calls.find(&id)) else { return message };
        tap.record(Direction::Sent, &message);
        if let SipMessage::Request(request) = &message
            && request.method == Method::Invite
            && request.to_header().is_ok_and(|to| !matches!(to.tag(), Ok(Some(_))))
        {
            if let Some(tag) = request.from_header().ok().and_then(|from| from.tag().ok().flatten()) {
                tap.set_local_tag(tag.value());
            }
            tap.tell(TapEvent::InviteSent);
        }
        message
    }

    fn after_received(&self, mut message: SipMessage, from: Option<&SipAddr>) -> SipMessage {
        let tap = call_id(&message).and_then(|id| self.calls.find(&id));
        if let (Some(tap), Some(_)) = (&tap, from) {
            tap.record(Direction::Received, &message);
        }
        if let SipMessage::Response(response) = &mut message {
            if is_last_word(response, from.is_none())
                && let Ok(id) = response.call_id_header()
            {
                self.late.settle(id.value());
            }
            if let Some(tap) = &tap {
                self.allow_targets(tap, response);
                tell_response(tap, response, from.is_none());
            }
            if let Some(from) = from {
                cure_response(response, from);
            }
        }
        message
    }
}

impl Hook {
    /// Later requests of a call may come straight from the address that a reply of the trunk names (RFC 3261 section 12.1.2).
    fn allow_targets(&self, tap: &Arc<Tap>, response: &Response) {
        if matches!(self.sources, Sources::Any) || !(101..300).contains(&response.status_code.code()) {
            return;
        }
        for header in response.headers.iter() {
            let value = match header {
                Header::Contact(v) => v.value(),
                Header::RecordRoute(v) => v.value(),
                _ => continue,
            };
            for host in challenge::split_outside_quotes(value, ',').into_iter().filter_map(text::host_in) {
                if tap.names_host(host) {
                    self.allow_host(tap, host);
                }
            }
        }
    }

    fn allow_host(&self, tap: &Arc<Tap>, host: &str) {
        if let Ok(ip) = host.parse() {
            tap.go_by(&self.sources, ip);
            return;
        }
        let (tap, sources, host) = (tap.clone(), self.sources.clone(), host.to_owned());
        tokio::spawn(async move {
            match tokio::time::timeout(LOOK_UP_LIMIT, tokio::net::lookup_host((host.as_str(), 0))).await {
                Ok(Ok(found)) => found.for_each(|address| tap.go_by(&sources, address.ip())),
                _ => tracing::debug!(host, "a host that the trunk names has no address; its requests are not heard"),
            }
        });
    }
}

#[async_trait]
impl TransportEventInspector for Hook {
    async fn handle(&self, event: TransportEvent) -> Option<TransportEvent> {
        if let TransportEvent::Closed(connection) = &event
            && let Some(stream) = StreamId::of(connection)
        {
            // The library does not tell the calls of a closed connection. Those on a newer one to the same peer are none of them.
            for tap in self.calls.of_stream(stream) {
                tap.tell(TapEvent::TransportLost);
            }
        }
        Some(event)
    }
}

fn call_id(message: &SipMessage) -> Option<String> {
    let id = match message {
        SipMessage::Request(request) => request.call_id_header(),
        SipMessage::Response(response) => response.call_id_header(),
    };
    id.ok().map(|id| id.value().to_owned())
}

/// Whether nothing of a call that has ended here follows this: a refusal or time-out of its INVITE, or the end of its BYE. After a 2xx
/// that came late the library hangs up.
fn is_last_word(response: &Response, local: bool) -> bool {
    let status = response.status_code.code();
    match response.cseq_header().map(|cseq| cseq.method()) {
        Ok(Ok(Method::Invite)) => local || status >= 300,
        Ok(Ok(Method::Bye)) => status >= 200,
        _ => false,
    }
}

/// Request line or status line, and what one must know to follow the call.
fn describe(message: &SipMessage) -> (String, String) {
    let (first_line, headers, body_len) = match message {
        SipMessage::Request(r) => (format!("{} {} SIP/2.0", r.method, r.uri), &r.headers, r.body.len()),
        SipMessage::Response(r) => {
            (format!("SIP/2.0 {} {}", r.status_code.code(), phrase(r)), &r.headers, r.body.len())
        }
    };
    let mut summary = String::new();
    let mut note = |text: String| {
        if !summary.is_empty() {
            summary.push_str(", ");
        }
        summary.push_str(&text);
    };
    let mut sdp = false;
    for header in headers.iter() {
        match header {
            Header::CSeq(v) => note(format!("CSeq {}", v.value())),
            Header::Reason(v) => note(format!("Reason {}", v.value())),
            Header::RetryAfter(v) => note(format!("Retry-After {}", v.value())),
            Header::Authorization(_) | Header::ProxyAuthorization(_) => note("with credentials".to_owned()),
            Header::ContentType(v) => sdp = v.value().trim().eq_ignore_ascii_case("application/sdp"),
            _ => {}
        }
    }
    if body_len > 0 {
        note(format!("{} {body_len} bytes", if sdp { "SDP" } else { "body" }));
    }
    (first_line, summary)
}

fn phrase(response: &Response) -> &str {
    response.wire_reason.as_deref().unwrap_or_else(|| response.status_code.text())
}

fn prepare_request(request: &mut Request) {
    if request.method == Method::Cancel {
        // The library copies all of the INVITE into its CANCEL; only these belong there (RFC 3261 section 9.1).
        request.headers.retain(|h| {
            matches!(
                h,
                Header::Via(_)
                    | Header::CallId(_)
                    | Header::From(_)
                    | Header::To(_)
                    | Header::CSeq(_)
                    | Header::MaxForwards(_)
                    | Header::Route(_)
                    | Header::UserAgent(_)
                    | Header::ContentLength(_)
            )
        });
    }
    for header in request.headers.iter_mut() {
        match header {
            Header::Authorization(v) => v.replace(challenge::credentials_for_the_wire(v.value())),
            Header::ProxyAuthorization(v) => v.replace(challenge::credentials_for_the_wire(v.value())),
            _ => {}
        }
    }
}

fn tell_response(tap: &Tap, response: &Response, local: bool) {
    let status = response.status_code.code();
    match response.cseq_header().map(|cseq| cseq.method()) {
        Ok(Ok(Method::Invite)) if status < 200 => {
            let provisional = TapEvent::Provisional { status, sdp: sdp_of(response) };
            if !local {
                tap.tell(provisional);
            }
        }
        Ok(Ok(Method::Invite)) => {
            let reasons = response.headers.iter().filter_map(|h| match h {
                Header::Reason(v) => Some(v.value()),
                _ => None,
            });
            let min_se_s = response.headers.iter().find_map(|h| match h {
                Header::MinSE(v) => text::read_seconds(v.value()),
                _ => None,
            });
            let retry_after_s = response.headers.iter().find_map(|h| match h {
                Header::RetryAfter(v) => text::read_seconds(v.value()),
                _ => None,
            });
            let phrase = phrase(response).chars().filter(|c| !c.is_control()).take(200).collect();
            tap.tell(TapEvent::Final(FinalReply {
                status,
                phrase,
                cause: text::read_reason(reasons),
                retry_after_s,
                min_se_s,
                local,
            }));
        }
        Ok(Ok(Method::Bye)) if status >= 200 && !matches!(status, 401 | 407) => tap.tell(TapEvent::ByeReplied),
        _ => {}
    }
}

pub(crate) fn sdp_of(response: &Response) -> Option<String> {
    text::read_sdp(content_type(&response.headers), &response.body)
}

pub(crate) fn content_type(headers: &rsipstack::sip::Headers) -> Option<&str> {
    headers.iter().find_map(|h| match h {
        Header::ContentType(v) => Some(v.value().trim()),
        _ => None,
    })
}

/// Rewrites what the library cannot take. The call has been told the original before.
fn cure_response(response: &mut Response, from: &SipAddr) {
    let status = response.status_code.code();
    if status < 100 {
        // It would count as a final status. (Over UDP the socket drops it.)
        response.status_code = StatusCode::Trying;
        return;
    }
    if matches!(status, 401 | 407) {
        simplify_challenges(response);
        return;
    }
    if !matches!(response.cseq_header().map(|cseq| cseq.method()), Ok(Ok(Method::Invite))) {
        return;
    }
    match status {
        // A PRACK that stays unanswered would hold back the 200, and we offer no 100rel.
        101..=199 => response.headers.retain(|h| !matches!(h, Header::RSeq(_) | Header::Require(_))),
        200..=299 => {
            // Any other 2xx the library acknowledges and then forgets, without BYE.
            response.status_code = StatusCode::OK;
            if response.typed_contact_headers().map_or(true, |contacts| contacts.is_empty()) {
                // Without a Contact it would neither acknowledge nor hang up: send both to where the answer came from.
                response.headers.retain(|h| !matches!(h, Header::Contact(_)));
                let transport = match from.r#type {
                    Some(rsipstack::sip::Transport::Tcp) => ";transport=tcp",
                    _ => "",
                };
                response.headers.push(Header::Contact(Contact::new(format!("<sip:{}{transport}>", from.addr))));
            }
        }
        _ => {}
    }
}

fn simplify_challenges(response: &mut Response) {
    let values = |pick: fn(&Header) -> Option<&str>| {
        response.headers.iter().filter_map(pick).map(str::to_owned).collect::<Vec<_>>()
    };
    let origin = values(|h| match h {
        Header::WwwAuthenticate(v) => Some(v.value()),
        _ => None,
    });
    let proxy = values(|h| match h {
        Header::ProxyAuthenticate(v) => Some(v.value()),
        _ => None,
    });
    let choose = |values: &[String]| challenge::choose(&values.iter().map(String::as_str).collect::<Vec<_>>());
    response.headers.retain(|h| !matches!(h, Header::WwwAuthenticate(_) | Header::ProxyAuthenticate(_)));
    if let Some(value) = choose(&origin) {
        response.headers.push(Header::WwwAuthenticate(value.into()));
    }
    if let Some(value) = choose(&proxy) {
        response.headers.push(Header::ProxyAuthenticate(value.into()));
    }
}
