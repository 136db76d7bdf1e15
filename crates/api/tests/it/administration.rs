use axum::http::{Method, header};
use carillon_api::auth::Role;
use serde_json::json;

use crate::app::{App, As, WS};

#[tokio::test]
async fn every_answer_has_its_headers_and_problems_have_their_form() {
    let app = App::new().await;
    let admin = app.admin().await;
    for (path, status, code) in [
        ("/api/v1/nowhere", 404, "no_route"),
        ("/api/v1/trunks/trunk_0000000000001", 404, "not_found"),
        ("/api/v1/trunks/nonsense", 404, "not_found"),
        ("/api/v1/audit?page=1", 400, "bad_query"),
        ("/api/v1/audit?per_page=251", 400, "bad_query"),
        ("/api/v1/audit?after=x", 400, "bad_query"),
    ] {
        let answer = app.send(app.request(Method::GET, path, As::Key(&admin), None)).await.is(status);
        assert_eq!(answer.headers[header::CONTENT_TYPE], "application/problem+json", "{path}");
        let problem = answer.json();
        assert_eq!(problem["code"], code, "{path}");
        assert_eq!(problem["status"], status);
        assert_eq!(problem["request_id"].as_str(), answer.headers["x-request-id"].to_str().ok(), "{path}");
        assert!(problem["detail"].as_str().unwrap().len() > 10);
        assert_eq!(answer.headers["x-content-type-options"], "nosniff");
        assert!(answer.headers["content-security-policy"].to_str().unwrap().contains("frame-ancestors 'none'"));
    }
    let wrong = app.call(Method::PUT, "/trunks", As::Key(&admin), Some(json!({}))).await;
    assert_eq!(wrong.is(405).code(), "method_not_allowed");
    let broken = app.post("/trunks", As::Key(&admin), json!({ "name": 7 })).await;
    assert_eq!(broken.is(400).code(), "bad_body");
    let big = json!({ "name": "x".repeat(2 * 1024 * 1024), "host": "h" });
    assert_eq!(app.post("/trunks", As::Key(&admin), big).await.is(413).code(), "too_large");
    let mut plain = app.request(Method::POST, "/api/v1/trunks", As::Key(&admin), Some(&json!({})));
    plain.headers_mut().insert(header::CONTENT_TYPE, "text/plain".parse().unwrap());
    assert_eq!(app.send(plain).await.is(415).code(), "wrong_media_type");
}

#[tokio::test]
async fn trunks_are_made_changed_and_deleted_with_versions() {
    let app = App::new().await;
    let admin = app.admin().await;
    let by = As::Key(&admin);
    let bad = json!({ "name": "x", "host": "no host", "lines": 0, "public_address": "?", "user": "a\r\nb" });
    let errors = app.post("/trunks", by, bad).await.is(422).json();
    let fields: Vec<&str> = errors["errors"].as_array().unwrap().iter().map(|e| e["field"].as_str().unwrap()).collect();
    assert_eq!(fields, ["public_address", "host", "user", "lines"]);
    let body = json!({ "name": "Berlin-1", "host": "sip.example.net", "user": "u", "password": "hunter2", "lines": 5 });
    let made = app.post("/trunks", by, body.clone()).await.is(201);
    assert_eq!(made.headers[header::ETAG], "\"1\"");
    let trunk = made.json();
    assert_eq!((trunk["has_password"].as_bool(), trunk["port"].as_u64()), (Some(true), Some(5060)));
    assert_eq!(app.post("/trunks", by, body).await.is(409).code(), "name_taken");
    let path = format!("/api/v1/trunks/{}", trunk["id"].as_str().unwrap());
    let patch = async |version: &str, body| {
        let mut request = app.request(Method::PATCH, &path, by, Some(&body));
        request.headers_mut().insert(header::IF_MATCH, version.parse().unwrap());
        app.send(request).await
    };
    let renamed = patch("\"1\"", json!({ "name": "Berlin-2" })).await.is(200).json();
    assert_eq!((renamed["has_password"].as_bool(), renamed["version"].as_i64()), (Some(true), Some(2)));
    let late = patch("\"1\"", json!({ "name": "Berlin-3" })).await.is(412).json();
    assert_eq!((late["code"].as_str(), late["current"]["name"].as_str()), (Some("version_changed"), Some("Berlin-2")));
    let without = patch("*", json!({ "password": null })).await.is(200).json();
    assert_eq!(without["has_password"], false);
    let test = app.send(app.request(Method::POST, &format!("{path}/test"), by, None)).await;
    assert_eq!(test.is(503).code(), "not_dialing");
    app.send(app.request(Method::DELETE, &path, by, None)).await.is(204);
    app.send(app.request(Method::GET, &path, by, None)).await.is(404);
}

#[tokio::test]
async fn the_do_not_call_list_is_filled_searched_checked_and_emptied() {
    let app = App::new().await;
    let admin = app.admin().await;
    let by = As::Key(&admin);
    let national = app.post("/do-not-call", by, json!({ "phone": "(415) 555-0123" })).await.is(422).json();
    assert!(national["detail"].as_str().unwrap().contains("country"), "{national}");
    let settings = json!({ "default_country": "us", "time_zone": "America/New_York" });
    app.call(Method::PATCH, "/settings", by, Some(settings)).await.is(200);
    let body = json!({ "phone": "(415) 555-0123", "reason": "asked by letter" });
    let added = app.post("/do-not-call", by, body.clone()).await.is(200).json();
    assert_eq!((added["entry"]["phone"].as_str(), added["added"].as_bool()), (Some("+14155550123"), Some(true)));
    assert_eq!(
        (added["entry"]["source"].as_str(), added["entry"]["added_by"].as_str()),
        (Some("api"), Some("key Admin"))
    );
    assert_eq!(app.post("/do-not-call", by, body).await.is(200).json()["added"], false);
    let text = "number\n+1 415 555 0124\n4155550125\n4155550125\nhello 12\n";
    let pasted = app.post("/do-not-call/import", by, json!({ "text": text })).await.is(200).json();
    assert_eq!(
        (pasted["added"].as_i64(), pasted["existing"].as_i64(), pasted["rejected"].as_i64()),
        (Some(2), Some(1), Some(1))
    );
    assert_eq!(pasted["rejected_lines"][0]["line"], 5);
    let big = "4155550126\n".repeat(300_000);
    app.post("/do-not-call/import", by, json!({ "text": big })).await.is(200);
    let page = app.get("/do-not-call?per_page=3", by).await.is(200).json();
    let next = page["next"].as_str().unwrap();
    let rest = app.get(&format!("/do-not-call?per_page=3&after={next}"), by).await.is(200).json();
    assert_eq!((page["items"].as_array().unwrap().len(), rest["items"].as_array().unwrap().len()), (3, 1));
    assert!(rest["next"].is_null());
    let found = app.get("/do-not-call?q=0125", by).await.is(200).json();
    assert_eq!(found["items"][0]["phone"], "+14155550125");
    let csv = app.get("/do-not-call/export", by).await.is(200);
    assert_eq!(csv.text.lines().count(), 5, "{}", csv.text);
    let check = app.get("/do-not-call/check?phone=415-555-0123", by).await.is(200).json();
    assert_eq!(check["blocked"], true);
    app.call(Method::DELETE, "/do-not-call/+14155550123", by, None).await.is(400);
    app.call(Method::DELETE, "/do-not-call/+14155550123?reason=asked%20again", by, None).await.is(204);
    app.call(Method::DELETE, "/do-not-call/+14155550123?reason=again", by, None).await.is(404);
    assert_eq!(app.get("/do-not-call/check?phone=415-555-0123", by).await.json()["blocked"], false);
}

#[tokio::test]
async fn every_write_is_in_the_audit_log_and_settings_are_checked() {
    let app = App::new().await;
    let admin = app.admin().await;
    let operator = app.user(WS, "ops", Role::Operator).await;
    let ops = app.key(WS, operator, Role::Operator).await;
    app.post("/trunks", As::Key(&ops), json!({ "name": "x", "host": "h" })).await.is(403);
    for (body, field) in [
        (json!({ "time_zone": "Mars/Olympus" }), "time_zone"),
        (json!({ "default_country": "XX" }), "default_country"),
        (json!({ "public_url": "javascript:alert(1)" }), "public_url"),
    ] {
        let refused = app.call(Method::PATCH, "/settings", As::Key(&admin), Some(body)).await.is(422).json();
        assert_eq!(refused["errors"][0]["field"], field);
    }
    let body = json!({ "name": "Acme", "public_url": "https://calls.example.com/" });
    let settings = app.call(Method::PATCH, "/settings", As::Key(&admin), Some(body)).await.is(200).json();
    assert_eq!(settings["public_url"], "https://calls.example.com");
    let log = app.get("/audit", As::Key(&admin)).await.is(200).json();
    let rows: Vec<(&str, &str, u64)> = log["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (row["action"].as_str().unwrap(), row["who"].as_str().unwrap(), row["status"].as_u64().unwrap()))
        .collect();
    assert_eq!(rows[0], ("settings_edit", "key Admin", 200));
    assert_eq!(rows.last(), Some(&("trunk_create", "key Operator", 403)), "refused attempts, too: {rows:?}");
    assert_eq!(rows.len(), 5);
}

#[tokio::test]
async fn health_metrics_and_the_reference_are_served() {
    let app = App::new().await;
    let admin = app.admin().await;
    app.get("/trunks", As::Key(&admin)).await.is(200);
    let get = async |path| app.send(app.request(Method::GET, path, As::Nobody, None)).await;
    assert_eq!(get("/healthz").await.is(200).text, "ok\n");
    get("/readyz").await.is(200);
    let metrics = get("/metrics").await.is(200).text;
    assert!(metrics.contains("carillon_http_requests_total{operation=\"trunk_list\",status=\"200\"} 1"), "{metrics}");
    let page = get("/api/docs").await.is(200);
    assert!(page.text.contains("campaign_start") && !page.text.contains("<script"), "a page without scripts");
    assert!(page.headers["content-security-policy"].to_str().unwrap().starts_with("default-src 'none'"));
    get("/api/docs/style.css").await.is(200);
    assert_eq!(get("/api/v1/openapi.json").await.is(200).json()["openapi"], "3.1.0");
    app.state.shutdown.cancel();
    get("/readyz").await.is(503);
    get("/healthz").await.is(200);
}
