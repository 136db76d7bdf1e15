//! Campaigns made, started and watched from the command line while `carillon serve` calls.

use std::time::Duration;

use carillon_testkit::sipp::Sipp;
use carillon_testkit::sipp::uas::{self, Step};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

use crate::files::busy_far_end;
use crate::support::{Database, Output, World, contact_file, on_both_databases, text};

/// A running `carillon serve`, and where it listens.
async fn serve(world: &World) -> (Child, String) {
    let mut serve = world.start(&["serve", "--listen", "127.0.0.1:0"]);
    let mut said = BufReader::new(serve.stdout.take().expect("piped")).lines();
    // The link of the first start is printed once it serves.
    let link = said.next_line().await.expect("readable").expect("it serves");
    let address = link.strip_prefix("http://").and_then(|rest| rest.split('/').next()).expect("an address");
    (serve, address.to_owned())
}

/// The status of an address of the server; `None` when it can't be reached.
async fn status(address: &str, path: &str) -> Option<u16> {
    let mut connection = TcpStream::connect(address).await.ok()?;
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    connection.write_all(request.as_bytes()).await.ok()?;
    let mut answer = String::new();
    connection.read_to_string(&mut answer).await.ok()?;
    answer.split(' ').nth(1)?.parse().ok()
}

/// A running `carillon serve`, which is then given a trunk to a far end where everyone is busy: it finds the trunk by itself.
async fn serving(world: &World) -> (Child, Sipp) {
    let far_end = busy_far_end().await;
    let (serve, _) = serve(world).await;
    let trunk = format!("sip:127.0.0.1:{}", far_end.port());
    let added = world.run(&["trunk", "add", "carrier", &trunk, "--json"]).await;
    assert_eq!(added.code, Some(0), "{}", added.stderr);
    (serve, far_end)
}

fn is(output: Output, code: i32) -> Output {
    assert_eq!(output.code, Some(code), "{}\n{}", output.stdout, output.stderr);
    output
}

/// Looks at a campaign until something holds of it.
async fn until(world: &World, campaign: &str, holds: impl Fn(&Value) -> bool) -> Value {
    let wait = async {
        loop {
            let shown = world.run(&["campaign", "show", campaign, "--json"]).await;
            if shown.code == Some(0) && holds(&shown.last()) {
                break shown.last();
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(120), wait).await.expect("it comes to that")
}

on_both_databases! {
    /// A6, A23, B1: a Draft from a file whose columns have names of their own, called by the process that serves.
    async fn a_draft_is_made_started_and_watched(world) {
        let file = world.write(
            "list.csv",
            "Kontakt;Fon privat;Fon;Stadt\nAda;0212 555 0101;212 555 0102;Bonn\nBen;x;212 555 0103;Ulm\nCyd;;call me;Ulm\nDan;;212 555 0103;Ulm\n",
        );
        let none = world.run(&["campaign", "create", "--name", "March", "--contacts", text(&file), "--country", "US"]).await;
        assert!(is(none, 4).stderr.contains("name the column"), "the column of the numbers is not clear");
        let create = ["campaign", "create", "--name", "March", "--contacts", text(&file), "--country", "US", "--map", "phone=Fon", "--map", "city=Stadt"];
        let trunk = world.run(&create).await;
        assert!(is(trunk, 8).stderr.contains("carillon trunk add"), "there is no trunk yet");
        let (mut serve, _far_end) = serving(&world).await;
        let mut with_json = create.to_vec();
        with_json.extend(["--json", "--lines", "2"]);
        let made = is(world.run(&with_json).await, 0);
        let lines = made.lines();
        assert_eq!((lines[0]["type"].as_str(), lines[0]["campaign"]["status"].as_str()), (Some("campaign"), Some("draft")));
        let skipped: Vec<&str> = lines.iter().filter(|l| l["type"] == "skipped").filter_map(|l| l["reason_code"].as_str()).collect();
        assert_eq!(skipped, ["invalid_number", "duplicate"]);
        let summary = made.last();
        assert_eq!((summary["counts"]["pending"].as_i64(), summary["counts"]["skipped"].as_i64()), (Some(2), Some(2)));
        let again = is(world.run(&create).await, 1);
        assert!(again.stderr.contains("already a campaign named"), "{}", again.stderr);
        let contacts = world.export("March").await;
        assert_eq!(contacts["contacts"][0]["properties"]["city"], "Bonn");
        let started = is(world.run(&["campaign", "start", "March", "--json"]).await, 0);
        assert_ne!(started.last()["campaign"]["status"], "draft");
        let watched = is(world.run(&["campaign", "watch", "March", "--json"]).await, 0);
        let last = watched.last();
        assert_eq!((last["type"].as_str(), last["campaign"]["status"].as_str()), (Some("summary"), Some("completed")));
        assert_eq!(last["results"]["busy"].as_i64(), Some(2));
        let over = is(world.run(&["campaign", "start", "March"]).await, 1);
        assert!(over.stderr.contains("so it can't be started"), "{}", over.stderr);
        serve.kill().await.expect("ends");
        world.assert_sound().await;
    }

    /// B1: killed in the middle of a long file; the process that serves goes on with it, and nobody is in twice or missing.
    async fn a_killed_import_is_finished_by_the_process_that_serves(world) {
        const ROWS: usize = 150_000;
        // Numbers that differ in every row.
        let mut list = String::from("phone,first_name\n");
        (0..ROWS).for_each(|n| list.push_str(&format!("+1212{},Ann{n}\n", 2_000_000 + n)));
        let file = world.write("long.csv", list);
        let (mut serve, _far_end) = serving(&world).await;
        let mut create = world.start(&["campaign", "create", "--name", "Long", "--contacts", text(&file)]);
        let some = until(&world, "Long", |shown| shown["counts"]["total"].as_i64() > Some(0)).await;
        create.kill().await.expect("is killed");
        let rows = i64::try_from(ROWS).expect("fits");
        assert!(some["counts"]["total"].as_i64() < Some(rows), "it was killed in the middle: {some}");
        let refused = is(world.run(&["campaign", "start", "Long"]).await, 1);
        let words = &refused.stderr;
        assert!(words.contains("being imported") && words.contains("`carillon serve` goes on with it"), "{words}");
        let all = until(&world, "Long", |shown| shown["counts"]["total"].as_i64() == Some(rows)).await;
        assert_eq!(all["counts"]["pending"].as_i64(), Some(rows), "{all}");
        serve.kill().await.expect("ends");
        world.assert_sound().await;
    }
}

/// A talk goes on through the end of the server, which says that it is not ready and shows it to its end; nobody else is called.
#[tokio::test]
async fn a_server_that_ends_serves_until_its_calls_have_finished() {
    let talk = [Step::Receive("INVITE"), uas::reply("180 Ringing"), Step::ReplySdp("200 OK", ""), Step::Receive("ACK")];
    let end = [Step::Pause(4000), uas::request_in_call("BYE", 2, "", None), Step::ReceiveStatus(200)];
    let scenario = uas::scenario_with_requests(&[&talk[..], &end[..]].concat());
    let far_end = Sipp::scenario(scenario).argument("-rtp_echo").calls(1).start().await.expect("SIPp");
    let world = World::new(Database::Sqlite).await;
    let (mut server, address) = serve(&world).await;
    let file = world.write("two.csv", contact_file(2));
    is(world.run(&["trunk", "add", "carrier", &format!("sip:127.0.0.1:{}", far_end.port())]).await, 0);
    is(world.run(&["campaign", "create", "--name", "Two", "--contacts", text(&file), "--lines", "1"]).await, 0);
    assert_eq!(status(&address, "/readyz").await, Some(200));
    is(world.run(&["campaign", "start", "Two"]).await, 0);
    until(&world, "Two", |shown| shown["counts"]["in_progress"] == 1).await;
    let pid = server.id().expect("it runs").to_string();
    assert!(Command::new("kill").args(["-INT", &pid]).status().await.expect("kill").success());
    let not_ready = async { while status(&address, "/readyz").await != Some(503) {} };
    tokio::time::timeout(Duration::from_secs(10), not_ready).await.expect("it says that it ends");
    assert_eq!(status(&address, "/healthz").await, Some(200), "the page is still there");
    assert!(server.try_wait().expect("looked").is_none(), "it ended before its call");
    let ended = tokio::time::timeout(Duration::from_secs(30), server.wait()).await.expect("it ends");
    assert_eq!(ended.expect("waited").code(), Some(0));
    let far = far_end.finish(Duration::from_secs(5)).await.expect("SIPp ends");
    assert_eq!((far.successful, far.failed), (1, 0), "{}", far.errors);
    let shown = world.run(&["campaign", "show", "Two", "--json"]).await.last();
    assert_eq!((&shown["counts"]["completed"], &shown["counts"]["pending"]), (&1.into(), &1.into()), "{shown}");
    world.assert_sound().await;
}

/// B17: who works on the command line stands in the audit log too.
#[tokio::test]
async fn what_the_command_line_writes_is_in_the_audit_log() {
    let world = World::new(Database::Sqlite).await;
    for command in [
        &["trunk", "add", "carrier", "sip:127.0.0.1:5999"][..],
        &["user", "add", "ben@example.com", "--role", "viewer"],
        &["user", "role", "ben@example.com", "operator"],
        &["user", "link", "ben@example.com"],
        &["user", "remove", "ben@example.com"],
    ] {
        is(world.run(command).await, 0);
    }
    let url = world.data().join("carillon.db").to_str().expect("a path").parse().expect("a database");
    let store = carillon_store::Store::open(&url).await.expect("opens");
    let filter = carillon_store::AuditFilter::default();
    let rows = store.audit_list(carillon_domain::WorkspaceId::from_raw(1), &filter, 10).await.expect("readable");
    let actions: Vec<&str> = rows.iter().rev().map(|row| row.row.action.as_str()).collect();
    assert_eq!(actions, ["trunk_create", "user_invite", "user_edit", "user_link", "user_remove"]);
    assert!(rows.iter().all(|row| row.row.who == "command line"));
}

/// A carrier where everyone is busy, and which says that it is there when it is asked.
async fn carrier() -> Sipp {
    let body = |steps: &[Step]| {
        let whole = uas::scenario(steps);
        let (_, body) = whole.split_once("far end\">\n").expect("a scenario");
        body.replace("</scenario>\n", "")
    };
    let busy = body(&[Step::Receive("INVITE"), uas::reply("486 Busy Here"), Step::Receive("ACK")]);
    let there = body(&[uas::reply("200 OK")]);
    let scenario = format!(
        "<?xml version=\"1.0\" encoding=\"ISO-8859-1\" ?>\n<scenario name=\"carrier\">\n<recv request=\"OPTIONS\" optional=\"true\" next=\"1\"/>\n\
         {busy}<nop next=\"2\"/>\n<label id=\"1\"/>\n{there}<label id=\"2\"/>\n</scenario>\n"
    );
    Sipp::scenario(scenario).start().await.expect("SIPp")
}

/// B16: a trunk is listed without its password, and tried step by step with findings in words.
#[tokio::test]
async fn a_trunk_is_listed_and_tried() {
    let far_end = carrier().await;
    let world = World::new(Database::Sqlite).await;
    let trunk = format!("sip:127.0.0.1:{}", far_end.port());
    let mut add =
        world.command(&["trunk", "add", "carrier", &trunk, "--user", "carillon", "--caller-id", "+49 (30) 123-456"]);
    let added = add.env("CARILLON_TRUNK_PASSWORD", "secret word").output().await.expect("runs");
    assert!(added.status.success(), "{}", String::from_utf8_lossy(&added.stderr));
    let list = is(world.run(&["trunk", "list", "--json"]).await, 0);
    assert!(list.stdout.contains("carrier") && list.stdout.contains("+4930123456"), "{}", list.stdout);
    assert!(!list.stdout.contains("secret word"), "the password shows");
    let by_call = is(world.run(&["trunk", "test", "carrier", "--call", "+12125550101", "--json"]).await, 0);
    let steps = by_call.lines();
    let call = steps.iter().find(|step| step["finding"].as_str().is_some_and(|words| words.contains("486")));
    assert!(call.is_some(), "what became of the call: {}", by_call.stdout);
    assert_eq!(by_call.last()["passed"], true);
    drop(far_end);
    let dead = is(world.run(&["trunk", "test", "carrier"]).await, 6);
    assert!(dead.stdout.contains("FAILED") && dead.stderr.contains("does not work yet"), "{}", dead.stdout);
    assert!(is(world.run(&["trunk", "test", "nobody"]).await, 8).stderr.contains("carillon trunk list"));
}
