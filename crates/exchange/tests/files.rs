//! Each awkward file in `tests/awkward` with what must come of it, which stands beside it in `NAME.expected`: read it as the documentation of
//! the reader. `UPDATE_EXPECTED=1` writes those files anew; read the difference before you commit it.

use std::fmt::Write as _;
use std::path::Path;

use carillon_domain::SkipReason;
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

/// A row that nobody calls must not keep another with the same number from being called.
#[test]
fn a_row_without_a_variable_leaves_its_number_to_a_later_row_that_has_it() {
    let options = ReadOptions { required_variables: vec!["first_name".to_owned()], ..ReadOptions::for_country(None) };
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("a-row-without-a-variable.csv");
    std::fs::write(&path, "phone,first_name\n+14155550100,\n+14155550100,Ada\n+14155550100,Ben\n").expect("is written");
    let rows = open_contacts(&path, options).expect("opens").map(|row| row.expect("a row").phone);
    let phones: Vec<_> =
        rows.map(|phone| phone.map(|p| p.to_string()).map_err(|skip| (skip.reason, skip.text))).collect();
    let missing = Err((SkipReason::MissingVariable, "no value for {{first_name}} and no default".to_owned()));
    let duplicate = Err((SkipReason::Duplicate, "duplicate of row 2".to_owned()));
    assert_eq!(phones, [missing, Ok("+14155550100".to_owned()), duplicate]);
}

#[test]
fn rows_are_numbered_behind_those_that_were_there_and_repeated_numbers_left_to_who_takes_them() {
    let file = "phone\n+12125550101\n+12125550101\n";
    let read = |options| {
        carillon_exchange::read_contacts(std::io::Cursor::new(file), options)
            .unwrap()
            .map(Result::unwrap)
            .collect::<Vec<_>>()
    };
    let behind = read(ReadOptions { rows_before: 40, ..ReadOptions::default() });
    assert_eq!((behind[0].row, behind[1].row, behind[1].line), (41, 42, 3));
    assert_eq!(behind[1].phone.as_ref().unwrap_err().text, "duplicate of row 41");
    let all = read(ReadOptions { numbers_may_repeat: true, ..ReadOptions::default() });
    assert!(all.iter().all(|row| row.phone.is_ok()));
}
