//! The HTTP side of a process: the API and the page, on one address.

mod control;
mod pages;
mod trunk_test;
mod trunks;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use carillon_api::control::Control;
use carillon_api::secrets::{Secrets, TRUNK_PASSWORD};
use carillon_api::{ApiConfig, AppState, Now, Parts};
use carillon_domain::access::{LinkPurpose, Role};
use carillon_domain::{CampaignId, Timestamp};
use carillon_sip::Secret;
use carillon_store::{NewUser, StoredTrunk};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::clock::Clock;
use crate::commands::context::{Context, WORKSPACE};
use crate::error::{CliError, Exit, OrFail};
use crate::node::WantedTrunk;

pub use control::NodeControl;
pub use trunk_test::test as test_trunk;

/// How long answers under way may take at the end.
const DRAIN: Duration = Duration::from_secs(10);

impl Now for Clock {
    fn now(&self) -> Timestamp {
        Clock::now(self)
    }
}

/// Where a process serves.
#[derive(Debug, Clone)]
pub struct ServerConfig {
    /// Address and port; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The address at which people reach it, when that is another.
    pub public_url: Option<String>,
}

/// A running server.
pub struct Server {
    state: AppState,
    address: SocketAddr,
    task: JoinHandle<std::io::Result<()>>,
    work: JoinHandle<()>,
}

impl Server {
    /// Binds the address and begins to answer. The store must hold a slot.
    pub async fn start(
        context: &Context,
        secrets: Secrets,
        control: Arc<dyn Control>,
        config: ServerConfig,
    ) -> Result<Server, CliError> {
        let listener = TcpListener::bind(config.listen).await.map_err(|error| {
            CliError::new(Exit::Failure, "listen", format!("The address {} can't be used: {error}.", config.listen))
                .next("Another process may listen there; give another one with --listen 127.0.0.1:PORT.")
        })?;
        let address = listener.local_addr().or_fail("listen")?;
        let folder = context.folder.id()?;
        let api_config = ApiConfig {
            public_url: config.public_url,
            listen_url: format!("http://{}", reachable(address)),
            workspace: WORKSPACE,
            ..ApiConfig::new(context.folder.path().to_owned(), folder, env!("CARGO_PKG_VERSION"))
        };
        let clock = Arc::new(context.clock.clone());
        let parts = Parts { store: context.store.clone(), control, clock, config: api_config, secrets };
        let state = AppState::new(parts);
        let router = carillon_api::router(state.clone(), pages::router());
        let stop = state.shutdown.clone();
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        let task = tokio::spawn(async move {
            axum::serve(listener, service).with_graceful_shutdown(async move { stop.cancelled().await }).await
        });
        let work = tokio::spawn(carillon_api::work::run(state.clone()));
        Ok(Server { state, address, task, work })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The address at which people open the page.
    pub async fn url(&self) -> Result<String, CliError> {
        self.state.public_url(WORKSPACE).await.or_fail("database")
    }

    /// Tells balancers to send nothing more. Everything is still served: people see the calls in progress finish, and can hang them up.
    pub fn drain(&self) {
        self.state.draining.cancel();
    }

    /// Closes event streams, lets answers under way finish, and lets go of the address.
    pub async fn stop(self) -> Result<(), CliError> {
        self.state.shutdown.cancel();
        let ends = async { (self.task.await, self.work.await) };
        match tokio::time::timeout(DRAIN, ends).await {
            Ok((served, worked)) => {
                worked.or_fail("internal")?;
                served.or_fail("internal")?.or_fail("serve")
            }
            Err(_) => {
                tracing::warn!("answers or imports were still under way at the end");
                Ok(())
            }
        }
    }
}

/// An address that a browser on this machine can open.
fn reachable(address: SocketAddr) -> SocketAddr {
    if !address.ip().is_unspecified() {
        return address;
    }
    let ip = if address.is_ipv4() { [127, 0, 0, 1].into() } else { std::net::Ipv6Addr::LOCALHOST.into() };
    SocketAddr::new(ip, address.port())
}

/// The key of the data folder, or of the file that the configuration names. A key that does not open the stored passwords is refused.
pub async fn secrets(context: &Context, file: Option<&PathBuf>) -> Result<Secrets, CliError> {
    let path = file.cloned().unwrap_or_else(|| context.folder.path().join("secret.key"));
    let secrets = Secrets::open(&path).or_fail("secret_key")?;
    for trunk in context.store.trunk_list(WORKSPACE).await.or_fail("database")? {
        if let Some(sealed) = &trunk.password {
            secrets.check(sealed).map_err(|error| {
                CliError::new(Exit::Failure, "secret_key", format!("Trunk \"{}\": {error}", trunk.name))
            })?;
        }
    }
    Ok(secrets)
}

/// A stored trunk, ready to be opened.
pub fn wanted(secrets: &Secrets, trunk: StoredTrunk) -> Result<WantedTrunk, CliError> {
    let open = |sealed: String| secrets.open_sealed(TRUNK_PASSWORD, &sealed).map(Secret::new);
    let password = trunk.password.map(open).transpose().or_fail("secret_key")?;
    Ok(WantedTrunk { id: trunk.id, settings: trunk.settings, password })
}

/// The one-time link that makes the first administrator; `None` when there is somebody already.
pub async fn first_link(context: &Context, url: &str) -> Result<Option<String>, CliError> {
    if context.store.any_user(WORKSPACE).await.or_fail("database")? {
        return Ok(None);
    }
    let now = context.clock.now();
    let link = carillon_api::auth::link::create(&context.store, WORKSPACE, LinkPurpose::FirstStart, None, now);
    Ok(Some(format!("{url}{}", link.await.or_fail("link")?.path)))
}

/// Who uses the demo on this machine.
const LOCAL_USER: &str = "demo";

/// A one-time link that signs this machine's own user in, who is made as administrator when there is nobody yet.
pub async fn local_link(context: &Context, url: &str, campaign: CampaignId) -> Result<String, CliError> {
    let (store, now) = (&context.store, context.clock.now());
    let known = store.user_by_login(WORKSPACE, LOCAL_USER).await.or_fail("database")?;
    let user = match known {
        Some(user) => user.id,
        None => {
            let (login, name) = (LOCAL_USER.to_owned(), "You".to_owned());
            let new = NewUser { login, name, role: Role::Admin, password: None, now };
            store.user_create(WORKSPACE, new).await.or_fail("database")?
        }
    };
    let link = carillon_api::auth::link::create(store, WORKSPACE, LinkPurpose::SignIn, Some(user), now);
    Ok(format!("{url}{}/campaigns/{campaign}", link.await.or_fail("link")?.path))
}
