//! A contact file that comes in parts: paused, broken off, sent twice, and whole in the end.

use std::io;

use axum::body::Body;
use axum::http::{Method, Request, header};
use carillon_api::auth::Role;
use futures_util::stream;
use serde_json::{Value, json};

use crate::app::{Answer, App, As, HOST, WS};
use crate::campaigns::ready;

const FILE: &[u8] = b"phone,first_name\n+12125550101,Ada\n+12125550102,Ben\n";

async fn ask(app: &App, key: &str, method: Method, path: &str, header: (&str, u64), body: Body) -> Answer {
    let request = Request::builder()
        .method(method)
        .uri(format!("/api/v1{path}"))
        .header(header::HOST, HOST)
        .header(header::AUTHORIZATION, format!("Bearer {key}"))
        .header(header.0, header.1);
    app.send(request.body(body).unwrap()).await
}

async fn open(app: &App, key: &str, bytes: usize) -> Answer {
    ask(app, key, Method::POST, "/uploads", ("upload-length", bytes as u64), Body::empty()).await
}

async fn part(app: &App, key: &str, file: &str, offset: usize, body: impl Into<Body>) -> Answer {
    let path = format!("/uploads/{file}");
    ask(app, key, Method::PATCH, &path, ("upload-offset", offset as u64), body.into()).await
}

fn breaks_off(bytes: &'static [u8]) -> Body {
    Body::from_stream(stream::iter([Ok(bytes), Err(io::Error::other("the line is dead"))]))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_comes_in_parts_however_often_the_connection_breaks_off() {
    let app = App::new().await;
    let key = app.admin().await;
    let opened = open(&app, &key, FILE.len()).await.is(201).json();
    assert_eq!((&opened["received"], &opened["sha256"]), (&json!(0), &Value::Null));
    let file = opened["id"].as_str().unwrap().to_owned();
    let received =
        async || app.get(&format!("/uploads/{file}/received"), As::Key(&key)).await.is(200).json()["received"].clone();

    assert_eq!(part(&app, &key, &file, 0, &FILE[..10]).await.is(200).json()["received"], 10);
    part(&app, &key, &file, 10, breaks_off(&FILE[10..17])).await.is(400);
    assert_eq!(received().await, 17, "what came of the broken part stays");
    for wrong in [0, 10, 18] {
        assert_eq!(part(&app, &key, &file, wrong, &FILE[wrong..]).await.is(409).code(), "upload_offset");
    }
    let more = [&FILE[17..], b"+12125550103,Cyd\n"].concat();
    assert_eq!(part(&app, &key, &file, 17, more).await.is(413).code(), "too_large");
    assert_eq!(received().await, 17);

    ready(&app).await;
    let campaign = app.post("/campaigns", As::Key(&key), json!({ "name": "Parts" })).await.is(201).json();
    let imports = format!("/campaigns/{}/imports", campaign["id"].as_str().unwrap());
    assert_eq!(app.get(&format!("/uploads/{file}"), As::Key(&key)).await.is(409).code(), "upload_incomplete");
    let early = app.post(&imports, As::Key(&key), json!({ "upload": file })).await.is(409);
    assert_eq!((early.code().as_str(), &early.json()["current"]["received"]), ("upload_incomplete", &json!(17)));

    let whole = part(&app, &key, &file, 17, &FILE[17..]).await.is(200).json();
    let at_once = ask(&app, &key, Method::POST, "/uploads", ("x-file-name", 1), Body::from(FILE)).await.is(201).json();
    assert_eq!(whole["sha256"], at_once["sha256"]);
    assert_eq!(part(&app, &key, &file, FILE.len(), "x").await.is(409).code(), "upload_offset");
    let look = app.get(&format!("/uploads/{file}"), As::Key(&key)).await.is(200).json();
    assert_eq!(look["columns"][1]["samples"], json!(["Ada", "Ben"]), "{look}");
    app.post(&imports, As::Key(&key), json!({ "upload": file })).await.is(202);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_ended_before_the_last_note_leaves_a_whole_file() {
    let app = App::new().await;
    let key = app.admin().await;
    let file = open(&app, &key, FILE.len()).await.is(201).json()["id"].as_str().unwrap().to_owned();
    let uploads = app.state.config.data.join("uploads");
    // As after the last byte, and as after the file has its own name.
    for name in [format!("{file}.part"), file.clone()] {
        std::fs::write(uploads.join(name), FILE).unwrap();
        let look = app.get(&format!("/uploads/{file}"), As::Key(&key)).await.is(200).json();
        assert_eq!(look["upload"]["received"], FILE.len());
    }
    app.call(Method::DELETE, &format!("/uploads/{file}"), As::Key(&key), None).await.is(204);
    assert_eq!(std::fs::read_dir(uploads).unwrap().count(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upload_in_parts_that_can_not_be_is_refused_before_its_first_byte() {
    let app = App::new().await;
    let key = app.admin().await;
    assert_eq!(open(&app, &key, 0).await.is(422).code(), "bad_file");
    assert_eq!(open(&app, &key, 5_000_000_000).await.is(413).code(), "too_large");
    let viewer = app.user(WS, "vera", Role::Viewer).await;
    let viewer = app.key(WS, viewer, Role::Viewer).await;
    open(&app, &viewer, 10).await.is(403);
    let file = open(&app, &key, 10).await.is(201).json()["id"].as_str().unwrap().to_owned();
    part(&app, &viewer, &file, 0, "0123").await.is(403);
    part(&app, &key, "upload_0000000000000", 0, "0123").await.is(404);
}

#[tokio::test]
async fn an_upload_that_is_given_up_leaves_nothing_behind() {
    let app = App::new().await;
    let key = app.admin().await;
    let file = open(&app, &key, FILE.len()).await.is(201).json()["id"].as_str().unwrap().to_owned();
    part(&app, &key, &file, 0, &FILE[..10]).await.is(200);
    let folder = app.state.config.data.join("uploads");
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1);
    app.call(Method::DELETE, &format!("/uploads/{file}"), As::Key(&key), None).await.is(204);
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0);
    app.get(&format!("/uploads/{file}/received"), As::Key(&key)).await.is(404);
    let log = app.get("/audit", As::Key(&key)).await.is(200).text;
    assert!(log.contains("upload_create") && !log.contains("upload_part"), "one row a file: {log}");
}
