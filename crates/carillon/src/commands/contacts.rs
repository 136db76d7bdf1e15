//! Puts a contact file into a campaign, by the same code as the page's uploads.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use carillon_api::work::{AskError, AskedImport, Importer, ask, missing_variables, required_variables};
use carillon_domain::Counts;
use carillon_domain::employee::Employee;
use carillon_domain::ids::ImportId;
use carillon_exchange::{ContactFileError, FileCheck, FormatChoice, ReadOptions, check_contacts, inspect, open_file};
use carillon_store::{Campaign, DuplicateScope, Import, ImportSource, WorkState};
use tokio_util::sync::CancellationToken;

use super::column_map;
use super::context::{Context, WORKSPACE};
use crate::cli::ReadArgs;
use crate::error::{CliError, Exit, OrFail, OrUsage};
use crate::report;

/// How often an import that another process has, or had until it was killed, is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(300);

/// Reads the whole file without keeping anything, so that a file broken in its last line calls nobody.
pub fn check(path: &Path, options: &ReadOptions) -> Result<FileCheck, CliError> {
    open_file(path)
        .and_then(|file| check_contacts(file, options.clone()))
        .map_err(|error| file_error(path, &error).next("Nobody was called."))
}

/// How a file is to be read. Of a workbook with several sheets it is said which one that is.
pub fn read_options(path: &Path, args: &ReadArgs) -> Result<ReadOptions, CliError> {
    let country = args.country.as_deref().map(str::parse).transpose().or_usage("country_unknown")?;
    let format = FormatChoice { sheet: args.sheet.clone(), ..FormatChoice::default() };
    let preview = open_file(path)
        .and_then(|file| inspect(file, &format, None, country))
        .map_err(|error| file_error(path, &error).next("Nothing was taken."))?;
    let sheets = &preview.format.sheets;
    if let (Some(read), None, 2..) = (&preview.format.sheet, &args.sheet, sheets.len()) {
        report::talk(&format!("The sheet \"{read}\" is read. --sheet NAME takes another: {}", sheets.join(", ")));
    }
    let mapping = if args.map.is_empty() { None } else { Some(column_map::mapping(&preview, &args.map)?) };
    Ok(ReadOptions { format, mapping, ..ReadOptions::for_country(country) })
}

/// What is wrong with a contact file, for the person at the terminal.
pub fn file_error(path: &Path, error: &ContactFileError) -> CliError {
    let message = crate::error::chain(error);
    CliError::new(Exit::BadFile, error.code(), format!("{}: {message}", path.display()))
}

/// Refuses a file that has no column for a variable which the employee needs a value for (B2).
pub fn refuse_missing_variables(employee: &Employee, check: &FileCheck) -> Result<(), CliError> {
    match missing_variables(employee, &check.property_names).or_fail("employee_texts")?.first() {
        None => Ok(()),
        Some(name) => Err(CliError::new(
            Exit::BadFile,
            "variable_without_column",
            format!("{} says {{{{{name}}}}}, but the file has no such column.", employee.name),
        )
        .next(format!("Add the column, or give a default in the text: {{{{{name}|…}}}}. Nobody was called."))),
    }
}

/// What a checked file holds for an employee: rows without a value that it says are skipped. `None`: there is no such value.
pub fn check_for(
    employee: &Employee,
    path: &Path,
    options: &ReadOptions,
    checked: &FileCheck,
) -> Result<Option<FileCheck>, CliError> {
    let mut required = required_variables(employee).or_fail("employee_texts")?;
    let missing = missing_variables(employee, &checked.property_names).or_fail("employee_texts")?;
    required.retain(|name| !missing.contains(name));
    if required.is_empty() {
        return Ok(None);
    }
    check(path, &ReadOptions { required_variables: required, ..options.clone() }).map(Some)
}

/// A contact file that was checked.
pub struct ContactFile<'a> {
    /// Where it lies.
    pub path: &'a Path,
    /// What it holds.
    pub check: &'a FileCheck,
    /// How it was read.
    pub options: ReadOptions,
    /// Contacts of the campaign before its first; `None`: all that there are.
    pub rows_before: Option<i64>,
}

/// Imports the file's rows, or goes on with an import of the campaign that was cut off. Another process that is at it is left to it.
pub async fn import(
    context: &Context,
    campaign: &Campaign,
    file: ContactFile<'_>,
    duplicates: DuplicateScope,
    mut progress: impl FnMut(&Counts) + Send,
) -> Result<Import, CliError> {
    let open = context.store.import_newest(WORKSPACE, campaign.id).await.or_fail("database")?;
    let id = match open.filter(|import| !import.state.is_over()) {
        Some(import) => import.id,
        None => begin(context, campaign, &file, duplicates).await?,
    };
    let importer = Importer {
        store: context.store.clone(),
        clock: Arc::new(context.clock.clone()),
        workspace: WORKSPACE,
        data: context.folder.path().to_owned(),
        stop: CancellationToken::new(),
    };
    let mut told = |import: &Import| {
        progress(&Counts { pending: import.pending, skipped: import.skipped, ..Counts::default() });
    };
    loop {
        let ours = context.store.work_take(WORKSPACE, id.raw()).await.or_fail("database")?;
        let import = if ours {
            importer.run(id, &mut told).await.or_fail("import")?
        } else {
            context.store.import_fetch(WORKSPACE, id).await.or_fail("database")?
        };
        let gone = || CliError::new(Exit::NotFound, "campaign_not_found", "The campaign was deleted meanwhile.");
        let import = import.ok_or_else(gone)?;
        told(&import);
        if import.state.is_over() {
            return ended(file.path, import);
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

async fn begin(
    context: &Context,
    campaign: &Campaign,
    file: &ContactFile<'_>,
    duplicates: DuplicateScope,
) -> Result<ImportId, CliError> {
    let path = std::path::absolute(file.path).or_fail("contact_file_unreadable")?;
    let text = path.to_str().ok_or_else(|| {
        let message = format!("The path {} is not UTF-8.", path.display());
        CliError::new(Exit::BadFile, "contact_file_path", message).next("Give the file another name or folder.")
    })?;
    let bytes = tokio::fs::metadata(&path).await.or_fail("contact_file_unreadable")?.len();
    let asked = AskedImport {
        campaign: campaign.clone(),
        folder: context.folder.id()?,
        source: ImportSource::Path(text.to_owned()),
        file_name: path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned()),
        file_hash: file.check.hash.to_string(),
        bytes,
        format: file.options.format.clone(),
        mapping: file.options.mapping.clone(),
        country: file.options.default_country,
        duplicates,
        rows_before: file.rows_before,
        checked: Some(i64::from(file.check.rows)),
        ours: true,
        by: "command line".to_owned(),
        path,
    };
    ask(&context.store, asked, context.clock.now()).await.map_err(|error| match error {
        AskError::File(error) => file_error(file.path, &error).next("Nobody was called."),
        error => CliError::new(Exit::Failure, "import", crate::error::chain(&error)),
    })
}

fn ended(path: &Path, import: Import) -> Result<Import, CliError> {
    match (import.state, &import.error) {
        (WorkState::Failed, Some((code, why))) => {
            Err(CliError::new(Exit::BadFile, code.clone(), format!("{}: {why}", path.display()))
                .next("Nobody was called. The same command imports it again."))
        }
        (WorkState::Canceled | WorkState::Failed, _) => {
            Err(CliError::new(Exit::Failure, "import_canceled", "The import was canceled by somebody else.")
                .next("The rows that are in stay. The same command imports the others."))
        }
        _ => Ok(import),
    }
}
