//! What the log says: phone numbers only under targets that the log filter caps.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

use carillon_sip::{Secret, TrunkConfig};
use carillon_testkit::sipp::Sipp;
use carillon_testkit::sipp::uas::{self, Step, reply};
use tracing::{Event, Level, Metadata, Subscriber, field, span};

use crate::common::*;

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
    // The test's own runtime has one thread, so this hears all tasks of it and no other test.
    let _listening = tracing::subscriber::set_default(lines.clone());
    let steps = [
        Step::Receive("INVITE"),
        Step::Reply("401 Unauthorized", "WWW-Authenticate: Digest realm=\"r\",nonce=\"n\"\n"),
        Step::Receive("ACK"),
        Step::Receive("INVITE"),
        reply("486 Busy Here"),
        Step::Receive("ACK"),
    ];
    let agent = agent().await;
    for over_tcp in [false, true] {
        let far_end = Sipp::scenario(uas::scenario(&steps)).calls(1);
        let far_end = if over_tcp { far_end.tcp() } else { far_end }.start().await.expect("SIPp");
        let mut config: TrunkConfig = if over_tcp { tcp(far_end.port()) } else { settings(far_end.port()).into() };
        config.settings.user = Some("alice".into());
        config.password = Some(Secret::new("wonderland"));
        let trunk = agent.trunk(config).await.expect("opens");
        let (_, ending) = to_the_end(&mut trunk.place(call())).await;
        assert_eq!(ending.status, Some(486));
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
