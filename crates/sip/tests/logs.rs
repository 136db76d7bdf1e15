//! What the log says: phone numbers only under targets that the log filter caps. In a
//! process of its own, because it hears the log of all of it.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use carillon_domain::phone::PhoneNumber;
use carillon_domain::trunk::{Transport, TrunkSettings};
use carillon_sip::{CallEvent, OutgoingCall, Secret, TrunkConfig, UserAgent, UserAgentConfig};
use carillon_testkit::sipp::Sipp;
use carillon_testkit::sipp::uas::{self, Step, reply};
use tracing::{Event, Level, Metadata, Subscriber, field, span};

/// One log line: target, level, fields.
type Line = (String, Level, String);

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<Line>>>);

impl Subscriber for Lines {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &Event<'_>) {
        struct Text(String);
        impl field::Visit for Text {
            fn record_debug(&mut self, _: &field::Field, value: &dyn std::fmt::Debug) {
                write!(self.0, "{value:?} ").expect("a string takes all");
            }
        }
        let mut text = Text(String::new());
        event.record(&mut text);
        let line = (event.metadata().target().to_owned(), *event.metadata().level(), text.0);
        self.0.lock().expect("no other test panics here").push(line);
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

#[tokio::test]
async fn numbers_and_passwords_stay_out_of_a_log_that_caps_the_library() {
    let lines = Lines::default();
    tracing::subscriber::set_global_default(lines.clone()).expect("the only one");
    let steps = [
        Step::Receive("INVITE"),
        Step::Reply("401 Unauthorized", "WWW-Authenticate: Digest realm=\"r\",nonce=\"n\"\n"),
        Step::Receive("ACK"),
        Step::Receive("INVITE"),
        reply("486 Busy Here"),
        Step::Receive("ACK"),
    ];
    let agent = UserAgent::start(UserAgentConfig::loopback()).await.expect("opens its sockets");
    for over_tcp in [false, true] {
        let far_end = Sipp::scenario(uas::scenario(&steps)).calls(1);
        let far_end = if over_tcp { far_end.tcp() } else { far_end }.start().await.expect("SIPp");
        let settings = TrunkSettings::from_uri(&format!("sip:127.0.0.1:{}", far_end.port())).expect("an address");
        let mut config = TrunkConfig::from(settings);
        config.settings.transport = if over_tcp { Transport::Tcp } else { Transport::Udp };
        config.settings.user = Some("alice".into());
        config.password = Some(Secret::new("wonderland"));
        let trunk = agent.trunk(config).await.expect("opens");
        let number = PhoneNumber::from_digits(14_155_550_123).expect("a possible number");
        let mut call = trunk.place(OutgoingCall::new(format!("call-{over_tcp}"), number, "v=0\r\n"));
        let ended = async {
            loop {
                if let CallEvent::Ended(ending) = call.events.recv().await.expect("an end before the channel closes") {
                    return ending.status;
                }
            }
        };
        assert_eq!(tokio::time::timeout(Duration::from_secs(40), ended).await, Ok(Some(486)));
    }
    let lines = lines.0.lock().expect("nobody panicked").clone();
    let personal =
        |text: &str| text.contains("14155550123") || text.contains("wonderland") || text.contains("response=");
    let told: Vec<&Line> = lines.iter().filter(|(.., text)| personal(text)).collect();
    for target in ["rsipstack::transport::udp", "rsipstack::transport::stream"] {
        assert!(told.iter().any(|(t, ..)| t == target), "{target} writes whole messages: {told:?}");
    }
    let outside: Vec<_> =
        told.iter().filter(|(target, level, _)| !target.starts_with("rsipstack") || *level <= Level::WARN).collect();
    assert!(outside.is_empty(), "{outside:?}");
}
