//! What was written reads back equal.

use carillon_domain::{
    CallResult, CampaignStatus, ContactStatus, Counts, EndedBy, FailureCategory, FailureCode, SkipReason, Timestamp,
};
use carillon_exchange::{
    Column, CsvExport, DEFAULT_COLUMNS, ExportCall, ExportCampaign, ExportError, ExportHandled, ExportReason,
    ExportRow, ExportSummary, JsonExport, LinesExport, ReadOptions, ReadSpan, TableOptions, XlsxExport, check_contacts,
    read_contacts,
};
use proptest::prelude::*;
use serde_json::Value;

fn at(ms: i64) -> Timestamp {
    Timestamp::from_micros(1_790_000_000_000_000 + ms * 1000)
}

fn row(row: u32, first_name: &str, phone: &str, properties: &[(&str, &str)]) -> ExportRow {
    ExportRow {
        row,
        first_name: first_name.to_owned(),
        last_name: String::new(),
        phone: phone.to_owned(),
        status: ContactStatus::Pending,
        result: None,
        reason: ExportReason::default(),
        attempts: 0,
        first_call_at: None,
        last_call_at: None,
        talk_ms: 0,
        call: None,
        link: None,
        recording: None,
        handled: None,
        read_at: None,
        properties: properties.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        calls: Vec::new(),
    }
}

/// A contact reached at the second attempt, one that failed, one in progress and one skipped.
fn sample() -> Vec<ExportRow> {
    let busy = ExportCall {
        call: "call_01".into(),
        attempt: 1,
        started_at: at(0),
        ringing_at: None,
        answered_at: None,
        ended_at: Some(at(350)),
        ended_by: Some(EndedBy::Contact),
        result: Some(CallResult::Busy),
        reason: ExportReason::default(),
        sip_status: Some(486),
        sip_reason: Some("Busy Here".into()),
        q850_cause: Some(17),
        talk_ms: 0,
        recording: None,
    };
    let talked = ExportCall {
        call: "call_02".into(),
        attempt: 2,
        started_at: at(900_000),
        ringing_at: Some(at(900_120)),
        answered_at: Some(at(904_000)),
        ended_at: Some(at(916_345)),
        ended_by: Some(EndedBy::Employee),
        result: Some(CallResult::Success),
        sip_status: Some(200),
        sip_reason: Some("OK".into()),
        q850_cause: None,
        talk_ms: 12_345,
        recording: Some("recordings/call_02.wav".into()),
        ..busy.clone()
    };
    let reached = ExportRow {
        last_name: "O'Brien, Jr".into(),
        status: ContactStatus::Completed,
        result: Some(CallResult::Success),
        attempts: 2,
        first_call_at: Some(at(0)),
        last_call_at: Some(at(900_000)),
        talk_ms: 12_345,
        call: Some("call_02".into()),
        recording: Some("recordings/call_02.wav".into()),
        calls: vec![busy, talked],
        ..row(1, "Zoë", "+14155550101", &[("Größe", "1,80"), ("note", "two\n\"lines\""), ("status", "vip")])
    };
    let failed = ExportRow {
        status: ContactStatus::Failed,
        reason: ExportReason::failure(FailureCode::CarrierOverloaded),
        attempts: 1,
        ..row(2, "Ada", "+14155550102", &[("note", "-2+3")])
    };
    let calling = ExportRow { status: ContactStatus::InProgress, ..row(3, "=cmd()", "+14155550103", &[]) };
    let skipped = ExportRow {
        status: ContactStatus::Skipped,
        reason: ExportReason::skipped(SkipReason::Duplicate, Some("duplicate of row 1")),
        ..row(4, "@home", "=415", &[("note", "+1 (415)")])
    };
    vec![reached, failed, calling, skipped]
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn default_columns() -> impl Iterator<Item = &'static str> {
    Column::ALL[..DEFAULT_COLUMNS].iter().map(|column| column.code())
}

fn csv_of(property_names: &[String], rows: &[ExportRow]) -> String {
    let mut export =
        CsvExport::new(Vec::new(), property_names, &TableOptions::default()).expect("memory takes it, and it is UTF-8");
    rows.iter().for_each(|row| export.row(row).expect("memory takes it, and it is UTF-8"));
    String::from_utf8(export.finish().expect("memory takes it, and it is UTF-8"))
        .expect("memory takes it, and it is UTF-8")
}

#[test]
fn the_csv_is_what_a_person_opens() {
    let csv = csv_of(&names(&["Größe", "note", "status"]), &sample());
    let wanted = "\
row,first_name,last_name,phone,status,result,reason_category,reason_code,reason,attempts,first_call_at,last_call_at,talk_seconds,call,recording,Größe,note,property_status
1,Zoë,\"O'Brien, Jr\",+14155550101,Completed,success,,,,2,2026-09-21T14:13:20.000Z,2026-09-21T14:28:20.000Z,12.345,call_02,recordings/call_02.wav,\"1,80\",\"two
\"\"lines\"\"\",vip
2,Ada,,+14155550102,Failed,,carrier,carrier_overloaded,Carrier overloaded,1,,,0,,,,'-2+3,
3,'=cmd(),,+14155550103,In Progress,,,,,0,,,0,,,,,
4,'@home,,'=415,Skipped,,,duplicate,duplicate of row 1,0,,,0,,,,'+1 (415),
";
    assert_eq!(csv, wanted);
}

/// An export is a contact file again: names, numbers and properties come back as they were.
#[test]
fn an_export_reads_back_as_a_contact_file() {
    let rows = sample();
    let csv = csv_of(&names(&["Größe", "note", "status"]), &rows);
    let read: Vec<_> = read_contacts(std::io::Cursor::new(csv.as_bytes()), ReadOptions::default())
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert_eq!(read.len(), rows.len());
    for (read, written) in read.iter().zip(&rows) {
        assert_eq!(
            (&read.first_name, &read.last_name, read.row),
            (&written.first_name, &written.last_name, written.row)
        );
        assert_eq!(read.phone_written, written.phone);
        for (name, value) in &written.properties {
            let column =
                if default_columns().any(|column| column == name) { format!("property_{name}") } else { name.clone() };
            assert!(
                read.properties.iter().any(|(name, read)| **name == column && read == value),
                "{column}={value:?} in {read:?}"
            );
        }
        assert!(read.properties.iter().any(|(name, status)| &**name == "status" && status == written.status.label()));
    }
}

#[test]
fn the_json_reads_back_equal() {
    let counts = Counts { completed: 1, failed: 1, in_progress: 1, skipped: 1, ..Counts::default() };
    let summary = ExportSummary {
        campaign: ExportCampaign { id: "cmp_01".into(), name: "Spring {\"}".into(), status: CampaignStatus::Running },
        counts: counts.into(),
        results: [(CallResult::Success, 1)].into(),
        failures: [(FailureCategory::Carrier, 1)].into(),
        filter: None,
    };
    for rows in [sample(), Vec::new()] {
        let mut export = JsonExport::new(Vec::new(), &summary, &TableOptions::default()).unwrap();
        rows.iter().for_each(|row| export.row(row).unwrap());
        let document: Value = serde_json::from_slice(&export.finish(None).unwrap()).unwrap();
        assert_eq!(serde_json::from_value::<ExportSummary>(document.clone()).unwrap(), summary);
        assert_eq!(serde_json::from_value::<Vec<ExportRow>>(document["contacts"].clone()).unwrap().len(), rows.len());
        assert_eq!(document["counts"]["total"], 4);
        assert_eq!(document["results"]["success"], 1);
        assert_eq!(document["failures"]["carrier"], 1);
        if let Some(first) = rows.first() {
            let contact = &document["contacts"][0];
            assert_eq!(&serde_json::from_value::<ExportRow>(contact.clone()).unwrap(), first);
            assert_eq!(
                (&contact["status"], &contact["talk_seconds"]),
                (&Value::from("completed"), &Value::from(12.345))
            );
            assert_eq!(contact["properties"]["status"], "vip");
            assert_eq!(contact["calls"][0]["sip_status"], 486);
            assert_eq!(document["contacts"][2]["status"], "in_progress");
            // The same fields under the same names as in the CSV.
            assert!(default_columns().all(|name| contact.get(name).is_some()), "{contact}");
        }
    }
}

#[test]
fn a_property_the_header_does_not_name_is_refused_not_lost() {
    let mut export = CsvExport::new(Vec::new(), &names(&["note"]), &TableOptions::default()).unwrap();
    let error = export.row(&row(7, "Ada", "+14155550102", &[("other", "x")])).unwrap_err();
    assert!(matches!(&error, ExportError::UnknownProperty { row: 7, name } if name == "other"), "{error}");
}

#[test]
fn property_names_that_clash_stay_apart() {
    let csv = csv_of(&names(&["status", "property_status", "call", "=x"]), &[]);
    assert!(csv.ends_with("recording,property_status,property_property_status,property_call,'=x\n"), "{csv}");
}

#[test]
fn checking_a_file_counts_it_and_hashes_all_of_it() {
    let file = b"phone,city\n+14155550101,Rome\n+14155550101,Rome\nx,\n\n\n";
    let check = check_contacts(std::io::Cursor::new(&file[..]), ReadOptions::default()).unwrap();
    assert_eq!((check.rows, check.callable, check.skipped.len()), (3, 1, 2));
    assert_eq!(check.property_names, ["city"]);
    assert_eq!(check.hash, carillon_exchange::ContentHash::of(&file[..]).unwrap());
    assert_eq!(check.hash.to_string(), "74280c0d627105f3ddc2d6c2e0502fc2f989d8218ba9ecc2df369f4015adfd53");
    let broken = b"phone\n+14155550101\n\"+14155550102\n";
    assert_eq!(check_contacts(std::io::Cursor::new(&broken[..]), ReadOptions::default()).unwrap_err().line(), Some(3));
}

proptest! {
    /// Whatever stands in a name or a property: an export gives it back, and nothing in the file begins a formula.
    #[test]
    fn any_text_survives_the_csv(first in "[-=+@'a-c\",;\u{e9}]{0,6}", value in "[-=+@'a-c\",;\n\u{e9}]{1,6}") {
        // Values come from files, where blanks around them are cut off.
        let value = format!("{}x", value.trim());
        let csv = csv_of(&names(&["note"]), &[row(1, &first, "+14155550101", &[("note", &value)])]);
        let mut reader = csv::Reader::from_reader(csv.as_bytes());
        for cell in reader.records().next().unwrap().unwrap().iter() {
            prop_assert!(!cell.starts_with(['=', '@', '-', '\t', '\r']), "{cell:?}");
        }
        let contact = read_contacts(std::io::Cursor::new(csv.as_bytes()), ReadOptions::default()).unwrap().next().unwrap().unwrap();
        prop_assert_eq!(&contact.first_name, &first);
        let note = contact.properties.iter().find(|(name, _)| &**name == "note").map(|(_, value)| value.as_str());
        prop_assert_eq!(note, Some(value.as_str()));
    }
}

/// A summary that agrees with [`sample`].
fn summary() -> ExportSummary {
    let counts = Counts { pending: 0, in_progress: 1, completed: 1, failed: 1, skipped: 1, canceled: 0 };
    ExportSummary {
        campaign: ExportCampaign { id: "camp_1".into(), name: "Spring".into(), status: CampaignStatus::Running },
        counts: counts.into(),
        results: [(CallResult::Success, 1)].into(),
        failures: [(FailureCategory::Carrier, 1)].into(),
        filter: None,
    }
}

#[test]
fn columns_are_chosen_ordered_and_written_in_a_zone() {
    let mut rows = sample();
    rows[0].link = Some("https://calls.example.com/calls/call_02".into());
    rows[1].handled = Some(ExportHandled { at: at(0), by: "Ana".into(), note: "=called her".into() });
    rows[1].read_at = Some(at(1));
    let options = TableOptions {
        columns: Some(vec![
            Column::Phone,
            Column::LastCallAt,
            Column::Zone,
            Column::Link,
            Column::Calls,
            Column::HandledBy,
            Column::HandledNote,
            Column::ReadAt,
        ]),
        properties: Some(names(&["status"])),
        zone: Some("Europe/Berlin".into()),
        bom: true,
    };
    let mut export = CsvExport::new(Vec::new(), &names(&["Größe", "note", "status"]), &options).unwrap();
    rows[..2].iter().for_each(|row| export.row(row).unwrap());
    let csv = String::from_utf8(export.finish().unwrap()).unwrap();
    let wanted = "\u{feff}phone,last_call_at,zone,link,calls,handled_by,handled_note,read_at,status
+14155550101,2026-09-21T16:28:20.000+02:00,Europe/Berlin,https://calls.example.com/calls/call_02,2026-09-21T16:13:20.000+02:00 busy 0 s; 2026-09-21T16:28:20.000+02:00 success 12.345 s,,,,vip
+14155550102,,Europe/Berlin,,,Ana,'=called her,2026-09-21T16:13:20.001+02:00,
";
    assert_eq!(csv, wanted);
    let zone = TableOptions { zone: Some("Mars/Olympus".into()), ..TableOptions::default() };
    let refused = CsvExport::new(Vec::new(), &[], &zone).map(|_| ()).unwrap_err();
    assert_eq!(refused.code(), "export_unknown_zone");
}

#[test]
fn json_lines_begin_with_the_campaign_and_end_with_the_count_and_the_time_of_reading() {
    let mut lines = LinesExport::new(Vec::new(), &summary(), &TableOptions::default()).unwrap();
    sample().iter().for_each(|row| lines.row(row).unwrap());
    let text = String::from_utf8(lines.finish(Some(ReadSpan { from: at(0), to: at(5_000) })).unwrap()).unwrap();
    let values: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(values[0]["type"], "campaign");
    assert_eq!(values[0]["counts"]["total"], 4);
    let contacts: Vec<ExportRow> =
        values[1..5].iter().map(|value| serde_json::from_value(value.clone()).unwrap()).collect();
    assert_eq!(contacts, sample(), "each line reads back equal");
    assert_eq!(values[5]["contacts"], 4);
    assert_eq!(values[5]["read"]["to"], "2026-09-21T14:13:25.000Z");
}

#[test]
fn json_has_the_chosen_fields_only_and_says_the_filter() {
    let mut rows = sample();
    rows[0].handled = Some(ExportHandled { at: at(0), by: "Ana".into(), note: String::new() });
    let options = TableOptions {
        columns: Some(vec![Column::Phone, Column::HandledAt, Column::HandledBy, Column::TalkSeconds]),
        properties: Some(names(&["status"])),
        ..TableOptions::default()
    };
    let summary = ExportSummary { filter: Some(serde_json::json!({ "statuses": ["completed"] })), ..summary() };
    let mut json = JsonExport::new(Vec::new(), &summary, &options).unwrap();
    json.row(&rows[0]).unwrap();
    let document: Value = serde_json::from_slice(&json.finish(None).unwrap()).unwrap();
    assert_eq!(document["filter"]["statuses"][0], "completed");
    let wanted = serde_json::json!({
        "phone": "+14155550101",
        "handled": { "at": "2026-09-21T14:13:20.000Z", "by": "Ana", "note": "" },
        "talk_seconds": 12.345,
        "properties": { "status": "vip" },
    });
    assert_eq!(document["contacts"][0], wanted);
}

#[test]
fn the_workbook_reads_back_as_the_contacts_that_were_written() {
    let property_names = names(&["Größe", "note", "status"]);
    let mut export = XlsxExport::new(&summary(), &property_names, &TableOptions::default(), None).unwrap();
    sample().iter().for_each(|row| export.row(row).unwrap());
    let bytes = export.finish(Vec::new(), Some(ReadSpan { from: at(0), to: at(5_000) })).unwrap();
    let sheet = |name: &str| ReadOptions {
        format: carillon_exchange::FormatChoice { sheet: Some(name.into()), ..Default::default() },
        mapping: None,
        ..ReadOptions::default()
    };
    let contacts: Vec<_> =
        read_contacts(std::io::Cursor::new(&bytes), sheet("Contacts")).unwrap().map(Result::unwrap).collect();
    assert_eq!(contacts.len(), 4);
    assert_eq!(contacts[0].last_name, "O'Brien, Jr");
    assert_eq!(contacts[0].phone.as_ref().unwrap().to_string(), "+14155550101");
    let property = |row: usize, name: &str| {
        contacts[row].properties.iter().find(|(column, _)| &**column == name).map(|(_, value)| value.as_str())
    };
    assert_eq!(property(0, "note"), Some("two\n\"lines\""));
    assert_eq!(property(0, "talk_seconds"), Some("12.345"));
    assert_eq!(property(1, "note"), Some("-2+3"), "a text, not a formula, and without a quote");
    assert_eq!(contacts[2].first_name, "=cmd()");
    let refused = read_contacts(std::io::Cursor::new(&bytes), sheet("Nothing")).map(|_| ()).unwrap_err();
    assert_eq!(refused.code(), "contact_file_no_sheet");
    assert!(refused.to_string().contains("Contacts, Calls, Summary"), "{refused}");
}
