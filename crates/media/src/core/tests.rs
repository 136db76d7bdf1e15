//! The media traps of the field, each as packets and steps on a core without sockets.

use std::sync::{Arc, Mutex};

use super::*;
use crate::{
    SAMPLES_PER_FRAME,
    listen::{Ears, ListenEvents},
    rtp::RtpPacket,
    sdp::{Codec, RemoteSdp},
    tones::{dtmf_key, share, sine},
};

const PEER: &str = "192.0.2.1:4000";

/// A listener that keeps what it heard.
#[derive(Clone, Default)]
struct Tape(Arc<Mutex<Vec<i16>>>);

impl Listener for Tape {
    fn frame(&mut self, frame: &Frame, _lost: bool) -> ListenEvents {
        self.0.lock().unwrap().extend(frame);
        ListenEvents::default()
    }
}

/// A core with a far end that speaks a stream of packets.
struct Call {
    core: Core,
    now: Duration,
    out: Outbox,
    sent: Vec<Vec<u8>>,
    to: Option<SocketAddr>,
    events: Vec<SessionEvent>,
    peer: SocketAddr,
    ssrc: u32,
    sequence: u16,
    timestamp: u32,
}

fn sdp(address: &str, lines: &str) -> Negotiated {
    let address: SocketAddr = address.parse().unwrap();
    let text = format!(
        "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 {}\r\nt=0 0\r\nm=audio {} {lines}",
        address.ip(),
        address.port()
    );
    Negotiated::of(&RemoteSdp::parse(&text).unwrap(), &[Codec::Pcmu, Codec::Pcma]).unwrap()
}

impl Call {
    fn new(listener: impl Listener + 'static) -> Self {
        let core = Core::new(CoreConfig {
            seed: RtpSeed { ssrc: 1, sequence: 65_530, timestamp: 4_294_967_000 },
            no_rtp_start: Duration::from_secs(5),
            no_rtp_mid: Duration::from_secs(10),
            allowed_sources: Vec::new(),
            listener: Box::new(listener),
        });
        let peer = PEER.parse().unwrap();
        Self {
            core,
            now: Duration::ZERO,
            out: Outbox::default(),
            sent: Vec::new(),
            to: None,
            events: Vec::new(),
            peer,
            ssrc: 9,
            sequence: 100,
            timestamp: 77_000,
        }
    }

    fn agree(&mut self, agreed: &Negotiated, phase: Phase) -> &mut Self {
        self.core.agree(agreed, 101, phase, self.now);
        self
    }

    fn answered(listener: impl Listener + 'static) -> Self {
        let mut call = Self::new(listener);
        call.agree(&sdp(PEER, "RTP/AVP 0 8 101\r\na=rtpmap:101 telephone-event/8000\r\n"), Phase::Confirmed);
        call
    }

    /// The far end sends one packet of any payload.
    fn packet(&mut self, payload_type: u8, payload: &[u8], marker: bool) {
        let packet = RtpPacket {
            marker,
            payload_type,
            sequence: self.sequence,
            timestamp: self.timestamp,
            ssrc: self.ssrc,
            payload,
        };
        let mut bytes = [0; 2_000];
        let len = packet.write(&mut bytes).unwrap();
        self.core.datagram(self.peer, &bytes[..len], self.now);
        self.sequence = self.sequence.wrapping_add(1);
    }

    fn audio(&mut self, samples: &[i16]) {
        let payload: Vec<u8> = samples.iter().map(|s| crate::g711::linear_to_ulaw(*s)).collect();
        self.packet(0, &payload, false);
        self.timestamp = self.timestamp.wrapping_add(samples.len() as u32);
    }

    fn step(&mut self) {
        self.now += FRAME_TIME;
        self.core.send_step(&mut self.out);
        if let Some((to, packets)) = self.out.packets() {
            let before = self.sent.len();
            self.sent.extend(packets.map(<[u8]>::to_vec));
            if self.sent.len() > before {
                self.to = Some(to);
            }
        }
        self.core.listen_step(self.now);
        while let Some(event) = self.core.next_event() {
            self.events.push(event);
        }
    }

    fn steps(&mut self, count: usize) {
        for _ in 0..count {
            self.step();
        }
    }

    fn parsed(&self) -> Vec<RtpPacket<'_>> {
        self.sent.iter().map(|bytes| RtpPacket::parse(bytes).unwrap()).collect()
    }

    fn no_rtp(&self) -> Vec<NoRtp> {
        self.events
            .iter()
            .filter_map(|event| match event {
                SessionEvent::NoRtp { kind, .. } => Some(*kind),
                _ => None,
            })
            .collect()
    }

    fn digits(&self) -> String {
        self.events
            .iter()
            .filter_map(|event| match event {
                SessionEvent::Digit { digit, .. } => Some(*digit),
                _ => None,
            })
            .collect()
    }
}

#[test]
fn a_packet_leaves_every_20_ms_silence_included_and_the_marker_starts_each_talkspurt() {
    let mut call = Call::answered(Ears::default());
    call.steps(3);
    call.core.play(Clip { pcm: sine(700.0, 8_000.0, 320).into(), tag: 42 }).unwrap();
    call.steps(4);
    let packets = call.parsed();
    assert_eq!(packets.len(), 7);
    let markers: Vec<bool> = packets.iter().map(|p| p.marker).collect();
    assert_eq!(markers, [true, false, false, true, false, false, false]);
    for pair in packets.windows(2) {
        assert_eq!(pair[1].sequence, pair[0].sequence.wrapping_add(1));
        assert_eq!(pair[1].timestamp, pair[0].timestamp.wrapping_add(160));
        assert_eq!(pair[1].ssrc, pair[0].ssrc);
    }
    assert!(packets[0].payload.iter().all(|code| *code == 0xFF));
    assert!(call.events.contains(&SessionEvent::Played { tag: 42, at: FRAME_TIME * 5 }), "{:?}", call.events);
}

/// Trap 7 and 9: the 200 brings another port and codec than the 183; the stream's numbers jump.
#[test]
fn the_answer_may_move_the_stream_to_another_port_and_codec() {
    let tape = Tape::default();
    let mut call = Call::new(tape.clone());
    call.agree(&sdp(PEER, "RTP/AVP 0\r\n"), Phase::Early);
    for _ in 0..20 {
        call.audio(&sine(440.0, 8_000.0, 160));
        call.step();
    }
    assert_eq!(call.to, Some(call.peer));
    assert!(tape.0.lock().unwrap().is_empty(), "early media is nobody's speech");
    call.agree(&sdp("192.0.2.7:6000", "RTP/AVP 8\r\n"), Phase::Confirmed);
    call.audio(&sine(440.0, 8_000.0, 160));
    call.peer = "192.0.2.7:6000".parse().unwrap();
    (call.ssrc, call.sequence, call.timestamp) = (5_555, 40_000, 123);
    let tone = sine(1_000.0, 8_000.0, 160);
    let payload: Vec<u8> = tone.iter().map(|s| crate::g711::linear_to_alaw(*s)).collect();
    for _ in 0..50 {
        call.packet(8, &payload, false);
        call.timestamp += 160;
        call.step();
    }
    assert_eq!(call.to, Some(call.peer));
    assert_eq!(call.parsed().last().unwrap().payload_type, 8);
    let heard = tape.0.lock().unwrap();
    assert!(share(&heard[1_600..6_400], 1_000.0) > 0.9, "the new stream is heard within 200 ms");
    assert_eq!(call.no_rtp(), []);
}

/// Trap 9: packets of a stranger change nothing; the same host behind NAT is followed.
#[test]
fn a_stranger_is_not_heard_and_a_nat_is_followed() {
    let mut call = Call::answered(Ears::default());
    let real = call.peer;
    call.peer = "203.0.113.66:4000".parse().unwrap();
    for _ in 0..50 {
        call.audio(&sine(500.0, 8_000.0, 160));
        call.step();
    }
    assert_eq!(call.to, Some(real));
    assert_eq!(call.core.stats().packets_received, 0);
    assert_eq!(call.core.stats().packets_refused, 50);
    call.peer = "192.0.2.1:61234".parse().unwrap();
    for _ in 0..5 {
        call.audio(&sine(500.0, 8_000.0, 160));
        call.step();
    }
    assert_eq!(call.to, Some(call.peer));
}

/// Trap 10: keys out by the peer's payload type, end packet three times, marker first; keys in by ours, told once.
#[test]
fn keys_travel_both_ways() {
    let mut call = Call::new(Ears::default());
    call.agree(&sdp(PEER, "RTP/AVP 0 96\r\na=rtpmap:96 telephone-event/8000\r\n"), Phase::Confirmed);
    call.step();
    assert_eq!(call.core.send_keys("5"), 1);
    call.steps(12);
    let packets = call.parsed();
    let keys: Vec<&RtpPacket<'_>> = packets.iter().filter(|p| p.payload_type == 96).collect();
    assert_eq!(keys.len(), 7);
    assert!(keys.iter().all(|p| p.timestamp == keys[0].timestamp && p.payload[0] == 5));
    assert_eq!(keys.iter().filter(|p| p.marker).count(), 1);
    assert!(keys[0].marker);
    assert_eq!(keys.iter().filter(|p| p.payload[1] & 0x80 != 0).count(), 3);
    assert!(packets.windows(2).all(|p| p[1].sequence == p[0].sequence.wrapping_add(1)));
    // We declared 101 ourselves; some answer with their own number, so both are understood.
    for payload_type in [101, 96] {
        for (end, duration) in [(0u8, 160u16), (0, 320), (0x80, 480), (0x80, 480), (0x80, 480)] {
            let [high, low] = duration.to_be_bytes();
            call.packet(payload_type, &[11, end | 10, high, low], false);
            call.step();
        }
        call.timestamp += 1_600;
    }
    assert_eq!(call.digits(), "##");
}

#[test]
fn keys_are_sent_as_sound_where_the_peer_knows_no_telephone_event() {
    let mut call = Call::new(Ears::default());
    call.agree(&sdp(PEER, "RTP/AVP 0\r\n"), Phase::Confirmed);
    call.core.send_keys("7");
    call.steps(6);
    let sound: Vec<i16> =
        call.parsed().iter().flat_map(|p| p.payload.iter().map(|c| crate::g711::ulaw_to_linear(*c))).collect();
    assert_eq!(dtmf_key(&sound[..480]), Some('7'));
}

/// Trap 11: packets are as long as the peer asks, and any length is taken.
#[test]
fn packet_lengths_follow_the_peer() {
    for (ptime, samples, count) in [(10, 80, 24), (20, 160, 12), (30, 240, 8), (40, 320, 6)] {
        let tape = Tape::default();
        let mut call = Call::new(tape.clone());
        call.agree(&sdp(PEER, &format!("RTP/AVP 0\r\na=ptime:{ptime}\r\n")), Phase::Confirmed);
        call.core.play(Clip { pcm: sine(500.0, 8_000.0, 1_920).into(), tag: 1 }).unwrap();
        let mut due = 0;
        for step in 0..12usize {
            while due < (step + 1) * SAMPLES_PER_FRAME {
                call.audio(&vec![5_000; samples]);
                due += samples;
            }
            call.step();
        }
        let packets = call.parsed();
        assert_eq!(packets.len(), count, "ptime {ptime}");
        assert!(packets.iter().all(|p| p.payload.len() == samples));
        assert!(packets.windows(2).all(|p| p[1].timestamp == p[0].timestamp.wrapping_add(samples as u32)));
        let sent: Vec<i16> =
            packets.iter().flat_map(|p| p.payload.iter().map(|c| crate::g711::ulaw_to_linear(*c))).collect();
        assert!(share(&sent, 500.0) > 0.99, "no sample is lost or doubled between packets");
        let heard = tape.0.lock().unwrap();
        assert!(heard[480..1_600].iter().all(|s| (4_800..5_200).contains(s)), "ptime {ptime} is heard whole");
    }
}

/// Trap 12: comfort noise and left-out silence are neither loss nor "no RTP".
#[test]
fn announced_and_left_out_silence_is_no_failure() {
    let mut call = Call::answered(Ears::default());
    for _ in 0..50 {
        call.audio(&[300; 160]);
        call.step();
    }
    call.packet(13, &[70], false);
    call.steps(1_900);
    assert_eq!(call.no_rtp(), [], "38 s of announced silence");
    call.timestamp = call.timestamp.wrapping_add(1_900 * 160);
    for _ in 0..50 {
        call.audio(&[300; 160]);
        call.step();
    }
    assert_eq!(call.core.stats().packets_lost, 0);
    // Silence left out without comfort noise: seen once, it is known of this sender.
    call.steps(400);
    call.timestamp = call.timestamp.wrapping_add(400 * 160);
    call.audio(&[300; 160]);
    call.steps(1_900);
    assert_eq!(call.no_rtp(), [], "38 s of silence from a sender that leaves silence out");
    call.steps(150);
    assert_eq!(call.no_rtp(), [NoRtp::Mid], "but not for ever");
    assert_eq!(call.core.stats().packets_lost, 0);
    // A sender that dies after it announced silence is told, too.
    call.packet(13, &[70], false);
    call.steps(2_050);
    assert_eq!(call.no_rtp(), [NoRtp::Mid, NoRtp::Mid]);
}

#[test]
fn no_rtp_is_told_once_at_the_start_and_in_mid_call_and_silence_in_rtp_is_no_failure() {
    let mut call = Call::answered(Ears::default());
    call.steps(249);
    assert_eq!(call.no_rtp(), []);
    call.steps(100);
    assert_eq!(call.no_rtp(), [NoRtp::Start]);
    for _ in 0..1_000 {
        call.audio(&[0; 160]);
        call.step();
    }
    assert_eq!(call.no_rtp(), [NoRtp::Start]);
    call.steps(495);
    assert_eq!(call.no_rtp(), [NoRtp::Start]);
    call.steps(500);
    assert_eq!(call.no_rtp(), [NoRtp::Start, NoRtp::Mid]);
}

/// Early media must not wake the watchdog, and its packets do not count as the answer's audio.
#[test]
fn the_watchdog_starts_at_the_answer() {
    let mut call = Call::new(Ears::default());
    let agreed = sdp(PEER, "RTP/AVP 0\r\n");
    call.agree(&agreed, Phase::Early);
    call.audio(&[0; 160]);
    call.steps(2_000);
    assert_eq!(call.no_rtp(), []);
    call.agree(&agreed, Phase::Confirmed);
    call.steps(249);
    assert_eq!(call.no_rtp(), []);
    call.steps(2);
    assert_eq!(call.no_rtp(), [NoRtp::Start]);
}

/// Trap 13: on hold nothing is sent, clips wait, and the watchdog sleeps.
#[test]
fn hold_stops_sending_and_the_watchdog_and_resume_goes_on() {
    for hold in [("192.0.2.1:4000", "a=sendonly\r\n"), ("192.0.2.1:4000", "a=inactive\r\n"), ("0.0.0.0:4000", "")] {
        let mut call = Call::answered(Ears::default());
        for _ in 0..10 {
            call.audio(&[0; 160]);
            call.step();
        }
        call.agree(&sdp(hold.0, &format!("RTP/AVP 0\r\n{}", hold.1)), Phase::Confirmed);
        call.core.play(Clip { pcm: vec![1_000; 1_600].into(), tag: 3 }).unwrap();
        let before = call.sent.len();
        call.steps(3_000);
        assert_eq!(call.sent.len(), before, "{hold:?}");
        assert_eq!(call.no_rtp(), [], "{hold:?}");
        call.agree(&sdp(PEER, "RTP/AVP 0\r\na=sendrecv\r\n"), Phase::Confirmed);
        call.steps(12);
        assert!(call.parsed()[before].marker);
        let holds: Vec<bool> = call
            .events
            .iter()
            .filter_map(|event| match event {
                SessionEvent::RemoteHold { held, .. } => Some(*held),
                _ => None,
            })
            .collect();
        assert_eq!(holds, [true, false]);
        assert!(call.events.iter().any(|event| matches!(event, SessionEvent::Played { tag: 3, .. })));
        call.steps(600);
        assert_eq!(call.no_rtp(), [NoRtp::Mid], "after the hold the watchdog is awake again");
    }
}

#[test]
fn another_source_takes_over_at_its_second_packet_and_two_mixed_sources_do_not_tear() {
    let tape = Tape::default();
    let mut call = Call::answered(tape.clone());
    for n in 0..100u16 {
        (call.ssrc, call.sequence, call.timestamp) = (1, n, u32::from(n) * 160);
        call.audio(&[4_000; 160]);
        (call.ssrc, call.sequence, call.timestamp) = (2, 9_000 + n, 7_000_000 + u32::from(n) * 160);
        call.audio(&[-4_000; 160]);
        call.step();
    }
    assert!(tape.0.lock().unwrap().iter().all(|s| *s >= 0), "the second source never cuts in");
    for n in 100..200u16 {
        (call.ssrc, call.sequence, call.timestamp) = (2, 9_000 + n, 7_000_000 + u32::from(n) * 160);
        call.audio(&[-4_000; 160]);
        call.step();
    }
    let heard = tape.0.lock().unwrap();
    assert!(heard[heard.len() - 8_000..].iter().all(|s| *s < -3_900), "and follows when it is alone");
}

#[test]
fn a_panicking_listener_takes_no_other_call_with_it() {
    struct Broken;
    impl Listener for Broken {
        fn frame(&mut self, _frame: &Frame, _lost: bool) -> ListenEvents {
            panic!("a bug in a listener");
        }
    }
    let mut call = Call::answered(Broken);
    call.steps(3);
    assert_eq!(call.sent.len(), 3);
}

#[test]
fn events_that_nobody_takes_are_bounded_and_counted() {
    let mut call = Call::answered(Ears::default());
    for _ in 0..200 {
        call.core.play(Clip { pcm: Vec::new().into(), tag: 0 }).unwrap();
    }
    call.core.send_step(&mut call.out);
    call.core.send_step(&mut call.out);
    let mut left = 0;
    while call.core.next_event().is_some() {
        left += 1;
    }
    assert_eq!(left, MAX_EVENTS);
    assert_eq!(call.core.stats().events_dropped, 200 - MAX_EVENTS as u64);
}
