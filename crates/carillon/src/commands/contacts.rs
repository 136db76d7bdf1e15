//! Puts a contact file into a campaign.

use std::collections::BTreeSet;
use std::path::Path;

use carillon_domain::employee::Employee;
use carillon_domain::phone::Country;
use carillon_domain::{Counts, SkipReason};
use carillon_exchange::{ContactFileError, ContactRow, FileCheck, ReadOptions, check_contacts, open_contacts};
use carillon_store::{Campaign, NewContact};

use super::context::{Context, WORKSPACE};
use crate::error::{CliError, Exit, OrFail};
use crate::variables::{Values, is_known};

/// Contacts in one transaction.
const BATCH: usize = 5_000;
/// Reads the whole file without keeping anything, so that a file broken in its last line calls nobody.
pub fn check(path: &Path, country: Option<Country>) -> Result<FileCheck, CliError> {
    let file =
        std::fs::File::open(path).map_err(|source| file_error(path, &ContactFileError::opening(path, source)))?;
    if file.metadata().is_ok_and(|about| about.is_dir()) {
        let error = ContactFileError::opening(path, std::io::ErrorKind::IsADirectory.into());
        return Err(file_error(path, &error));
    }
    let found = check_contacts(file, ReadOptions { default_country: country });
    found.map_err(|error| file_error(path, &error))
}

fn file_error(path: &Path, error: &ContactFileError) -> CliError {
    let message = crate::error::chain(error);
    CliError::new(Exit::BadFile, error.code(), format!("{}: {message}", path.display())).next("Nobody was called.")
}

/// The employee's variables that must have a value in every row; refused when the file has no such column (B2).
pub fn required_variables(employee: &Employee, check: &FileCheck) -> Result<BTreeSet<String>, CliError> {
    let texts = employee.texts().or_fail("employee_texts")?;
    let required: BTreeSet<String> = texts.iter().flat_map(|t| t.required()).map(str::to_owned).collect();
    for name in &required {
        if !is_known(name, check.property_names.iter().map(String::as_str)) {
            return Err(CliError::new(
                Exit::BadFile,
                "variable_without_column",
                format!("{} says {{{{{name}}}}}, but the file has no such column.", employee.name),
            )
            .next(format!("Add the column, or give a default in the text: {{{{{name}|…}}}}. Nobody was called.")));
        }
    }
    Ok(required)
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
    let mut rows =
        open_contacts(path, ReadOptions { default_country: country }).map_err(|error| file_error(path, &error))?;
    let mut added = Counts::default();
    loop {
        let mut batch = Vec::with_capacity(BATCH);
        for row in rows.by_ref().take(BATCH) {
            batch.push(new_contact(row.map_err(|error| file_error(path, &error))?, required));
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

fn new_contact(row: ContactRow, required: &BTreeSet<String>) -> NewContact {
    let (phone, mut skip) = match &row.phone {
        Ok(phone) => (Some(*phone), None),
        Err(skip) => (None, Some((skip.reason, skip.text.clone()))),
    };
    if skip.is_none()
        && let Some(name) = required.iter().find(|name| !has_value(&row, name))
    {
        skip = Some((SkipReason::MissingVariable, format!("no value for {{{{{name}}}}} and no default")));
    }
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
    }
}

fn has_value(row: &ContactRow, name: &str) -> bool {
    let phone = row.phone.as_ref().ok().map(ToString::to_string);
    let values = Values { first_name: &row.first_name, last_name: &row.last_name, phone };
    values.get(name, row.properties.iter().map(|(column, value)| (&**column, value.as_str()))).is_some()
}
