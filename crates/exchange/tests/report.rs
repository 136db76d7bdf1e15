//! The report as a client reads it: the PDF is read back with `pdftotext`.

#![cfg(feature = "pdf")]

use std::io::Write;
use std::process::{Command, Stdio};

use carillon_domain::{CallResult, CampaignStatus, Counts, FailureCategory, SkipReason, Timestamp};
use carillon_exchange::{
    ExportCampaign, ExportSummary, ReadSpan, Report, ReportBucket, ReportCause, ReportConversation, ReportTurn,
    write_report,
};

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_secs(1_790_000_000 + seconds)
}

fn turn(employee: bool, text: &str) -> ReportTurn {
    ReportTurn { employee, text: Some(text.to_owned()), length_ms: None }
}

fn conversation() -> ReportConversation {
    ReportConversation {
        contact: "Zoë Müller-Łukasik".into(),
        at: at(7_200),
        talk_ms: 74_000,
        result: CallResult::Success,
        turns: vec![
            turn(
                true,
                "Hello Zoë, this is Ava, an AI assistant calling for the Riverside dental practice. Is this a good moment to confirm your appointment on Friday at ten?",
            ),
            turn(false, "Yes, sure. Could we make it eleven, though?"),
            turn(true, "Eleven works. I have moved it to Friday at eleven. Is there anything else?"),
            turn(false, "No, thank you, bye!"),
        ],
        link: Some("https://calls.example.com/calls/call_01hzxk3v9q".into()),
    }
}

fn summary() -> ExportSummary {
    let counts = Counts { pending: 0, in_progress: 0, completed: 978_900, failed: 9_000, skipped: 12_100, canceled: 0 };
    ExportSummary {
        campaign: ExportCampaign {
            id: "camp_01".into(),
            name: "Spring check-ups 2026".into(),
            status: CampaignStatus::Completed,
        },
        counts: counts.into(),
        results: [
            (CallResult::Success, 412_300),
            (CallResult::NoSuccess, 120_000),
            (CallResult::Transferred, 20_100),
            (CallResult::Callback, 4_000),
            (CallResult::OptedOut, 1_500),
            (CallResult::Voicemail, 201_000),
            (CallResult::NoAnswer, 180_000),
            (CallResult::Busy, 30_000),
            (CallResult::Declined, 10_000),
        ]
        .into(),
        failures: [(FailureCategory::InvalidNumber, 7_000), (FailureCategory::Network, 2_000)].into(),
        filter: None,
    }
}

fn report() -> Report {
    let conversation = conversation();
    Report {
        summary: summary(),
        employee: "Ava".into(),
        made_at: at(400_000),
        zone: "Europe/Berlin".into(),
        first_call_at: Some(at(0)),
        last_end_at: Some(at(280_000)),
        paused_ms: 3_600_000,
        calls: 1_204_311,
        answered: 557_900,
        talk_ms: 41_000_000_000,
        buckets: (0..78)
            .map(|hour| {
                let calls = if hour % 24 < 12 { 18_000 + (hour * 7_919) % 9_000 } else { 0 };
                ReportBucket { from: at(hour * 3_600), calls, answered: calls * 46 / 100 }
            })
            .collect(),
        bucket_seconds: 3_600,
        causes: vec![
            ReportCause {
                title: "Number doesn't exist".into(),
                advice: "Check for a typing or country-code error. Don't retry unchanged; exclude it.".into(),
                contacts: 7_000,
            },
            ReportCause {
                title: "Couldn't reach the carrier".into(),
                advice: "Check network, firewall, DNS, certificate. Run Test trunk.".into(),
                contacts: 2_000,
            },
        ],
        skipped: [(SkipReason::Duplicate, 9_870), (SkipReason::InvalidNumber, 1_642), (SkipReason::DoNotCall, 588)]
            .into(),
        conversations: vec![
            conversation.clone(),
            ReportConversation { contact: "+49…17".into(), result: CallResult::Callback, ..conversation },
        ],
        notes: "Mornings reach twice as many people as evenings.\nNext time: ask for the preferred day first.".into(),
        read: None,
    }
}

fn pdf(report: &Report) -> Vec<u8> {
    let mut bytes = Vec::new();
    write_report(report, &mut bytes).expect("is written");
    if let Some(path) = std::env::var_os("CARILLON_KEEP_REPORT") {
        std::fs::write(path, &bytes).expect("is written");
    }
    bytes
}

/// The text of a PDF as `pdftotext` (package poppler-utils) reads it.
fn text(pdf: &[u8]) -> String {
    let mut child = Command::new("pdftotext")
        .args(["-raw", "-", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("pdftotext is there: install poppler-utils");
    child.stdin.take().expect("is written").write_all(pdf).expect("is written");
    String::from_utf8(child.wait_with_output().expect("is written").stdout).expect("is written")
}

#[test]
fn the_report_tells_the_numbers_of_the_campaign() {
    let text = text(&pdf(&report()));
    let has = |wanted: &str| assert!(text.contains(wanted), "{wanted:?} is not in the report:\n{text}");
    for wanted in
        ["Spring check-ups 2026", "Completed · called by Ava", "1,000,000", "44.2 %", "57.0 %", "1,204,311", "3 d 5 h"]
    {
        has(wanted);
    }
    for wanted in
        ["412,300", "201,000", "978,900", "9,000", "12,100", "Number doesn't exist", "77.8 %", "Duplicate", "9,870"]
    {
        has(wanted);
    }
    for wanted in
        ["Zoë Müller-Łukasik", "I have moved it to Friday at eleven.", "calls/call_01hzxk3v9q", "Mornings reach twice"]
    {
        has(wanted);
    }
    has("21 September 2026, 16:13 to 24 September 2026");
    has("Page 2 of");
}

#[test]
fn an_empty_and_a_running_campaign_and_hostile_text_make_a_report_too() {
    let mut running = report();
    running.summary.campaign.name = "x".repeat(500);
    running.summary.counts = Counts::default().into();
    running.summary.results.clear();
    running.read = Some(ReadSpan { from: at(0), to: at(9) });
    (running.first_call_at, running.last_end_at, running.calls, running.answered) = (None, None, 0, 0);
    running.buckets.clear();
    running.causes.clear();
    running.conversations[0].turns = vec![turn(false, &"長い\u{202e}文".repeat(5_000)), turn(true, "")];
    running.notes = "w".repeat(20_000);
    let text = text(&pdf(&running));
    assert!(text.contains("no calls yet") && text.contains("its rows were read from 16:13:20 to 16:13:29"), "{text}");
    let unknown = write_report(&Report { zone: "Mars/Olympus".into(), ..report() }, Vec::new()).unwrap_err();
    assert_eq!(unknown.code(), "export_unknown_zone");
}
