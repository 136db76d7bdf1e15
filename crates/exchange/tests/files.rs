//! Each awkward file in `tests/awkward` with what must come of it, which stands beside it in `NAME.expected`: read it as the documentation of
//! the reader. `UPDATE_EXPECTED=1` writes those files anew; read the difference before you commit it.

use std::fmt::Write as _;
use std::path::Path;

use carillon_exchange::{ContactFileError, ReadOptions, open_contacts};

fn render(path: &Path) -> String {
    let mut out = String::new();
    if let Err(error) = render_rows(path, &mut out) {
        writeln!(
            out,
            "error {} line {} column {}\n{error}",
            error.code(),
            error.line().map_or("-".to_owned(), |line| line.to_string()),
            error.column().map_or("-".to_owned(), |column| column.to_string())
        )
        .expect("a string takes it");
    }
    out
}

fn render_rows(path: &Path, out: &mut String) -> Result<(), ContactFileError> {
    let contacts = open_contacts(path, ReadOptions::for_country("US".parse().ok()))?;
    let format = contacts.format();
    let (encoding, separator) = (format.encoding.as_deref().unwrap_or("-"), format.separator);
    let header = format.header_line.map_or("none".to_owned(), |line| format!("line {line}"));
    writeln!(
        out,
        "{:?} {encoding} {} header {header}",
        format.kind,
        separator.map_or("-".to_owned(), |s| format!("{s:?}"))
    )
    .expect("a string takes it");
    writeln!(out, "properties {:?}", contacts.columns().property_names().collect::<Vec<_>>())
        .expect("a string takes it");
    for row in contacts {
        let row = row?;
        let phone = match &row.phone {
            Ok(phone) => phone.to_string(),
            Err(skip) => format!(
                "{:?} skipped: {} ({}), column {} {:?}",
                row.phone_written,
                skip.reason.code(),
                skip.text,
                skip.column,
                skip.value
            ),
        };
        write!(out, "row {} line {}: {:?} {:?} {phone}", row.row, row.line, row.first_name, row.last_name)
            .expect("a string takes it");
        for (name, value) in [
            ("repair", row.repair.map(|repair| format!("{repair:?}"))),
            ("zone", row.time_zone),
            ("unknown zone", row.unknown_zone),
            ("id", row.external_id),
        ] {
            if let Some(value) = value {
                write!(out, " [{name} {value}]").expect("a string takes it");
            }
        }
        for (name, value) in &row.properties {
            write!(out, " {name}={value:?}").expect("a string takes it");
        }
        out.push('\n');
    }
    Ok(())
}

#[test]
fn every_awkward_file_gives_what_is_written_beside_it() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/awkward");
    let (mut files, mut wrong) = (0, String::new());
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|ext| ext == "expected") {
            continue;
        }
        files += 1;
        let rendered = render(&path);
        if std::env::var_os("UPDATE_EXPECTED").is_some() {
            std::fs::write(path.with_extension("expected"), &rendered).unwrap();
        }
        let expected = std::fs::read_to_string(path.with_extension("expected")).unwrap_or_default();
        if rendered != expected {
            writeln!(wrong, "--- {}\nexpected:\n{expected}now:\n{rendered}", path.file_name().unwrap().display())
                .unwrap();
        }
    }
    assert!(files >= 40, "only {files} files found");
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn a_missing_file_and_a_folder_are_told_apart() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let code = |path: &Path| open_contacts(path, ReadOptions::default()).map(|_| ()).unwrap_err().code();
    assert_eq!(code(&here.join("no-such-file.csv")), "contact_file_missing");
    assert_eq!(code(here), "contact_file_unreadable");
}
