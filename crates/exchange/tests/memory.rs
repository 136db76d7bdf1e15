//! What a hostile workbook takes of memory, measured in a process of its own.

#![expect(clippy::unwrap_used, reason = "a test ends at the first thing that is not as it must be")]

use std::fs;
use std::io::{Cursor, Write};

use carillon_exchange::{FormatChoice, ReadOptions, check_contacts, inspect};

/// Most resident memory since the last call of [`forget`], in bytes.
fn peak() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").trim().parse::<u64>().unwrap() * 1024
}

fn forget() {
    fs::write("/proc/self/clear_refs", "5").unwrap();
}

/// A workbook whose table of texts is `text` so many times.
fn workbook(text: &str, times: usize) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let sheet =
        br#"<worksheet><sheetData><row><c t="inlineStr"><is><t>phone</t></is></c></row></sheetData></worksheet>"#;
    let parts: [(&str, &[u8]); 3] = [
        ("xl/workbook.xml", br#"<workbook><sheets><sheet name="S" id="a"/></sheets></workbook>"#),
        ("xl/_rels/workbook.xml.rels", br#"<R><Relationship Id="a" Target="worksheets/s.xml"/></R>"#),
        ("xl/worksheets/s.xml", sheet),
    ];
    for (name, content) in parts {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.start_file("xl/sharedStrings.xml", zip::write::SimpleFileOptions::default()).unwrap();
    zip.write_all(b"<sst>").unwrap();
    let block = text.repeat(1_000);
    for _ in 0..times / 1_000 {
        zip.write_all(block.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[test]
fn texts_that_unpack_to_hundreds_of_megabytes_take_a_bounded_part_of_it() {
    let long = workbook(&format!("<si><t>{}</t></si>", "a".repeat(1_000)), 250_000);
    let short = workbook("<si/>", 50_000_000);
    for bomb in [long, short] {
        assert!(bomb.len() < 2 << 20, "{} bytes packed", bomb.len());
        forget();
        let before = peak();
        let looked = inspect(Cursor::new(bomb.as_slice()), &FormatChoice::default(), None, None);
        assert_eq!(looked.unwrap_err().code(), "contact_file_too_large_inside");
        let checked = check_contacts(Cursor::new(bomb), ReadOptions::default());
        assert_eq!(checked.unwrap_err().code(), "contact_file_too_large_inside");
        let took = peak().saturating_sub(before);
        assert!(took < 112 << 20, "{} MB", took >> 20);
    }
}
