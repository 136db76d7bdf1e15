//! Asking for an import: the file is looked at, what its columns are is settled, and what keeps it from being read is said at once.

use std::collections::BTreeMap;
use std::path::PathBuf;

use carillon_domain::Timestamp;
use carillon_domain::employee::Employee;
use carillon_domain::ids::ImportId;
use carillon_domain::phone::Country;
use carillon_domain::template::{TemplateError, variable_key};
use carillon_exchange::{ContactFileError, FormatChoice, Mapping, ReadOptions, inspect, open_contacts, open_file};
use carillon_store::{Campaign, DuplicateScope, ImportSource, NewImport, Store, StoreError};
use serde::{Deserialize, Serialize};

/// How a file is read, as it is kept with the import.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// What was said about the file.
    pub format: FormatChoice,
    /// What its columns are.
    pub mapping: Mapping,
    /// Country of numbers without a country code.
    pub country: Option<Country>,
    /// Variables without a value in a row for which it is skipped.
    pub required: Vec<String>,
    /// Names that the campaign has already for properties of the file.
    pub names: BTreeMap<String, String>,
}

impl Plan {
    pub(super) fn options(&self) -> ReadOptions {
        ReadOptions {
            default_country: self.country,
            format: self.format.clone(),
            mapping: Some(self.mapping.clone()),
            required_variables: self.required.clone(),
            rows_before: 0,
            numbers_may_repeat: true,
        }
    }
}

/// A file that is to be read into a campaign.
#[derive(Debug, Clone)]
pub struct AskedImport {
    /// Into which Draft.
    pub campaign: Campaign,
    /// Number of the data folder.
    pub folder: i64,
    /// Where the file lies, as it is kept.
    pub source: ImportSource,
    /// Where the file lies for this process.
    pub path: PathBuf,
    /// Its name, for people.
    pub file_name: String,
    /// SHA-256 in hexadecimal digits.
    pub file_hash: String,
    /// Its size.
    pub bytes: u64,
    /// What was said about the file; the rest is found out.
    pub format: FormatChoice,
    /// What its columns are; as suggested unless given.
    pub mapping: Option<Mapping>,
    /// Country of numbers without a country code.
    pub country: Option<Country>,
    /// Which numbers are skipped because they stand elsewhere too.
    pub duplicates: DuplicateScope,
    /// Contacts before its first; `None`: all that the campaign has.
    pub rows_before: Option<i64>,
    /// Rows of the file when it was read to its end already.
    pub checked: Option<i64>,
    /// This process does it at once by [`super::Importer::run`].
    pub ours: bool,
    /// Who asks.
    pub by: String,
}

/// Why an import was not begun.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// The file can't be taken.
    #[error(transparent)]
    File(#[from] ContactFileError),
    /// The campaign's status does not allow it, or the database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A text of the employee can't be read.
    #[error("a text of the AI employee can't be read: {0}")]
    Employee(#[from] TemplateError),
    /// The reading thread failed.
    #[error("the file could not be looked at: {0}")]
    Thread(#[from] tokio::task::JoinError),
}

/// Asks for an import.
///
/// # Errors
///
/// When the file can't be taken as far as its first rows tell, or the campaign can't take contacts now.
pub async fn ask(store: &Store, asked: AskedImport, now: Timestamp) -> Result<ImportId, AskError> {
    let workspace = asked.campaign.workspace;
    let options = ReadOptions {
        default_country: asked.country,
        format: asked.format.clone(),
        mapping: asked.mapping.clone(),
        ..ReadOptions::default()
    };
    let path = asked.path.clone();
    let look = tokio::task::spawn_blocking(move || {
        let rows = inspect(open_file(&path)?, &options.format, None, None)?.rows;
        Ok::<_, ContactFileError>((open_contacts(&path, options)?.columns().clone(), rows))
    });
    let (columns, guess) = look.await??;
    let property_names: Vec<String> = columns.property_names().map(str::to_owned).collect();
    let employee = store.employee_fetch(workspace, asked.campaign.employee).await?;
    let employee = employee.ok_or(StoreError::NotFound { what: "AI employee" })?;
    let known = [asked.campaign.property_names.as_slice(), property_names.as_slice()].concat();
    // One that no column gives at all keeps the campaign from being started; its rows are fine once the text has a default.
    let mut required = required_variables(&employee.employee)?;
    let missing = missing_variables(&employee.employee, &known)?;
    required.retain(|name| !missing.contains(name));
    let plan = Plan {
        format: asked.format,
        mapping: columns.mapping().clone(),
        country: asked.country,
        required,
        names: same_names(&asked.campaign.property_names, &property_names),
    };
    let id = store.next_id(now)?;
    let phone = plan.mapping.0.iter().position(|field| *field == carillon_exchange::Field::Phone).unwrap_or(0);
    let new = NewImport {
        id,
        campaign: asked.campaign.id,
        folder: asked.folder,
        source: asked.source,
        file_name: asked.file_name,
        file_hash: asked.file_hash,
        bytes: i64::try_from(asked.bytes).unwrap_or(i64::MAX),
        plan: serde_json::to_value(&plan).map_err(|error| StoreError::Corrupt(error.to_string()))?,
        headers: columns.headers().to_vec(),
        phone_column: i64::try_from(phone).unwrap_or(i64::MAX) + 1,
        property_names,
        duplicates: asked.duplicates,
        rows_before: asked.rows_before,
        rows: asked.checked.or(i64::try_from(guess).ok()),
        checked: asked.checked.is_some(),
        ours: asked.ours,
        by: asked.by,
        now,
    };
    store.import_create(workspace, new).await?;
    Ok(id)
}

/// The variables of an employee's texts that have no default: a row without a value for one can't be called.
///
/// # Errors
///
/// When a text can't be read.
pub fn required_variables(employee: &Employee) -> Result<Vec<String>, TemplateError> {
    let texts = employee.texts()?;
    let mut names: Vec<String> = texts.iter().flat_map(|text| text.required()).map(str::to_owned).collect();
    names.sort();
    names.dedup();
    Ok(names)
}

/// Of these those that no contact can have, with these properties (B2): they keep a campaign from being started.
///
/// # Errors
///
/// When a text can't be read.
pub fn missing_variables(employee: &Employee, property_names: &[String]) -> Result<Vec<String>, TemplateError> {
    let required = required_variables(employee)?;
    Ok(carillon_exchange::missing_variables(required.iter().map(String::as_str), property_names))
}

/// Properties of the file that the campaign has under a name that is written otherwise ("City", "city"): they take that one.
fn same_names(campaign: &[String], file: &[String]) -> BTreeMap<String, String> {
    let known = |name: &&String| campaign.iter().find(|known| variable_key(known) == variable_key(name));
    file.iter()
        .filter_map(|name| known(&name).filter(|known| *known != name).map(|k| (name.clone(), k.clone())))
        .collect()
}
