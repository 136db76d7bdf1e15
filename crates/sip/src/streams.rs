//! Our TCP connections, one per peer. The library's own connect has no time limit and runs before its timers, so connections are made
//! here and given to it. Many calls that need the same connection make one attempt together and share what comes of it.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rsipstack::transaction::endpoint::EndpointInnerRef;
use rsipstack::transport::tcp::TcpConnection;
use rsipstack::transport::{SipAddr, SipConnection};
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::error::SipError;

/// From a failed connect to the next one to the same peer. Calls that come meanwhile wait for the next one: a failure that is already
/// known decides about no later call.
const CONNECT_PAUSE: Duration = Duration::from_millis(500);

/// Which connection: the ports at its two ends tell it from every other one that is open, also from a later one to the same peer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct StreamId {
    peer: SocketAddr,
    local: SocketAddr,
}

impl StreamId {
    /// That of a stream; `None` for what has no peer.
    pub(crate) fn of(connection: &SipConnection) -> Option<StreamId> {
        let peer = connection.get_remote_addr()?.get_socketaddr().ok()?;
        Some(StreamId { peer, local: connection.get_addr().get_socketaddr().ok()? })
    }
}

/// What an attempt came to; `None` while it is under way.
type Attempt = watch::Receiver<Option<Result<(), String>>>;

enum Slot {
    Connecting(Attempt),
    Open(SipConnection),
    /// Closed or never made; no new attempt before this instant.
    Shut(Instant),
}

/// The stream connections of an endpoint.
pub(crate) struct Streams {
    endpoint: EndpointInnerRef,
    token: CancellationToken,
    slots: Mutex<HashMap<SocketAddr, Slot>>,
    attempts: AtomicU64,
}

impl Streams {
    pub(crate) fn new(endpoint: EndpointInnerRef, token: CancellationToken) -> Self {
        Streams { endpoint, token, slots: Mutex::default(), attempts: AtomicU64::new(0) }
    }

    /// Makes sure that a connection to `peer` is open. Takes at most `limit` and the pause after a failure before; whoever gives up
    /// waiting does not end the attempt for the others.
    pub(crate) async fn connect(self: &Arc<Self>, peer: SocketAddr, limit: Duration) -> Result<(), SipError> {
        let Some(mut attempt) = self.join(peer, limit) else { return Ok(()) };
        let outcome = match attempt.wait_for(Option::is_some).await {
            Ok(outcome) => outcome.clone(),
            Err(_) => None,
        };
        let outcome = outcome.unwrap_or_else(|| Err("the attempt was broken off".to_owned()));
        outcome.map_err(|why| SipError::Connect { address: peer, why })
    }

    /// The connection to `peer` that is open at this moment.
    pub(crate) fn open_to(&self, peer: SocketAddr) -> Option<StreamId> {
        match self.lock().get(&peer) {
            Some(Slot::Open(connection)) if is_alive(connection) => StreamId::of(connection),
            _ => None,
        }
    }

    /// Connects begun since the start.
    pub(crate) fn attempts(&self) -> u64 {
        self.attempts.load(Ordering::Relaxed)
    }

    /// Takes a connection on which nothing was answered out of use: the library can lose its reader without noticing. Calls that use it
    /// go on with it; the next one makes a new connection.
    pub(crate) fn retire(&self, stream: StreamId) {
        let mut slots = self.lock();
        // Another one, open or just being made, is a new one already.
        let in_use = matches!(slots.get(&stream.peer), Some(Slot::Open(open)) if StreamId::of(open) == Some(stream));
        if in_use && let Some(Slot::Open(connection)) = slots.remove(&stream.peer) {
            drop(slots);
            self.endpoint.transport_layer.remove_connection(&connection);
        }
    }

    /// The attempt under way to `peer`, begun now if there is none; `None` when a connection is open.
    fn join(self: &Arc<Self>, peer: SocketAddr, limit: Duration) -> Option<Attempt> {
        let mut slots = self.lock();
        let not_before = match slots.get(&peer) {
            Some(Slot::Connecting(attempt)) => return Some(attempt.clone()),
            Some(Slot::Open(connection)) if is_alive(connection) => return None,
            Some(Slot::Shut(until)) => Some(*until),
            Some(Slot::Open(_)) | None => None,
        };
        let (done, attempt) = watch::channel(None);
        slots.insert(peer, Slot::Connecting(attempt.clone()));
        drop(slots);
        let streams = self.clone();
        tokio::spawn(async move {
            let made = tokio::select! {
                made = streams.make(peer, limit, not_before) => made,
                () = streams.token.cancelled() => Err("SIP is shut down".to_owned()),
            };
            let (slot, outcome) = match made {
                Ok(connection) => (Slot::Open(connection), Ok(())),
                Err(why) => (Slot::Shut(Instant::now() + CONNECT_PAUSE), Err(why)),
            };
            streams.lock().insert(peer, slot);
            // All who waited may have given up.
            done.send(Some(outcome)).ok();
        });
        Some(attempt)
    }

    async fn make(
        &self,
        peer: SocketAddr,
        limit: Duration,
        not_before: Option<Instant>,
    ) -> Result<SipConnection, String> {
        if let Some(not_before) = not_before {
            tokio::time::sleep_until(not_before).await;
        }
        self.attempts.fetch_add(1, Ordering::Relaxed);
        let stream = match tokio::time::timeout(limit, tokio::net::TcpStream::connect(peer)).await {
            Ok(stream) => stream.map_err(|error| error.to_string())?,
            Err(_) => return Err(format!("no answer within {} ms", limit.as_millis())),
        };
        stream.set_nodelay(true).map_err(|error| error.to_string())?;
        let local = stream.local_addr().map_err(|error| error.to_string())?;
        let local = SipAddr::new(rsipstack::sip::Transport::Tcp, local.into());
        let connection: SipConnection = TcpConnection::from_stream(stream, local, Some(self.token.child_token()))
            .map_err(|error| error.to_string())?
            .into();
        self.endpoint.transport_layer.add_connection(connection.clone());
        Ok(connection)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<SocketAddr, Slot>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The library cancels the token of a connection that has closed.
fn is_alive(connection: &SipConnection) -> bool {
    connection.cancel_token().is_some_and(|token| !token.is_cancelled())
}
