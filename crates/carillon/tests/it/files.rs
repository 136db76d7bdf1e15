//! Contact files of every kind, as `carillon run` takes them or refuses them. No call is made for a file that can't be taken.

use std::path::Path;

use crate::support::{Database, World, text};

/// Nobody listens there; a file that is refused never gets as far.
const TRUNK: &str = "sip:127.0.0.1:9";

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_cannot_be_taken_is_refused_in_words_and_calls_nobody() {
    let world = World::new(Database::Sqlite).await;
    let cases: [(&str, &[u8], &str); 6] = [
        ("empty.csv", b"", "empty"),
        ("header_only.csv", b"phone,name\n", "no_rows"),
        ("picture.csv", b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR", "format"),
        ("nul.csv", b"phone\n+14155550100\n\0\0\0\n", "binary"),
        ("no_phone.csv", b"name,city\nAda,Berlin\n", "no_phone_column"),
        ("broken_quote.csv", b"phone,name\n+14155550100,\"Ada\n+14155550101,Bob\n", "broken_quote"),
    ];
    for (name, content, what) in cases {
        let file = world.write(name, content);
        let output = world.run(&["run", text(&file), "--trunk", TRUNK, "--json"]).await;
        let error = output.last();
        assert_eq!(output.code, Some(4), "{name}: {}", output.stderr);
        assert_eq!(error["type"], "error", "{name}");
        assert!(error["code"].as_str().is_some_and(|code| code.contains(what)), "{name}: {error}");
        assert!(
            error["message"].as_str().is_some_and(|message| message.contains(name)),
            "the sentence names the file: {error}"
        );
    }
    let missing = world.run(&["run", "nowhere.csv", "--trunk", TRUNK]).await;
    assert_eq!(missing.code, Some(4), "{}", missing.stderr);
    let list = world.run(&["campaign", "list", "--json"]).await;
    assert_eq!(list.stdout, "", "no campaign was made of a refused file");
}

#[tokio::test(flavor = "multi_thread")]
async fn faulty_rows_become_skipped_with_line_and_reason_and_the_good_ones_are_called() {
    let world = World::new(Database::Sqlite).await;
    let file = world.write(
        "Mixed list.csv",
        "\u{feff}First Name;Surname;Mobile;Note\n\
         Ada;Byron;+1 415 555 0104;\"two\nlines\"\n\
         Bob;;4.15E+12;\n\
         Cyd;Low;;\n\
         Dan;Oak;(415) 555-0104;\n\
         Eve;;911;x\n\
         Fay;Elm;call me;\n",
    );
    let far_end = busy_far_end().await;
    let trunk = format!("sip:127.0.0.1:{}", far_end.port());
    let output = world.run(&["run", text(&file), "--trunk", &trunk, "--country", "US", "--json"]).await;
    assert_eq!(output.code, Some(0), "{}", output.stderr);
    let lines = output.lines();
    assert_eq!(lines[0]["type"], "campaign", "the campaign comes first");
    let told: Vec<&str> =
        lines.iter().filter(|line| line["type"] == "skipped").filter_map(|line| line["reason_code"].as_str()).collect();
    assert_eq!(told, ["mangled_number", "no_number", "duplicate", "forbidden_number", "invalid_number"]);
    let summary = output.last();
    assert_eq!(
        (&summary["counts"]["total"], &summary["counts"]["completed"], &summary["counts"]["skipped"]),
        (&6.into(), &1.into(), &5.into())
    );
    assert_eq!(summary["results"]["busy"], 1);
    let export = world.export("Mixed list").await;
    let rows = export["contacts"].as_array().expect("contacts");
    let reasons: Vec<&str> = rows.iter().map(|row| row["reason_code"].as_str().unwrap_or("called")).collect();
    assert_eq!(reasons, ["called", "mangled_number", "no_number", "duplicate", "forbidden_number", "invalid_number"]);
    assert_eq!(rows[0]["properties"]["Note"], "two\nlines", "other columns are kept as they are");
    assert!(rows[3]["reason"].as_str().is_some_and(|reason| reason.contains("row 1")), "{}", rows[3]);
    assert_eq!(rows[1]["phone"], "4.15E+12", "what the file wrote can be found again");
    world.assert_sound().await;
}

/// Everyone is busy: the quickest real end of a call.
pub async fn busy_far_end() -> carillon_testkit::sipp::Sipp {
    use carillon_testkit::sipp::uas::{self, Step, reply};
    let steps = [Step::Receive("INVITE"), reply("486 Busy Here"), Step::Receive("ACK")];
    carillon_testkit::sipp::Sipp::scenario(uas::scenario(&steps)).start().await.expect("SIPp")
}

#[tokio::test(flavor = "multi_thread")]
async fn exports_carry_every_row_and_the_same_numbers() {
    let world = World::new(Database::Sqlite).await;
    let file = world.write(
        "list.csv",
        "phone,first_name,=cmd\n+14155550100,=1+1,\"a,\"\"b\"\n+14155550101,Bob,\nnot a number,Cyd,z\n",
    );
    let far_end = busy_far_end().await;
    let trunk = format!("sip:127.0.0.1:{}", far_end.port());
    assert_eq!(world.run(&["run", text(&file), "--trunk", &trunk]).await.code, Some(0));
    let csv_path = world.path("out.csv");
    assert_eq!(world.run(&["export", "list", "--format", "csv", "--out", text(&csv_path)]).await.code, Some(0));
    let csv = std::fs::read_to_string(&csv_path).expect("the export is there");
    let header = "row,first_name,last_name,phone,status,result,reason_category,reason_code,reason,attempts,calls,first_call_at,last_call_at,zone,talk_seconds,call,link,recording,";
    assert!(csv.starts_with(header), "{csv}");
    let first = csv.lines().nth(1).expect("a row");
    assert!(first.starts_with("1,'=1+1,,+14155550100,Completed,busy,"), "formulas are disarmed, numbers stay: {first}");
    let json = world.export("list").await;
    assert_eq!(json["counts"]["total"], 3);
    assert_eq!(
        (&json["counts"]["completed"], &json["results"]["busy"], &json["counts"]["skipped"]),
        (&2.into(), &2.into(), &1.into())
    );
    assert_eq!(json["contacts"][0]["calls"][0]["sip_status"], 486);
    assert!(!Path::new(&format!("{}.part", csv_path.display())).exists(), "no half file is left");
    let only = ["--columns", "row,reason", "--status", "skipped", "failed", "--format", "csv", "--out", "-"];
    let some = world.run(&[&["export", "list"][..], &only].concat()).await;
    assert_eq!(some.stdout, "row,reason_category,reason_code,reason\n3,,invalid_number,not a phone number\n");
    for (format, begins) in [("xlsx", &b"PK"[..]), ("pdf", b"%PDF"), ("jsonl", b"{\"type\":\"campaign\"")] {
        let path = world.path(&format!("out.{format}"));
        let done = world.run(&["export", "list", "--format", format, "--out", text(&path)]).await;
        assert_eq!(done.code, Some(0), "{}", done.stderr);
        assert!(std::fs::read(&path).expect("the export is there").starts_with(begins), "{format}");
    }
    for wrong in [["--columns", "weather"], ["--status", "gone"], ["--reason", "weather"]] {
        let refused = world.run(&[&["export", "list", "--format", "csv", "--out", "-"][..], &wrong].concat()).await;
        assert_eq!(refused.code, Some(2), "{wrong:?}: {}", refused.stderr);
    }
}
