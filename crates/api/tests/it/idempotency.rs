use axum::http::Method;
use serde_json::{Value, json};
use std::time::Duration;

use crate::app::{Answer, App, As};

async fn post(app: &App, key: &str, path: &str, idempotency: &str, body: &Value) -> Answer {
    let mut request = app.request(Method::POST, &format!("/api/v1{path}"), As::Key(key), Some(body));
    request.headers_mut().insert("idempotency-key", idempotency.parse().unwrap());
    app.send(request).await
}

#[tokio::test]
async fn the_same_request_is_done_once_and_answered_alike() {
    let app = App::new().await;
    let admin = app.admin().await;
    let body = json!({ "name": "t", "host": "127.0.0.1" });
    let first = post(&app, &admin, "/trunks", "a", &body).await.is(201);
    let again = post(&app, &admin, "/trunks", "a", &body).await.is(201);
    assert_eq!(first.text, again.text);
    assert_eq!(again.headers["idempotency-replayed"], "true");
    assert_eq!(again.headers["content-type"], "application/json");
    let trunks = app.get("/trunks", As::Key(&admin)).await.json();
    assert_eq!(trunks["items"].as_array().unwrap().len(), 1);
    let other = json!({ "name": "u", "host": "127.0.0.1" });
    assert_eq!(post(&app, &admin, "/trunks", "a", &other).await.is(422).code(), "key_reused");
    // What was refused did nothing, and may be tried again under the same key.
    assert_eq!(post(&app, &admin, "/trunks", "b", &body).await.is(409).code(), "name_taken");
    assert_eq!(post(&app, &admin, "/trunks", "b", &other).await.is(201).json()["name"], "u");
    assert_eq!(post(&app, &admin, "/trunks", &"x".repeat(200), &body).await.is(400).code(), "bad_request");
}

#[tokio::test]
async fn a_secret_is_never_answered_twice() {
    let app = App::new().await;
    let admin = app.admin().await;
    let body = json!({ "name": "CRM", "scope": "read" });
    let secret = post(&app, &admin, "/api-keys", "a", &body).await.is(201).json()["secret"].clone();
    let again = post(&app, &admin, "/api-keys", "a", &body).await.is(409);
    assert_eq!(again.code(), "shown_once");
    assert!(!again.text.contains(secret.as_str().unwrap()));
}

#[tokio::test]
async fn after_an_answer_that_leaves_open_whether_it_was_done_the_key_does_nothing_again() {
    let app = App::new().await;
    let admin = app.admin().await;
    let trunk = post(&app, &admin, "/trunks", "a", &json!({ "name": "t", "host": "127.0.0.1" })).await.is(201).json();
    let test = format!("/trunks/{}/test", trunk["id"].as_str().unwrap());
    // Nothing was done here, and that is certain.
    for _ in 0..2 {
        assert_eq!(post(&app, &admin, &test, "b", &json!({})).await.is(503).code(), "not_dialing");
    }
    // One that died in the middle, as the database remembers it.
    let keys = app.get("/api-keys", As::Key(&admin)).await.json();
    let actor: carillon_domain::ApiKeyId = keys["items"][0]["id"].as_str().unwrap().parse().unwrap();
    let body = json!({ "name": "t", "host": "127.0.0.1" });
    let end = carillon_store::IdempotencyEnd::Unknown;
    app.store.idempotency_finish(crate::app::WS, actor.raw(), "a", end).await.unwrap();
    for _ in 0..2 {
        assert_eq!(post(&app, &admin, "/trunks", "a", &body).await.is(409).code(), "outcome_unknown");
        app.wait(Duration::from_secs(3_600));
    }
    app.wait(Duration::from_secs(24 * 3_600));
    assert_eq!(post(&app, &admin, "/trunks", "a", &body).await.is(409).code(), "name_taken", "the key is forgotten");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_key_sent_many_times_at_once_is_done_once() {
    let app = App::new().await;
    let admin = app.admin().await;
    let body = json!({ "name": "t", "host": "127.0.0.1" });
    let answers = futures_util::future::join_all((0..20).map(|_| post(&app, &admin, "/trunks", "a", &body))).await;
    let mut made = std::collections::BTreeSet::new();
    for answer in answers {
        match answer.status.as_u16() {
            201 => drop(made.insert(answer.json()["id"].to_string())),
            // The first one had not been answered yet.
            409 => assert_eq!(answer.code(), "still_working"),
            other => panic!("{other}: {}", answer.text),
        }
    }
    assert_eq!(made.len(), 1);
    let trunks = app.get("/trunks", As::Key(&admin)).await.json();
    assert_eq!(trunks["items"].as_array().unwrap().len(), 1);
}
