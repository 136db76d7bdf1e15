//! Campaigns made, started and watched from the command line while `carillon serve` calls.

use std::time::Duration;

use carillon_testkit::sipp::Sipp;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Child;

use crate::files::busy_far_end;
use crate::support::{Database, Output, World, on_both_databases, text};

/// A running `carillon serve`, which is then given a trunk to a far end where everyone is busy: it finds the trunk by itself.
async fn serving(world: &World) -> (Child, Sipp) {
    let far_end = busy_far_end().await;
    let mut serve = world.start(&["serve", "--listen", "127.0.0.1:0"]);
    let mut said = BufReader::new(serve.stdout.take().expect("piped")).lines();
    // The link of the first start is printed once it serves.
    said.next_line().await.expect("readable").expect("it serves");
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
        assert!(refused.stderr.contains("being imported"), "{}", refused.stderr);
        let all = until(&world, "Long", |shown| shown["counts"]["total"].as_i64() == Some(rows)).await;
        assert_eq!(all["counts"]["pending"].as_i64(), Some(rows), "{all}");
        serve.kill().await.expect("ends");
        world.assert_sound().await;
    }
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
