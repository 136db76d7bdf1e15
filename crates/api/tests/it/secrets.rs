use std::io::Write;
use std::sync::{Arc, Mutex};

use axum::http::Method;
use serde_json::json;
use tracing_subscriber::fmt::MakeWriter;

use crate::app::{App, As, PASSWORD};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Log;

    fn make_writer(&'a self) -> Log {
        self.clone()
    }
}

#[tokio::test]
async fn no_answer_and_no_log_holds_a_secret_after_it_was_shown() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(log.clone()).finish();
    // For the whole process: what this test's requests do on other threads is logged too.
    tracing::subscriber::set_global_default(subscriber).unwrap();
    let app = App::new().await;
    let admin = app.admin().await;
    let by = As::Key(&admin);
    let trunk = json!({ "name": "t", "host": "sip.example.net", "user": "u", "password": "hunter2-trunk" });
    let trunk = app.post("/trunks", by, trunk).await.is(201);
    let key = app.post("/api-keys", by, json!({ "name": "k", "scope": "admin" })).await.is(201).json();
    let invited =
        app.post("/users", by, json!({ "login": "ben", "name": "Ben", "role": "viewer" })).await.is(201).json();
    let token = invited["link"]["url"].as_str().unwrap().rsplit('#').next().unwrap().to_owned();
    app.post("/session/link/info", As::Nobody, json!({ "token": token })).await.is(200);
    let wrong = json!({ "login": "root", "password": "hunter2-guess" });
    app.post("/session", As::Nobody, wrong).await.is(401);
    let cookie = app.sign_in("root").await;
    app.post("/do-not-call", by, json!({ "phone": "+14155550123" })).await.is(200);

    let session = cookie.split('=').nth(1).unwrap().to_owned();
    let secrets = [
        "hunter2-trunk".to_owned(),
        "hunter2-guess".to_owned(),
        PASSWORD.to_owned(),
        "$argon2".to_owned(),
        admin.clone(),
        key["secret"].as_str().unwrap().to_owned(),
        token,
        session,
    ];
    let stored = app.store.trunk_list(crate::app::WS).await.unwrap();
    let sealed = stored[0].password.clone().unwrap();
    assert!(!sealed.contains("hunter2"), "encrypted at rest");
    let id = trunk.json()["id"].as_str().unwrap().to_owned();
    let user = invited["user"]["id"].as_str().unwrap().to_owned();
    let mut answers = vec![trunk.text];
    for path in [
        "/trunks".to_owned(),
        format!("/trunks/{id}"),
        "/users".to_owned(),
        format!("/users/{user}"),
        "/api-keys".to_owned(),
        "/audit".to_owned(),
        "/settings".to_owned(),
        "/session".to_owned(),
        format!("/users/{user}/sessions"),
    ] {
        answers.push(app.get(&path, As::Session(&cookie)).await.is(200).text);
    }
    answers.push(app.send(app.request(Method::GET, "/metrics", As::Nobody, None)).await.text);
    let logged = String::from_utf8_lossy(&log.0.lock().unwrap()).into_owned();
    assert!(logged.contains("answered"), "the log was read");
    assert!(!logged.contains("4155550123"), "no whole phone number in the log");
    for secret in &secrets {
        assert!(!logged.contains(secret.as_str()), "{secret} is in the log");
        for answer in &answers {
            assert!(!answer.contains(secret.as_str()) && !answer.contains(&sealed), "{secret} in {answer}");
        }
    }
    let audit = &answers[6];
    assert!(!audit.contains("4155550123"), "the audit log holds no whole number");
}
