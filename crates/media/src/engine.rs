//! The engine: sockets, pacer threads and the recording writer behind [`MediaEngine`].

use std::{
    io,
    net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket},
    ops::RangeInclusive,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError, atomic::Ordering::Relaxed},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use tokio::sync::mpsc;

use crate::{
    Codec, EngineStats, Histogram, Listener, MediaError, SessionEvent, SourceNet,
    core::{Core, CoreConfig, RtpSeed},
    listen::Ears,
    pacer::{self, Counters, Door, Inner, Slot},
    ports::Ports,
    record::Recorder,
    sdp::LocalSdp,
    session::Session,
};

/// Events of one session that may wait to be taken.
const EVENT_CHANNEL: usize = 256;

/// Settings of the engine.
#[derive(Debug, Clone)]
pub struct MediaConfig {
    /// Address on which RTP is received.
    pub bind_ip: IpAddr,
    /// Address written into SDP; by default `bind_ip`, or where that is unspecified the address of the default route.
    pub advertised_ip: Option<IpAddr>,
    /// UDP ports for RTP; each session takes one even port.
    pub ports: RangeInclusive<u16>,
    /// Sessions on one pacer thread; the next thread starts when all are full. About 500.
    pub sessions_per_pacer: usize,
}

impl Default for MediaConfig {
    fn default() -> Self {
        Self {
            bind_ip: IpAddr::V4(Ipv4Addr::UNSPECIFIED),
            advertised_ip: None,
            ports: 16_384..=32_767,
            sessions_per_pacer: 500,
        }
    }
}

/// Settings of one session.
pub struct SessionConfig {
    /// Where to record; `None` for no recording. It starts at the answer, so a call that nobody answers leaves no file.
    pub recording: Option<PathBuf>,
    /// Time after the answer until [`SessionEvent::NoRtp`]; `Duration::MAX` for never.
    pub no_rtp_start: Duration,
    /// Silence of the other side's RTP in mid-call until [`SessionEvent::NoRtp`]; `Duration::MAX` for never.
    pub no_rtp_mid: Duration,
    /// Nets whose RTP may be latched beside the SDP's host: the trunk's media servers, when its SDP names private addresses.
    pub allowed_sources: Vec<SourceNet>,
    /// Who hears the contact.
    pub listener: Box<dyn Listener>,
    /// Codecs in our order of preference.
    pub codecs: Vec<Codec>,
    /// Address written into this session's SDP instead of the engine's: a trunk's own public address.
    pub advertised_ip: Option<IpAddr>,
}

impl Default for SessionConfig {
    fn default() -> Self {
        Self {
            recording: None,
            no_rtp_start: Duration::from_secs(8),
            no_rtp_mid: Duration::from_secs(20),
            allowed_sources: Vec::new(),
            listener: Box::new(Ears::default()),
            codecs: vec![Codec::Pcmu, Codec::Pcma],
            advertised_ip: None,
        }
    }
}

/// State shared with sessions.
pub(crate) struct Shared {
    pub(crate) started: Instant,
    advertised_ip: IpAddr,
    ports: Ports,
    sessions_per_pacer: usize,
    counters: Arc<Counters>,
    recorder: Mutex<Recorder>,
    pacers: Mutex<Pacers>,
}

#[derive(Default)]
struct Pacers {
    threads: Vec<(Arc<Door>, JoinHandle<()>)>,
    stopped: bool,
}

impl Shared {
    fn pacers(&self) -> MutexGuard<'_, Pacers> {
        self.pacers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn recorder(&self) -> MutexGuard<'_, Recorder> {
        self.recorder.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a session on the emptiest pacer that is alive, or on a new one when all are full.
    fn enter(&self, slot: Arc<Slot>) -> Result<(), MediaError> {
        let mut pacers = self.pacers();
        if pacers.stopped {
            return Err(MediaError::Stopped);
        }
        // A dead pacer looks empty. Its thread is at its end and needs no join.
        pacers.threads.retain(|(door, _)| !door.is_dead());
        let mut slot = slot;
        let emptiest = pacers.threads.iter().min_by_key(|(door, _)| door.sessions.load(Relaxed));
        if let Some((door, _)) = emptiest
            && door.sessions.load(Relaxed) < self.sessions_per_pacer
        {
            match door.enter(slot) {
                Ok(()) => return Ok(()),
                // It died just now.
                Err(back) => slot = back,
            }
        }
        let door = Arc::new(Door::default());
        let (inside, counters, started) = (Arc::clone(&door), Arc::clone(&self.counters), self.started);
        let name = format!("pacer-{}", pacers.threads.len());
        let thread = thread::Builder::new().name(name).spawn(move || pacer::run(&inside, &counters, started))?;
        door.enter(slot).map_err(|_| io::Error::other("a new pacer thread ended at once"))?;
        pacers.threads.push((door, thread));
        Ok(())
    }
}

/// Media of all calls of a process. Dropping it ends every session and waits until recordings are on the disk.
pub struct MediaEngine {
    shared: Arc<Shared>,
}

impl MediaEngine {
    /// Starts the engine. Pacer threads start with the first session.
    ///
    /// # Errors
    /// When the recording thread cannot be started, no randomness is to be had, or the machine has no network address to
    /// write into SDP.
    pub fn start(config: MediaConfig) -> io::Result<Self> {
        let advertised_ip = match config.advertised_ip {
            Some(ip) => ip,
            None if config.bind_ip.is_unspecified() => default_address(config.bind_ip)?,
            None => config.bind_ip,
        };
        let sessions_per_pacer = config.sessions_per_pacer.max(1);
        Ok(Self {
            shared: Arc::new(Shared {
                started: Instant::now(),
                advertised_ip,
                ports: Ports::new(config.bind_ip, config.ports, getrandom::u32()?),
                sessions_per_pacer,
                counters: Arc::default(),
                recorder: Mutex::new(Recorder::start(sessions_per_pacer)?),
                pacers: Mutex::default(),
            }),
        })
    }

    /// Opens a session with a socket of its own. Events come from the receiver; they are bounded, and dropped and counted
    /// when nobody takes them. Dropping every [`Session`] closes it.
    ///
    /// # Errors
    /// [`MediaError`] when there is no free port, or the engine is stopping.
    pub fn open(&self, config: SessionConfig) -> Result<(Session, mpsc::Receiver<SessionEvent>), MediaError> {
        let socket = self.shared.ports.bind()?;
        let ip = config.advertised_ip.unwrap_or(self.shared.advertised_ip);
        let random = getrandom::u64().map_err(io::Error::from)?;
        let local = LocalSdp {
            address: SocketAddr::new(ip, socket.local_addr()?.port()),
            // Numeric and below 2^63: some devices read it as a signed number.
            session_id: getrandom::u64().map_err(io::Error::from)? >> 1,
            version: 0,
            codecs: config.codecs,
        };
        let seed = RtpSeed {
            ssrc: (random >> 32) as u32,
            sequence: random as u16,
            timestamp: getrandom::u32().map_err(io::Error::from)?,
        };
        let core = Core::new(CoreConfig {
            seed,
            no_rtp_start: config.no_rtp_start,
            no_rtp_mid: config.no_rtp_mid,
            allowed_sources: config.allowed_sources,
            listener: config.listener,
        });
        let tape = match config.recording {
            Some(path) => Some(self.shared.recorder().tape(path).ok_or(MediaError::Stopped)?),
            None => None,
        };
        let (events, receiver) = mpsc::channel(EVENT_CHANNEL);
        let slot = Arc::new(Slot::new(socket, Inner { core, tape }, events, Arc::clone(&self.shared.counters)));
        let session = Session::new(Arc::clone(&slot), Arc::clone(&self.shared), local);
        self.shared.enter(slot)?;
        Ok((session, receiver))
    }

    /// Counts since the start.
    #[must_use]
    pub fn stats(&self) -> EngineStats {
        let counters = &self.shared.counters;
        EngineStats {
            live_sessions: counters.live.load(Relaxed),
            pacers: self.shared.pacers().threads.len() as u64,
            packets_sent: counters.sent.load(Relaxed),
            packets_received: counters.received.load(Relaxed),
            send_errors: counters.send_errors.load(Relaxed),
            steps_skipped: counters.skipped.load(Relaxed),
            recording_frames_dropped: counters.frames_dropped.load(Relaxed),
            recordings_failed: self.shared.recorder().failures(),
        }
    }

    /// How late packets left, against their absolute deadlines.
    #[must_use]
    pub fn send_lateness(&self) -> Histogram {
        self.shared.counters.lateness.snapshot()
    }
}

impl Drop for MediaEngine {
    fn drop(&mut self) {
        let threads = {
            let mut pacers = self.shared.pacers();
            pacers.stopped = true;
            std::mem::take(&mut pacers.threads)
        };
        for (door, thread) in threads {
            door.stop();
            if thread.join().is_err() {
                tracing::error!("a pacer thread ended by a panic; its calls lost their audio");
            }
        }
        self.shared.recorder().stop();
    }
}

/// This machine's address on its default route; nothing is sent to find it.
fn default_address(unspecified: IpAddr) -> io::Result<IpAddr> {
    let socket = UdpSocket::bind((unspecified, 0))?;
    let anywhere = if unspecified.is_ipv4() { "192.0.2.1:9" } else { "[2001:db8::1]:9" };
    match socket.connect(anywhere) {
        Ok(()) => Ok(socket.local_addr()?.ip()),
        // No route to anywhere: only this machine itself can be called.
        Err(_) if unspecified.is_ipv4() => Ok(IpAddr::V4(Ipv4Addr::LOCALHOST)),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests;
