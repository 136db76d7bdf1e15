//! Results out, over the real router with the work going on beside it.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::Duration;

use axum::body::to_bytes;
use axum::http::{Method, StatusCode, header};
use carillon_api::auth::Role;
use carillon_domain::{CallOutcome, CallResult, CampaignId, FailureCode};
use carillon_exchange::{FormatChoice, ReadOptions, read_contacts};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::app::{App, As, OTHER, WS};
use crate::campaigns::{call, campaign};
use crate::live::Stream;

const SUCCESS: CallOutcome = CallOutcome::Result(CallResult::Success);
const VOICEMAIL: CallOutcome = CallOutcome::Result(CallResult::Voicemail);
const FAULT: CallOutcome = CallOutcome::Failure(FailureCode::CarrierFault);

/// A campaign of nine: two successes, a voicemail, a failure, one skipped at the import, the others excluded or still pending.
async fn called(app: &App, key: &str, name: &str, over: bool) -> (String, CampaignId) {
    let (text, id) = campaign(app, key, name, 9).await;
    app.store.campaign_start(WS, id, None, app.now()).await.unwrap();
    for outcome in [SUCCESS, VOICEMAIL, FAULT, SUCCESS] {
        call(app, id, Some(outcome)).await;
    }
    if over {
        let rows: Vec<i64> = (5..=8).collect();
        let path = format!("/campaigns/{text}/contacts/actions");
        app.post(&path, As::Key(key), json!({ "action": "exclude", "rows": rows })).await.is(200);
    }
    (text, id)
}

/// Asks for an export and waits until it is over.
async fn made(app: &App, key: &str, campaign: &str, body: Value) -> Value {
    let begun = app.post(&format!("/campaigns/{campaign}/exports"), As::Key(key), body).await.is(202).json();
    over(app, key, begun["id"].as_str().unwrap()).await
}

async fn over(app: &App, key: &str, id: &str) -> Value {
    let mut stream = Stream::open(app, key, &format!("export:{id}")).await;
    stream.until("export", |export| export["state"] != "waiting" && export["state"] != "running").await;
    app.get(&format!("/exports/{id}"), As::Key(key)).await.is(200).json()
}

/// The file's bytes, type and name.
async fn file(app: &App, key: &str, export: &Value) -> (Vec<u8>, String, String) {
    assert_eq!(export["state"], "done", "{export}");
    let path = export["download"].as_str().unwrap();
    let request = app.request(Method::GET, path, As::Key(key), None);
    let response = app.router.clone().oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    let text = |name| response.headers()[name].to_str().unwrap().to_owned();
    let (kind, name) = (text(header::CONTENT_TYPE), text(header::CONTENT_DISPOSITION));
    let bytes = to_bytes(response.into_body(), 64 << 20).await.unwrap().to_vec();
    assert_eq!(export["bytes"].as_u64(), Some(bytes.len() as u64));
    (bytes, kind, name)
}

fn pdf_text(pdf: &[u8]) -> String {
    let pipes = Command::new("pdftotext").args(["-raw", "-", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let mut child = pipes.expect("pdftotext is there: install poppler-utils");
    child.stdin.take().unwrap().write_all(pdf).unwrap();
    String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap()
}

fn csv_rows(bytes: &[u8]) -> (Vec<String>, Vec<Vec<String>>) {
    let text = std::str::from_utf8(bytes).unwrap().trim_start_matches('\u{feff}');
    let cells = |line: &str| line.split(',').map(str::to_owned).collect();
    let mut lines = text.lines();
    (cells(lines.next().unwrap()), lines.map(cells).collect())
}

async fn work(app: &App) -> tokio::task::JoinHandle<()> {
    tokio::spawn(carillon_api::work::run(app.state.clone()))
}

async fn every_format_tells_the_same_numbers(app: App) {
    let key = app.admin().await;
    app.call(Method::PATCH, "/settings", As::Key(&key), Some(json!({ "public_url": "https://calls.example.com/" })))
        .await
        .is(200);
    let (text, id) = called(&app, &key, "Größe/März", true).await;
    app.store.notes_put(WS, id, "Ask for the preferred day first.", None, "Ana", app.now()).await.unwrap();
    let work = work(&app).await;
    let counts = app.get(&format!("/campaigns/{text}"), As::Key(&key)).await.json()["counts"].clone();
    assert_eq!((&counts["completed"], &counts["failed"], &counts["skipped"]), (&3.into(), &1.into(), &5.into()));

    let export = made(&app, &key, &text, json!({ "format": "csv", "byte_order_mark": true })).await;
    assert_eq!((&export["rows_done"], &export["rows_total"]), (&9.into(), &9.into()));
    assert_eq!((&export["read_from"], &export["read_to"]), (&Value::Null, &Value::Null), "it is over");
    let (csv, kind, name) = file(&app, &key, &export).await;
    assert_eq!(kind, "text/csv; charset=utf-8");
    assert!(name.contains("filename*=UTF-8''gr%C3%B6%C3%9Fe-m%C3%A4rz-2026-09-21.csv"), "{name}");
    assert!(csv.starts_with("\u{feff}row,".as_bytes()));
    let (header, rows) = csv_rows(&csv);
    let column =
        |name: &str| header.iter().position(|cell| cell == name).unwrap_or_else(|| panic!("{name}: {header:?}"));
    let counted = |name: &str, value: &str| rows.iter().filter(|row| row[column(name)] == value).count();
    assert_eq!([counted("status", "Completed"), counted("status", "Failed"), counted("status", "Skipped")], [3, 1, 5]);
    assert_eq!(
        [counted("result", "success"), counted("result", "voicemail"), counted("reason_category", "carrier")],
        [2, 1, 1]
    );
    assert_eq!(rows[0][column("phone")], "+14155550001");
    let link = format!("https://calls.example.com/calls/{}", rows[0][column("call")]);
    assert_eq!(rows[0][column("link")], link);
    assert!(rows[0][column("talk_seconds")].parse::<f64>().unwrap() > 42.0);
    assert!(rows[2][column("calls")].contains("carrier_fault"), "{}", rows[2][column("calls")]);

    let (json, kind, _) = file(&app, &key, &made(&app, &key, &text, json!({ "format": "json" })).await).await;
    let json: Value = serde_json::from_slice(&json).unwrap();
    assert_eq!(kind, "application/json");
    assert_eq!((&json["counts"], &json["results"]), (&counts, &json!({ "success": 2, "voicemail": 1 })));
    assert_eq!((&json["failures"], &json["read"]), (&json!({ "carrier": 1 }), &Value::Null));
    assert_eq!(json["contacts"].as_array().unwrap().len(), 9);
    assert_eq!(
        (&json["contacts"][0]["link"], &json["contacts"][2]["calls"][0]["sip_status"]),
        (&link.into(), &503.into())
    );

    let (lines, kind, _) = file(&app, &key, &made(&app, &key, &text, json!({ "format": "jsonl" })).await).await;
    assert_eq!(kind, "application/jsonl");
    let last = std::str::from_utf8(&lines).unwrap().lines().last().unwrap();
    assert_eq!(serde_json::from_str::<Value>(last).unwrap(), json!({ "type": "end", "contacts": 9 }));

    let (xlsx, kind, _) = file(&app, &key, &made(&app, &key, &text, json!({ "format": "xlsx" })).await).await;
    assert!(kind.ends_with("spreadsheetml.sheet"));
    let sheet = FormatChoice { sheet: Some("Contacts".into()), ..FormatChoice::default() };
    let read =
        read_contacts(std::io::Cursor::new(&xlsx), ReadOptions { format: sheet, ..ReadOptions::default() }).unwrap();
    let contacts: Vec<_> = read.map(Result::unwrap).collect();
    let with = |name: &str, value: &str| {
        let has =
            |found: &&carillon_exchange::ContactRow| found.properties.iter().any(|(n, v)| &**n == name && v == value);
        contacts.iter().filter(has).count()
    };
    assert_eq!(
        [contacts.len(), with("status", "Completed"), with("result", "success"), with("status", "Skipped")],
        [9, 3, 2, 5]
    );

    let (pdf, kind, name) = file(&app, &key, &made(&app, &key, &text, json!({ "format": "pdf" })).await).await;
    assert!(kind == "application/pdf" && name.contains(".pdf"));
    if let Some(path) = std::env::var_os("CARILLON_KEEP_REPORT") {
        std::fs::write(path, &pdf).unwrap();
    }
    let report = pdf_text(&pdf);
    let all = [
        "Größe/März",
        "Completed · called by Ava",
        "Contacts processed\n9\n",
        "Success rate\n66.7 %",
        "Calls placed\n4\n",
        "Completed 3 33.3 %",
        "Failed 1 11.1 %",
        "Skipped 5 55.6 %",
        "Success 2 66.7 %",
        "Voicemail 1 33.3 %",
        "Calls over time",
        "couldn't place the call",
        "Hello",
        "Ask for the preferred day first.",
        "https://calls.example.com/calls/call_",
    ];
    for wanted in all {
        assert!(report.contains(wanted), "{wanted:?} is not in the report:\n{report}");
    }
    let list = app.get(&format!("/campaigns/{text}/exports"), As::Key(&key)).await.is(200).json();
    let formats: Vec<&str> =
        list["items"].as_array().unwrap().iter().map(|export| export["format"].as_str().unwrap()).collect();
    assert_eq!(formats, ["pdf", "xlsx", "jsonl", "json", "csv"]);
    app.state.shutdown.cancel();
    work.await.unwrap();
}

mod sqlite {
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn every_format_tells_the_same_numbers() {
        super::every_format_tells_the_same_numbers(crate::app::App::new().await).await;
    }
}

mod postgres {
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn every_format_tells_the_same_numbers() {
        super::every_format_tells_the_same_numbers(crate::app::App::postgres().await).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_running_campaign_says_when_it_was_read_and_a_filter_takes_its_contacts_only() {
    let app = App::new().await;
    let key = app.admin().await;
    let (text, _) = called(&app, &key, "March", false).await;
    let work = work(&app).await;
    let body = json!({
        "format": "csv", "filter": { "status": ["completed", "failed"], "q": "ann" }, "columns": ["phone", "status", "processed_at", "zone"],
    });
    let export = made(&app, &key, &text, body).await;
    let (csv, ..) = file(&app, &key, &export).await;
    let (header, rows) = csv_rows(&csv);
    assert_eq!(header, ["phone", "status", "first_call_at", "last_call_at", "zone", "read_at"]);
    assert_eq!(
        rows.iter().map(|row| row[1].as_str()).collect::<Vec<_>>(),
        ["Completed", "Completed", "Failed", "Completed"]
    );
    let (from, to) = (export["read_from"].as_str().unwrap(), export["read_to"].as_str().unwrap());
    assert!(rows.iter().all(|row| from <= row[5].as_str() && row[5].as_str() <= to && row[4] == "UTC"));

    let body = json!({ "format": "json", "filter": { "reason": "carrier_fault" } });
    let export = made(&app, &key, &text, body).await;
    let (json, ..) = file(&app, &key, &export).await;
    let json: Value = serde_json::from_slice(&json).unwrap();
    assert_eq!((json["contacts"].as_array().unwrap().len(), &json["counts"]["total"]), (1, &9.into()));
    assert_eq!(json["filter"]["failures"][0], "carrier_fault");
    assert_eq!((&json["read"]["from"], &json["read"]["to"]), (&export["read_from"], &export["read_to"]));
    let (pdf, ..) = file(&app, &key, &made(&app, &key, &text, json!({ "format": "pdf" })).await).await;
    assert!(pdf_text(&pdf).contains("was running while this report was made"));
    app.state.shutdown.cancel();
    work.await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_makes_no_file_is_refused_and_no_other_workspace_gets_one() {
    let app = App::new().await;
    let key = app.admin().await;
    let by = As::Key(&key);
    let (text, _) = called(&app, &key, "March", true).await;
    let path = format!("/campaigns/{text}/exports");
    for (body, status) in [
        (json!({ "format": "xls" }), 400),
        (json!({ "format": "csv", "columns": [] }), 422),
        (json!({ "format": "pdf", "filter": { "status": ["failed"] } }), 422),
        (json!({ "format": "csv", "filter": { "reason": "weather" } }), 400),
    ] {
        app.post(&path, by, body).await.is(status);
    }
    // Nobody works yet: canceled while it waits.
    let waits = app.post(&path, by, json!({ "format": "csv" })).await.is(202).json();
    assert_eq!((&waits["state"], &waits["download"]), (&"waiting".into(), &Value::Null));
    let one = format!("/exports/{}", waits["id"].as_str().unwrap());
    let early = app.get(&format!("{one}/file"), by).await.is(409).json();
    assert_eq!(early["current"]["state"], "waiting");
    app.call(Method::DELETE, &one, by, None).await.is(204);
    assert_eq!(app.get(&one, by).await.is(200).json()["state"], "canceled");
    app.call(Method::DELETE, &one, by, None).await.is(204);
    app.get(&one, by).await.is(404);

    let work = work(&app).await;
    let done = made(&app, &key, &text, json!({ "format": "csv" })).await;
    let one = format!("/exports/{}", done["id"].as_str().unwrap());
    let on_disk = app.state.config.data.join("exports").join(format!("{}.csv", done["id"].as_str().unwrap()));
    assert!(on_disk.exists());
    let stranger = app.user(OTHER, "stranger", Role::Admin).await;
    let other = app.key(OTHER, stranger, Role::Admin).await;
    for path in [one.clone(), format!("{one}/file"), path.clone()] {
        app.get(&path, As::Key(&other)).await.is(404);
    }
    app.call(Method::DELETE, &one, As::Key(&other), None).await.is(404);
    app.post(&path, As::Key(&other), json!({ "format": "csv" })).await.is(404);
    app.call(Method::DELETE, &one, by, None).await.is(204);
    assert!(!on_disk.exists(), "deleted with its export");
    app.state.shutdown.cancel();
    work.await.unwrap();
    assert_eq!(std::fs::read_dir(on_disk.parent().unwrap()).unwrap().count(), 0, "no half file is left");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_export_is_watched_live_begun_again_after_a_crash_and_forgotten_after_a_week() {
    let app = App::new().await;
    let key = app.admin().await;
    let (text, _) = called(&app, &key, "March", true).await;
    let begun = app
        .post(&format!("/campaigns/{text}/exports"), As::Key(&key), json!({ "format": "xlsx" }))
        .await
        .is(202)
        .json();
    let id = begun["id"].as_str().unwrap();
    // A process died at it: its half file lies there, and a file of an export that nobody knows.
    let folder = app.state.config.data.join("exports");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(format!("{id}.0.part")), "half").unwrap();
    let unknown = app.store.next_id::<carillon_domain::ids::Export>(app.now()).unwrap();
    std::fs::write(folder.join(format!("{unknown}.csv")), "nobody's").unwrap();
    let mut stream = Stream::open(&app, &key, &format!("export:{id}")).await;
    stream.until("export", |export| export["state"] == "waiting").await;
    let working = work(&app).await;
    let done = stream.until("export", |export| export["state"] == "done").await;
    assert_eq!((&done["id"], &done["rows_done"]), (&id.into(), &9.into()));
    let (bytes, ..) = file(&app, &key, &over(&app, &key, id).await).await;
    assert!(bytes.starts_with(b"PK"));
    app.state.shutdown.cancel();
    working.await.unwrap();
    assert!(!folder.join(format!("{unknown}.csv")).exists());

    app.wait(Duration::from_secs(7 * 24 * 3600 + 60));
    let later = app.restarted();
    let sweeps = tokio::spawn(carillon_api::work::run(later.clone()));
    let gone = async {
        while folder.join(format!("{id}.xlsx")).exists() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), gone).await.expect("the file goes");
    app.get(&format!("/exports/{id}"), As::Key(&key)).await.is(404);
    later.shutdown.cancel();
    sweeps.await.unwrap();
}
