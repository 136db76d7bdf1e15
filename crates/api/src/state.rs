//! What every handler can reach.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use carillon_domain::{Timestamp, WorkspaceId};
use carillon_store::Store;
use tokio_util::sync::CancellationToken;

use crate::auth::Limits;
use crate::control::Control;
use crate::live::Live;
use crate::metrics::Metrics;
use crate::secrets::Secrets;
use crate::work::Wake;

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
    /// The data folder's number, see [`crate::work::folder_id`]: files that the database names lie in the folder with their number.
    pub folder: i64,
    /// Version of Carillon, shown and in the specification.
    pub version: &'static str,
    /// The address at which people reach it (`https://calls.example.com`), when the configuration names one. With https, cookies are Secure.
    pub public_url: Option<String>,
    /// The address it listens on (`http://127.0.0.1:8080`), for links when nothing else names one.
    pub listen_url: String,
    /// The workspace in which people sign in.
    pub workspace: WorkspaceId,
}

impl ApiConfig {
    /// With the defaults of one machine.
    pub fn new(data: PathBuf, folder: i64, version: &'static str) -> ApiConfig {
        let listen_url = "http://127.0.0.1:8080".to_owned();
        ApiConfig { data, folder, version, public_url: None, listen_url, workspace: WorkspaceId::from_raw(1) }
    }

    /// Whether people reach it by https.
    pub fn is_https(&self) -> bool {
        self.public_url.as_deref().is_some_and(|url| url.starts_with("https://"))
    }
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
    /// Seals passwords of trunks.
    pub secrets: Secrets,
    /// Limits in time.
    pub limits: Limits,
    /// What `/metrics` tells.
    pub metrics: Metrics,
    /// Live numbers.
    pub live: Live,
    /// Tells the work on files that there is some.
    pub work: Wake,
    /// Bytes that uploads under way still bring to the data folder.
    pub awaited: AtomicU64,
    /// Cancelled first when the process ends: `/readyz` says no, and all else is served on while calls in progress finish.
    pub draining: CancellationToken,
    /// Cancelled when the process ends: event streams close at once, other requests are finished.
    pub shutdown: CancellationToken,
}

/// What [`AppState::new`] needs.
pub struct Parts {
    /// An open store that holds a slot.
    pub store: Store,
    /// Live calls.
    pub control: Arc<dyn Control>,
    /// Time.
    pub clock: Arc<dyn Now>,
    /// How this process serves.
    pub config: ApiConfig,
    /// Seals passwords of trunks.
    pub secrets: Secrets,
}

impl AppState {
    /// From its parts.
    pub fn new(parts: Parts) -> AppState {
        let Parts { store, control, clock, config, secrets } = parts;
        AppState(Arc::new(Inner {
            store,
            control,
            clock,
            config,
            secrets,
            limits: Limits::default(),
            metrics: Metrics::default(),
            live: Live::default(),
            work: Wake::default(),
            awaited: AtomicU64::new(0),
            draining: CancellationToken::new(),
            shutdown: CancellationToken::new(),
        }))
    }

    /// Now.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The address at which people reach Carillon, without a slash at its end: of the configuration, of the settings, or where it listens.
    pub async fn public_url(&self, workspace: WorkspaceId) -> Result<String, carillon_store::StoreError> {
        let url = match &self.config.public_url {
            Some(url) => Some(url.clone()),
            None => self.store.workspace_fetch(workspace).await?.and_then(|found| found.settings.public_url),
        };
        Ok(url.unwrap_or_else(|| self.config.listen_url.clone()).trim_end_matches('/').to_owned())
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
