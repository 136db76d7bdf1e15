//! Small readers of SIP header texts and bodies.

use crate::challenge::split_outside_quotes;
use crate::machine::Cause;

/// The Q.850 cause among Reason header values (RFC 3326), or else the text of the first one.
pub(crate) fn read_reason<'a>(values: impl Iterator<Item = &'a str>) -> Cause {
    let mut cause = Cause::default();
    for value in values.flat_map(|value| split_outside_quotes(value, ',')) {
        let mut parts = split_outside_quotes(value, ';').into_iter().map(str::trim);
        let q850 = parts.next().is_some_and(|protocol| protocol.eq_ignore_ascii_case("q.850"));
        for (name, value) in parts.filter_map(|part| part.split_once('=')) {
            let value = value.trim().trim_matches('"');
            match name.trim().to_ascii_lowercase().as_str() {
                "cause" if q850 => cause.q850 = cause.q850.or(value.parse().ok()),
                "text" if cause.text.is_none() => {
                    cause.text = Some(value.chars().filter(|c| !c.is_control()).take(200).collect())
                }
                _ => {}
            }
        }
    }
    cause
}

/// Seconds of a Retry-After header such as `18000;duration=3600` (RFC 3261 section 20.33), or of Min-SE (RFC 4028 section 5).
pub(crate) fn read_seconds(value: &str) -> Option<u32> {
    let digits: String = value.trim().chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

/// The SDP of a body: the whole of it, or the SDP part of a multipart (RFC 5621). `None` when there is none.
pub(crate) fn read_sdp(content_type: Option<&str>, body: &[u8]) -> Option<String> {
    if body.is_empty() {
        return None;
    }
    let text = String::from_utf8_lossy(body);
    let content_type = content_type.unwrap_or("application/sdp").to_ascii_lowercase();
    if content_type.starts_with("application/sdp") {
        return Some(text.into_owned());
    }
    if !content_type.starts_with("multipart/") {
        return None;
    }
    let start = text.find("v=0")?;
    let end = text[start..].find("\r\n--").map_or(text.len(), |at| start + at + 2);
    Some(text[start..end].to_owned())
}

/// The host of the SIP URI in a name-addr such as `"Gateway" <sip:gw@192.0.2.7:5060;lr>`: an IP address, without brackets, or a name.
pub(crate) fn host_in(name_addr: &str) -> Option<&str> {
    let uri = match name_addr.split_once('<') {
        Some((_, rest)) => rest.split('>').next()?,
        None => name_addr.trim(),
    };
    let rest = uri.split_once(':')?.1;
    let host = rest.split([';', '?']).next()?;
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    let host = match host.strip_prefix('[') {
        Some(v6) => v6.split(']').next()?,
        None => host.split(':').next()?,
    };
    Some(host.trim()).filter(|host| !host.is_empty())
}

/// A user part of a SIP URI that needs no escaping and cannot break out of it.
pub(crate) fn is_user_part(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 128
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.!~*'()&=+$,/#".contains(&b))
}

/// A Call-ID that needs no quoting.
pub(crate) fn is_call_id(text: &str) -> bool {
    !text.is_empty() && text.len() <= 128 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._@".contains(&b))
}

/// Text that may stand in a header value: no line breaks or other control characters.
pub(crate) fn is_header_value(text: &str) -> bool {
    text.len() <= 2_000 && !text.chars().any(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_cause_wherever_it_stands() {
        let read = |values: &[&str]| {
            let cause = read_reason(values.iter().copied());
            (cause.q850, cause.text)
        };
        assert_eq!(read(&["Q.850;cause=17;text=\"User busy\""]), (Some(17), Some("User busy".into())));
        assert_eq!(read(&["SIP;cause=486;text=\"a, b\", q.850 ; cause=34"]), (Some(34), Some("a, b".into())));
        assert_eq!(read(&["SIP;cause=200", "Q.850;cause=1"]), (Some(1), None));
        assert_eq!(read(&["Q.850;cause=banana", "", ";;=,"]), (None, None));
    }

    #[test]
    fn finds_the_sdp_of_a_multipart() {
        let body = b"--b\r\nContent-Type: application/sdp\r\n\r\nv=0\r\no=x\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nhi\r\n--b--";
        assert_eq!(read_sdp(Some("multipart/mixed;boundary=b"), body).as_deref(), Some("v=0\r\no=x\r\n\r\n"));
        assert_eq!(read_sdp(Some("text/plain"), b"v=0"), None);
        assert_eq!(read_sdp(None, b"v=0\r\n").as_deref(), Some("v=0\r\n"));
        assert_eq!(read_sdp(Some("application/sdp"), b""), None);
    }

    #[test]
    fn finds_the_host_of_a_contact() {
        let table = [
            ("\"GW\" <sip:gw@192.0.2.7:5060;lr>;q=1", Some("192.0.2.7")),
            ("sip:192.0.2.8;transport=tcp", Some("192.0.2.8")),
            ("<sip:a@[2001:db8::1]:5060>", Some("2001:db8::1")),
            ("<sip:gw.example.net>", Some("gw.example.net")),
            ("<<<:::", None),
            ("*", None),
        ];
        for (text, expected) in table {
            assert_eq!(host_in(text), expected, "{text}");
        }
    }

    #[test]
    fn line_breaks_never_reach_a_header() {
        assert!(is_user_part("+14155550123") && is_user_part("alice.smith"));
        for bad in ["", "a b", "a\r\nX: 1", "a@b", "a>b", "é"] {
            assert!(!is_user_part(bad), "{bad:?}");
        }
        assert!(!is_header_value("a\r\nInjected: 1") && is_header_value("<sip:a@b>;x=\"y\""));
    }
}
