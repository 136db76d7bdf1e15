//! Campaigns, contacts and calls as the page asks for them, over a real database.

use axum::http::{Method, StatusCode, header};
use carillon_domain::policy::RetryRule;
use carillon_domain::{
    CallEnding, CallId, CallOutcome, CallResult, CampaignId, EndedBy, FailureCode, PhoneNumber, SkipReason,
};
use carillon_store::{BeginCall, FinishCall, NewContact};
use serde_json::{Value, json};

use carillon_api::auth::Role;

use crate::app::{App, As, OTHER, WS};

/// A campaign with `n` contacts, made by the API; its contacts come as an import brings them.
pub(crate) async fn campaign(app: &App, key: &str, name: &str, n: i64) -> (String, CampaignId) {
    ready(app).await;
    let made = app.post("/campaigns", As::Key(key), json!({ "name": name })).await.is(201).json();
    let text = made["id"].as_str().unwrap().to_owned();
    let id: CampaignId = text.parse().unwrap();
    let contact = |row: i64| NewContact {
        row,
        line: row + 1,
        phone: PhoneNumber::from_digits(14_155_550_000 + row),
        phone_text: format!("415 555 {row:04}"),
        first_name: format!("Ann{row}"),
        last_name: "Lee".into(),
        properties: [("city".to_owned(), "Bonn".to_owned())].into(),
        skip: (row == n && n > 3).then(|| (SkipReason::InvalidNumber, "12".to_owned())),
        zone_key: 0,
        time_zone: None,
        external_id: None,
    };
    app.store.contacts_import(WS, id, (1..=n).map(contact).collect(), app.now()).await.unwrap();
    app.store.campaign_import_finished(WS, id, app.now()).await.unwrap();
    (text, id)
}

/// An employee and a trunk.
pub(crate) async fn ready(app: &App) {
    let settings = carillon_domain::trunk::TrunkSettings::from_uri("sip:127.0.0.1:5070").unwrap();
    app.store.trunk_put(WS, "practice", &settings, app.now()).await.unwrap();
    app.store.employee_put(WS, &carillon_domain::employee::Employee::sample(), app.now()).await.unwrap();
}

/// Calls the next contact; `None`: the call goes on.
pub(crate) async fn call(app: &App, id: CampaignId, outcome: Option<CallOutcome>) -> CallId {
    let campaign = app.store.campaign_fetch(WS, id).await.unwrap().unwrap();
    let contact = app.store.contacts_claim(WS, id, 1, app.now()).await.unwrap().remove(0);
    let call = app.store.next_id(app.now()).unwrap();
    let begin = BeginCall {
        workspace: WS,
        call,
        campaign: id,
        row: contact.row,
        phone: contact.phone,
        trunk: campaign.trunk,
        decision: json!({ "why": "ready" }),
        now: app.now(),
    };
    app.store.call_begin(begin).await.unwrap();
    if let Some(outcome) = outcome {
        let path = format!("recordings/{call}.wav");
        std::fs::create_dir_all(app.state.config.data.join("recordings")).unwrap();
        std::fs::write(app.state.config.data.join(&path), vec![7_u8; 100]).unwrap();
        let ending = CallEnding {
            ended_by: EndedBy::Contact,
            outcome,
            sent: true,
            sip_status: Some(503),
            sip_reason: Some("Service Unavailable".into()),
            q850_cause: None,
            ringing_at: None,
            answered_at: Some(app.now()),
            ended_at: app.now() + std::time::Duration::from_secs(43),
        };
        let turns = json!([{ "speaker": "employee", "text": "Hello", "start_ms": 0, "end_ms": 900 }]);
        let ladder = json!([{ "at_ms": 0, "direction": "out", "line": "INVITE sip:x SIP/2.0", "summary": "CSeq 1", "times": 2 }]);
        let finish = FinishCall {
            workspace: WS,
            call,
            ending,
            retry: RetryRule::default(),
            recording: Some(path),
            turns: Some(turns),
            ladder: Some(ladder),
            now: app.now(),
        };
        app.store.call_finish(finish).await.unwrap();
    }
    call
}

const SUCCESS: CallOutcome = CallOutcome::Result(CallResult::Success);
const FAULT: CallOutcome = CallOutcome::Failure(FailureCode::CarrierFault);
const NOBODY: CallOutcome = CallOutcome::Failure(FailureCode::NumberNotFound);

/// The six add up to the total, wherever counts are told.
fn adds_up(counts: &Value) {
    let six = ["pending", "in_progress", "completed", "failed", "skipped", "canceled"];
    let sum: i64 = six.iter().map(|status| counts[status].as_i64().unwrap()).sum();
    assert_eq!(sum, counts["total"].as_i64().unwrap(), "{counts}");
}

#[tokio::test]
async fn a_draft_is_named_checked_and_deleted() {
    let app = App::new().await;
    let key = app.admin().await;
    let by = As::Key(&key);
    ready(&app).await;
    let empty = app.post("/campaigns", by, json!({ "name": " Empty " })).await.is(201).json();
    assert_eq!((empty["name"].as_str(), empty["blockers"][0]["code"].as_str()), (Some("Empty"), Some("no_contacts")));
    let path = format!("/campaigns/{}", empty["id"].as_str().unwrap());
    let refused = app.post(&format!("{path}/start"), by, json!({})).await.is(409);
    assert_eq!(refused.json()["current"]["state"]["status"], "draft");
    app.post("/campaigns", by, json!({ "name": "Empty" })).await.is(409);
    app.post("/campaigns", by, json!({ "name": "" })).await.is(422);
    app.call(Method::DELETE, &path, by, None).await.is(204);
    app.get(&path, by).await.is(404);
}

#[tokio::test]
async fn a_campaign_is_run_from_draft_to_end_with_every_control() {
    let app = App::new().await;
    let key = app.admin().await;
    let by = As::Key(&key);
    ready(&app).await;
    let (text, id) = campaign(&app, &key, "March", 6).await;
    let path = format!("/campaigns/{text}");
    let shown = app.get(&path, by).await.is(200);
    assert_eq!(shown.headers[header::ETAG], "\"1\"");
    adds_up(&shown.json()["counts"]);
    assert_eq!(shown.json()["employee"]["name"], "Ava");
    // Edited by who saw it; another who did not is told what stands.
    let edit = |version: &'static str, body: Value| {
        let mut request = app.request(Method::PATCH, &format!("/api/v1{path}"), by, Some(&body));
        request.headers_mut().insert(header::IF_MATCH, version.parse().unwrap());
        request
    };
    let edited = app.send(edit("\"1\"", json!({ "settings": { "lines": 3 } }))).await.is(200).json();
    assert_eq!((edited["settings"]["lines"].as_i64(), edited["control_version"].as_i64()), (Some(3), Some(2)));
    let late = app.send(edit("\"1\"", json!({ "name": "April" }))).await.is(412);
    assert_eq!(
        (late.code().as_str(), late.json()["current"]["settings"]["lines"].as_i64()),
        ("version_changed", Some(3))
    );
    app.send(edit("\"2\"", json!({ "settings": { "lines": 0 } }))).await.is(422);

    started_paused_and_resumed(&app, by, &path, id).await;
    failures_are_told_and_retried(&app, by, &path).await;
    stopped_for_good(&app, by, &path).await;
}

/// Starts, pauses and resumes it, with three calls ended and one in progress.
async fn started_paused_and_resumed(app: &App, by: As<'_>, path: &str, id: CampaignId) {
    let started = app.post(&format!("{path}/start"), by, json!({})).await.is(200).json();
    assert_eq!(
        (started["state"]["status"].as_str(), started["state"]["waiting_for"].as_str()),
        (Some("queued"), Some("dialer"))
    );
    app.store.campaign_set_waiting(WS, id, None, app.now()).await.unwrap();
    for outcome in [SUCCESS, FAULT, NOBODY] {
        call(app, id, Some(outcome)).await;
    }
    call(app, id, None).await;
    let paused = app.post(&format!("{path}/pause"), by, json!({ "why": "lunch" })).await.is(200).json();
    assert_eq!((paused["state"]["by"].as_str(), paused["state"]["why"].as_str()), (Some("key Admin"), Some("lunch")));
    let stats = app.get(&format!("{path}/stats"), by).await.is(200);
    let tag = stats.headers[header::ETAG].clone();
    let stats = stats.json();
    adds_up(&stats["counts"]);
    assert_eq!(
        (stats["finishing"].as_i64(), stats["answered"].as_i64(), stats["lines"].as_i64()),
        (Some(1), Some(1), Some(3))
    );
    let mut again = app.request(Method::GET, &format!("/api/v1{path}/stats"), by, None);
    again.headers_mut().insert(header::IF_NONE_MATCH, tag);
    assert_eq!(app.send(again).await.status, StatusCode::NOT_MODIFIED);
    app.post(&format!("{path}/resume"), by, json!({})).await.is(200);
}

async fn failures_are_told_and_retried(app: &App, by: As<'_>, path: &str) {
    let preview = app.get(&format!("{path}/retry"), by).await.is(200).json();
    assert_eq!(preview, json!({ "all": 2, "may_work": 1, "interrupted": 0, "number_wrong": 1, "needs_fix": 0 }));
    let failures = app.get(&format!("{path}/failures"), by).await.is(200).json();
    assert_eq!((failures["failed"].as_i64(), failures["causes"][0]["share"].as_f64()), (Some(2), Some(0.5)));
    assert_eq!(failures["causes"][1]["example"]["sip_status"], 503);
    let retried = app.post(&format!("{path}/retry"), by, json!({})).await.is(200).json();
    assert_eq!((retried["retried"].as_i64(), retried["campaign"]["counts"]["failed"].as_i64()), (Some(1), Some(1)));
    let summary = app.get(&format!("{path}/summary"), by).await.is(200).json();
    assert_eq!((summary["success_rate"].as_f64(), summary["called"].as_i64()), (Some(1.0), Some(2)));
    assert_eq!(
        summary["results"][0],
        json!({ "result": "success", "label": "Success", "answered_by_person": true, "count": 1, "share": 1.0 })
    );
}

async fn stopped_for_good(app: &App, by: As<'_>, path: &str) {
    let stopped = app.post(&format!("{path}/stop"), by, json!({})).await.is(200).json();
    assert_eq!(stopped["state"]["status"], "canceled");
    let refused = app.post(&format!("{path}/resume"), by, json!({})).await.is(409);
    assert_eq!(
        (refused.code().as_str(), refused.json()["current"]["state"]["status"].as_str()),
        ("wrong_state", Some("canceled"))
    );
    app.post(&format!("{path}/stop"), by, json!({})).await.is(200);
    let activity = app.get(&format!("{path}/activity?per_page=4"), by).await.is(200).json();
    assert_eq!(
        (activity["items"][0]["text"].as_str(), activity["items"].as_array().unwrap().len()),
        (Some("Stopped by key Admin"), 4)
    );
    let next = activity["next"].as_str().unwrap();
    let rest = app.get(&format!("{path}/activity?after={next}"), by).await.is(200).json();
    assert!(rest["items"].as_array().unwrap().iter().any(|row| row["text"] == "Started by key Admin"), "{rest}");
    let list = app.get("/campaigns?status=canceled&q=mar&sort=name", by).await.is(200).json();
    assert_eq!((list["total"]["count"].as_i64(), list["items"][0]["name"].as_str()), (Some(1), Some("March")));
    adds_up(&list["items"][0]["counts"]);
    app.get("/campaigns?sort=colour", by).await.is(400);
    app.get("/campaigns?status=broken", by).await.is(400);
}

#[tokio::test]
async fn contacts_are_listed_turned_and_acted_on() {
    let app = App::new().await;
    let key = app.admin().await;
    let by = As::Key(&key);
    let (text, id) = campaign(&app, &key, "March", 9).await;
    app.store.campaign_start(WS, id, None, app.now()).await.unwrap();
    for outcome in [SUCCESS, FAULT, NOBODY] {
        call(&app, id, Some(outcome)).await;
    }
    let contacts = format!("/campaigns/{text}/contacts");
    let rows =
        |page: &Value| page["items"].as_array().unwrap().iter().map(|c| c["row"].as_i64().unwrap()).collect::<Vec<_>>();
    let first = app.get(&format!("{contacts}?sort=-name&per_page=4"), by).await.is(200).json();
    assert_eq!((rows(&first), first["total"].clone()), (vec![9, 8, 7, 6], json!({ "count": 9, "exact": true })));
    assert!(first["previous"].is_null());
    let next = app
        .get(&format!("{contacts}?sort=-name&per_page=4&after={}", first["next"].as_str().unwrap()), by)
        .await
        .is(200)
        .json();
    assert_eq!(rows(&next), [5, 4, 3, 2]);
    let back = app
        .get(&format!("{contacts}?sort=-name&per_page=4&before={}", next["previous"].as_str().unwrap()), by)
        .await
        .is(200)
        .json();
    assert_eq!(rows(&back), [9, 8, 7, 6]);
    app.get(&format!("{contacts}?sort=name&after={}", first["next"].as_str().unwrap()), by).await.is(400);
    app.get(&format!("{contacts}?after=x"), by).await.is(400);
    app.get(&format!("{contacts}?page=1&after=x"), by).await.is(400);
    let failed = app.get(&format!("{contacts}?status=failed&sort=-processed"), by).await.is(200).json();
    assert_eq!((rows(&failed), failed["items"][0]["result_text"].as_str()), (vec![3, 2], Some("Number doesn't exist")));
    let skipped = app.get(&format!("{contacts}?reason=invalid_number"), by).await.is(200).json();
    assert_eq!(
        (rows(&skipped), skipped["items"][0]["result_text"].as_str()),
        (vec![9], Some("Not a valid phone number: 12"))
    );
    assert_eq!(
        rows(
            &app.get(&format!("{contacts}?q=%2B1415555&status=completed,failed&sort=-result"), by).await.is(200).json()
        ),
        [2, 3, 1]
    );
    app.get(&format!("{contacts}?reason=weather"), by).await.is(400);
    let all = app.get(&contacts, by).await.is(200).json();
    assert_eq!((rows(&all)[0], all["sort"].as_str()), (1, Some("row")));
    for (filter, sort, first) in [("status=pending", "processed", 4), ("status=completed,failed", "-processed", 3)] {
        let list = app.get(&format!("{contacts}?{filter}"), by).await.is(200).json();
        assert_eq!((rows(&list)[0], list["sort"].as_str()), (first, Some(sort)));
        app.get(&format!("{contacts}?{filter}&sort=row"), by).await.is(400);
    }

    one_is_excluded_restored_retried_and_handled(&app, by, &contacts).await;
    many_are_acted_on_at_once(&app, by, &text).await;
    let report = app.store.doctor(WS).await.unwrap();
    assert!(report.findings.is_empty(), "{:?}", report.findings);
}

async fn one_is_excluded_restored_retried_and_handled(app: &App, by: As<'_>, contacts: &str) {
    let one = app.get(&format!("{contacts}/3"), by).await.is(200).json();
    assert_eq!((one["explanation"]["may_work"].as_bool(), one["calls"][0]["attempt"].as_i64()), (Some(false), Some(1)));
    assert_eq!(
        (one["actions"].clone(), one["properties"]["city"].as_str()),
        (json!(["retry", "exclude", "handled", "do_not_call"]), Some("Bonn"))
    );
    let excluded = app.post(&format!("{contacts}/3/exclude"), by, json!({})).await.is(200).json();
    assert_eq!(
        (excluded["skip_reason"].as_str(), excluded["result_text"].as_str()),
        (Some("excluded"), Some("Excluded by key Admin"))
    );
    app.post(&format!("{contacts}/3/exclude"), by, json!({})).await.is(200);
    let restored = app.post(&format!("{contacts}/3/restore"), by, json!({})).await.is(200).json();
    assert_eq!(restored["failure"], "number_not_found");
    let refused = app.post(&format!("{contacts}/1/exclude"), by, json!({})).await.is(409);
    assert_eq!(refused.json()["detail"], "The contact is Completed; that does not allow this.");
    let retried = app.post(&format!("{contacts}/2/retry"), by, json!({})).await.is(200).json();
    assert_eq!(retried["status"], "pending");
    let handled = app
        .post(&format!("{contacts}/1/handled"), by, json!({ "handled": true, "note": "wrote" }))
        .await
        .is(200)
        .json();
    assert_eq!(handled["handled"]["note"], "wrote");
    let marked = app.get(&format!("{contacts}?handled=true"), by).await.is(200).json();
    assert_eq!((marked["items"][0]["row"].as_i64(), marked["total"]["count"].as_i64()), (Some(1), Some(1)));
    app.get(&format!("{contacts}/99"), by).await.is(404);
}

async fn many_are_acted_on_at_once(app: &App, by: As<'_>, text: &str) {
    let contacts = format!("/campaigns/{text}/contacts");
    let actions = format!("/campaigns/{text}/contacts/actions");
    let bulk = |body: Value| app.post(&actions, by, body);
    let done =
        bulk(json!({ "action": "exclude", "filter": { "status": ["pending"], "q": "Ann" } })).await.is(200).json();
    assert_eq!(done, json!({ "changed": 6, "unchanged": 0, "remaining": 0 }));
    let done = bulk(json!({ "action": "retry", "rows": [1, 3] })).await.is(200).json();
    assert_eq!(done, json!({ "changed": 1, "unchanged": 1, "remaining": 0 }));
    let done = bulk(json!({ "action": "do_not_call", "rows": [3, 9], "note": "asked" })).await.is(200).json();
    assert_eq!(done["changed"], 2);
    assert_eq!(app.get(&format!("{contacts}/3"), by).await.is(200).json()["do_not_call"], true);
    bulk(json!({ "action": "retry" })).await.is(422);
    adds_up(&app.get(&format!("/campaigns/{text}"), by).await.is(200).json()["counts"]);
}

#[tokio::test]
async fn calls_are_found_heard_and_drawn() {
    let app = App::new().await;
    let key = app.admin().await;
    let by = As::Key(&key);
    let (text, id) = campaign(&app, &key, "March", 9).await;
    app.store.campaign_start(WS, id, None, app.now()).await.unwrap();
    let heard = call(&app, id, Some(SUCCESS)).await;
    let failed = call(&app, id, Some(FAULT)).await;
    let live = call(&app, id, None).await;
    let list = app.get(&format!("/calls?campaign={text}&per_page=2"), by).await.is(200).json();
    assert_eq!(
        (list["items"][0]["id"].as_str(), list["items"][1]["failure"].as_str()),
        (Some(live.to_string().as_str()), Some("carrier_fault"))
    );
    let rest =
        app.get(&format!("/calls?campaign={text}&after={}", list["next"].as_str().unwrap()), by).await.is(200).json();
    assert_eq!(
        (rest["items"][0]["id"].as_str(), rest["items"][0]["talk_s"].as_f64().map(f64::round)),
        (Some(heard.to_string().as_str()), Some(43.0))
    );
    app.get("/calls?row=1", by).await.is(400);
    let shown = app.get(&format!("/calls/{heard}"), by).await.is(200).json();
    assert_eq!((shown["turns"][0]["ends_s"].as_f64(), shown["ladder"][0]["sent"].as_bool()), (Some(0.9), Some(true)));
    assert_eq!(
        (shown["recording"]["available"].as_bool(), shown["employee"]["name"].as_str()),
        (Some(true), Some("Ava"))
    );
    let going = app.get(&format!("/calls/{live}"), by).await.is(200).json();
    assert_eq!(going["recording"]["missing_text"], "The call is in progress.");
    assert_eq!(app.get(&format!("/calls/{failed}"), by).await.is(200).json()["explanation"]["code"], "carrier_fault");
    let mut part = app.request(Method::GET, &format!("/api/v1/calls/{heard}/recording"), by, None);
    part.headers_mut().insert(header::RANGE, "bytes=90-".parse().unwrap());
    let part = app.send(part).await.is(206);
    assert_eq!((part.text.len(), part.headers[header::CONTENT_RANGE].to_str().unwrap()), (10, "bytes 90-99/100"));
    assert_eq!(app.get(&format!("/calls/{heard}/recording"), by).await.is(200).text.len(), 100);
    app.get(&format!("/calls/{live}/recording"), by).await.is(404);
    let drawn = app.get(&format!("/calls/random?campaign={text}&n=5"), by).await.is(200).json();
    assert_eq!(
        (drawn["items"].as_array().unwrap().len(), drawn["items"][0]["id"].as_str()),
        (1, Some(heard.to_string().as_str()))
    );
    app.post(&format!("/calls/{live}/hang-up"), by, json!({})).await.is(503);
    let minutes = app.get(&format!("/campaigns/{text}/minutes"), by).await.is(200).json();
    assert_eq!(minutes["items"][0]["ended"], 2);
    let employees = app.get("/employees", by).await.is(200).json();
    let employee =
        app.get(&format!("/employees/{}", employees["items"][0]["id"].as_str().unwrap()), by).await.is(200).json();
    assert_eq!(
        (employee["used_by"][0]["name"].as_str(), employee["variables"][0].clone()),
        (Some("March"), json!({ "name": "first_name", "default": "there" }))
    );
}

#[tokio::test]
async fn calls_of_another_workspace_are_not_seen_heard_or_hung_up() {
    let app = App::new().await;
    let key = app.admin().await;
    let (text, id) = campaign(&app, &key, "March", 9).await;
    app.store.campaign_start(WS, id, None, app.now()).await.unwrap();
    let heard = call(&app, id, Some(SUCCESS)).await;
    let live = call(&app, id, None).await;
    let there = app.user(OTHER, "eve", Role::Admin).await;
    let eve = app.key(OTHER, there, Role::Admin).await;
    let eve = As::Key(&eve);
    for path in
        [format!("/calls/{heard}"), format!("/calls/{heard}/recording"), format!("/calls/random?campaign={text}")]
    {
        let answer = app.get(&path, eve).await;
        assert_eq!(answer.status, 404, "{path}: {}", answer.text);
    }
    let list = app.get(&format!("/calls?campaign={text}"), eve).await;
    assert!(!list.text.contains(&heard.to_string()), "{}", list.text);
    app.post(&format!("/calls/{live}/hang-up"), eve, json!({})).await.is(404);
    app.post(&format!("/campaigns/{text}/from-filter"), eve, json!({ "filter": {} })).await.is(404);
    app.post(&format!("/campaigns/{text}/imports"), eve, json!({ "upload": "upload_0d3f5n8q00000" })).await.is(404);
}

#[tokio::test]
async fn nobody_is_called_by_a_trunk_that_was_deleted() {
    let app = App::new().await;
    let key = app.admin().await;
    let by = As::Key(&key);
    let (text, id) = campaign(&app, &key, "March", 2).await;
    app.store.campaign_start(WS, id, None, app.now()).await.unwrap();
    for outcome in [SUCCESS, FAULT] {
        call(&app, id, Some(outcome)).await;
    }
    let path = format!("/campaigns/{text}");
    let trunk = app.get(&path, by).await.is(200).json()["trunk"]["id"].as_str().unwrap().to_owned();
    app.call(Method::DELETE, &format!("/trunks/{trunk}"), by, None).await.is(204);
    let refused = app.post(&format!("{path}/retry"), by, json!({})).await.is(409);
    assert!(refused.json()["detail"].as_str().unwrap().contains("trunk was deleted"), "{}", refused.text);
    let copy = app.post(&format!("{path}/from-filter"), by, json!({ "filter": {} })).await.is(201).json();
    assert_eq!(copy["blockers"][0]["code"], "no_trunk", "{copy}");
    let copy = format!("/campaigns/{}", copy["id"].as_str().unwrap());
    app.post(&format!("{copy}/start"), by, json!({})).await.is(409);
    app.call(Method::PATCH, &copy, by, Some(json!({ "trunk": trunk }))).await.is(422);
    app.post("/campaigns", by, json!({ "name": "Other", "trunk": trunk })).await.is(422);
}

#[tokio::test]
async fn campaigns_come_from_campaigns_and_another_workspace_sees_none() {
    let app = App::new().await;
    let key = app.admin().await;
    let by = As::Key(&key);
    let (text, id) = campaign(&app, &key, "March", 9).await;
    let path = format!("/campaigns/{text}");
    let sample = app.post(&format!("{path}/sample"), by, json!({ "rows": 3 })).await.is(201).json();
    assert_eq!((sample["name"].as_str(), sample["counts"]["pending"].as_i64()), (Some("March (sample)"), Some(3)));
    assert_eq!(sample["parent"], json!({ "id": text, "name": "March", "kind": "sample" }));
    let parent = app.get(&path, by).await.is(200).json();
    assert_eq!(
        (parent["counts"]["skipped"].as_i64(), parent["children"][0]["kind"].as_str()),
        (Some(4), Some("sample"))
    );
    let copy = app
        .post(&format!("{path}/from-filter"), by, json!({ "filter": { "status": ["pending"] } }))
        .await
        .is(201)
        .json();
    assert_eq!((copy["name"].as_str(), copy["counts"]["pending"].as_i64()), (Some("March (2)"), Some(5)));
    let twin = app.post(&format!("{path}/duplicate"), by, json!({ "name": "Twin" })).await.is(201).json();
    assert_eq!(twin["counts"]["total"], 0);
    app.post(&format!("{path}/sample"), by, json!({ "rows": 0 })).await.is(422);
    let notes = app.get(&format!("{path}/notes"), by).await.is(200);
    assert_eq!((notes.json()["version"].as_i64(), notes.headers[header::ETAG].to_str().unwrap()), (Some(0), "\"0\""));
    let mut write = app.request(Method::PUT, &format!("/api/v1{path}/notes"), by, Some(&json!({ "text": "evenings" })));
    write.headers_mut().insert(header::IF_MATCH, "\"0\"".parse().unwrap());
    assert_eq!(app.send(write).await.is(200).json()["version"], 1);
    let mut late = app.request(Method::PUT, &format!("/api/v1{path}/notes"), by, Some(&json!({ "text": "x" })));
    late.headers_mut().insert(header::IF_MATCH, "\"0\"".parse().unwrap());
    assert_eq!(app.send(late).await.is(412).json()["current"]["text"], "evenings");

    let other = app.user(OTHER, "eve", Role::Admin).await;
    let eve = app.key(OTHER, other, Role::Admin).await;
    let eve = As::Key(&eve);
    for path in
        ["", "/stats", "/summary", "/failures", "/activity", "/notes", "/contacts", "/contacts/1", "/minutes", "/retry"]
    {
        app.get(&format!("/campaigns/{text}{path}"), eve).await.is(404);
    }
    for path in ["start", "pause", "stop", "resume", "retry", "sample", "duplicate", "contacts/1/exclude"] {
        app.post(&format!("/campaigns/{text}/{path}"), eve, json!({})).await.is(404);
    }
    let bulk = json!({ "action": "exclude", "rows": [1] });
    app.post(&format!("/campaigns/{text}/contacts/actions"), eve, bulk).await.is(404);
    app.call(Method::DELETE, &format!("/campaigns/{text}"), eve, None).await.is(404);
    assert_eq!(app.get("/campaigns", eve).await.is(200).json()["total"]["count"], 0);
    assert_eq!(app.store.counts(WS, id).await.unwrap().pending, 5);
}
