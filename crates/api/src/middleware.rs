//! What happens around every request: its id, who asks, where a write comes from, Idempotency-Key, the audit log, and the headers of the
//! answer.

use std::net::SocketAddr;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;

use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use carillon_domain::UserId;
use carillon_store::NewAudit;
use futures_util::FutureExt;
use serde_json::Value;

use crate::auth::{self, Found, Identity, Via};
use crate::idempotency;
use crate::limits::REQUEST_TIMEOUT;
use crate::problem::{Code, Problem, Refused};
use crate::secrets::{hex, random};
use crate::spec::Operations;
use crate::state::AppState;

/// The header with the id of a request.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Strict-Transport-Security: by https only, for a year.
pub(crate) const HSTS: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// What the layer needs.
#[derive(Clone)]
pub(crate) struct Around {
    pub(crate) state: AppState,
    pub(crate) operations: Arc<Operations>,
}

/// What a handler adds to the audit row of its write. Put it into the answer: `(Extension(Audited::of(id)), …)`.
#[derive(Debug, Clone, Default)]
pub struct Audited {
    /// Who, when the request itself does not say: somebody who signed in.
    pub who: Option<(Option<UserId>, String)>,
    /// What it was done to, when the address does not say: the id of what was made.
    pub target: Option<String>,
    /// Details, without secrets.
    pub details: Option<Value>,
}

impl Audited {
    /// About this thing.
    pub fn of(target: impl std::fmt::Display) -> Audited {
        Audited { target: Some(target.to_string()), ..Audited::default() }
    }

    /// With details.
    #[must_use]
    pub fn with(mut self, details: Value) -> Audited {
        self.details = Some(details);
        self
    }
}

/// The answer holds a secret that is shown once: it is not kept for an Idempotency-Key. Put it into the answer as an extension.
#[derive(Debug, Clone, Copy)]
pub struct ShownOnce;

/// Where a request came from, as the connection says.
pub(crate) fn address(request: &axum::http::Extensions) -> Option<String> {
    request.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(address)| address.ip().to_string())
}

/// The layer. A write goes on when the one who asked hangs up: what it does is done whole, with its audit row.
pub(crate) async fn around(State(around): State<Around>, request: Request, next: Next) -> Response {
    let method = request.method().clone();
    let path = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let operation = path.as_deref().and_then(|path| around.operations.get(&method, path)).map(ToOwned::to_owned);
    let seen = Seen {
        writes: operation.is_some() && !matches!(method, Method::GET | Method::HEAD | Method::OPTIONS),
        operation,
        target: path.as_deref().and_then(|path| target(path, request.uri().path())),
        address: address(request.extensions()),
        id: request_id(),
        line: format!("{method} {}", request.uri().path()),
    };
    if !seen.writes || seen.streams() {
        return handle(around, request, next, seen).await;
    }
    let id = seen.id.clone();
    match tokio::spawn(handle(around, request, next, seen)).await {
        Ok(response) => response,
        Err(error) => {
            tracing::error!(%error, request = id, "a write was cut off");
            Problem::of(Code::Internal).response(Some(id))
        }
    }
}

async fn handle(around: Around, mut request: Request, next: Next, seen: Seen) -> Response {
    let begun = Instant::now();
    let mut response = if seen.operation.is_none() {
        guarded(&seen.line, next.run(request)).await
    } else {
        let found = auth::identify(&around.state, request.headers()).await;
        request.extensions_mut().insert(Found(found.clone()));
        let response = answer(&around, request, next, found.as_ref().ok(), &seen).await;
        if seen.writes {
            let audited = response.extensions().get::<Audited>().cloned().unwrap_or_default();
            audit(&around.state, found.as_ref().ok(), &seen, audited, response.status()).await;
        }
        response
    };
    if let Some(Refused(problem)) = response.extensions_mut().remove::<Refused>() {
        response = problem.response(Some(seen.id.clone()));
    }
    headers(&around.state, &mut response, &seen.id);
    let status = response.status().as_u16();
    around.state.metrics.answered(seen.action(), status, begun.elapsed());
    tracing::debug!(request = seen.id, operation = seen.action(), status, "answered");
    response
}

/// What is known of a request before it is answered.
struct Seen {
    /// Id of the operation; none for what is not of the API.
    operation: Option<String>,
    target: Option<String>,
    address: Option<String>,
    id: String,
    line: String,
    writes: bool,
}

impl Seen {
    fn action(&self) -> &str {
        self.operation.as_deref().unwrap_or("other")
    }

    /// Its body is read as it comes, however long that takes.
    fn streams(&self) -> bool {
        matches!(self.action(), "upload_create" | "upload_part")
    }
}

/// Runs the handler, once what must hold before a write holds.
async fn answer(around: &Around, request: Request, next: Next, identity: Option<&Identity>, seen: &Seen) -> Response {
    let via = identity.map(|identity| identity.via);
    if seen.writes && !matches!(via, Some(Via::Key(_))) {
        let by_session = matches!(via, Some(Via::Session(_)));
        if let Err(problem) = own_page(&around.state, request.headers(), by_session).await {
            return problem.into_response();
        }
    }
    match identity {
        Some(identity) if request.method() == Method::POST && !seen.streams() => {
            let run = async |request| limited(&seen.line, next.run(request), false).await;
            idempotency::around(&around.state, identity, request, run).await
        }
        _ => limited(&seen.line, next.run(request), seen.streams()).await,
    }
}

/// Whether a write comes from our own pages: at the address of the request, of the configuration, or of Settings.
async fn own_page(state: &AppState, headers: &HeaderMap, by_session: bool) -> Result<(), Problem> {
    let refused = match auth::check_origin(headers, state.config.public_url.as_deref(), by_session) {
        Err(refused) if state.config.public_url.is_none() => refused,
        checked => return checked,
    };
    let workspace = state.store.workspace_fetch(state.config.workspace).await?;
    match workspace.and_then(|workspace| workspace.settings.public_url) {
        Some(public) => auth::check_origin(headers, Some(&public), by_session),
        None => Err(refused),
    }
}

/// A handler that takes too long is given up; one that panics answers 500.
async fn limited(line: &str, handler: impl Future<Output = Response>, streams: bool) -> Response {
    if streams {
        return guarded(line, handler).await;
    }
    match tokio::time::timeout(REQUEST_TIMEOUT, guarded(line, handler)).await {
        Ok(response) => response,
        Err(_) => Problem::of(Code::TimedOut).into_response(),
    }
}

async fn guarded(line: &str, handler: impl Future<Output = Response>) -> Response {
    AssertUnwindSafe(handler).catch_unwind().await.unwrap_or_else(|_| {
        tracing::error!(request = line, "a handler panicked");
        Problem::of(Code::Internal).into_response()
    })
}

/// Twelve hexadecimal digits: enough to find a line in the log.
fn request_id() -> String {
    random::<6>().map_or_else(|_| "unknown".to_owned(), |bytes| hex(&bytes))
}

/// The parts of the address that the template leaves open: `camp_…/4102`.
fn target(template: &str, path: &str) -> Option<String> {
    let open = template.split('/').zip(path.split('/')).filter(|(name, _)| name.starts_with('{'));
    let parts: Vec<String> = open.map(|(_, part)| without_number(part)).collect();
    (!parts.is_empty()).then(|| parts.join("/").chars().take(200).collect())
}

/// No whole phone number stands in the log of who did what; rows of a campaign have fewer digits.
fn without_number(part: &str) -> String {
    const ROW_DIGITS: usize = 8;
    let digits = part.bytes().filter(u8::is_ascii_digit).count();
    let number = digits > ROW_DIGITS && part.trim_start_matches("%2B").bytes().all(|b| b.is_ascii_digit() || b == b'+');
    if number { "a phone number".to_owned() } else { part.to_owned() }
}

/// A row for every write by somebody, done or refused; attempts of nobody only when the handler says who.
async fn audit(state: &AppState, identity: Option<&Identity>, seen: &Seen, audited: Audited, status: StatusCode) {
    let who = match (&audited.who, identity) {
        (Some(who), _) => who.clone(),
        (None, Some(identity)) => (Some(identity.user), identity.name.clone()),
        (None, None) => return,
    };
    // Who sent a file, and how much of it, stands in the row of `upload_create`: one for each part would drown the others.
    let part = seen.action() == "upload_part" && status.is_success();
    if status == Code::TooManyAttempts.status() || seen.action() == "session_link_info" || part {
        return;
    }
    let workspace = identity.map_or(state.config.workspace, |identity| identity.workspace);
    let row = NewAudit {
        at: state.now(),
        user: who.0,
        who: who.1,
        action: seen.action().to_owned(),
        target: audited.target.or_else(|| seen.target.clone()),
        status: status.as_u16(),
        details: audited.details,
        address: seen.address.clone(),
        request_id: Some(seen.id.clone()),
    };
    if let Err(error) = state.store.audit_append(workspace, row).await {
        tracing::error!(%error, request = seen.id, operation = seen.action(), "a write is missing from the audit log");
    }
}

/// No inline script, nothing from elsewhere, no frame. `unsafe-inline` for styles: the page's dialogs lock scrolling by a style element.
const PAGE_CSP: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; media-src 'self' blob:; \
                        object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

fn headers(state: &AppState, response: &mut Response, id: &str) {
    let headers = response.headers_mut();
    let fixed = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=(self)"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if !headers.contains_key(header::CONTENT_SECURITY_POLICY) {
        headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(PAGE_CSP));
    }
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    if state.config.is_https() {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HSTS);
    }
    if let Ok(id) = HeaderValue::from_str(id) {
        headers.insert(REQUEST_ID, id);
    }
}
