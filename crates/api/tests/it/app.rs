//! A router with users, keys and a clock that the test moves.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use carillon_api::auth::{Role, token};
use carillon_api::control::NoControl;
use carillon_api::secrets::Secrets;
use carillon_api::{ApiConfig, AppState, Now, Parts, SESSION_COOKIE};
use carillon_domain::access::LinkPurpose;
use carillon_domain::{Timestamp, UserId, WorkspaceId};
use carillon_store::{DatabaseUrl, NewApiKey, NewUser, Store};
use serde_json::{Value, json};
use tower::ServiceExt;

pub(crate) const WS: WorkspaceId = WorkspaceId::from_raw(1);
pub(crate) const OTHER: WorkspaceId = WorkspaceId::from_raw(2);
pub(crate) const PASSWORD: &str = "correct horse battery";
pub(crate) const HOST: &str = "calls.lan:8080";

#[derive(Clone)]
struct Clock(Arc<AtomicI64>);

impl Now for Clock {
    fn now(&self) -> Timestamp {
        // A microsecond a look, so that ids and times rise.
        Timestamp::from_micros(self.0.fetch_add(1, Ordering::Relaxed))
    }
}

pub(crate) struct App {
    pub(crate) router: Router,
    pub(crate) state: AppState,
    pub(crate) store: Store,
    clock: Clock,
    _folder: tempfile::TempDir,
}

/// An answer, read to its end.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    pub(crate) fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }

    /// The cookie that it sets, as a browser sends it back.
    pub(crate) fn cookie(&self) -> String {
        let text = self.headers[header::SET_COOKIE].to_str().unwrap();
        assert!(text.contains("HttpOnly") && text.contains("SameSite=Lax"), "{text}");
        text.split(';').next().unwrap().to_owned()
    }

    #[track_caller]
    pub(crate) fn is(self, status: u16) -> Answer {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        self
    }
}

/// As whom a request comes.
#[derive(Clone, Copy)]
pub(crate) enum As<'a> {
    Nobody,
    Key(&'a str),
    Session(&'a str),
}

impl App {
    pub(crate) async fn new() -> App {
        let folder = tempfile::tempdir().unwrap();
        let url = DatabaseUrl::Sqlite { path: folder.path().join("carillon.db") };
        App::on(url, folder).await
    }

    /// Over a real PostgreSQL.
    pub(crate) async fn postgres() -> App {
        let url = tokio::task::spawn_blocking(carillon_testkit::postgres::database).await.unwrap();
        App::on(url.parse().unwrap(), tempfile::tempdir().unwrap()).await
    }

    async fn on(url: DatabaseUrl, folder: tempfile::TempDir) -> App {
        let store = Store::open(&url).await.unwrap();
        store.slot_lease("test", Duration::from_secs(3600)).await.unwrap();
        let clock = Clock(Arc::new(AtomicI64::new(1_790_000_000_000_000)));
        let state = AppState::new(Parts {
            store: store.clone(),
            control: Arc::new(NoControl),
            clock: Arc::new(clock.clone()),
            config: ApiConfig::new(folder.path().to_owned(), 1, "0.0.0"),
            secrets: Secrets::new(&[9; 32]),
        });
        let router = carillon_api::router(state.clone(), Router::new());
        App { router, state, store, clock, _folder: folder }
    }

    /// As another process of the same data folder has it, that began after this one.
    pub(crate) fn restarted(&self) -> AppState {
        AppState::new(Parts {
            store: self.store.clone(),
            control: Arc::new(NoControl),
            clock: Arc::new(self.clock.clone()),
            config: self.state.config.clone(),
            secrets: Secrets::new(&[9; 32]),
        })
    }

    pub(crate) fn wait(&self, time: Duration) {
        self.clock.0.fetch_add(i64::try_from(time.as_micros()).unwrap(), Ordering::Relaxed);
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(crate) async fn user(&self, ws: WorkspaceId, login: &str, role: Role) -> UserId {
        let password = Some(carillon_api::auth::password::hash(PASSWORD.to_owned()).await.unwrap());
        let new = NewUser { login: login.into(), name: login.to_uppercase(), role, password, now: self.now() };
        self.store.user_create(ws, new).await.unwrap()
    }

    pub(crate) async fn key(&self, ws: WorkspaceId, user: UserId, role: Role) -> String {
        let secret = token::new_key(ws).unwrap();
        let new = NewApiKey {
            name: format!("{role}"),
            prefix: token::key_prefix(&secret),
            token_hash: token::token_hash(&secret),
            role,
            user,
            expires_at: None,
            now: self.now(),
        };
        self.store.api_key_create(ws, new).await.unwrap();
        secret
    }

    /// An administrator's key.
    pub(crate) async fn admin(&self) -> String {
        let user = self.user(WS, "root", Role::Admin).await;
        self.key(WS, user, Role::Admin).await
    }

    pub(crate) async fn first_link(&self) -> String {
        let link = carillon_api::auth::link::create(&self.store, WS, LinkPurpose::FirstStart, None, self.now());
        link.await.unwrap().path.rsplit('#').next().unwrap().to_owned()
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, 64 * 1024 * 1024).await.unwrap();
        let text = String::from_utf8_lossy(&body).into_owned();
        Answer { status: parts.status, headers: parts.headers, text }
    }

    pub(crate) fn request(&self, method: Method, path: &str, by: As<'_>, body: Option<&Value>) -> Request<Body> {
        let mut request = Request::builder().method(method).uri(path).header(header::HOST, HOST);
        match by {
            As::Nobody => {}
            As::Key(key) => request = request.header(header::AUTHORIZATION, format!("Bearer {key}")),
            As::Session(cookie) => {
                assert!(cookie.starts_with(SESSION_COOKIE));
                request = request.header(header::COOKIE, cookie).header(header::ORIGIN, format!("http://{HOST}"));
            }
        }
        match body {
            None => request.body(Body::empty()).unwrap(),
            Some(body) => {
                request.header(header::CONTENT_TYPE, "application/json").body(Body::from(body.to_string())).unwrap()
            }
        }
    }

    pub(crate) async fn call(&self, method: Method, path: &str, by: As<'_>, body: Option<Value>) -> Answer {
        self.send(self.request(method, &format!("/api/v1{path}"), by, body.as_ref())).await
    }

    pub(crate) async fn get(&self, path: &str, by: As<'_>) -> Answer {
        self.call(Method::GET, path, by, None).await
    }

    pub(crate) async fn post(&self, path: &str, by: As<'_>, body: Value) -> Answer {
        self.call(Method::POST, path, by, Some(body)).await
    }

    /// Signs in and gives the cookie.
    pub(crate) async fn sign_in(&self, login: &str) -> String {
        let body = json!({ "login": login, "password": PASSWORD });
        self.post("/session", As::Nobody, body).await.is(200).cookie()
    }
}
