//! What every handler can reach.

use std::path::PathBuf;
use std::sync::Arc;

use carillon_domain::Timestamp;
use carillon_store::Store;
use tokio_util::sync::CancellationToken;

use crate::control::Control;

/// Time, given by the process: the one clock of `carillon`.
pub trait Now: Send + Sync + 'static {
    /// Now.
    fn now(&self) -> Timestamp;
}

/// How this process serves.
#[derive(Debug, Clone)]
pub struct ApiConfig {
    /// The data folder: uploads, exports and recordings lie below it.
    pub data: PathBuf,
    /// Version of Carillon, shown and in the specification.
    pub version: &'static str,
    /// The address at which people reach it (`https://calls.example.com`), when it is not the one it listens on. With https, cookies are Secure.
    pub public_url: Option<String>,
}

/// What the handlers share. Cheap to clone.
#[derive(Clone)]
pub struct AppState(Arc<Inner>);

/// What is behind [`AppState`].
pub struct Inner {
    /// Campaigns, contacts, calls, users.
    pub store: Store,
    /// Live calls.
    pub control: Arc<dyn Control>,
    /// Time.
    pub clock: Arc<dyn Now>,
    /// How this process serves.
    pub config: ApiConfig,
    /// Cancelled when the process ends: event streams close at once, other requests are finished.
    pub shutdown: CancellationToken,
}

impl AppState {
    /// Over an open store that holds a slot.
    pub fn new(store: Store, control: Arc<dyn Control>, clock: Arc<dyn Now>, config: ApiConfig) -> AppState {
        AppState(Arc::new(Inner { store, control, clock, config, shutdown: CancellationToken::new() }))
    }

    /// Now.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

impl std::ops::Deref for AppState {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl std::fmt::Debug for AppState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AppState").field("config", &self.config).finish_non_exhaustive()
    }
}
