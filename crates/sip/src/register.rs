//! Registration with a trunk that wants it (RFC 3261 section 10): refreshed before it runs out, repeated with growing pauses when it fails.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use rsipstack::sip::{Header, HeadersExt, Method, Response};

use crate::request::{Ask, exchange, random_call_id};
use crate::trunk::TrunkInner;

/// How a registration stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RegistrationState {
    /// The trunk does not want one.
    NotWanted,
    /// The first one is under way.
    Trying,
    /// Registered.
    Registered {
        /// For how long the registrar granted it.
        expires: Duration,
    },
    /// Refused or unanswered; it is tried again.
    Failed {
        /// SIP status; `None` when no reply came.
        status: Option<u16>,
        /// What happened, in words.
        why: String,
        /// When it is tried again.
        retry_in: Duration,
    },
    /// Taken back.
    Ended,
}

/// First pause after a failure; doubled up to [`RETRY_MAX`].
const RETRY_FIRST: Duration = Duration::from_secs(4);
const RETRY_MAX: Duration = Duration::from_secs(300);
/// A registration is never refreshed more often than this.
const REFRESH_MIN: Duration = Duration::from_secs(5);

/// Keeps the registration up until the trunk closes, then takes it back.
pub(crate) async fn keep(trunk: Arc<TrunkInner>) {
    let call_id = random_call_id();
    let (mut seq, mut wanted, mut pause) = (0, trunk.config.register_expires, RETRY_FIRST);
    loop {
        let attempt = tokio::select! {
            () = trunk.closing.cancelled() => break,
            attempt = register(&trunk, &call_id, &mut seq, &mut wanted) => attempt,
        };
        let (state, wait) = match attempt {
            Ok(expires) => {
                pause = RETRY_FIRST;
                (RegistrationState::Registered { expires }, (expires * 3 / 4).max(REFRESH_MIN))
            }
            Err((status, why)) => {
                let wait = pause;
                pause = (pause * 2).min(RETRY_MAX);
                tracing::warn!(status, why, retry_s = wait.as_secs(), "the registration failed");
                (RegistrationState::Failed { status, why, retry_in: wait }, wait)
            }
        };
        trunk.registration.send_replace(state);
        tokio::select! {
            () = trunk.closing.cancelled() => break,
            () = tokio::time::sleep(wait) => {}
        }
    }
    let registered = matches!(*trunk.registration.borrow(), RegistrationState::Registered { .. });
    let ours = !trunk.handed_over.load(Ordering::Relaxed);
    if registered
        && ours
        && let Err((_, why)) = register(&trunk, &call_id, &mut seq, &mut Duration::ZERO.clone()).await
    {
        tracing::debug!(why, "the registration could not be taken back");
    }
    trunk.registration.send_replace(RegistrationState::Ended);
}

type Failure = (Option<u16>, String);

/// One REGISTER; a 423 is followed at once with the time that the registrar wants (RFC 3261 section 10.2.8).
async fn register(
    trunk: &Arc<TrunkInner>,
    call_id: &str,
    seq: &mut u32,
    wanted: &mut Duration,
) -> Result<Duration, Failure> {
    let internal = |error: crate::SipError| (None, error.to_string());
    for _ in 0..2 {
        let ask = Ask {
            method: Method::Register,
            uri: trunk.target_uri(None).map_err(internal)?,
            address: trunk.own_uri().map_err(internal)?,
            call_id: call_id.to_owned(),
            headers: vec![Header::Expires(u32::try_from(wanted.as_secs()).unwrap_or(u32::MAX).into())],
        };
        let response = exchange(trunk, ask, seq).await.map_err(internal)?;
        let Some(response) = response else { return Err((None, "the registrar did not answer".to_owned())) };
        match (response.status_code.code(), min_expires(&response)) {
            (200..300, _) => return Ok(granted(&response).unwrap_or(*wanted)),
            (423, Some(longer)) if longer > *wanted => *wanted = longer,
            (status, _) => {
                return Err((
                    Some(status),
                    response.wire_reason.clone().unwrap_or_else(|| response.status_code.text().to_owned()),
                ));
            }
        }
    }
    Err((Some(423), "the registrar keeps asking for a longer time".to_owned()))
}

fn min_expires(response: &Response) -> Option<Duration> {
    response.headers.iter().find_map(|h| match h {
        Header::MinExpires(v) => v.value().trim().parse().ok().map(Duration::from_secs),
        _ => None,
    })
}

/// The shortest life among the bindings, or the Expires header.
fn granted(response: &Response) -> Option<Duration> {
    let of_contacts = response.typed_contact_headers().unwrap_or_default().iter().filter_map(|c| c.expires()).min();
    let of_header = || response.expires_header().and_then(|h| h.value().trim().parse::<u32>().ok());
    of_contacts.or_else(of_header).map(|s| Duration::from_secs(u64::from(s)))
}
