//! Tests a trunk step by step, each finding in words. It opens SIP of its own, so that calls under way are not touched.

use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use carillon_api::control::{StepOutcome, TestStep, TrunkToTest};
use carillon_domain::trunk::{Transport, TrunkSettings};
use carillon_media::{MediaConfig, MediaEngine, SessionConfig};
use carillon_sip::{
    CallEvent, CancelReason, Ending, OutgoingCall, ProbeResult, RegistrationState, Secret, SipError, Trunk,
    TrunkConfig, UserAgent, UserAgentConfig,
};

use crate::error::{CliError, OrFail};
use crate::node::bind_address;

/// Longest ringing of the test call.
const RING: Duration = Duration::from_secs(20);
/// The test call is hung up so long after its answer: long enough to be heard as a call.
const TALK: Duration = Duration::from_secs(2);
/// Longest wait for a registration.
const REGISTER: Duration = Duration::from_secs(20);

/// Runs the test. A step that fails is a finding, not an error.
pub async fn test(wanted: TrunkToTest) -> Result<Vec<TestStep>, CliError> {
    let settings = &wanted.settings;
    let mut steps = vec![dns(settings).await];
    let bind = bind_address(std::iter::once(settings.host.as_str()));
    let agent = UserAgent::start(UserAgentConfig { bind: (bind, 0).into(), ..UserAgentConfig::default() });
    let agent = agent.await.or_fail("sip_start")?;
    let password = wanted.password.as_ref().map(|password| Secret::new(password.0.clone()));
    let config = TrunkConfig { password, ..TrunkConfig::from(settings.clone()) };
    match agent.trunk(config).await {
        Err(error) => steps.push(open_failed(&error)),
        Ok(trunk) => {
            steps.push(options(&trunk, settings).await);
            if settings.register {
                steps.push(register(&trunk).await);
            }
            let reached = steps.iter().all(|step| step.outcome != StepOutcome::Failed);
            match wanted.number {
                Some(number) if reached => steps.push(invite(&trunk, bind, number).await?),
                Some(_) => steps.push(not_tried("An earlier step failed, so nobody was called.")),
                None => steps.push(not_tried("Give a number to have a test call made.")),
            }
        }
    }
    agent.shutdown().await;
    Ok(steps)
}

fn step(
    step: &str,
    title: String,
    outcome: StepOutcome,
    finding: String,
    hint: Option<&str>,
    began: Instant,
) -> TestStep {
    let took_ms = Some((began.elapsed().as_secs_f64() * 10_000.0).round() / 10.0);
    TestStep { step: step.to_owned(), title, outcome, finding, hint: hint.map(ToOwned::to_owned), took_ms }
}

fn not_tried(finding: &str) -> TestStep {
    let title = "A test call reaches a phone".to_owned();
    TestStep {
        step: "invite".to_owned(),
        title,
        outcome: StepOutcome::NotTried,
        finding: finding.to_owned(),
        hint: None,
        took_ms: None,
    }
}

async fn dns(settings: &TrunkSettings) -> TestStep {
    let began = Instant::now();
    let title = format!("The name {} is known", settings.host);
    let hint = "Check the host name, and that this machine can ask a name server.";
    match tokio::net::lookup_host((settings.host.as_str(), settings.port)).await {
        Ok(found) => {
            let mut addresses: Vec<String> = found.map(|address: SocketAddr| address.ip().to_string()).collect();
            addresses.dedup();
            if addresses.is_empty() {
                return step(
                    "dns",
                    title,
                    StepOutcome::Failed,
                    "The name has no address.".to_owned(),
                    Some(hint),
                    began,
                );
            }
            let finding = if settings.host.parse::<IpAddr>().is_ok() {
                "It is an address already.".to_owned()
            } else {
                format!("It is {}.", addresses.join(", "))
            };
            step("dns", title, StepOutcome::Passed, finding, None, began)
        }
        Err(error) => {
            step("dns", title, StepOutcome::Failed, format!("It can't be looked up: {error}."), Some(hint), began)
        }
    }
}

fn open_failed(error: &SipError) -> TestStep {
    let title = "The trunk's settings can be used".to_owned();
    let finding = format!("{error}.");
    let hint = Some("Correct the settings; nothing was sent.");
    step("connect", title, StepOutcome::Failed, finding, hint, Instant::now())
}

async fn options(trunk: &Trunk, settings: &TrunkSettings) -> TestStep {
    let began = Instant::now();
    let transport = match settings.transport {
        Transport::Udp => "UDP",
        Transport::Tcp => "TCP",
    };
    let title = format!("{}:{} answers over {transport}", settings.host, settings.port);
    let (outcome, finding, hint) = match trunk.options_probe().await {
        ProbeResult::Answered { status, reason_phrase, round_trip, server, seen_as } => {
            let server = server.map(|server| format!(" It calls itself \"{server}\".")).unwrap_or_default();
            let seen = seen_as.map(|address| format!(" It sees this machine as {address}.")).unwrap_or_default();
            let text =
                format!("It answered {status} {reason_phrase} after {} ms.{server}{seen}", round_trip.as_millis());
            match status {
                401 | 403 | 407 => (
                    StepOutcome::Warning,
                    text,
                    Some(
                        "It is there, but does not know this machine: check user and password, or the address the carrier has on file.",
                    ),
                ),
                503 => (StepOutcome::Warning, text, Some("It is there, but takes no requests now. Try again later.")),
                _ => (StepOutcome::Passed, text, None),
            }
        }
        ProbeResult::NoReply => (
            StepOutcome::Failed,
            "A request was sent, and nothing came back.".to_owned(),
            Some(
                "Check the port, UDP or TCP, and that a firewall lets SIP through. Some carriers answer only addresses that they know.",
            ),
        ),
        ProbeResult::Unreachable { why } => {
            (StepOutcome::Failed, format!("Nothing could be sent: {why}."), Some("Check address, port and network."))
        }
    };
    step("options", title, outcome, finding, hint, began)
}

async fn register(trunk: &Trunk) -> TestStep {
    let began = Instant::now();
    let title = "The login is taken (REGISTER)".to_owned();
    let mut state = trunk.registration();
    let decided = state.wait_for(|state| !matches!(state, RegistrationState::Trying));
    let (outcome, finding, hint) = match tokio::time::timeout(REGISTER, decided).await {
        Err(_) | Ok(Err(_)) => (
            StepOutcome::Failed,
            "No answer came to the registration.".to_owned(),
            Some("Check that this carrier wants a registration; many know a machine by its address."),
        ),
        Ok(Ok(state)) => match &*state {
            RegistrationState::Registered { expires } => {
                (StepOutcome::Passed, format!("Registered for {} seconds.", expires.as_secs()), None)
            }
            RegistrationState::Failed { why, .. } => (
                StepOutcome::Failed,
                format!("It was refused: {why}."),
                Some("Check user and password; write the user as the carrier gave it."),
            ),
            _ => (StepOutcome::Warning, "The registration ended at once.".to_owned(), None),
        },
    };
    step("register", title, outcome, finding, hint, began)
}

async fn invite(trunk: &Trunk, bind: IpAddr, number: carillon_domain::PhoneNumber) -> Result<TestStep, CliError> {
    let began = Instant::now();
    let title = format!("A call to {number} goes through");
    let media = MediaEngine::start(MediaConfig { bind_ip: bind, ..MediaConfig::default() }).or_fail("media_start")?;
    let advertised_ip = Some(trunk.ready().await.or_fail("trunk_unusable")?.announced);
    let session = SessionConfig { advertised_ip, ..SessionConfig::default() };
    let (session, _heard) = media.open(session).or_fail("media_start")?;
    let mut random = [0u8; 12];
    getrandom::fill(&mut random).or_fail("no_randomness")?;
    let call_id: String = random.iter().fold("test-".to_owned(), |text, byte| format!("{text}{byte:02x}"));
    let call =
        OutgoingCall { ring_timeout: RING, max_call: TALK, ..OutgoingCall::new(call_id, number, session.offer()) };
    let mut placed = trunk.place(call);
    let (mut rang, mut answered) = (false, false);
    let ending = loop {
        match placed.events.recv().await {
            Some(CallEvent::Ringing { .. } | CallEvent::Early { .. }) => rang = true,
            Some(CallEvent::Answered { sdp }) => {
                answered = true;
                if let Err(error) = session.accept_answer(&sdp, true) {
                    tracing::debug!(%error, "the test call's sound can't be used");
                }
            }
            Some(CallEvent::Ended(ending)) => break Some(ending),
            Some(_) => {}
            None => break None,
        }
    };
    placed.handle.cancel(CancelReason::Stopped);
    session.close().await;
    let (outcome, finding, hint) = judged(ending.as_ref(), rang, answered);
    Ok(step("invite", title, outcome, finding, hint.as_deref(), began))
}

fn judged(ending: Option<&Ending>, rang: bool, answered: bool) -> (StepOutcome, String, Option<String>) {
    if answered {
        return (StepOutcome::Passed, "It was answered; the test hung up.".to_owned(), None);
    }
    let Some(ending) = ending else {
        return (StepOutcome::Failed, "The call ended without a word.".to_owned(), None);
    };
    let said = ending
        .status
        .map(|status| format!(" The carrier said {status} {}.", ending.reason_phrase.as_deref().unwrap_or("").trim()));
    let said = said.unwrap_or_default();
    if rang {
        return (StepOutcome::Passed, format!("It rang, and nobody answered within {} s.{said}", RING.as_secs()), None);
    }
    let overrides = carillon_sip::outcome::Overrides::default();
    match carillon_sip::outcome::classify(ending, &overrides) {
        Some(carillon_domain::CallOutcome::Result(result)) => {
            (StepOutcome::Passed, format!("The call went through: {}.{said}", result.label().to_lowercase()), None)
        }
        Some(carillon_domain::CallOutcome::Failure(code)) => {
            let finding = format!("{}. {}{said}", code.label(), code.meaning());
            (StepOutcome::Failed, finding, Some(code.next_step().to_owned()))
        }
        _ => (StepOutcome::Warning, format!("The carrier takes no calls just now.{said}"), None),
    }
}
