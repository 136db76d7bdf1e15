//! The user agent: one per process, owner of the sockets.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rsipstack::sip::{Header, StatusCode};

use crate::call::{ByeReason, CallHandle};
use crate::endpoint::{Core, CoreConfig, Stats};
use crate::error::SipError;
use crate::guard::Sources;
use crate::incoming;
use crate::trunk::{Trunk, TrunkConfig, TrunkInner};

/// Settings of the user agent.
#[derive(Debug, Clone)]
pub struct UserAgentConfig {
    /// Address for UDP and TCP alike. Port 0 takes a free one.
    pub bind: SocketAddr,
    /// User-Agent header.
    pub user_agent: String,
    /// 64*T1 of RFC 3261: how long a request is repeated and an answer is acknowledged again. Halved against the RFC, because a 200 is
    /// re-acknowledged for twice this time and each answered call is held for it.
    pub t1x64: Duration,
    /// Longest name look-up and longest TCP connect.
    pub connect_timeout: Duration,
    /// CANCEL to the INVITE's final status; then the call is reported as ended.
    pub cancel_wait: Duration,
    /// BYE to its reply; then the call is reported as ended.
    pub bye_wait: Duration,
}

impl Default for UserAgentConfig {
    fn default() -> Self {
        UserAgentConfig {
            bind: SocketAddr::new(Ipv4Addr::UNSPECIFIED.into(), 0),
            user_agent: concat!("Carillon/", env!("CARGO_PKG_VERSION")).to_owned(),
            t1x64: Duration::from_secs(16),
            connect_timeout: Duration::from_secs(4),
            cancel_wait: Duration::from_secs(5),
            bye_wait: Duration::from_secs(4),
        }
    }
}

impl UserAgentConfig {
    /// On loopback only, with a free port: for the practice network and for tests.
    pub fn loopback() -> Self {
        UserAgentConfig { bind: SocketAddr::new(Ipv4Addr::LOCALHOST.into(), 0), ..UserAgentConfig::default() }
    }
}

/// A SIP user agent that places calls.
pub struct UserAgent {
    core: Arc<Core>,
    config: UserAgentConfig,
    trunks: Mutex<Vec<Arc<TrunkInner>>>,
}

impl UserAgent {
    /// Opens the sockets. Must be called inside a tokio runtime.
    pub async fn start(config: UserAgentConfig) -> Result<UserAgent, SipError> {
        let core_config = CoreConfig {
            bind: config.bind,
            sources: Sources::only(),
            user_agent: &config.user_agent,
            t1x64: config.t1x64,
        };
        let (core, transactions) = Core::start(core_config).await?;
        let core = Arc::new(core);
        // Carillon only calls out. 480 lets the caller's side say "not reachable".
        let on_invite = Box::new(|transaction| {
            let reason = Header::Reason("SIP;cause=480;text=\"This line takes no calls\"".into());
            incoming::refuse_invite(transaction, StatusCode::TemporarilyUnavailable, vec![reason]);
        });
        tokio::spawn(incoming::serve(core.clone(), transactions, on_invite));
        Ok(UserAgent { core, config, trunks: Mutex::default() })
    }

    /// The address the sockets are bound to.
    pub fn local_address(&self) -> SocketAddr {
        self.core.local
    }

    /// Opens a trunk: checks its settings, looks it up, begins to register if it wants that.
    pub async fn trunk(&self, config: TrunkConfig) -> Result<Trunk, SipError> {
        let trunk = Trunk::open(self.core.clone(), self.config.clone(), config).await?;
        let mut trunks = self.trunks.lock().unwrap_or_else(PoisonError::into_inner);
        trunks.retain(|trunk| !trunk.closing.is_cancelled());
        trunks.push(trunk.inner.clone());
        drop(trunks);
        Ok(trunk)
    }

    /// What is held at this moment.
    pub fn stats(&self) -> Stats {
        self.core.stats()
    }

    /// Ends all calls (CANCEL or BYE), takes registrations back, waits for both within the time of one BYE or CANCEL, and closes the sockets.
    /// While an INVITE of an ended call may still get its first reply, or a BYE has none yet, it waits up to `t1x64` more: a phone that
    /// rings late is not left ringing. Dropping the future skips that.
    pub async fn shutdown(&self) {
        self.core.calls.each_handle(|handle: &CallHandle| handle.bye(ByeReason::Shutdown, None));
        let trunks = std::mem::take(&mut *self.trunks.lock().unwrap_or_else(PoisonError::into_inner));
        let calls_gone =
            tokio::time::timeout(self.config.cancel_wait.max(self.config.bye_wait) * 2, self.core.calls.all_gone());
        if calls_gone.await.is_err() {
            tracing::warn!(calls = self.core.calls.len(), "calls were still under way when SIP shut down");
        }
        for inner in trunks {
            Trunk { inner }.close().await;
        }
        self.core.late.all_settled().await;
        self.core.stop();
    }
}

impl Drop for UserAgent {
    fn drop(&mut self) {
        self.core.stop();
    }
}

impl std::fmt::Debug for UserAgent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "UserAgent({})", self.core.local)
    }
}
