use axum::http::{Method, header};
use carillon_api::ROLE_EXTENSION;
use carillon_api::auth::Role;
use serde_json::{Value, json};
use std::time::Duration;

use crate::app::{App, As, HOST, OTHER, PASSWORD, WS};

/// Every operation of the specification with an address that could be: ids of the right kind that name nothing.
fn operations() -> Vec<(Method, String, Value)> {
    let spec = serde_json::to_value(carillon_api::openapi()).unwrap();
    let mut found = Vec::new();
    for (path, item) in spec["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let mut address = path.clone();
            for p in operation["parameters"].as_array().into_iter().flatten().filter(|p| p["in"] == "path") {
                let kind = p["schema"]["$ref"].as_str().and_then(|text| text.rsplit('/').next()).unwrap_or("");
                let value = match spec["components"]["schemas"][kind]["examples"][0].as_str() {
                    Some(example) => example.to_owned(),
                    None if p["name"] == "phone" => "14155550123".to_owned(),
                    None => "1".to_owned(),
                };
                address = address.replace(&format!("{{{}}}", p["name"].as_str().unwrap()), &value);
            }
            if path.ends_with("/events") {
                address.push_str("?topics=campaigns");
            }
            found.push((method.to_uppercase().parse().unwrap(), address, operation.clone()));
        }
    }
    assert!(found.len() > 80, "the walk found the operations");
    found
}

#[tokio::test]
async fn each_operation_is_open_to_its_role_and_those_above_only() {
    let app = App::new().await;
    let user = app.user(WS, "ana", Role::Admin).await;
    let mut keys = Vec::new();
    for &role in Role::ALL {
        keys.push((role, app.key(WS, user, role).await));
    }
    for (method, address, operation) in operations() {
        let needed = operation[ROLE_EXTENSION].as_str().expect("every operation names its role");
        let needed = Role::from_code(needed);
        // One's own sessions are everybody's to see; those of others are an administrator's.
        let address = match operation["operationId"].as_str() {
            Some("user_sessions" | "user_sign_out") => address.replace("user_0d3f5n8q00000", &user.to_string()),
            _ => address,
        };
        let body = (method != Method::GET && method != Method::DELETE).then(|| json!({}));
        let ask = async |by| {
            let request = app.request(method.clone(), &address, by, body.as_ref());
            // Only the head: an event stream has no end.
            use tower::ServiceExt;
            app.router.clone().oneshot(request).await.unwrap().status().as_u16()
        };
        let nobody = ask(As::Nobody).await;
        assert_eq!(nobody == 401, needed.is_some(), "{method} {address} by nobody: {nobody}");
        for (role, key) in &keys {
            let status = ask(As::Key(key)).await;
            let refused = needed.is_some_and(|needed| *role < needed);
            assert_eq!(status == 403, refused, "{method} {address} by {role}: {status}");
            assert_ne!(status, 401, "{method} {address} by {role}");
            assert!(status < 500 || status == 501 || status == 503, "{method} {address} by {role}: {status}");
        }
    }
}

#[tokio::test]
async fn no_address_reaches_into_another_workspace() {
    let app = App::new().await;
    let admin = app.admin().await;
    let there = app.user(OTHER, "mallory", Role::Admin).await;
    let mallory = app.key(OTHER, there, Role::Admin).await;
    let trunk = app.post("/trunks", As::Key(&admin), json!({ "name": "t", "host": "127.0.0.1" })).await.is(201).json();
    let users = app.get("/users", As::Key(&admin)).await.is(200).json();
    let keys = app.get("/api-keys", As::Key(&admin)).await.is(200).json();
    let (trunk, user) = (trunk["id"].as_str().unwrap(), users["items"][0]["id"].as_str().unwrap());
    let key = keys["items"][0]["id"].as_str().unwrap();
    app.post("/do-not-call", As::Key(&admin), json!({ "phone": "+14155550123" })).await.is(200);
    for (method, path) in [
        (Method::GET, format!("/trunks/{trunk}")),
        (Method::PATCH, format!("/trunks/{trunk}")),
        (Method::POST, format!("/trunks/{trunk}/test")),
        (Method::DELETE, format!("/trunks/{trunk}")),
        (Method::GET, format!("/users/{user}")),
        (Method::PATCH, format!("/users/{user}")),
        (Method::POST, format!("/users/{user}/link")),
        (Method::GET, format!("/users/{user}/sessions")),
        (Method::DELETE, format!("/users/{user}")),
        (Method::DELETE, format!("/api-keys/{key}")),
        (Method::DELETE, "/do-not-call/14155550123?reason=x".to_owned()),
    ] {
        let body = (method == Method::PATCH).then(|| json!({ "name": "mine" }));
        let answer = app.call(method.clone(), &path, As::Key(&mallory), body).await;
        assert_eq!((answer.status.as_u16(), answer.code().as_str()), (404, "not_found"), "{method} {path}");
    }
    for list in ["/trunks", "/users", "/api-keys", "/do-not-call"] {
        let answer = app.get(list, As::Key(&mallory)).await.is(200);
        assert!(!answer.text.contains(user) && !answer.text.contains(trunk), "{list}: {}", answer.text);
    }
    let log = app.get("/audit", As::Key(&mallory)).await.is(200);
    let own = there.to_string();
    assert!(log.json()["items"].as_array().unwrap().iter().all(|row| row["user"] == own.as_str()));
    assert!(!log.text.contains("4155550123"), "no whole number in the log of who did what");
    let check = app.get("/do-not-call/check?phone=%2B14155550123", As::Key(&mallory)).await.is(200).json();
    assert_eq!(check["blocked"], false);
    app.get(&format!("/trunks/{trunk}"), As::Key(&admin)).await.is(200);
}

#[tokio::test]
async fn the_first_administrator_comes_by_a_link_that_works_once() {
    let app = App::new().await;
    assert_eq!(app.get("/instance", As::Nobody).await.is(200).json()["first_start"], true);
    let token = app.first_link().await;
    let info = app.post("/session/link/info", As::Nobody, json!({ "token": token })).await.is(200).json();
    assert_eq!((info["purpose"].as_str(), info["needs_password"].as_bool()), (Some("first_start"), Some(true)));
    let weak = json!({ "token": token, "login": "ana@example.com", "name": "Ana", "password": "short" });
    assert_eq!(app.post("/session/link", As::Nobody, weak).await.is(422).json()["errors"][0]["field"], "password");
    let good = json!({ "token": token, "login": " Ana@Example.com ", "name": "Ana", "password": PASSWORD });
    let cookie = app.post("/session/link", As::Nobody, good.clone()).await.is(200).cookie();
    let session = app.get("/session", As::Session(&cookie)).await.is(200).json();
    assert_eq!(
        (session["user"]["login"].as_str(), session["user"]["role"].as_str()),
        (Some("ana@example.com"), Some("admin"))
    );
    assert_eq!(app.post("/session/link", As::Nobody, good).await.is(410).code(), "link_invalid");
    assert_eq!(app.get("/instance", As::Nobody).await.json()["first_start"], false);
    // Signing out ends the session on the server, not only in the browser.
    app.call(Method::DELETE, "/session", As::Session(&cookie), None).await.is(204);
    assert_eq!(app.get("/session", As::Session(&cookie)).await.is(401).code(), "signed_out");
    assert!(app.sign_in("ANA@example.com").await.starts_with("carillon_session_8080="));
}

#[tokio::test]
async fn an_invited_user_chooses_a_password_and_a_new_one_ends_other_sessions() {
    let app = App::new().await;
    let admin = app.admin().await;
    let body = json!({ "login": "ben", "name": "Ben", "role": "operator" });
    let invited = app.post("/users", As::Key(&admin), body).await.is(201).json();
    let url = invited["link"]["url"].as_str().unwrap();
    assert!(url.starts_with("http://127.0.0.1:8080/link#"), "{url}");
    let token = url.rsplit('#').next().unwrap();
    let chosen = json!({ "token": token, "password": PASSWORD });
    let first = app.post("/session/link", As::Nobody, chosen).await.is(200).cookie();
    let second = app.sign_in("ben").await;
    let change = json!({ "current": PASSWORD, "new": "another long one" });
    app.call(Method::PUT, "/session/password", As::Session(&first), Some(change)).await.is(204);
    app.get("/session", As::Session(&second)).await.is(401);
    app.get("/session", As::Session(&first)).await.is(200);
    let id = invited["user"]["id"].as_str().unwrap();
    let role = json!({ "role": "viewer" });
    app.call(Method::PATCH, &format!("/users/{id}"), As::Session(&first), Some(role.clone())).await.is(403);
    app.call(Method::PATCH, &format!("/users/{id}"), As::Key(&admin), Some(role)).await.is(200);
    app.call(Method::DELETE, &format!("/users/{id}"), As::Key(&admin), None).await.is(204);
    app.get("/session", As::Session(&first)).await.is(401);
    let users = app.get("/users", As::Key(&admin)).await.json();
    assert!(users["items"][0]["kept_because"].is_string(), "the page says why the last one stays");
    let root = users["items"][0]["id"].as_str().unwrap();
    let last = app.call(Method::DELETE, &format!("/users/{root}"), As::Key(&admin), None).await;
    assert_eq!(last.is(409).code(), "last_admin");
}

#[tokio::test]
async fn a_session_ends_after_two_weeks_without_use() {
    let app = App::new().await;
    app.user(WS, "ana", Role::Viewer).await;
    let cookie = app.sign_in("ana").await;
    app.wait(Duration::from_secs(13 * 24 * 3600));
    app.get("/session", As::Session(&cookie)).await.is(200);
    app.wait(Duration::from_secs(13 * 24 * 3600));
    app.get("/session", As::Session(&cookie)).await.is(200);
    app.wait(Duration::from_secs(15 * 24 * 3600));
    app.get("/session", As::Session(&cookie)).await.is(401);
}

#[tokio::test]
async fn guessing_passwords_is_slowed_down() {
    let app = App::new().await;
    app.user(WS, "ana", Role::Viewer).await;
    let guess =
        async |password: &str| app.post("/session", As::Nobody, json!({ "login": "ana", "password": password })).await;
    for _ in 0..5 {
        assert_eq!(guess("wrong one here").await.is(401).code(), "wrong_login");
    }
    let refused = guess(PASSWORD).await.is(429);
    assert_eq!(refused.code(), "too_many_attempts");
    let wait: u64 = refused.headers[header::RETRY_AFTER].to_str().unwrap().parse().unwrap();
    assert!((1..=300).contains(&wait), "{wait}");
    app.wait(Duration::from_secs(wait));
    guess(PASSWORD).await.is(200);
    let unknown = app.post("/session", As::Nobody, json!({ "login": "nobody", "password": PASSWORD })).await;
    assert_eq!(unknown.is(401).code(), "wrong_login", "nobody learns which users there are");
    let admin = app.admin().await;
    let log = app.get("/audit?action=session_sign_in", As::Key(&admin)).await.is(200).json();
    let failed = log["items"].as_array().unwrap().iter().filter(|row| row["status"] == 401).count();
    assert_eq!(failed, 6, "failed attempts are in the audit log");
}

#[tokio::test]
async fn guesses_sent_all_at_once_are_no_more_than_guesses_one_by_one() {
    let app = App::new().await;
    app.user(WS, "ana", Role::Viewer).await;
    let body = json!({ "login": "ana", "password": "wrong one here" });
    let guesses = (0..20).map(|_| app.post("/session", As::Nobody, body.clone()));
    let answers = futures_util::future::join_all(guesses).await;
    let with = |status: u16| answers.iter().filter(|answer| answer.status == status).count();
    assert_eq!((with(401), with(429)), (5, 15), "five are looked at, however many come together");
    app.wait(Duration::from_secs(301));
    for _ in 0..10 {
        app.sign_in("ana").await;
    }
    let cookie = app.sign_in("ana").await;
    let change = |current: &str| {
        let body = json!({ "current": current, "new": "another horse battery" });
        app.call(Method::PUT, "/session/password", As::Session(&cookie), Some(body))
    };
    let wrong: Vec<_> = (0..20).map(|_| change("wrong one here")).collect();
    let answers = futures_util::future::join_all(wrong).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 422).count(), 5);
    assert_eq!(change(PASSWORD).await.is(429).code(), "too_many_attempts");
}

#[tokio::test]
async fn a_proxy_before_us_may_ask_for_a_password_of_its_own() {
    let app = App::new().await;
    app.user(WS, "ana", Role::Admin).await;
    let cookie = app.sign_in("ana").await;
    let mut request = app.request(Method::GET, "/api/v1/session", As::Session(&cookie), None);
    request.headers_mut().insert(header::AUTHORIZATION, "Basic YTpi".parse().unwrap());
    assert_eq!(app.send(request).await.is(200).json()["has_password"], true);
    let mut request = app.request(Method::GET, "/api/v1/session", As::Nobody, None);
    request.headers_mut().insert(header::AUTHORIZATION, "Basic YTpi".parse().unwrap());
    assert_eq!(app.send(request).await.is(401).code(), "wrong_key");
    // It speaks https and hands on under another name: the address in Settings says so.
    let body = json!({ "public_url": "https://calls.example.com" });
    app.call(Method::PATCH, "/settings", As::Session(&cookie), Some(body)).await.is(200);
    let body = json!({ "login": "ana", "password": PASSWORD });
    let from = |origin: &str| {
        let mut request = app.request(Method::POST, "/api/v1/session", As::Nobody, Some(&body));
        request.headers_mut().insert(header::ORIGIN, origin.parse().unwrap());
        app.send(request)
    };
    let outside = from("https://calls.example.com").await.is(200);
    assert!(outside.headers[header::SET_COOKIE].to_str().unwrap().contains("; Secure"));
    assert_eq!(outside.headers[header::STRICT_TRANSPORT_SECURITY], "max-age=31536000");
    let inside = from(&format!("http://{HOST}")).await.is(200);
    assert!(!inside.headers[header::SET_COOKIE].to_str().unwrap().contains("Secure"), "http still signs in");
    assert!(!inside.headers.contains_key(header::STRICT_TRANSPORT_SECURITY));
    assert_eq!(from("https://evil.example").await.is(403).code(), "origin_refused");
}

#[tokio::test]
async fn a_password_that_can_not_be_chosen_is_told_at_its_field() {
    let app = App::new().await;
    let new = carillon_store::NewUser {
        login: "demo".into(),
        name: "You".into(),
        role: Role::Admin,
        password: None,
        now: app.now(),
    };
    let user = app.store.user_create(WS, new).await.unwrap();
    let purpose = carillon_domain::access::LinkPurpose::SignIn;
    let link = carillon_api::auth::link::create(&app.store, WS, purpose, Some(user), app.now()).await.unwrap();
    let token = link.path.rsplit('#').next().unwrap();
    let signed_in = app.post("/session/link", As::Nobody, json!({ "token": token })).await.is(200);
    assert_eq!(signed_in.json()["has_password"], false, "who came by a link has none");
    let cookie = signed_in.cookie();
    let choose = |new: &str| {
        let body = json!({ "current": "", "new": new });
        app.call(Method::PUT, "/session/password", As::Session(&cookie), Some(body))
    };
    assert_eq!(choose("short").await.is(422).json()["errors"][0]["field"], "new");
    choose(PASSWORD).await.is(204);
    assert_eq!(app.get("/session", As::Session(&cookie)).await.is(200).json()["has_password"], true);
}

#[tokio::test]
async fn keys_that_do_not_exist_crowd_nobody_out() {
    let app = App::new().await;
    let admin = app.admin().await;
    for _ in 0..1_200 {
        app.get("/instance", As::Key(&admin)).await.is(200);
    }
    app.get("/trunks", As::Key(&admin)).await.is(429);
    let limits = &app.state.limits;
    for _ in 0..1_300 {
        let made_up = carillon_api::auth::token::new_key(WS).unwrap();
        app.get("/trunks", As::Key(&made_up)).await.is(401);
    }
    assert_eq!(limits.keys_counted(), 1, "only keys that there are");
    app.get("/trunks", As::Key(&admin)).await.is(429);
}

#[tokio::test]
async fn a_write_with_a_session_comes_from_our_own_pages() {
    let app = App::new().await;
    app.user(WS, "ana", Role::Admin).await;
    let cookie = app.sign_in("ana").await;
    let attempt = async |origin: Option<&str>| {
        let body = json!({ "phone": "+14155550123" });
        let mut request = app.request(Method::POST, "/api/v1/do-not-call", As::Session(&cookie), Some(&body));
        request.headers_mut().remove(header::ORIGIN);
        if let Some(origin) = origin {
            request.headers_mut().insert(header::ORIGIN, origin.parse().unwrap());
        }
        app.send(request).await
    };
    for origin in [None, Some("http://evil.example"), Some("null"), Some("http://calls.lan:8081")] {
        assert_eq!(attempt(origin).await.is(403).code(), "origin_refused", "{origin:?}");
    }
    attempt(Some(&format!("http://{HOST}"))).await.is(200);
    // Signing somebody in from another site is refused, too.
    let body = json!({ "login": "ana", "password": PASSWORD });
    let mut request = app.request(Method::POST, "/api/v1/session", As::Nobody, Some(&body));
    request.headers_mut().insert(header::ORIGIN, "http://evil.example".parse().unwrap());
    assert_eq!(app.send(request).await.is(403).code(), "origin_refused");
}

#[tokio::test]
async fn keys_are_scoped_revoked_and_rate_limited() {
    let app = App::new().await;
    let admin = app.admin().await;
    let body = json!({ "name": "CRM sync", "scope": "read" });
    let made = app.post("/api-keys", As::Key(&admin), body).await.is(201).json();
    let secret = made["secret"].as_str().unwrap();
    assert!(secret.starts_with(made["key"]["prefix"].as_str().unwrap()));
    app.get("/trunks", As::Key(secret)).await.is(200);
    assert_eq!(
        app.post("/do-not-call", As::Key(secret), json!({ "phone": "+14155550123" })).await.is(403).code(),
        "role_missing"
    );
    let mut limited = None;
    for n in 0..2_000 {
        let answer = app.get("/instance", As::Key(secret)).await;
        let answer = if answer.status == 200 { app.get("/settings", As::Key(secret)).await } else { answer };
        if answer.status == 429 {
            limited = Some((n, answer));
            break;
        }
    }
    let (_, answer) = limited.expect("a key has a limit");
    assert_eq!(answer.code(), "rate_limited");
    app.get("/trunks", As::Key(&admin)).await.is(200);
    app.wait(Duration::from_secs(61));
    app.get("/trunks", As::Key(secret)).await.is(200);
    let id = made["key"]["id"].as_str().unwrap();
    app.call(Method::DELETE, &format!("/api-keys/{id}"), As::Key(&admin), None).await.is(204);
    assert_eq!(app.get("/trunks", As::Key(secret)).await.is(401).code(), "wrong_key");
}
