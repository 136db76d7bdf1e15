//! `kill -9` at any moment: nobody rings twice for one attempt, nobody is lost (C1, first half).

use std::collections::BTreeSet;
use std::time::Duration;

use carillon_testkit::sipp::uas::{self, Step, reply, request_in_call};
use carillon_testkit::sipp::{Sipp, SippDirection};

use crate::carrier::call_ids_by_number;
use crate::support::{Database, World, contact_file, note, on_both_databases, text};

/// How often the process is killed.
const KILLS: u32 = 10;

/// How many are called: `CARILLON_TEST_CONTACTS`, or a number that fits into a run of the whole suite.
fn contacts() -> usize {
    std::env::var("CARILLON_TEST_CONTACTS").ok().and_then(|number| number.parse().ok()).unwrap_or(600)
}

on_both_databases! {
    async fn nobody_rings_twice_and_nobody_is_lost_however_often_it_is_killed(world) {
        let answer = [
            Step::Receive("INVITE"), reply("180 Ringing"), Step::Pause(50), Step::ReplySdp("200 OK", ""), Step::Receive("ACK"),
            Step::Pause(300), request_in_call("BYE", 2, "", None), Step::ReceiveStatus(200),
        ];
        let far_end = Sipp::scenario(uas::scenario_with_requests(&answer)).start().await.expect("SIPp");
        let file = world.write("people.csv", contact_file(contacts()));
        let trunk = format!("sip:127.0.0.1:{}", far_end.port());
        let arguments = ["run", text(&file), "--trunk", &trunk, "--lines", "40", "--cps", "60", "--ring-timeout", "5", "--no-recording", "--json"];
        let given = std::env::var("CARILLON_TEST_SEED").ok().and_then(|seed| seed.parse().ok());
        let mut seed: u64 = given.unwrap_or_else(|| u64::from(std::process::id()));
        note(&format!("CARILLON_TEST_SEED={seed}"));
        for kill in 0..KILLS {
            let mut process = world.start(&arguments);
            // A moment after the far end saw a further call: in the import, between commit and INVITE, while it rings, talks or is written.
            let before = far_end.messages().matches("INVITE sip:").count();
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let moment = Duration::from_millis(20 + (seed >> 33) % 700);
            let limit = tokio::time::Instant::now() + Duration::from_secs(60);
            while kill > 0 && far_end.messages().matches("INVITE sip:").count() == before && tokio::time::Instant::now() < limit {
                if process.try_wait().expect("can be asked").is_some() { break; }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            tokio::time::sleep(moment).await;
            process.kill().await.expect("is killed");
        }
        let last = world.run(&arguments).await;
        assert_eq!(last.code, Some(0), "{}", last.stderr);
        let summary = last.last();
        let counts = &summary["counts"];
        assert_eq!(counts["total"], contacts(), "nobody is lost");
        assert_eq!((&counts["pending"], &counts["in_progress"]), (&0.into(), &0.into()));
        let far = far_end.stop().await.expect("SIPp stops");
        assert!(far.message_blocks().iter().any(|(direction, _)| *direction == SippDirection::Received));
        let seen = call_ids_by_number(&far);
        let export = world.export("people").await;
        let mut interrupted = 0;
        for contact in export["contacts"].as_array().expect("contacts") {
            let phone = contact["phone"].as_str().expect("phone");
            let stored = contact["calls"].as_array().expect("calls").len();
            let rung = seen.get(phone).map_or(0, BTreeSet::len);
            assert!(rung <= stored, "{phone}: the far end saw {rung} calls, {stored} are stored: {contact}");
            assert!(rung <= 1, "{phone} rang {rung} times: {contact}");
            interrupted += usize::from(contact["reason_code"] == "interrupted");
            let settled = matches!(contact["status"].as_str(), Some("completed" | "failed"));
            assert!(settled, "every contact is settled: {contact}");
            assert!(rung == 1 || contact["reason_code"] == "interrupted", "{phone} was never called and is not said to be interrupted: {contact}");
        }
        assert!(interrupted > 0, "ten kills in the middle of forty calls must have caught some");
        world.assert_sound().await;
    }
}

on_both_databases! {
    /// The sound of a talk that was cut lies on the disk: the next start makes it whole, and it is found by its contact.
    async fn what_was_recorded_before_a_kill_is_found(world) {
        let answer = [Step::Receive("INVITE"), Step::ReplySdp("200 OK", ""), Step::Receive("ACK"), Step::Pause(60_000)];
        let far_end = Sipp::scenario(uas::scenario(&answer)).argument("-rtp_echo").start().await.expect("SIPp");
        let file = world.write("people.csv", contact_file(1));
        let trunk = format!("sip:127.0.0.1:{}", far_end.port());
        let arguments = ["run", text(&file), "--trunk", &trunk, "--json"];
        let mut process = world.start(&arguments);
        let recorded = |at_least: u64| {
            let folders = std::fs::read_dir(world.path("data/recordings")).into_iter().flatten().flatten();
            let files = folders.filter_map(|folder| std::fs::read_dir(folder.path()).ok()).flatten().flatten();
            files.map(|file| file.path()).find(|path| std::fs::metadata(path).is_ok_and(|m| m.len() > at_least))
        };
        let limit = tokio::time::Instant::now() + Duration::from_secs(60);
        let sound = loop {
            if let Some(path) = recorded(20_000) { break path; }
            assert!(tokio::time::Instant::now() < limit, "nothing is recorded");
            tokio::time::sleep(Duration::from_millis(20)).await;
        };
        process.kill().await.expect("is killed");
        let last = world.run(&arguments).await;
        assert_eq!(last.code, Some(0), "{}", last.stderr);
        let contact = &world.export("people").await["contacts"][0];
        assert_eq!(contact["reason_code"], "interrupted", "{contact}");
        let stored = contact["calls"][0]["recording"].as_str().unwrap_or_else(|| panic!("no recording: {contact}"));
        assert_eq!(world.data().join(stored), sound);
        let whole = hound::WavReader::open(&sound).expect("a recording").duration();
        assert_eq!(u64::from(whole) * 4 + 44, std::fs::metadata(&sound).expect("is there").len(), "its header says all of it");
        far_end.stop().await.expect("SIPp stops");
    }
}
