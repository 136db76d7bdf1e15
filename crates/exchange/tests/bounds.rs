//! Files that would take all memory or time, made here: each ends in words, with its place, and takes little.

use std::io::{self, Cursor, Read, Seek, SeekFrom, Write};

use carillon_exchange::{ContactFileError, FormatChoice, ReadOptions, check_contacts, inspect};

fn refused(bytes: Vec<u8>) -> ContactFileError {
    check_contacts(Cursor::new(bytes), ReadOptions::default()).expect_err("must be refused")
}

/// Writes one part of a workbook.
type WritePart<'a> = &'a dyn Fn(&mut dyn Write);

fn workbook(parts: &[(&str, WritePart<'_>)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let mut part = |name: &str, write: WritePart<'_>| {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).expect("memory takes it");
        write(&mut zip);
    };
    part("xl/workbook.xml", &|out| {
        out.write_all(br#"<workbook><sheets><sheet name="S" id="a"/></sheets></workbook>"#).expect("memory takes it")
    });
    part("xl/_rels/workbook.xml.rels", &|out| {
        out.write_all(br#"<R><Relationship Id="a" Target="worksheets/s.xml"/></R>"#).expect("memory takes it");
    });
    for (name, write) in parts {
        part(name, write);
    }
    zip.finish().expect("memory takes it").into_inner()
}

fn repeat(out: &mut dyn Write, text: &[u8], times: usize) {
    let block = text.repeat(1_000);
    for _ in 0..times / 1_000 {
        out.write_all(&block).expect("memory takes it");
    }
}

const HEAD: &[u8] = br#"<worksheet><sheetData><row><c t="inlineStr"><is><t>phone</t></is></c></row>"#;

#[test]
fn a_value_of_two_megabytes_names_its_line_and_column() {
    let mut csv = b"phone,name,note\n+14155550101,Ada,x\n+14155550102,Ben,".to_vec();
    csv.extend(std::iter::repeat_n(b'x', 2 << 20));
    let error = refused(csv);
    assert_eq!((error.code(), error.line(), error.column()), ("contact_file_value_too_long", Some(3), Some(3)));
    let quoted = format!("phone,note\n+14155550101,\"{}\n", "a\n".repeat(1 << 20));
    assert_eq!(refused(quoted.into_bytes()).line(), Some(2), "a quote that is never closed is bounded too");
}

#[test]
fn a_workbook_that_unpacks_to_gigabytes_is_refused_by_each_part() {
    let texts = workbook(&[
        ("xl/sharedStrings.xml", &|out| {
            out.write_all(b"<sst>").expect("memory takes it");
            repeat(out, format!("<si><t>{}</t></si>", "a".repeat(1_000)).as_bytes(), 300_000);
        }),
        ("xl/worksheets/s.xml", &|out| out.write_all(HEAD).expect("memory takes it")),
    ]);
    assert!(texts.len() < 2 << 20, "{} bytes packed", texts.len());
    let error = refused(texts);
    assert_eq!(error.code(), "contact_file_too_large_inside");
    assert!(error.to_string().contains("64 MB"), "{error}");

    let one_text = workbook(&[("xl/worksheets/s.xml", &|out| {
        out.write_all(HEAD).expect("memory takes it");
        out.write_all(b"<row><c t=\"inlineStr\"><is><t>").expect("memory takes it");
        repeat(out, b"aaaaaaaaaa", 10_000_000);
    })]);
    assert!(matches!(refused(one_text).code(), "contact_file_too_large_inside" | "contact_file_value_too_long"));

    let empty_rows = workbook(&[("xl/worksheets/s.xml", &|out| {
        out.write_all(HEAD).expect("memory takes it");
        repeat(out, b"<row/>", 1_100_000);
    })]);
    assert_eq!(refused(empty_rows).code(), "contact_file_broken_workbook");
}

/// A CSV file made while it is read, so that only the reader's memory counts.
struct Endless {
    at: u64,
    bytes: u64,
}

const LINE: u64 = 64;

impl Read for Endless {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let line = self.at / LINE;
        let text = if line == 0 {
            "phone,first_name,note".to_owned()
        } else {
            format!("+1415555{line:04},Ada,note of {line}")
        };
        let text = format!("{text:<63}\n");
        let rest = &text.as_bytes()[(self.at % LINE) as usize..];
        let count = rest.len().min(buf.len()).min(usize::try_from(self.bytes - self.at).expect("memory takes it"));
        buf[..count].copy_from_slice(&rest[..count]);
        self.at += count as u64;
        Ok(count)
    }
}

impl Seek for Endless {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.at = match to {
            SeekFrom::Start(at) => at,
            SeekFrom::End(_) => self.bytes,
            SeekFrom::Current(by) => self.at.saturating_add_signed(by),
        };
        Ok(self.at)
    }
}

#[test]
fn a_first_look_at_a_large_file_reads_only_its_head_and_estimates_the_rows() {
    let preview = inspect(Endless { at: 0, bytes: 1_000_000 * LINE }, &FormatChoice::default(), None, None)
        .expect("memory takes it");
    assert!(!preview.rows_exact);
    assert!((900_000..1_100_000).contains(&preview.rows), "{} rows estimated", preview.rows);
    assert_eq!(preview.columns[0].field.code(), "phone");
    assert_eq!(preview.numbers[0].number.as_deref(), Some("+1 415-555-0001"));
}

#[test]
fn a_preview_shows_samples_reasons_and_what_a_default_country_does() {
    let csv =
        "Kundennummer;Name;Handy;Festnetz;Ort\n7;Ada Larsen;0151 2345678;030 1234567;Berlin\n8;Ben;0152 2345678;;Ulm\n";
    let look = |country: &str| {
        inspect(Cursor::new(csv), &FormatChoice::default(), None, country.parse().ok()).expect("memory takes it")
    };
    let preview = look("");
    assert!(preview.rows_exact && preview.rows == 2 && preview.needs_country == 2);
    let fields: Vec<&str> = preview.columns.iter().map(|column| column.field.code()).collect();
    assert_eq!(fields, ["external_id", "full_name", "phone", "property", "property"]);
    assert_eq!(preview.columns[2].reason, "the column is called Handy");
    assert_eq!(preview.columns[4].samples, ["Berlin", "Ulm"]);
    assert_eq!(preview.numbers[0].number, None);
    let german = look("DE");
    assert_eq!(german.numbers[0].number.as_deref(), Some("+49 1512345678"));
    assert_eq!(german.needs_country, 0);
    preview.suggested().validate().expect("suggestions never contradict themselves");
}
