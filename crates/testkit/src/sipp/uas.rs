//! Ready scenarios for the answering side.

/// Headers that every reply mirrors.
const MIRROR: &str =
    "[last_Via:]\n[last_From:]\n[last_To:];tag=[pid]SIPp[call_number]\n[last_Call-ID:]\n[last_CSeq:]\n";

/// One step of a scenario.
#[derive(Debug, Clone)]
pub enum Step {
    /// Waits for a request.
    Receive(&'static str),
    /// Waits for a request that may also stay out.
    ReceiveOptional(&'static str),
    /// Waits for a response to our own request.
    ReceiveStatus(u16),
    /// Sends a response to the last request: status line and more header lines; no body.
    Reply(&'static str, &'static str),
    /// Sends a response with an SDP of our media port.
    ReplySdp(&'static str, &'static str),
    /// Sends any text, as it is in the scenario file.
    Send(String),
    /// Waits, in milliseconds.
    Pause(u32),
}

/// `Step::Reply` without more headers.
pub fn reply(status: &'static str) -> Step {
    Step::Reply(status, "")
}

/// SDP of SIPp's media port.
const SDP: &str = "v=0\no=user1 53655765 2353687637 IN IP[local_ip_type] [local_ip]\ns=-\nc=IN IP[media_ip_type] [media_ip]\nt=0 0\nm=audio [media_port] RTP/AVP 8 0 101\na=rtpmap:8 PCMA/8000\na=rtpmap:0 PCMU/8000\na=rtpmap:101 telephone-event/8000\n";

/// A scenario from steps.
pub fn scenario(steps: &[Step]) -> String {
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"ISO-8859-1\" ?>\n<scenario name=\"far end\">\n");
    for step in steps {
        let xml_step = match step {
            // The route set gives the From and To of our own requests inside the call.
            Step::Receive(method) => format!("<recv request=\"{method}\" crlf=\"true\"/>\n"),
            Step::ReceiveOptional(method) => format!("<recv request=\"{method}\" optional=\"true\"/>\n"),
            Step::ReceiveStatus(status) => format!("<recv response=\"{status}\"/>\n"),
            Step::Reply(status, headers) => send(&format!(
                "SIP/2.0 {status}\n{MIRROR}{headers}Contact: <sip:[local_ip]:[local_port];transport=[transport]>\nContent-Length: 0\n\n"
            )),
            Step::ReplySdp(status, headers) => send(&format!(
                "SIP/2.0 {status}\n{MIRROR}{headers}Contact: <sip:[local_ip]:[local_port];transport=[transport]>\nContent-Type: application/sdp\nContent-Length: [len]\n\n{SDP}"
            )),
            Step::Send(text) => send(text),
            Step::Pause(ms) => format!("<pause milliseconds=\"{ms}\"/>\n"),
        };
        xml.push_str(&xml_step);
    }
    xml.push_str("</scenario>\n");
    xml
}

fn send(text: &str) -> String {
    format!("<send><![CDATA[\n{text}\n]]></send>\n")
}

/// A request of the far end inside the call, `extra` being more header lines and `sdp` whether it has an offer.
pub fn request_in_call(method: &str, cseq: u32, extra: &str, sdp: Option<&str>) -> Step {
    let (content_type, body) = match sdp {
        Some(sdp) => ("Content-Type: application/sdp\n", sdp),
        None => ("", ""),
    };
    Step::Send(format!(
        "{method} [next_url] SIP/2.0\nVia: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]\nFrom: <sip:far@[local_ip]:[local_port]>;tag=[pid]SIPp[call_number]\nTo[$remote_tag]\nCall-ID: [call_id]\nCSeq: {cseq} {method}\nContact: <sip:[local_ip]:[local_port];transport=[transport]>\nMax-Forwards: 70\n{extra}{content_type}Content-Length: [len]\n\n{body}"
    ))
}

/// Receives the INVITE and keeps what later messages need: the Contact for `[next_url]`, the From for `To[$remote_tag]`.
pub const RECEIVE_INVITE: &str = "<recv request=\"INVITE\" crlf=\"true\" rrs=\"true\"><action><ereg regexp=\".*\" search_in=\"hdr\" header=\"From\" assign_to=\"remote_tag\"/></action></recv>\n";

/// A scenario whose first step is [`RECEIVE_INVITE`], for steps made by [`request_in_call`].
pub fn scenario_with_requests(steps: &[Step]) -> String {
    scenario(steps)
        .replacen("<recv request=\"INVITE\" crlf=\"true\"/>\n", RECEIVE_INVITE, 1)
        .replace("</scenario>", "<Reference variables=\"remote_tag\"/>\n</scenario>")
}
