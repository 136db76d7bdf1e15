//! The practice network: a carrier of simulated people on real SIP and RTP, on this machine only.
//!
//! Each call is taken by a [`Persona`], chosen by the last two digits of the number or by a seeded mix
//! ([`Choice`]); [`persona::table`] prints who answers where. What people say is read from WAV files that `carillon`
//! rendered beforehand ([`speech`] names lines and files); a line without a file is spoken by a synthetic voice that only
//! sounds like speech, so nothing here needs a model. Each call is written to a log as it happens ([`log`]): the far end's
//! word on who was called, when it rang and how it ended.

mod line;
pub mod log;
pub mod persona;
mod script;
pub mod speech;
mod voice;

use std::{
    net::{IpAddr, SocketAddr},
    ops::RangeInclusive,
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use carillon_media::{MediaConfig, MediaEngine};
use carillon_sip::server::{self, IncomingCall, Server, ServerConfig};
use tokio::{sync::Semaphore, task::JoinSet};

use log::CallLog;
pub use persona::{Choice, Mix, Persona};
use speech::Speech;

/// Gives the time as microseconds since 1970 in UTC.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// Settings of a practice network.
#[derive(Clone)]
pub struct PracticeConfig {
    /// Where it listens, UDP and TCP; a loopback address. Port 0 takes a free one.
    pub listen: SocketAddr,
    /// How personas are chosen.
    pub choice: Choice,
    /// Folder with the speech of the personas (see [`speech`]); `None` for the synthetic voice alone.
    pub speech: Option<PathBuf>,
    /// File to which each call is written (see [`log`]); it is appended to.
    pub log: Option<PathBuf>,
    /// Factor on the times people take to pick up and to think: 1 as people are, 0 at once.
    pub pace: f32,
    /// UDP ports for RTP.
    pub media_ports: RangeInclusive<u16>,
    /// Calls at once; above that it answers 503 as a full carrier does.
    pub most_calls: usize,
    /// Wall time for the log.
    pub clock: Clock,
}

impl PracticeConfig {
    /// A network on `listen` with personas by the number's last two digits, people's own pace, no files.
    #[must_use]
    pub fn new(listen: SocketAddr, clock: Clock) -> Self {
        Self {
            listen,
            choice: Choice::Digits,
            speech: None,
            log: None,
            pace: 1.0,
            media_ports: 33_000..=60_999,
            most_calls: 5_000,
            clock,
        }
    }
}

/// The practice network cannot work.
#[derive(Debug, thiserror::Error)]
pub enum PracticeError {
    /// Another address than loopback was asked for.
    #[error(
        "the practice network listens on this machine only, and {0} can be reached from outside; \
         use a loopback address such as 127.0.0.1:5070"
    )]
    NotLoopback(SocketAddr),
    /// The SIP address cannot be used.
    #[error("the practice network cannot listen on {address}: {source}; choose another port")]
    Listen {
        /// The address that was tried.
        address: SocketAddr,
        /// What SIP said.
        source: carillon_sip::SipError,
    },
    /// Media cannot be started.
    #[error("the practice network has no audio: {0}")]
    Media(std::io::Error),
    /// A speech file cannot be used.
    #[error(transparent)]
    Speech(#[from] speech::SpeechError),
    /// The log cannot be written.
    #[error("the practice network's log {path} cannot be written: {source}; choose another file")]
    Log {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
}

impl PracticeError {
    /// Stable code of the error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotLoopback(_) => "practice_not_loopback",
            Self::Listen { .. } => "practice_listen",
            Self::Media(_) => "practice_media",
            Self::Speech(_) => "practice_speech",
            Self::Log { .. } => "practice_log",
        }
    }
}

/// What all calls share.
struct Network {
    choice: Choice,
    pace: f32,
    media: MediaEngine,
    speech: Speech,
    log: CallLog,
}

/// A practice network whose sockets are open.
pub struct Practice {
    server: Server,
    network: Arc<Network>,
    places: Arc<Semaphore>,
}

impl Practice {
    /// Opens the sockets and reads the speech. Must be called inside a tokio runtime.
    ///
    /// # Errors
    /// [`PracticeError`], in words.
    pub async fn bind(config: PracticeConfig) -> Result<Self, PracticeError> {
        if !config.listen.ip().is_loopback() {
            return Err(PracticeError::NotLoopback(config.listen));
        }
        let speech = Speech::load(config.speech.as_deref())?;
        let log = CallLog::open(config.log.as_deref(), config.clock)
            .map_err(|source| PracticeError::Log { path: config.log.clone().unwrap_or_default(), source })?;
        let bind_ip: IpAddr = config.listen.ip();
        let media = MediaConfig { bind_ip, ports: config.media_ports, ..MediaConfig::default() };
        let media = MediaEngine::start(media).map_err(PracticeError::Media)?;
        let server = server::listen(ServerConfig::new(config.listen))
            .await
            .map_err(|source| PracticeError::Listen { address: config.listen, source })?;
        let pace = config.pace.clamp(0.0, 10.0);
        let network = Arc::new(Network { choice: config.choice, pace, media, speech, log });
        Ok(Self { server, network, places: Arc::new(Semaphore::new(config.most_calls)) })
    }

    /// The address it listens on.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.server.local_address()
    }

    /// Takes calls until the future is dropped; then all calls end without a word.
    pub async fn serve(mut self) {
        let mut calls = JoinSet::new();
        while let Some(call) = self.server.accept().await {
            while let Some(ended) = calls.try_join_next() {
                report(ended);
            }
            match Arc::clone(&self.places).try_acquire_owned() {
                Ok(place) => {
                    let network = Arc::clone(&self.network);
                    calls.spawn(async move {
                        take(&network, call).await;
                        drop(place);
                    });
                }
                Err(_) => call.handle.reject(503, "Service Unavailable", &[("Retry-After", "5")]),
            }
        }
    }
}

/// Runs a practice network until the future is dropped.
///
/// # Errors
/// [`PracticeError`] when it cannot start.
pub async fn run(config: PracticeConfig) -> Result<(), PracticeError> {
    Practice::bind(config).await?.serve().await;
    Ok(())
}

fn report(ended: Result<(), tokio::task::JoinError>) {
    if let Err(error) = ended {
        tracing::error!(%error, "a practice call ended by a bug");
    }
}

/// One call, from INVITE to end.
async fn take(network: &Network, call: IncomingCall) {
    let person = network.choice.person(&call.number);
    let call_id = call.call_id.clone();
    network.log.write(&call_id, log::Event::Invite { number: call.number.clone(), persona: person.persona });
    let ended = script::play(network, call, person).await;
    network.log.write(&call_id, log::Event::Ended { how: ended });
}

impl Network {
    /// A time people take, by the pace.
    fn paced(&self, time: Duration) -> Duration {
        time.mul_f32(self.pace)
    }
}
