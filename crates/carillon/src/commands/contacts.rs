//! Puts a contact file into a campaign.

use std::collections::BTreeSet;
use std::path::Path;

use carillon_domain::Counts;
use carillon_domain::employee::Employee;
use carillon_domain::phone::Country;
use carillon_exchange::{
    ContactFileError, ContactRow, FileCheck, ReadOptions, check_contacts, missing_variables, open_contacts, open_file,
};
use carillon_store::{Campaign, NewContact};

use super::context::{Context, WORKSPACE};
use crate::error::{CliError, Exit, OrFail};

/// Contacts in one transaction.
const BATCH: usize = 5_000;

/// Reads the whole file without keeping anything, so that a file broken in its last line calls nobody.
pub fn check(path: &Path, country: Option<Country>) -> Result<FileCheck, CliError> {
    open_file(path)
        .and_then(|file| check_contacts(file, ReadOptions::for_country(country)))
        .map_err(|error| file_error(path, &error).next("Nobody was called."))
}

/// What is wrong with a contact file, for the person at the terminal.
pub fn file_error(path: &Path, error: &ContactFileError) -> CliError {
    let message = crate::error::chain(error);
    CliError::new(Exit::BadFile, error.code(), format!("{}: {message}", path.display()))
}

/// The employee's variables that must have a value in every row; refused when the file has no such column (B2).
pub fn required_variables(employee: &Employee, check: &FileCheck) -> Result<BTreeSet<String>, CliError> {
    let texts = employee.texts().or_fail("employee_texts")?;
    let required: BTreeSet<String> = texts.iter().flat_map(|t| t.required()).map(str::to_owned).collect();
    match missing_variables(required.iter().map(String::as_str), &check.property_names).first() {
        None => Ok(required),
        Some(name) => Err(CliError::new(
            Exit::BadFile,
            "variable_without_column",
            format!("{} says {{{{{name}}}}}, but the file has no such column.", employee.name),
        )
        .next(format!("Add the column, or give a default in the text: {{{{{name}|…}}}}. Nobody was called."))),
    }
}

/// Imports the file's rows. Safe to repeat: a row that is there already stays as it is.
pub async fn import(
    context: &Context,
    campaign: &Campaign,
    path: &Path,
    country: Option<Country>,
    required: &BTreeSet<String>,
    mut progress: impl FnMut(&Counts),
) -> Result<(), CliError> {
    let options =
        ReadOptions { required_variables: required.iter().cloned().collect(), ..ReadOptions::for_country(country) };
    let mut rows = open_contacts(path, options).map_err(|error| file_error(path, &error))?;
    let mut added = Counts::default();
    loop {
        let mut batch = Vec::with_capacity(BATCH);
        for row in rows.by_ref().take(BATCH) {
            batch.push(new_contact(row.map_err(|error| file_error(path, &error))?));
        }
        if batch.is_empty() {
            break;
        }
        let done = context
            .store
            .contacts_import(WORKSPACE, campaign.id, batch, context.clock.now())
            .await
            .or_fail("import")?;
        for &status in carillon_domain::ContactStatus::ALL {
            added.add(status, done.added.get(status));
        }
        progress(&added);
    }
    context.store.campaign_import_finished(WORKSPACE, campaign.id, context.clock.now()).await.or_fail("import")
}

fn new_contact(row: ContactRow) -> NewContact {
    let (phone, skip) = match row.phone {
        Ok(phone) => (Some(phone), None),
        Err(skip) => (None, Some((skip.reason, skip.text))),
    };
    NewContact {
        row: i64::from(row.row),
        line: i64::try_from(row.line).unwrap_or(i64::MAX),
        phone,
        phone_text: row.phone_written,
        first_name: row.first_name,
        last_name: row.last_name,
        properties: row.properties.into_iter().map(|(name, value)| (name.to_string(), value)).collect(),
        skip,
        zone_key: 0,
        time_zone: None,
        external_id: None,
    }
}
