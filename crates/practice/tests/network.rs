//! The practice network called over real SIP and RTP, as Carillon calls it.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic like tests")]

use std::{
    net::IpAddr,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use carillon_media::{MediaConfig, MediaEngine, Session, SessionConfig, SessionEvent, core::NoRtp, tones};
use carillon_practice::{
    Choice, Persona, Practice, PracticeConfig, PracticeError,
    log::{self, Ended},
    speech,
};
use carillon_sip::{
    ByeReason, Call, CallEvent, CancelReason, Ending, OutgoingCall, Reached, Trunk, TrunkConfig, UserAgent,
    UserAgentConfig,
};
use tokio::{sync::mpsc::Receiver, task::JoinHandle, time::timeout};

/// Far longer than anything here takes; only a failure waits for it.
const PATIENCE: Duration = Duration::from_secs(60);

struct World {
    agent: UserAgent,
    trunk: Trunk,
    media: MediaEngine,
    practice: JoinHandle<()>,
    folder: tempfile::TempDir,
}

/// A caller with its media.
struct Caller {
    call: Call,
    session: Session,
    heard: Receiver<SessionEvent>,
    early: bool,
}

fn config(listen: &str) -> PracticeConfig {
    let ticks = AtomicI64::new(0);
    PracticeConfig::new(listen.parse().unwrap(), Arc::new(move || ticks.fetch_add(1, Ordering::Relaxed)))
}

async fn world() -> World {
    let folder = tempfile::tempdir().unwrap();
    let log = Some(folder.path().join("far.jsonl"));
    let speech = Some(short_speech(folder.path()));
    let practice = Practice::bind(PracticeConfig { log, speech, pace: 0.0, ..config("127.0.0.1:0") }).await.unwrap();
    let address = practice.address();
    let practice = tokio::spawn(practice.serve());
    let agent = UserAgent::start(UserAgentConfig::loopback()).await.unwrap();
    let settings = serde_json::json!({
        "host": address.ip().to_string(), "port": address.port(), "transport": "udp", "user": null, "register": false,
        "dial_format": "plus_e164", "caller_id": "+12025550000", "caller_id_header": "from", "public_address": null,
        "lines": 50, "calls_per_second": 50.0
    });
    let trunk = TrunkConfig {
        settings: serde_json::from_value(settings).unwrap(),
        password: None,
        register_expires: Duration::from_secs(300),
    };
    let trunk = agent.trunk(trunk).await.unwrap();
    let bind_ip: IpAddr = "127.0.0.1".parse().unwrap();
    let media = MediaEngine::start(MediaConfig { bind_ip, ..MediaConfig::default() }).unwrap();
    World { agent, trunk, media, practice, folder }
}

/// A folder in which every line is half a second long, so that nobody waits for whole sentences.
fn short_speech(folder: &Path) -> PathBuf {
    let folder = folder.join("speech");
    std::fs::create_dir(&folder).unwrap();
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: 8_000,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    for line in &speech::LINES {
        for voice in 0..speech::VOICES {
            let path = folder.join(speech::file_name(line, voice));
            let mut writer = hound::WavWriter::create(path, spec).unwrap();
            words().into_iter().for_each(|sample| writer.write_sample(sample).unwrap());
            writer.finalize().unwrap();
        }
    }
    folder
}

/// Half a second of sound that is heard as speech: syllables of several tones.
fn words() -> Vec<i16> {
    let mut words = Vec::new();
    for n in 0..3 {
        words.extend(tones::chord(&[210.0, 630.0 + 40.0 * n as f32, 1_490.0], 5_000.0, 1_600));
        words.extend([0; 320]);
    }
    words
}

impl World {
    fn log(&self) -> PathBuf {
        self.folder.path().join("far.jsonl")
    }

    fn call(&self, last_two: &str) -> Caller {
        let session = SessionConfig { no_rtp_start: Duration::from_millis(500), ..SessionConfig::default() };
        let (session, heard) = self.media.open(session).unwrap();
        let number = serde_json::from_value(serde_json::json!(format!("+120255501{last_two}"))).unwrap();
        let call = OutgoingCall::new(format!("call-{last_two}-of-a-test"), number, session.offer());
        Caller { call: self.trunk.place(call), session, heard, early: false }
    }

    /// Ends the world and gives the far end's word on the only call.
    async fn far_end(self) -> log::CallRecord {
        let record = self.far_end_when(|call| call.ended.is_some()).await;
        self.agent.shutdown().await;
        self.practice.abort();
        record
    }

    /// Reads the log until it tells what is wanted; the far end writes it on its own time.
    async fn far_end_when(&self, wanted: impl Fn(&log::CallRecord) -> bool) -> log::CallRecord {
        let reading = async {
            loop {
                if let Some(call) = log::calls(&self.log()).unwrap().pop().filter(|call| wanted(call)) {
                    return call;
                }
                tokio::task::yield_now().await;
            }
        };
        timeout(PATIENCE, reading).await.unwrap()
    }
}

impl Caller {
    /// Waits for the answer.
    async fn answered(&mut self) {
        loop {
            match timeout(PATIENCE, self.call.events.recv()).await.unwrap().unwrap() {
                CallEvent::Answered { sdp } => {
                    self.session.accept_answer(&sdp, true).unwrap();
                    return;
                }
                CallEvent::Early { sdp } => {
                    self.session.accept_answer(&sdp, false).unwrap();
                    self.early = true;
                }
                CallEvent::Ended(ending) => panic!("{ending:?}"),
                _ => {}
            }
        }
    }

    /// Waits for the end.
    async fn ended(&mut self) -> Ending {
        loop {
            if let CallEvent::Ended(ending) = timeout(PATIENCE, self.call.events.recv()).await.unwrap().unwrap() {
                return ending;
            }
        }
    }

    /// Waits for something to be heard.
    async fn hears(&mut self, wanted: impl Fn(&SessionEvent) -> bool) -> SessionEvent {
        loop {
            let event = timeout(PATIENCE, self.heard.recv()).await.unwrap().unwrap();
            if wanted(&event) {
                return event;
            }
        }
    }

    async fn hears_a_sentence(&mut self) {
        self.hears(|event| matches!(event, SessionEvent::SpeechStarted { .. })).await;
        self.hears(|event| matches!(event, SessionEvent::SpeechStopped { .. })).await;
    }

    fn says_something(&self) {
        self.session.play(words().into(), 1).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_says_hello_listens_and_answers() {
    let world = world().await;
    let mut caller = world.call("00");
    caller.answered().await;
    caller.hears_a_sentence().await;
    caller.says_something();
    caller.hears_a_sentence().await;
    caller.call.handle.bye(ByeReason::Finished, None);
    let ending = caller.ended().await;
    assert_eq!(ending.reached, Reached::Answered);
    let far = world.far_end().await;
    assert_eq!((far.persona, far.number.as_str()), (Persona::Talks, "+12025550100"));
    assert!(far.rang_at.unwrap() < far.answered_at.unwrap());
    assert_eq!(far.ended.unwrap().1, Ended::CallerHungUp);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_does_not_answer_gives_the_right_status_and_cause() {
    for (last_two, status, q850) in [("01", 486, Some(17)), ("03", 603, None), ("04", 404, Some(1)), ("05", 503, None)]
    {
        let world = world().await;
        let mut caller = world.call(last_two);
        let ending = caller.ended().await;
        assert_eq!((ending.status, ending.q850), (Some(status), q850), "{last_two}: {ending:?}");
        let far = world.far_end().await;
        assert_eq!(far.ended.unwrap().1, Ended::Rejected(status));
        assert_eq!(far.rang_at.is_some(), status == 603);
        assert_eq!(far.answered_at, None);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_phone_rings_until_the_caller_gives_up() {
    let world = world().await;
    let mut caller = world.call("02");
    loop {
        let event = timeout(PATIENCE, caller.call.events.recv()).await.unwrap().unwrap();
        if matches!(event, CallEvent::Ringing { .. }) {
            break;
        }
    }
    caller.call.handle.cancel(CancelReason::Stopped);
    assert_eq!(caller.ended().await.status, Some(487));
    assert_eq!(world.far_end().await.ended.unwrap().1, Ended::Canceled);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_machine_greets_and_beeps() {
    let world = world().await;
    let mut caller = world.call("06");
    caller.answered().await;
    caller.hears(|event| matches!(event, SessionEvent::SpeechStarted { .. })).await;
    let beep = caller.hears(|event| matches!(event, SessionEvent::Beep { .. })).await;
    assert!(matches!(beep, SessionEvent::Beep { hz, .. } if (hz - 1_000.0).abs() < 10.0), "{beep:?}");
    caller.call.handle.bye(ByeReason::Finished, None);
    caller.ended().await;
    assert_eq!(world.far_end().await.ended.unwrap().1, Ended::CallerHungUp);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_silent_person_sends_rtp_and_one_without_audio_sends_none() {
    let world = world().await;
    let mut silent = world.call("07");
    silent.answered().await;
    silent.hears(|event| matches!(event, SessionEvent::FirstPacket { .. })).await;
    let mut mute = world.call("13");
    mute.answered().await;
    mute.hears(|event| matches!(event, SessionEvent::NoRtp { kind: NoRtp::Start, .. })).await;
    assert!(silent.session.stats().packets_received > 10);
    mute.call.handle.bye(ByeReason::NoAudio, None);
    mute.ended().await;
    assert_eq!(world.far_end().await.persona, Persona::NoAudio);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_hangs_up_at_once_and_one_lets_the_caller_hear_ringback_first() {
    let world = world().await;
    let mut short = world.call("08");
    short.answered().await;
    short.ended().await;
    let far = world.far_end_when(|call| call.ended.is_some()).await;
    assert_eq!(far.ended.unwrap().1, Ended::PersonHungUp);
    let mut slow = world.call("09");
    slow.answered().await;
    assert!(slow.early, "183 with SDP came first");
    slow.hears_a_sentence().await;
    slow.call.handle.bye(ByeReason::Finished, None);
    slow.ended().await;
    assert_eq!(world.far_end().await.persona, Persona::EarlyMedia);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_opts_out_and_hangs_up() {
    let world = world().await;
    let mut caller = world.call("12");
    caller.answered().await;
    caller.hears_a_sentence().await;
    caller.says_something();
    caller.hears_a_sentence().await;
    caller.says_something();
    caller.ended().await;
    assert_eq!(world.far_end().await.ended.unwrap().1, Ended::PersonHungUp);
}

#[tokio::test]
async fn it_listens_on_this_machine_only() {
    for address in ["0.0.0.0:5070", "192.0.2.1:5070", "[::]:5070"] {
        let refused = Practice::bind(config(address)).await.err().unwrap();
        assert!(matches!(refused, PracticeError::NotLoopback(_)), "{address}");
        assert!(refused.to_string().contains("127.0.0.1:5070"), "{refused}");
    }
    let first = Practice::bind(config("127.0.0.1:0")).await.unwrap();
    let choice = Choice::Digits;
    let taken = Practice::bind(PracticeConfig { choice, ..config(&first.address().to_string()) }).await.err().unwrap();
    assert_eq!(taken.code(), "practice_listen");
}
