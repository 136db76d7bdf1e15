//! Requests outside of calls, with login: OPTIONS and REGISTER.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rsipstack::dialog::authenticate::{AuthRetry, handle_client_authenticate};
use rsipstack::sip::{Header, HeadersExt, Method, Response, SipMessage, Uri};
use rsipstack::transaction::key::{TransactionKey, TransactionRole};
use rsipstack::transaction::{Transaction, make_tag};
use rsipstack::transport::SipAddr;

use crate::error::SipError;
use crate::trunk::TrunkInner;

/// What came of asking a trunk by OPTIONS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProbeResult {
    /// It answered; any status shows that it is there. 401, 403 and 407 show that it does not know us.
    Answered {
        /// SIP status.
        status: u16,
        /// Its reason phrase.
        reason_phrase: String,
        /// Time to the answer.
        round_trip: Duration,
        /// Its Server or User-Agent header.
        server: Option<String>,
        /// Our address and port as it sees them (RFC 3581).
        seen_as: Option<SocketAddr>,
    },
    /// Sent, and nothing came back in time.
    NoReply,
    /// It could not be sent.
    Unreachable {
        /// Why, in words.
        why: String,
    },
}

/// One request outside of a call.
pub(crate) struct Ask {
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) address: Uri,
    pub(crate) call_id: String,
    pub(crate) headers: Vec<Header>,
}

/// Longest time for the whole exchange, well inside the library's own timer, whose made-up 408 we never want to see.
fn exchange_timeout(trunk: &TrunkInner) -> Duration {
    (trunk.core.t1x64 / 2).min(Duration::from_secs(8))
}

/// Sends a request and logs in if asked to. `Ok(None)` when nothing came back.
pub(crate) async fn exchange(trunk: &Arc<TrunkInner>, ask: Ask, seq: &mut u32) -> Result<Option<Response>, SipError> {
    let target = trunk.reachable().await?;
    let response = tokio::time::timeout(exchange_timeout(trunk), exchange_with(trunk, target, ask, seq)).await;
    match response {
        Ok(response) => response,
        Err(_) => Ok(None),
    }
}

async fn exchange_with(
    trunk: &TrunkInner,
    target: SocketAddr,
    ask: Ask,
    seq: &mut u32,
) -> Result<Option<Response>, SipError> {
    let endpoint = &trunk.core.endpoint;
    let from = rsipstack::sip::typed::From { display_name: None, uri: ask.address.clone(), params: Vec::new() }
        .with_tag(make_tag());
    let to = rsipstack::sip::typed::To { display_name: None, uri: ask.address, params: Vec::new() };
    let via = endpoint.get_via(Some(SipAddr::new(trunk.library_transport(), trunk.announced(target).into())), None)?;
    *seq += 1;
    let mut request = endpoint.make_request(ask.method, ask.uri, via, from, to, *seq, Some(ask.call_id.into()));
    request.headers.push(Header::Contact(format!("<{}>", trunk.contact(target)).into()));
    request.headers.extend(ask.headers);
    let key = TransactionKey::from_request(&request, TransactionRole::Client)?;
    let mut transaction = Transaction::new_client(key, request, endpoint.clone(), None);
    transaction.destination = Some(trunk.sip_address(target));
    transaction.send().await?;
    let mut retry = AuthRetry::new();
    while let Some(message) = transaction.receive().await {
        let SipMessage::Response(response) = message else { continue };
        match (response.status_code.code(), trunk.credential()) {
            (100..200, _) => {}
            (401 | 407, Some(credential)) if has_challenge(&response) && retry.should_answer(&response) => {
                *seq += 1;
                transaction = handle_client_authenticate(*seq, &transaction, response, &credential).await?;
                transaction.send().await?;
            }
            _ => {
                if let Some(seen) = seen_as(&response) {
                    trunk.learn(seen);
                }
                return Ok(Some(response));
            }
        }
    }
    Ok(None)
}

fn has_challenge(response: &Response) -> bool {
    response.headers.iter().any(|h| matches!(h, Header::WwwAuthenticate(_) | Header::ProxyAuthenticate(_)))
}

/// Our address in the top Via as the far end filled it in.
fn seen_as(response: &Response) -> Option<SocketAddr> {
    let via = response.top_via_header().ok()?;
    let value = via.value();
    let parameter = |name: &str| {
        value
            .split(';')
            .skip(1)
            .filter_map(|p| p.split_once('='))
            .find(|(n, _)| n.trim().eq_ignore_ascii_case(name))
            .map(|(_, v)| v.trim())
    };
    let ip = parameter("received")?.trim_matches(['[', ']']).parse().ok()?;
    let port = parameter("rport")?.parse().ok()?;
    Some(SocketAddr::new(ip, port))
}

pub(crate) async fn probe(trunk: &Arc<TrunkInner>) -> ProbeResult {
    let started = Instant::now();
    let ask = match (trunk.target_uri(None), trunk.own_uri()) {
        (Ok(uri), Ok(address)) => Ask {
            method: Method::Options,
            uri,
            address,
            call_id: random_call_id(),
            headers: vec![Header::Accept("application/sdp".into())],
        },
        (Err(error), _) | (_, Err(error)) => return ProbeResult::Unreachable { why: error.to_string() },
    };
    match exchange(trunk, ask, &mut 0).await {
        Ok(Some(response)) => ProbeResult::Answered {
            status: response.status_code.code(),
            reason_phrase: response.wire_reason.clone().unwrap_or_else(|| response.status_code.text().to_owned()),
            round_trip: started.elapsed(),
            server: response.headers.iter().find_map(|h| match h {
                Header::Server(v) => Some(v.value().to_owned()),
                Header::UserAgent(v) => Some(v.value().to_owned()),
                _ => None,
            }),
            seen_as: seen_as(&response),
        },
        Ok(None) => ProbeResult::NoReply,
        Err(error) => ProbeResult::Unreachable { why: error.to_string() },
    }
}

/// A Call-ID from the library's CSPRNG.
pub(crate) fn random_call_id() -> String {
    rsipstack::transaction::make_call_id(None, rsipstack::transaction::CallIdFormat::Uuid).value().to_owned()
}
