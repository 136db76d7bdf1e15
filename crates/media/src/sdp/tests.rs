use super::*;
use proptest::prelude::*;

const BOTH: [Codec; 2] = [Codec::Pcmu, Codec::Pcma];

fn sdp(connection: &str, rest: &str) -> String {
    format!("v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 {connection}\r\nt=0 0\r\n{rest}")
}

fn local() -> LocalSdp {
    LocalSdp { address: "198.51.100.9:10000".parse().unwrap(), session_id: 77, version: 0, codecs: BOTH.to_vec() }
}

fn agree(text: &str) -> Result<Negotiated, SdpError> {
    Negotiated::of(&RemoteSdp::parse(text)?, &BOTH)
}

#[test]
fn our_offer_is_what_carriers_expect() {
    let mut local = local();
    assert_eq!(
        local.offer(),
        "v=0\r\no=- 77 1 IN IP4 198.51.100.9\r\ns=-\r\nc=IN IP4 198.51.100.9\r\nt=0 0\r\nm=audio 10000 RTP/AVP 0 8 101\r\n\
         a=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\n\
         a=ptime:20\r\na=sendrecv\r\n"
    );
    assert!(local.offer().contains("o=- 77 2 "), "the version counts up");
}

/// Trap 10: the payload type of keys is the one in the other side's SDP, on the 8,000 Hz clock.
#[test]
fn payload_types_are_the_other_sides() {
    let agreed = agree(&sdp(
        "192.0.2.1",
        "m=audio 4000 RTP/AVP 111 97 8 0 96 13\r\na=rtpmap:111 opus/48000/2\r\na=rtpmap:97 telephone-event/48000\r\n\
         a=rtpmap:96 telephone-event/8000\r\na=fmtp:96 0-16\r\na=ptime:30\r\n",
    ))
    .unwrap();
    assert_eq!((agreed.codec, agreed.payload_type), (Codec::Pcma, 8), "its order counts");
    assert_eq!((agreed.keys, agreed.noise, agreed.ptime_ms), (Some(96), Some(13), 30));
    assert_eq!(agreed.address, "192.0.2.1:4000".parse().unwrap());
    let moved = agree(&sdp("192.0.2.1", "m=audio 4000 RTP/AVP 100\r\na=rtpmap:100 pcmu/8000\r\n")).unwrap();
    assert_eq!((moved.codec, moved.payload_type, moved.keys), (Codec::Pcmu, 100, None));
}

/// Trap 11: packet lengths the other side asks for are kept.
#[test]
fn packet_times_are_the_other_sides() {
    for (lines, wanted) in [
        ("a=ptime:10\r\n", 10),
        ("a=ptime:30\r\n", 30),
        ("a=ptime:40\r\n", 40),
        ("a=ptime:40\r\na=maxptime:20\r\n", 20),
        ("a=ptime:25\r\n", 20),
        ("a=ptime:5\r\n", 10),
        ("a=ptime:20.0\r\n", 20),
        ("a=ptime:0\r\n", 20),
        ("a=ptime:900\r\n", 100),
        ("a=maxptime:10\r\n", 10),
        ("", 20),
    ] {
        let agreed = agree(&sdp("192.0.2.1", &format!("m=audio 4000 RTP/AVP 0\r\n{lines}"))).unwrap();
        assert_eq!(agreed.ptime_ms, wanted, "{lines}");
    }
}

/// Trap 13: hold in its three spellings, and our answer to it.
#[test]
fn hold_is_understood_and_answered() {
    for (connection, attribute, answer, held) in [
        ("192.0.2.1", "a=sendonly\r\n", "a=recvonly", true),
        ("192.0.2.1", "a=inactive\r\n", "a=inactive", true),
        ("0.0.0.0", "", "a=recvonly", true),
        ("0.0.0.0", "a=sendonly\r\n", "a=recvonly", true),
        ("192.0.2.1", "a=recvonly\r\n", "a=sendonly", false),
        ("192.0.2.1", "a=sendrecv\r\n", "a=sendrecv", false),
    ] {
        let offer = RemoteSdp::parse(&sdp(connection, &format!("m=audio 4000 RTP/AVP 0\r\n{attribute}"))).unwrap();
        let (text, agreed) = local().answer(&offer).unwrap();
        assert!(text.contains(answer), "{text}");
        assert_eq!(agreed.held, held, "{connection} {attribute}");
    }
}

#[test]
fn an_answer_mirrors_the_offer_and_refuses_other_media() {
    let offer = sdp(
        "192.0.2.1",
        "m=video 5000 RTP/AVP 31\r\nm=audio 4000 RTP/AVP 18 8 0 99\r\na=rtpmap:99 telephone-event/8000\r\n",
    );
    let (text, agreed) = local().answer(&RemoteSdp::parse(&offer).unwrap()).unwrap();
    assert!(text.contains("m=video 0 RTP/AVP 31\r\nm=audio 10000 RTP/AVP 8 99\r\n"), "{text}");
    assert_eq!(agreed.codec, Codec::Pcma);
    let back = agree(&text).unwrap();
    assert_eq!((back.codec, back.keys), (Codec::Pcma, Some(99)));
}

#[test]
fn what_cannot_work_is_refused_in_words() {
    let code = |text: &str| agree(text).unwrap_err().code();
    assert_eq!(code(""), "bad_sdp");
    assert_eq!(code("hello"), "bad_sdp");
    assert_eq!(code(&sdp("192.0.2.1", "m=video 4000 RTP/AVP 31\r\n")), "bad_sdp");
    assert_eq!(code(&sdp("phone.example", "m=audio 4000 RTP/AVP 0\r\n")), "bad_sdp");
    assert_eq!(code(&sdp("239.1.1.1", "m=audio 4000 RTP/AVP 0\r\n")), "bad_sdp");
    assert_eq!(code(&"x".repeat(20_000)), "bad_sdp");
    assert_eq!(code(&sdp("192.0.2.1", "m=audio 0 RTP/AVP 0\r\n")), "audio_refused");
    let g729 = agree(&sdp("192.0.2.1", "m=audio 4000 RTP/AVP 18 9\r\n")).unwrap_err();
    assert_eq!(g729, SdpError::NoCommonCodec("G729/8000, G722/8000".to_owned()));
    let srtp = agree(&sdp("192.0.2.1", "m=audio 4000 RTP/SAVP 0\r\n")).unwrap_err();
    assert_eq!(srtp, SdpError::SrtpOnly);
    assert!(srtp.to_string().contains("SRTP"));
    let either = sdp("192.0.2.1", "m=audio 4000 RTP/SAVP 0\r\nm=audio 4002 RTP/AVP 0\r\n");
    assert_eq!(agree(&either).unwrap().address.port(), 4002, "plain beside encrypted is taken");
}

proptest! {
    #[test]
    fn any_text_is_read_without_panic(text in "\\PC{0,300}") {
        drop(agree(&text));
    }

    #[test]
    fn any_lines_are_read_without_panic(lines in proptest::collection::vec(
        "(m=audio [0-9]{1,6} RTP/S?AVP [0-9 ]{0,12}|c=IN IP[46] [0-9a-f.:/]{1,15}|a=(rtpmap|ptime|fmtp|maxptime|sendonly):?[ -~]{0,20}|[a-z]=[ -~]{0,30})", 0..12)) {
        let text = sdp("192.0.2.1", &format!("{}\r\n", lines.join("\r\n")));
        if let Ok(remote) = RemoteSdp::parse(&text) && let Ok((answer, _)) = local().answer(&remote) {
            prop_assert!(RemoteSdp::parse(&answer).is_ok());
        }
    }
}
