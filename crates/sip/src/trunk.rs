//! A trunk: where calls go, how numbers and caller IDs are written, how we log in, and whether it is reachable.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use carillon_domain::phone::PhoneNumber;
use carillon_domain::trunk::{CallerIdHeader, Transport, TrunkSettings};
use rsipstack::dialog::authenticate::Credential;
use rsipstack::dialog::invitation::InviteOption;
use rsipstack::sip::{Header, Uri};
use rsipstack::transport::SipAddr;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::agent::UserAgentConfig;
use crate::call::{Call, OutgoingCall};
use crate::endpoint::Core;
use crate::error::SipError;
use crate::register::RegistrationState;
use crate::request::ProbeResult;
use crate::text::{is_call_id, is_user_part};

/// How long a looked-up address is used.
const ADDRESS_TTL: Duration = Duration::from_secs(60);
/// Session interval that RFC 4028 recommends, in seconds.
const SESSION_INTERVAL_S: u32 = 1_800;
/// A password. It never shows in logs: its `Debug` is three stars.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Takes a password.
    pub fn new(value: impl Into<String>) -> Self {
        Secret(value.into())
    }

    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// All that is needed to use a trunk.
#[derive(Debug, Clone)]
pub struct TrunkConfig {
    /// Address, transport, dial format, caller ID.
    pub settings: TrunkSettings,
    /// Password for digest login (RFC 7616).
    pub password: Option<Secret>,
    /// Life of a registration that is asked for.
    pub register_expires: Duration,
}

impl From<TrunkSettings> for TrunkConfig {
    fn from(settings: TrunkSettings) -> Self {
        TrunkConfig { settings, password: None, register_expires: Duration::from_secs(300) }
    }
}

impl TrunkConfig {
    fn check(&self) -> Result<(), SipError> {
        let refuse = |field, why: &str| Err(SipError::Config { field, why: why.to_owned() });
        let users = [("user", &self.settings.user), ("caller_id", &self.settings.caller_id)];
        for (field, value) in users {
            if value.as_ref().is_some_and(|v| !is_user_part(v)) {
                return refuse(field, "only letters, digits and + - _ . ! ~ * ' ( ) & = $ , / # are possible");
            }
        }
        if Uri::try_from(format!("sip:{}", bracketed(&self.settings.host))).is_err() {
            return refuse("host", "it is no host name");
        }
        if self.settings.register && self.settings.user.is_none() {
            return refuse("register", "a registration needs a user");
        }
        Ok(())
    }
}

/// The addresses of a call by a trunk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// Ours, for SDP: the public one if set or learned, else that of the interface towards the trunk.
    pub announced: IpAddr,
    /// Those of the trunk's messages; its sound may come from there whatever its SDP names.
    pub peers: Vec<IpAddr>,
}

/// A trunk that is open. Cheap to clone.
#[derive(Clone)]
pub struct Trunk {
    pub(crate) inner: Arc<TrunkInner>,
}

impl fmt::Debug for Trunk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Trunk({}:{})", self.inner.config.settings.host, self.inner.config.settings.port)
    }
}

pub(crate) struct TrunkInner {
    pub(crate) core: Arc<Core>,
    pub(crate) agent: UserAgentConfig,
    pub(crate) config: TrunkConfig,
    pub(crate) registration: watch::Sender<RegistrationState>,
    /// Cancelled when the registration is to be taken back.
    pub(crate) closing: CancellationToken,
    /// Another trunk keeps the same registration up.
    pub(crate) handed_over: AtomicBool,
    addresses: Mutex<Option<(Vec<SocketAddr>, Instant)>>,
    looking_up: AtomicBool,
    learned: Mutex<Option<SocketAddr>>,
}

impl Trunk {
    /// Checks the settings, looks the host up and, if the trunk wants it, starts to register in the background.
    pub(crate) async fn open(core: Arc<Core>, agent: UserAgentConfig, config: TrunkConfig) -> Result<Trunk, SipError> {
        config.check()?;
        let (registration, _) = watch::channel(if config.settings.register {
            RegistrationState::Trying
        } else {
            RegistrationState::NotWanted
        });
        let closing = core.stopped().child_token();
        let inner = Arc::new(TrunkInner {
            core,
            agent,
            config,
            registration,
            closing,
            handed_over: AtomicBool::new(false),
            addresses: Mutex::new(None),
            looking_up: AtomicBool::new(false),
            learned: Mutex::new(None),
        });
        inner.addresses().await?;
        if inner.config.settings.register {
            tokio::spawn(crate::register::keep(inner.clone()));
        }
        Ok(Trunk { inner })
    }

    /// Places a call. It returns at once; everything else comes as events.
    pub fn place(&self, call: OutgoingCall) -> Call {
        crate::driver::start(self.inner.clone(), call)
    }

    /// Asks the trunk by OPTIONS whether it is there (RFC 3261 section 11).
    pub async fn options_probe(&self) -> ProbeResult {
        crate::request::probe(&self.inner).await
    }

    /// How the registration stands; a receiver of it tells of changes.
    pub fn registration(&self) -> watch::Receiver<RegistrationState> {
        self.inner.registration.subscribe()
    }

    /// Makes sure that the trunk can be sent to (over TCP that a connection to it is open), and says which addresses a call by it has at
    /// this moment: they change with the network. To be asked before a call is committed, so that a trunk out of reach is told as that
    /// and costs no call its time to leave.
    ///
    /// # Errors
    /// No address, or no connection within the connect time.
    pub async fn ready(&self) -> Result<Route, SipError> {
        let target = self.inner.reachable().await?;
        let mut peers: Vec<IpAddr> = self.inner.addresses().await?.iter().map(SocketAddr::ip).collect();
        peers.dedup();
        Ok(Route { announced: self.inner.announced(target).ip(), peers })
    }

    /// The address in our messages to the trunk, as far as it is known.
    pub fn announced_address(&self) -> Option<SocketAddr> {
        self.inner.known_address().map(|target| self.inner.announced(target))
    }

    /// As [`Trunk::close`], in favour of a trunk that is open. Where both have the same registration it stays: a registrar knows it by user
    /// and Contact (RFC 3261 section 10.3), so that taking back the old one would take away the new one.
    pub async fn replaced_by(&self, successor: &Trunk) {
        let (old, new) = (self.inner.binding(), successor.inner.binding());
        self.inner.handed_over.store(old.is_some() && old == new, Ordering::Relaxed);
        self.close().await;
    }

    /// Takes the registration back and forgets the trunk. Calls under way go on.
    pub async fn close(&self) {
        self.inner.closing.cancel();
        if self.inner.config.settings.register {
            let mut state = self.inner.registration.subscribe();
            let done = state.wait_for(|s| matches!(s, RegistrationState::Ended));
            if tokio::time::timeout(Duration::from_secs(3), done).await.is_err() {
                tracing::debug!("the registrar did not confirm the end of the registration");
            }
        }
    }
}

impl TrunkInner {
    /// Addresses of the trunk, of the family that our socket speaks. What is known is used at once; when it is older than a
    /// minute it is looked up again in the background, so that no call waits for a name server.
    pub(crate) async fn addresses(self: &Arc<Self>) -> Result<Vec<SocketAddr>, SipError> {
        let known = self.addresses.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let Some((addresses, at)) = known else { return self.look_up().await };
        if at.elapsed() > ADDRESS_TTL && !self.looking_up.swap(true, Ordering::Relaxed) {
            let inner = self.clone();
            tokio::spawn(async move {
                if let Err(error) = inner.look_up().await {
                    tracing::warn!(%error, "the trunk's known address is used on");
                }
                inner.looking_up.store(false, Ordering::Relaxed);
            });
        }
        Ok(addresses)
    }

    async fn look_up(&self) -> Result<Vec<SocketAddr>, SipError> {
        let settings = &self.config.settings;
        let (host, port) = (settings.host.clone(), settings.port);
        let lookup = tokio::net::lookup_host((host.as_str(), port));
        let found = match tokio::time::timeout(self.agent.connect_timeout, lookup).await {
            Ok(Ok(found)) => Ok(found.filter(|a| a.is_ipv4() == self.core.local.is_ipv4()).collect::<Vec<_>>()),
            Ok(Err(error)) => Err(error.to_string()),
            Err(_) => Err("no answer in time".to_owned()),
        };
        match found {
            Ok(found) if !found.is_empty() => {
                found.iter().for_each(|address| self.core.sources.add(address.ip()));
                *self.addresses.lock().unwrap_or_else(PoisonError::into_inner) = Some((found.clone(), Instant::now()));
                Ok(found)
            }
            Ok(_) => Err(SipError::Family { host, bound: self.core.local }),
            Err(why) => Err(SipError::Resolve { host, why }),
        }
    }

    fn known_address(&self) -> Option<SocketAddr> {
        let known = self.addresses.lock().unwrap_or_else(PoisonError::into_inner);
        known.as_ref().and_then(|(addresses, _)| addresses.first().copied())
    }

    /// What a registrar knows our registration by: itself, our address there, our Contact.
    fn binding(&self) -> Option<[String; 3]> {
        let target = self.known_address().filter(|_| self.config.settings.register)?;
        let (registrar, own) = (self.target_uri(None).ok()?, self.own_uri().ok()?);
        Some([registrar.to_string(), own.to_string(), self.contact(target)])
    }

    pub(crate) async fn first_address(self: &Arc<Self>) -> Result<SocketAddr, SipError> {
        let addresses = self.addresses().await?;
        addresses
            .first()
            .copied()
            .ok_or_else(|| SipError::Resolve { host: self.config.settings.host.clone(), why: "no address".to_owned() })
    }

    /// An address that can be sent to; over TCP with a connection that is open.
    pub(crate) async fn reachable(self: &Arc<Self>) -> Result<SocketAddr, SipError> {
        if self.config.settings.transport == Transport::Udp {
            return self.first_address().await;
        }
        let addresses = self.addresses().await?;
        // A later address that works goes before an earlier one that may take its whole connect time to fail.
        if let Some(open) = addresses.iter().find(|address| self.core.streams.open_to(**address).is_some()) {
            return Ok(*open);
        }
        let mut last = None;
        for address in addresses {
            match self.core.streams.connect(address, self.agent.connect_timeout).await {
                Ok(()) => return Ok(address),
                Err(error) => last = Some(error),
            }
        }
        Err(last.unwrap_or_else(|| SipError::Resolve {
            host: self.config.settings.host.clone(),
            why: "no address".to_owned(),
        }))
    }

    pub(crate) fn sip_address(&self, address: SocketAddr) -> SipAddr {
        SipAddr::new(self.library_transport(), address.into())
    }

    pub(crate) fn library_transport(&self) -> rsipstack::sip::Transport {
        match self.config.settings.transport {
            Transport::Udp => rsipstack::sip::Transport::Udp,
            Transport::Tcp => rsipstack::sip::Transport::Tcp,
        }
    }

    /// Remembers how the far end sees us (RFC 3581).
    pub(crate) fn learn(&self, seen: SocketAddr) {
        *self.learned.lock().unwrap_or_else(PoisonError::into_inner) = Some(seen);
    }

    /// Our address as the far end of `target` should use it.
    pub(crate) fn announced(&self, target: SocketAddr) -> SocketAddr {
        let port = self.core.local.port();
        if let Some(ip) = self.config.settings.public_address {
            return SocketAddr::new(ip, port);
        }
        let learned = *self.learned.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(seen) = learned.filter(|_| self.config.settings.transport == Transport::Udp) {
            return seen;
        }
        let bound = self.core.local.ip();
        let ip = if bound.is_unspecified() { interface_towards(target).unwrap_or(bound) } else { bound };
        SocketAddr::new(ip, port)
    }

    /// Our Contact URI.
    pub(crate) fn contact(&self, target: SocketAddr) -> String {
        let user = self.config.settings.user.as_deref().unwrap_or("carillon");
        let transport = match self.config.settings.transport {
            Transport::Udp => "",
            Transport::Tcp => ";transport=tcp",
        };
        format!("sip:{user}@{}{transport}", self.announced(target))
    }

    pub(crate) fn domain(&self) -> String {
        bracketed(&self.config.settings.host)
    }

    /// URI of the trunk itself, with its port.
    pub(crate) fn target_uri(&self, user: Option<&str>) -> Result<Uri, SipError> {
        let settings = &self.config.settings;
        let user = user.map(|u| format!("{u}@")).unwrap_or_default();
        let transport = match settings.transport {
            Transport::Udp => "",
            Transport::Tcp => ";transport=tcp",
        };
        uri(&format!("sip:{user}{}:{}{transport}", bracketed(&settings.host), settings.port))
    }

    /// Our own address at the trunk.
    pub(crate) fn own_uri(&self) -> Result<Uri, SipError> {
        let user =
            self.config.settings.user.as_deref().or(self.config.settings.caller_id.as_deref()).unwrap_or("carillon");
        uri(&format!("sip:{user}@{}", self.domain()))
    }

    pub(crate) fn credential(&self) -> Option<Credential> {
        let user = self.config.settings.user.clone()?;
        let password = self.config.password.as_ref()?.expose().to_owned();
        Some(Credential { username: user, password, realm: None, auth_username: None })
    }

    /// The library's form of the INVITE of `call`; `min_se_s` is the session interval that a 422 asked for.
    pub(crate) fn invite(
        &self,
        call: &OutgoingCall,
        target: SocketAddr,
        min_se_s: Option<u32>,
    ) -> Result<InviteOption, SipError> {
        let settings = &self.config.settings;
        let caller_id = call.caller_id.as_deref().or(settings.caller_id.as_deref());
        if !is_call_id(&call.call_id) {
            return Err(SipError::Internal("the Call-ID holds characters that are not possible there".to_owned()));
        }
        if caller_id.is_some_and(|id| !is_user_part(id)) {
            return Err(SipError::Config {
                field: "caller_id",
                why: "it holds characters that are not possible there".to_owned(),
            });
        }
        let mut headers = vec![Header::Allow(crate::incoming::ALLOW.into())];
        let caller = match (caller_id, settings.caller_id_header) {
            (Some(id), CallerIdHeader::From) => uri(&format!("sip:{id}@{}", self.domain()))?,
            (Some(id), CallerIdHeader::PAssertedIdentity) => {
                headers.push(Header::PAssertedIdentity(format!("<sip:{id}@{}>", self.domain()).into()));
                self.own_uri()?
            }
            (None, _) => self.own_uri()?,
        };
        if let Some(min_se_s) = min_se_s {
            // Without `Supported: timer`, so that nobody makes us the refresher (RFC 4028 sections 7.1 and 8.2).
            let interval_s = min_se_s.max(SESSION_INTERVAL_S);
            headers.push(Header::SessionExpires(format!("{interval_s};refresher=uas").into()));
            headers.push(Header::MinSE(min_se_s.to_string().into()));
        }
        Ok(InviteOption {
            caller,
            callee: self.dial(call.number)?,
            destination: Some(self.sip_address(target)),
            offer: Some(call.offer_sdp.clone().into_bytes()),
            contact: uri(&self.contact(target))?,
            credential: self.credential(),
            headers: Some(headers),
            call_id: Some(call.call_id.clone()),
            ..InviteOption::default()
        })
    }

    fn dial(&self, number: PhoneNumber) -> Result<Uri, SipError> {
        let user = self.config.settings.dial_format.dial(number);
        if !is_user_part(&user) {
            return Err(SipError::Config {
                field: "dial_format",
                why: "its prefix holds characters that are not possible there".to_owned(),
            });
        }
        self.target_uri(Some(&user))
    }
}

/// An IPv6 address in brackets, anything else as it is.
fn bracketed(host: &str) -> String {
    if host.contains(':') && !host.starts_with('[') { format!("[{host}]") } else { host.to_owned() }
}

pub(crate) fn uri(text: &str) -> Result<Uri, SipError> {
    Uri::try_from(text).map_err(|error| SipError::Internal(format!("cannot build the address {text}: {error}")))
}

/// Address of the interface that leads to `target`, asked from the system without sending anything.
fn interface_towards(target: SocketAddr) -> Option<IpAddr> {
    let any: IpAddr =
        if target.is_ipv4() { std::net::Ipv4Addr::UNSPECIFIED.into() } else { std::net::Ipv6Addr::UNSPECIFIED.into() };
    let socket = std::net::UdpSocket::bind((any, 0)).ok()?;
    socket.connect(target).ok()?;
    socket.local_addr().ok().map(|a| a.ip())
}
