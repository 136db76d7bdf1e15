//! `carillon contacts check`: what a contact file would become, without taking it.

use std::collections::BTreeMap;

use carillon_exchange::{ContactRow, Cursor, FileCheck, RejectedRow, check_each, inspect, open_file};
use serde_json::json;

use super::contacts::{file_error, read_options};
use crate::cli::{ContactsAction, ContactsArgs, ContactsCheckArgs};
use crate::error::CliError;
use crate::report;

/// Skipped rows told to a person; with `--json` all of them.
const SHOWN: u32 = 20;

/// Runs the command.
pub fn run(args: &ContactsArgs) -> Result<(), CliError> {
    match &args.action {
        ContactsAction::Check(check) => check_file(check, args.json),
        ContactsAction::Template => {
            report::data(carillon_exchange::TEMPLATE_CSV.trim_start_matches('\u{feff}').trim_end());
            Ok(())
        }
    }
}

fn check_file(args: &ContactsCheckArgs, json: bool) -> Result<(), CliError> {
    let refused = |error| file_error(&args.file, &error);
    let options = read_options(&args.file, &args.read)?;
    let country = options.default_country;
    let preview = open_file(&args.file)
        .and_then(|file| inspect(file, &options.format, options.mapping.as_ref(), country))
        .map_err(refused)?;
    let headers: Vec<String> = preview.columns.iter().map(|column| column.header.clone()).collect();
    if json {
        report::data_json(&json!({ "type": "file", "format": preview.format, "columns": preview.columns }));
    }
    let mut told = 0;
    let each = |row: &ContactRow, _: Cursor| {
        if let Some(rejected) = RejectedRow::of(row, &headers) {
            told += 1;
            tell(&rejected, told, json);
        }
    };
    let check = open_file(&args.file).and_then(|file| check_each(file, options, each)).map_err(refused)?;
    if json {
        report::data_json(&summary(&check));
    } else {
        say(&check);
    }
    Ok(())
}

fn tell(rejected: &RejectedRow, told: u32, json: bool) {
    if json {
        report::data_json(&json!({
            "type": "skipped", "row": rejected.row, "line": rejected.line, "column": rejected.column,
            "header": rejected.header, "value": rejected.value,
            "reason_code": rejected.reason_code, "reason": rejected.reason,
        }));
    } else if told <= SHOWN {
        // Beyond the header's columns there is no name.
        let column = Some(&rejected.header).filter(|header| !header.is_empty()).cloned();
        let column = column.unwrap_or_else(|| format!("column {}", rejected.column));
        report::data(&format!(
            "row {} (line {}), {column}: {:?}: {}",
            rejected.row, rejected.line, rejected.value, rejected.reason
        ));
    }
}

fn by_reason(check: &FileCheck) -> BTreeMap<&'static str, u32> {
    check.skipped_by_reason.iter().map(|(reason, count)| (reason.code(), *count)).collect()
}

fn summary(check: &FileCheck) -> serde_json::Value {
    json!({
        "type": "summary",
        "counts": { "total": check.rows, "pending": check.callable, "skipped": check.rows - check.callable },
        "skipped_by_reason": by_reason(check),
        "repaired": check.repaired,
        "unknown_time_zones": check.unknown_zones,
    })
}

fn say(check: &FileCheck) {
    let skipped = check.rows - check.callable;
    if skipped > SHOWN {
        report::data(&format!("… and {} more; --json lists all.", skipped - SHOWN));
    }
    report::data(&format!("{} contacts: {} can be called, {skipped} are skipped.", check.rows, check.callable));
    for (reason, count) in &check.skipped_by_reason {
        report::data(&format!("  {count} {}", reason.label().to_lowercase()));
    }
    for (repair, count) in &check.repaired {
        report::data(&format!("  {count} callable: {}", repair.text()));
    }
    if let Some((row, zone)) = &check.unknown_zone {
        let others = match check.unknown_zones {
            1 => String::new(),
            n => format!(" (and {} more)", n - 1),
        };
        report::data(&format!("  row {row}{others}: no time zone {zone:?}; that of the number is taken"));
    }
    if !check.property_names.is_empty() {
        report::data(&format!("Usable as {{{{variables}}}}: {}", check.property_names.join(", ")));
    }
}
