//! The library's endpoint with our guards around it: one per process for calling, one per practice network.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use rsipstack::dialog::dialog::DialogStateSender;
use rsipstack::dialog::dialog_layer::DialogLayer;
use rsipstack::sip::Method;
use rsipstack::transaction::endpoint::{EndpointInnerRef, EndpointOption};
use rsipstack::transaction::{CallIdFormat, EndpointBuilder, TransactionReceiver};
use rsipstack::transport::udp::UdpConnection;
use rsipstack::transport::{SipConnection, TcpListenerConnection, TransportLayer};
use tokio_util::sync::CancellationToken;

use crate::calls::Calls;
use crate::error::SipError;
use crate::guard::{GuardCounts, GuardedSocket, Sources};
use crate::hook::Hook;
use crate::late::Late;
use crate::streams::Streams;

/// Room for bursts of datagrams while the process is busy, in bytes; the system may give less.
const SOCKET_BUFFER_BYTES: usize = 4 << 20;
/// Timer C of the library (RFC 3261 section 16.6) would end a ringing call with a made-up 408 and no CANCEL. Our ring deadline comes
/// long before.
const TIMER_C: Duration = Duration::from_secs(24 * 3_600);
/// The methods we take, as in [`crate::incoming::ALLOW`].
const METHODS: [Method; 7] =
    [Method::Invite, Method::Ack, Method::Cancel, Method::Bye, Method::Options, Method::Info, Method::Update];
/// Attempts to find a port that is free for UDP and TCP alike.
const PORT_TRIES: usize = 16;

/// What an endpoint still holds. All but `connections`, `connects` and the `datagrams_*` go back to 0 within 2 x t1x64 after the last call.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stats {
    /// Calls that have not ended.
    pub calls: usize,
    /// Transactions under way.
    pub running_transactions: usize,
    /// Transactions kept to absorb retransmissions.
    pub finished_transactions: usize,
    /// Answers whose ACK is awaited.
    pub waiting_ack: usize,
    /// Timers armed.
    pub timers: usize,
    /// Dialogs held.
    pub dialogs: usize,
    /// Stream connections open.
    pub connections: usize,
    /// TCP connects begun since the start.
    pub connects: u64,
    /// Datagrams dropped because their source belongs to no trunk.
    pub datagrams_foreign: u64,
    /// Datagrams dropped because they did not fit (8,192 bytes).
    pub datagrams_too_big: u64,
    /// Datagrams dropped or answered because they were no SIP or of an unknown method.
    pub datagrams_malformed: u64,
}

impl Stats {
    /// Whether nothing is held any more.
    pub fn is_idle(&self) -> bool {
        self.calls
            + self.running_transactions
            + self.finished_transactions
            + self.waiting_ack
            + self.timers
            + self.dialogs
            == 0
    }
}

/// What an endpoint is made from.
pub(crate) struct CoreConfig<'a> {
    pub(crate) bind: SocketAddr,
    pub(crate) sources: Sources,
    pub(crate) user_agent: &'a str,
    pub(crate) t1x64: Duration,
}

/// The endpoint and what belongs to it.
pub(crate) struct Core {
    pub(crate) endpoint: EndpointInnerRef,
    pub(crate) layer: Arc<DialogLayer>,
    pub(crate) calls: Arc<Calls>,
    /// The address the sockets are bound to.
    pub(crate) local: SocketAddr,
    pub(crate) sources: Sources,
    pub(crate) t1x64: Duration,
    /// The library wants a channel for dialog states per call; we learn all from the wire, so all get this one, which nobody reads.
    pub(crate) no_states: DialogStateSender,
    pub(crate) streams: Arc<Streams>,
    pub(crate) late: Arc<Late>,
    counts: Arc<GuardCounts>,
    token: CancellationToken,
}

impl Core {
    /// Opens the sockets and starts to serve them. Must be called inside a tokio runtime.
    pub(crate) async fn start(config: CoreConfig<'_>) -> Result<(Core, TransactionReceiver), SipError> {
        let counts = Arc::new(GuardCounts::default());
        let token = CancellationToken::new();
        let transport = TransportLayer::new(token.clone());
        if let Sources::Only(_) = config.sources {
            // The socket guard sees UDP only; this one keeps strangers off our TCP listener.
            let sources = config.sources.clone();
            transport.set_whitelist(move |ip| std::future::ready(sources.allow(ip)));
        }
        let bind_error = |source| SipError::Bind { address: config.bind, source };
        let socket = bind_both(config.bind, &transport).await.map_err(bind_error)?;
        let local = socket.local_addr().map_err(bind_error)?;
        let guarded = GuardedSocket::new(socket, config.sources.clone(), counts.clone());
        let udp = UdpConnection::from_socket(Arc::new(guarded), None, Some(token.child_token())).await?;
        transport.add_transport(udp.into());

        let calls = Arc::new(Calls::default());
        let late = Arc::new(Late::new(config.t1x64));
        let hook = || Box::new(Hook { calls: calls.clone(), sources: config.sources.clone(), late: late.clone() });
        let option = EndpointOption {
            t1x64: config.t1x64,
            timerc: TIMER_C,
            callid_format: CallIdFormat::Uuid,
            ..EndpointOption::default()
        };
        let endpoint = EndpointBuilder::new()
            .with_option(option)
            .with_user_agent(config.user_agent)
            .with_transport_layer(transport)
            .with_cancel_token(token.clone())
            .with_allows(METHODS.to_vec())
            .with_inspector(hook())
            .with_transport_inspector(hook())
            .build();
        let incoming = endpoint.incoming_transactions()?;
        let inner = endpoint.inner.clone();
        tokio::spawn(async move { endpoint.serve().await });
        let layer = Arc::new(DialogLayer::new(inner.clone()));
        let (no_states, _) = layer.new_dialog_state_channel();
        let streams = Arc::new(Streams::new(inner.clone(), token.clone()));
        let core = Core {
            endpoint: inner,
            layer,
            calls,
            local,
            sources: config.sources,
            t1x64: config.t1x64,
            no_states,
            streams,
            late,
            counts,
            token,
        };
        Ok((core, incoming))
    }

    pub(crate) fn stats(&self) -> Stats {
        let library = self.endpoint.get_stats();
        Stats {
            calls: self.calls.len(),
            running_transactions: library.running_transactions,
            finished_transactions: library.finished_transactions,
            waiting_ack: library.waiting_ack,
            timers: self.endpoint.timers.len(),
            dialogs: self.layer.len(),
            connections: self.endpoint.transport_layer.connections_count(),
            connects: self.streams.attempts(),
            datagrams_foreign: self.counts.foreign.load(Ordering::Relaxed),
            datagrams_too_big: self.counts.too_big.load(Ordering::Relaxed),
            datagrams_malformed: self.counts.malformed.load(Ordering::Relaxed),
        }
    }

    /// Closes the sockets. Whatever is still under way is forgotten.
    pub(crate) fn stop(&self) {
        self.token.cancel();
    }

    /// Cancelled when the sockets are closed.
    pub(crate) fn stopped(&self) -> CancellationToken {
        self.token.clone()
    }
}

/// A UDP socket, with a TCP listener of the library on the same port.
async fn bind_both(bind: SocketAddr, transport: &TransportLayer) -> std::io::Result<tokio::net::UdpSocket> {
    let mut tries = 0;
    loop {
        tries += 1;
        let socket = bind_udp(bind)?;
        let local = socket.local_addr()?;
        let listener = TcpListenerConnection::new(local, Some(SipConnection::resolve_bind_address(local))).await;
        // Not left to the library's start, which would only log that the port is taken.
        let listening = match listener {
            Ok(listener) => listener.serve_listener(transport.inner.clone()).await,
            Err(error) => Err(error),
        };
        match listening {
            Ok(()) => return Ok(socket),
            Err(_) if bind.port() == 0 && tries < PORT_TRIES => {}
            Err(error) => return Err(std::io::Error::other(format!("TCP: {error}"))),
        }
    }
}

fn bind_udp(bind: SocketAddr) -> std::io::Result<tokio::net::UdpSocket> {
    let udp =
        socket2::Socket::new(socket2::Domain::for_address(bind), socket2::Type::DGRAM, Some(socket2::Protocol::UDP))?;
    for set in [udp.set_recv_buffer_size(SOCKET_BUFFER_BYTES), udp.set_send_buffer_size(SOCKET_BUFFER_BYTES)] {
        if let Err(error) = set {
            tracing::debug!(%error, "the system gave no bigger socket buffer");
        }
    }
    udp.set_nonblocking(true)?;
    udp.bind(&bind.into())?;
    tokio::net::UdpSocket::from_std(udp.into())
}
