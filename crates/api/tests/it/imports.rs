//! Contact files as the page sends them: upload, look, import, what was skipped.

use std::path::Path;
use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, Request, header};
use carillon_api::auth::Role;
use carillon_domain::PhoneNumber;
use carillon_domain::access::BlockSource;
use carillon_domain::ids::UploadId;
use carillon_store::NewBlock;
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use crate::app::{Answer, App, As, HOST, OTHER, WS};
use crate::campaigns::ready;
use crate::live::Stream;

/// The process that serves does this work beside it.
fn worker(app: &App) -> JoinHandle<()> {
    tokio::spawn(carillon_api::work::run(app.state.clone()))
}

async fn send(app: &App, key: &str, name: &str, bytes: impl Into<Body>) -> Answer {
    let request = Request::builder()
        .method(Method::POST)
        .uri("/api/v1/uploads")
        .header(header::HOST, HOST)
        .header(header::AUTHORIZATION, format!("Bearer {key}"))
        .header("x-file-name", name);
    app.send(request.body(bytes.into()).unwrap()).await
}

async fn upload(app: &App, key: &str, bytes: impl Into<Body>) -> String {
    text(&send(app, key, "list.csv", bytes).await.is(201).json()["id"])
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

async fn draft(app: &App, key: &str, name: &str) -> String {
    ready(app).await;
    text(&app.post("/campaigns", As::Key(key), json!({ "name": name })).await.is(201).json()["id"])
}

async fn import(app: &App, key: &str, campaign: &str, body: Value) -> Answer {
    app.post(&format!("/campaigns/{campaign}/imports"), As::Key(key), body).await
}

/// Follows an import until something holds of it.
async fn until(app: &App, key: &str, import: &str, holds: impl Fn(&Value) -> bool) -> Value {
    Stream::open(app, key, &format!("import:{import}")).await.until("import", holds).await
}

async fn over(app: &App, key: &str, import: &str) -> Value {
    until(app, key, import, |job| !["waiting", "running"].contains(&job["state"].as_str().unwrap())).await
}

async fn shown(app: &App, key: &str, path: &str) -> Value {
    app.get(path, As::Key(key)).await.is(200).json()
}

async fn block(app: &App, phone: i64) {
    let phones = [PhoneNumber::from_digits(phone).unwrap()];
    let block = NewBlock { source: BlockSource::Manual, reason: None, by: "Ana".into(), until: None, now: app.now() };
    app.store.numbers_block(WS, &phones, &block).await.unwrap();
}

/// Semicolons, Windows-1252, a line break in quotes, and every row with something else.
const AWKWARD: &[u8] = b"Vorname;Nachname;Mobil;Zeitzone;Kundennummer;Ort\r\n\
    J\xfcrgen;Gro\xdf;0151 23456781;Europe/Berlin;K-1;\"K\xf6ln\nS\xfcd\"\r\n\
    Ben;Okafor;4.91512E+12;;K-2;Bonn\r\n\
    Cyd;Low;;;K-3;Bonn\r\n\
    Dan;Oak;+49 151 23456781;;K-4;Bonn\r\n\
    Eve;Ray;0151 23456782;;K-5;Bonn\r\n\
    Fay;Elm;0151 23456783;;K-6;Bonn;more\r\n\
    Gus;Ash;call me;=1+1;K-7;Bonn\r\n\
    Hal;Fir;0151 23456784;Nowhere/Town;K-8;\r\n";

async fn an_awkward_file_comes_in_row_by_row(app: App) {
    let key = app.admin().await;
    let campaign = draft(&app, &key, "March").await;
    block(&app, 4_915_123_456_782).await;
    let file = send(&app, &key, "..%2FM%C3%A4rz.csv", AWKWARD).await.is(201).json();
    assert_eq!((file["name"].as_str(), file["bytes"].as_u64()), (Some("März.csv"), Some(AWKWARD.len() as u64)));
    let file = text(&file["id"]);

    let look = shown(&app, &key, &format!("/uploads/{file}?country=DE&campaign={campaign}")).await;
    let format = json!({ "kind": "csv", "encoding": "windows-1252", "separator": ";", "header": true, "sheet": null, "sheets": [], "rows": 8, "rows_about": null });
    assert_eq!(look["format"], format);
    let fields: Vec<&str> =
        look["columns"].as_array().unwrap().iter().map(|c| c["suggestion"]["field"].as_str().unwrap()).collect();
    assert_eq!(fields, ["first_name", "last_name", "phone", "time_zone", "external_id", "property"]);
    assert_eq!(
        look["columns"][2]["numbers"][0],
        json!({ "text": "0151 23456781", "phone": "+4915123456781", "problem": null })
    );
    assert!(look["warnings"].to_string().contains("4.91512E+12"), "{}", look["warnings"]);
    assert_eq!(look["missing_variables"], json!([]));
    let other = shown(&app, &key, &format!("/uploads/{file}?country=US")).await;
    assert!(other["columns"][2]["numbers"][0]["phone"].is_null(), "another country, other numbers");

    let asked = json!({ "upload": file, "country": "DE" });
    let job = import(&app, &key, &campaign, asked.clone()).await.is(202).json();
    assert_eq!((job["state"].as_str(), job["rows_total"].as_i64()), (Some("waiting"), Some(8)));
    let job = text(&job["id"]);
    let twice = import(&app, &key, &campaign, asked).await.is(409);
    assert!(twice.json()["detail"].as_str().unwrap().contains("being imported"), "{}", twice.text);
    let early = app.post(&format!("/campaigns/{campaign}/start"), As::Key(&key), json!({})).await.is(409);
    assert!(early.json()["detail"].as_str().unwrap().contains("being imported: 0 of 8 rows"), "{}", early.text);
    app.call(Method::DELETE, &format!("/uploads/{file}"), As::Key(&key), None).await.is(409);

    let working = worker(&app);
    let done = over(&app, &key, &job).await;
    assert_eq!((done["state"].as_str(), done["error"].as_str()), (Some("done"), None));
    assert_eq!(counts(&done), (8, 2, 6));
    assert_eq!(done, shown(&app, &key, &format!("/imports/{job}")).await, "the stream tells what the address tells");
    what_was_skipped(&app, &key, &job).await;

    let now = shown(&app, &key, &format!("/campaigns/{campaign}")).await;
    assert_eq!((now["import"]["id"].as_str(), now["import"]["state"].as_str()), (Some(job.as_str()), Some("done")));
    assert_eq!(now["property_names"], json!(["Zeitzone", "Kundennummer", "Ort"]));
    assert_eq!((&now["blockers"], now["counts"]["total"].as_i64()), (&json!([]), Some(8)));
    let id = campaign.parse().unwrap();
    let contacts = app.store.contacts_page(WS, id, 0, 10).await.unwrap();
    let first = &contacts[0];
    assert_eq!(
        (first.first_name.as_str(), first.time_zone.as_deref(), first.external_id.as_deref()),
        ("Jürgen", Some("Europe/Berlin"), Some("K-1"))
    );
    assert_eq!((first.properties["Ort"].as_str(), first.line, contacts[1].line), ("Köln\nSüd", 2, 4));
    assert_eq!(contacts[7].time_zone, None, "a zone that is none is left to the number's");
    app.post(&format!("/campaigns/{campaign}/start"), As::Key(&key), json!({})).await.is(200);
    app.call(Method::DELETE, &format!("/uploads/{file}"), As::Key(&key), None).await.is(204);
    app.get(&format!("/uploads/{file}"), As::Key(&key)).await.is(404);
    app.state.shutdown.cancel();
    working.await.unwrap();
}

fn counts(job: &Value) -> (i64, i64, i64) {
    let number = |name: &str| job[name].as_i64().unwrap();
    (number("rows_done"), number("pending"), number("skipped"))
}

async fn what_was_skipped(app: &App, key: &str, job: &str) {
    let skipped = shown(app, key, &format!("/imports/{job}/skipped")).await;
    assert_eq!(
        (skipped["total"].as_i64(), skipped["pending"].as_i64(), skipped["skipped"].as_i64()),
        (Some(8), Some(2), Some(6))
    );
    let groups = skipped["groups"].as_array().unwrap();
    let sum: i64 = groups.iter().map(|group| group["count"].as_i64().unwrap()).sum();
    assert_eq!(sum, 6);
    let mangled = groups.iter().find(|group| group["reason"] == "mangled_number").unwrap();
    assert_eq!(
        (mangled["examples"][0]["line"].as_i64(), mangled["examples"][0]["value"].as_str()),
        (Some(4), Some("4.91512E+12"))
    );
    assert!(mangled["hint"].as_str().unwrap().contains("as text"));
    let csv = app.get(&format!("/imports/{job}/skipped.csv"), As::Key(key)).await.is(200);
    assert_eq!(csv.headers[header::CONTENT_TYPE], "text/csv; charset=utf-8");
    let lines: Vec<&str> = csv.text.trim_start_matches('\u{feff}').lines().collect();
    assert_eq!(lines[0], "row,line,column,header,value,reason_code,reason,first_name,last_name");
    let starts = [
        "2,4,3,Mobil,4.91512E+12,mangled_number,",
        "3,5,3,Mobil,,no_number,",
        "4,6,3,Mobil,'+49 151 23456781,duplicate,same number as row 1,Dan,Oak",
        "5,7,3,Mobil,0151 23456782,do_not_call,On the do-not-call list,Eve,Ray",
        "6,8,7,,more,bad_row,",
        "7,9,3,Mobil,call me,invalid_number,",
    ];
    assert_eq!(lines.len(), starts.len() + 1, "{}", csv.text);
    for (line, start) in lines[1..].iter().zip(starts) {
        assert!(line.starts_with(start), "{line} / {start}");
    }
    let one = app.get(&format!("/imports/{job}/skipped.csv?reason=duplicate"), As::Key(key)).await.is(200);
    assert_eq!(one.text.lines().count(), 2);
    app.get(&format!("/imports/{job}/skipped.csv?reason=weather"), As::Key(key)).await.is(400);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_awkward_file_comes_in_row_by_row_on_sqlite() {
    an_awkward_file_comes_in_row_by_row(App::new().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_awkward_file_comes_in_row_by_row_on_postgres() {
    an_awkward_file_comes_in_row_by_row(App::postgres().await).await;
}

/// Rows of which every tenth has the number of the one before.
fn long_list(rows: i64) -> String {
    let number = |row: i64| 12_125_500_000 + if row % 10 == 0 { row - 1 } else { row };
    let mut file = "phone,first_name,city\n".to_owned();
    (1..=rows).for_each(|row| file.push_str(&format!("+{},Ann{row},Bonn\n", number(row))));
    file
}

/// A process dies in the middle; the next one goes on.
async fn a_killed_import_takes_nobody_twice(app: App) {
    const ROWS: i64 = 70_000;
    let key = app.admin().await;
    let campaign = draft(&app, &key, "Long").await;
    let file = upload(&app, &key, long_list(ROWS)).await;
    let job = text(&import(&app, &key, &campaign, json!({ "upload": file })).await.is(202).json()["id"]);
    let first = worker(&app);
    let some = until(&app, &key, &job, |job| job["rows_done"].as_i64() > Some(0)).await;
    first.abort();
    assert!(first.await.unwrap_err().is_cancelled());
    assert_eq!(some["rows_total"].as_i64(), Some(ROWS), "the whole file was read before anybody was taken");
    let second = worker(&app);
    let done = over(&app, &key, &job).await;
    assert_eq!(done["state"], "done");
    assert_eq!(counts(&done), (ROWS, ROWS / 10 * 9, ROWS / 10));
    let id = campaign.parse().unwrap();
    let counts = app.store.counts(WS, id).await.unwrap();
    assert_eq!((counts.pending, counts.skipped, counts.total()), (ROWS / 10 * 9, ROWS / 10, ROWS));
    let report = app.store.doctor(WS).await.unwrap();
    assert!(report.findings.is_empty(), "{:#?}", report.findings);
    app.state.shutdown.cancel();
    second.await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_import_takes_nobody_twice_on_sqlite() {
    a_killed_import_takes_nobody_twice(App::new().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_import_takes_nobody_twice_on_postgres() {
    a_killed_import_takes_nobody_twice(App::postgres().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_canceled_import_keeps_what_is_in_and_another_file_is_added_behind() {
    let app = App::new().await;
    let key = app.admin().await;
    let campaign = draft(&app, &key, "Two files").await;
    let file = upload(&app, &key, long_list(70_000)).await;
    let asked = json!({ "upload": file });
    let job = text(&import(&app, &key, &campaign, asked.clone()).await.is(202).json()["id"]);
    let waiting = app.call(Method::DELETE, &format!("/imports/{job}"), As::Key(&key), None).await.is(200).json();
    assert_eq!((waiting["state"].as_str(), counts(&waiting)), (Some("canceled"), (0, 0, 0)));
    let job = text(&import(&app, &key, &campaign, asked).await.is(202).json()["id"]);
    let working = worker(&app);
    until(&app, &key, &job, |job| job["rows_done"].as_i64() > Some(0)).await;
    let canceled = app.call(Method::DELETE, &format!("/imports/{job}"), As::Key(&key), None).await.is(200).json();
    let rows = counts(&canceled).0;
    assert_eq!(canceled["state"], "canceled");
    assert!(0 < rows && rows < 70_000, "{rows}");
    let second = "Phone number;CITY;plan\n+1 212 550 0001;Ulm;a\n+1 646 550 0001;Ulm;b\n";
    let file = upload(&app, &key, second).await;
    let job = text(&import(&app, &key, &campaign, json!({ "upload": file })).await.is(202).json()["id"]);
    let done = over(&app, &key, &job).await;
    assert_eq!((done["state"].as_str(), counts(&done)), (Some("done"), (2, 1, 1)), "one number is in already");
    let id = campaign.parse().unwrap();
    let contacts = app.store.contacts_page(WS, id, rows, 10).await.unwrap();
    assert_eq!(contacts.iter().map(|c| (c.row, c.line)).collect::<Vec<_>>(), [(rows + 1, 2), (rows + 2, 3)]);
    assert_eq!(contacts[0].reason.as_deref(), Some("same number as row 1"));
    assert_eq!(contacts[1].properties["city"], "Ulm", "a property of the same name is one");
    let names = &shown(&app, &key, &format!("/campaigns/{campaign}")).await["property_names"];
    assert_eq!(*names, json!(["city", "plan"]));
    app.state.shutdown.cancel();
    working.await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_variable_without_a_column_keeps_a_draft_from_starting() {
    let app = App::new().await;
    let key = app.admin().await;
    let mut employee = carillon_domain::employee::Employee::sample();
    employee.greeting = "Hello {{first_name|there}}, it is about your {{plan}} since {{year|long}}.".into();
    let version = app.store.employee_put(WS, &employee, app.now()).await.unwrap();
    ready(&app).await;
    app.store.employee_put(WS, &employee, app.now()).await.unwrap();
    let new = json!({ "name": "Plans", "employee": version.id });
    let campaign = text(&app.post("/campaigns", As::Key(&key), new).await.is(201).json()["id"]);
    let working = worker(&app);
    let file = upload(&app, &key, "phone,note\n+12125550101,x\n").await;
    let look = shown(&app, &key, &format!("/uploads/{file}?campaign={campaign}")).await;
    assert_eq!(look["missing_variables"], json!(["plan"]));
    let job = text(&import(&app, &key, &campaign, json!({ "upload": file })).await.is(202).json()["id"]);
    assert_eq!(counts(&over(&app, &key, &job).await), (1, 1, 0), "the row is fine once the text is");
    let now = shown(&app, &key, &format!("/campaigns/{campaign}")).await;
    assert_eq!(now["blockers"][0]["code"], "missing_variable");
    assert!(!now["actions"].as_array().unwrap().contains(&json!("start")));
    let refused = app.post(&format!("/campaigns/{campaign}/start"), As::Key(&key), json!({})).await.is(409);
    assert!(refused.json()["detail"].as_str().unwrap().contains("{{plan}}"), "{}", refused.text);
    // A file that has it: rows without a value are skipped.
    let file = upload(&app, &key, "phone,Tariff\n+12125550102,gold\n+12125550103,\n").await;
    let mapping = json!([{ "field": "phone" }, { "field": "property", "name": "Plan" }]);
    let asked = json!({ "upload": file, "mapping": mapping });
    let job = text(&import(&app, &key, &campaign, asked).await.is(202).json()["id"]);
    assert_eq!(counts(&over(&app, &key, &job).await), (2, 1, 1));
    let skipped = shown(&app, &key, &format!("/imports/{job}/skipped")).await;
    assert_eq!(
        (skipped["groups"][0]["reason"].as_str(), skipped["groups"][0]["examples"][0]["line"].as_i64()),
        (Some("missing_variable"), Some(3))
    );
    assert_eq!(shown(&app, &key, &format!("/campaigns/{campaign}")).await["blockers"], json!([]));
    app.state.shutdown.cancel();
    working.await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_can_not_be_taken_is_said_in_words_and_brings_nobody_in() {
    let app = App::new().await;
    let key = app.admin().await;
    let campaign = draft(&app, &key, "Broken").await;
    let empty = send(&app, &key, "x", "").await.is(422);
    assert_eq!((empty.code().as_str(), empty.json()["detail"].as_str()), ("bad_file", Some("The file is empty.")));
    let mut huge = app.request(Method::POST, "/api/v1/uploads", As::Key(&key), None);
    huge.headers_mut().insert(header::CONTENT_LENGTH, "5000000000".parse().unwrap());
    let huge = app.send(huge).await.is(413);
    assert!(huge.json()["detail"].as_str().unwrap().contains("4 GB"), "{}", huge.text);
    assert_eq!(lying(&app.state.config.data.join("uploads")), Vec::<String>::new(), "nothing is left of them");
    let pdf = upload(&app, &key, "%PDF-1.7 \u{1}\u{2}").await;
    let refused = app.get(&format!("/uploads/{pdf}"), As::Key(&key)).await.is(422);
    assert_eq!(refused.code(), "bad_file");
    let refused = import(&app, &key, &campaign, json!({ "upload": pdf })).await.is(422);
    assert_eq!(refused.code(), "bad_file", "{}", refused.text);
    let file = upload(&app, &key, "phone,name,mobile\n+12125550101,Ada,\n+12125550102,Ben,\n").await;
    let two = json!([{ "field": "phone" }, { "field": "skip" }, { "field": "phone" }]);
    for (body, field) in [
        (json!({ "upload": file, "mapping": two }), "mapping"),
        (json!({ "upload": file, "mapping": [{ "field": "phone" }] }), "mapping"),
        (json!({ "upload": file, "country": "Atlantis" }), "country"),
        (json!({ "upload": file, "format": { "separator": "x" } }), "separator"),
        (json!({ "upload": file, "format": { "encoding": "klingon" } }), "format.encoding"),
        (json!({ "upload": "upload_0000000000001" }), "upload"),
    ] {
        let refused = import(&app, &key, &campaign, body).await.is(422).json();
        assert_eq!(refused["errors"][0]["field"], field, "{refused}");
    }
    // Broken in its last line: the whole file is read before its first row is taken.
    let working = worker(&app);
    let file = upload(&app, &key, "phone,note\n+12125550101,x\n+12125550102,\"never closed\n").await;
    let late = import(&app, &key, &campaign, json!({ "upload": file })).await;
    let detail = if late.status == 202 {
        let failed = over(&app, &key, &text(&late.json()["id"])).await;
        assert_eq!(
            (failed["state"].as_str(), failed["error_code"].as_str()),
            (Some("failed"), Some("contact_file_broken_quote"))
        );
        text(&failed["error"])
    } else {
        text(&late.is(422).json()["detail"])
    };
    assert!(detail.contains("line 3, column 2"), "{detail}");
    let now = shown(&app, &key, &format!("/campaigns/{campaign}")).await;
    assert_eq!((now["counts"]["total"].as_i64(), now["blockers"][0]["code"].as_str()), (Some(0), Some("no_contacts")));
    app.state.shutdown.cancel();
    working.await.unwrap();
}

fn lying(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_reaches_files_without_the_right_or_from_elsewhere() {
    let app = App::new().await;
    let key = app.admin().await;
    let campaign = draft(&app, &key, "Ours").await;
    let file = upload(&app, &key, "phone\n+12125550101\n").await;
    let asked = json!({ "upload": file });
    let viewer = app.user(WS, "vera", Role::Viewer).await;
    let viewer = app.key(WS, viewer, Role::Viewer).await;
    send(&app, &viewer, "x.csv", "phone\n+12125550101\n").await.is(403);
    import(&app, &viewer, &campaign, asked.clone()).await.is(403);
    app.get(&format!("/uploads/{file}"), As::Key(&viewer)).await.is(403);
    let job = text(&import(&app, &key, &campaign, asked.clone()).await.is(202).json()["id"]);
    app.call(Method::DELETE, &format!("/imports/{job}"), As::Key(&viewer), None).await.is(403);
    shown(&app, &viewer, &format!("/imports/{job}")).await;
    app.get("/template.csv", As::Key(&viewer)).await.is(200);
    app.get("/template.csv", As::Nobody).await.is(401);
    let other = app.user(OTHER, "olaf", Role::Admin).await;
    let other = app.key(OTHER, other, Role::Admin).await;
    for path in ["uploads/{file}", "imports/{job}", "imports/{job}/skipped", "imports/{job}/skipped.csv"] {
        let path = format!("/{}", path.replace("{file}", &file).replace("{job}", &job));
        app.get(&path, As::Key(&other)).await.is(404);
    }
    for path in [format!("/uploads/{file}"), format!("/imports/{job}")] {
        app.call(Method::DELETE, &path, As::Key(&other), None).await.is(404);
    }
    import(&app, &other, &campaign, asked).await.is(404);
    // On another machine of the workspace: the file lies elsewhere.
    let far: UploadId = app.store.next_id(app.now()).unwrap();
    let near = app.store.upload_fetch(WS, file.parse().unwrap()).await.unwrap().unwrap();
    app.store.upload_put(WS, carillon_store::Upload { id: far, folder: 2, ..near }).await.unwrap();
    let refused = app.get(&format!("/uploads/{far}"), As::Key(&key)).await.is(409);
    assert!(refused.json()["detail"].as_str().unwrap().contains("another machine"), "{}", refused.text);
    let mut stream = Stream::open(&app, &other, &format!("import:{job}")).await;
    assert_eq!(stream.next().await.unwrap().0, "ping");
    app.state.shutdown.cancel();
    assert!(stream.next().await.is_none(), "nothing of it was told");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_nobody_used_for_a_day_is_removed() {
    let app = App::new().await;
    let key = app.admin().await;
    let campaign = draft(&app, &key, "Late").await;
    let unused = upload(&app, &key, "phone\n+12125550101\n").await;
    let used = upload(&app, &key, "phone\n+12125550101\n").await;
    let job = text(&import(&app, &key, &campaign, json!({ "upload": used })).await.is(202).json()["id"]);
    app.wait(Duration::from_secs(25 * 3600));
    let working = worker(&app);
    // It is looked for old files at the start, beside the import.
    over(&app, &key, &job).await;
    let gone = async {
        while app.store.upload_fetch(WS, unused.parse().unwrap()).await.unwrap().is_some() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), gone).await.unwrap();
    app.state.shutdown.cancel();
    working.await.unwrap();
    app.get(&format!("/uploads/{unused}"), As::Key(&key)).await.is(404);
    let left = lying(&app.state.config.data.join("uploads"));
    assert!(!left.contains(&unused), "{left:?}");
    let contacts = app.store.contacts_page(WS, campaign.parse().unwrap(), 0, 10).await.unwrap();
    assert_eq!(contacts.len(), 1, "the one that an import waited for was kept for it");
    assert_eq!(contacts[0].phone, PhoneNumber::from_digits(12_125_550_101));
}
