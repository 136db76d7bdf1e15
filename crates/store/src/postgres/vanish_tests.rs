//! A server that vanishes without a word: no reset, no answer.

use std::path::PathBuf;
use std::time::Duration;

use carillon_domain::{Timestamp, WorkspaceId};
use futures_util::future::join_all;
use sqlx::postgres::PgConnectOptions;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, UnixStream};
use tokio::sync::watch;

use super::Postgres;
use super::open::Limits;
use crate::{Backend, Store, StoreError};

const LIMITS: Limits = Limits { idle_ms: "60000", write: Duration::from_secs(2), read: Duration::from_secs(2) };
/// Far more than any limit in here.
const FOR_EVER: Duration = Duration::from_secs(60);

/// Forwards to the server until it is silent: then its connections stay open and nothing goes through them.
struct Wire {
    port: u16,
    silent: watch::Sender<bool>,
}

impl Wire {
    async fn to(server: PathBuf) -> Wire {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (silent, seen) = watch::channel(false);
        tokio::spawn(async move {
            while let Ok((mut near, _)) = listener.accept().await {
                let (mut seen, server) = (seen.clone(), server.clone());
                tokio::spawn(async move {
                    let mut far = UnixStream::connect(server).await.unwrap();
                    let fell_silent = tokio::select! {
                        biased;
                        silent = seen.wait_for(|silent| *silent) => silent.is_ok(),
                        _ = copy_bidirectional(&mut near, &mut far) => false,
                    };
                    if fell_silent {
                        std::future::pending::<()>().await;
                    }
                });
            }
        });
        Wire { port, silent }
    }
}

/// A new database, reached through a wire that can fall silent.
async fn store_on_a_wire() -> (Store, Wire) {
    let url = tokio::task::spawn_blocking(carillon_testkit::postgres::database).await.unwrap();
    let options: PgConnectOptions = url.parse().unwrap();
    let socket = options.get_socket().unwrap().join(format!(".s.PGSQL.{}", options.get_port()));
    let wire = Wire::to(socket).await;
    let database = options.get_database().unwrap();
    let url = format!("postgres://{}@127.0.0.1:{}/{database}", options.get_username(), wire.port);
    let backend = Backend::Postgres(Postgres::open_as(&url, "through a wire", LIMITS).await.unwrap());
    let store =
        Store { backend, session: Default::default(), checks: Default::default(), finished: Default::default() };
    store.slot_lease("through a wire", Duration::from_secs(3600)).await.unwrap();
    (store, wire)
}

#[tokio::test]
async fn a_server_that_vanishes_is_told_and_work_goes_on_when_it_is_back() {
    let (store, wire) = store_on_a_wire().await;
    let ws = WorkspaceId::from_raw(1);
    let employee = carillon_domain::employee::Employee::sample();
    let now = Timestamp::from_secs(1_790_000_000);
    store.employee_put(ws, &employee, now).await.unwrap();

    wire.silent.send_replace(true);
    // More than there are lanes, so that each of them is caught in the middle of an answer.
    let writes = (0..20).map(|_| tokio::time::timeout(FOR_EVER, store.employee_put(ws, &employee, now)));
    for written in join_all(writes).await {
        let written = written.expect("an answer");
        assert!(matches!(&written, Err(error) if error.is_transient()), "{written:?}");
    }
    let read = tokio::time::timeout(FOR_EVER, store.employee_by_name(ws, &employee.name)).await.expect("an answer");
    assert!(matches!(&read, Err(error) if error.is_transient()), "{read:?}");

    wire.silent.send_replace(false);
    let put = store.employee_put(ws, &employee, now).await;
    assert!(!matches!(put, Err(StoreError::Closed)), "{put:?}");
    put.expect("the server is back");
    let found = store.employee_by_name(ws, &employee.name).await.expect("the server is back");
    assert!(found.is_some());
}
