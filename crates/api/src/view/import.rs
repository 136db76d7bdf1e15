//! Contact files in: the forms of `carillon-exchange` and the store as the API writes them.

use carillon_domain::phone::Country;
use carillon_domain::{PhoneError, PhoneNumber, SkipReason};
use carillon_exchange::{ColumnSuggestion, Confidence, Field, FileKind, FormatChoice, Mapping, Preview, Separator};
use carillon_store::{ImportSource, WorkState};

use crate::limits::UPLOAD_KEPT;
use crate::model::{
    ColumnTarget, DetectedFormat, DuplicateScope, FileColumn, FileFormat, Import, ImportRef, JobState, NumberPreview,
    SkippedGroup, SkippedRow, Upload,
};
use crate::problem::Problem;

/// An uploaded file of which so many bytes have come.
pub(crate) fn upload(upload: &carillon_store::Upload, received: u64) -> Upload {
    Upload {
        id: upload.id.into(),
        name: upload.name.clone(),
        bytes: bytes(upload),
        received,
        sha256: upload.sha256.clone(),
        created_at: upload.created_at.into(),
        expires_at: (upload.used_at.unwrap_or(upload.created_at) + UPLOAD_KEPT).into(),
    }
}

/// The size of an uploaded file, once it is whole.
pub(crate) fn bytes(upload: &carillon_store::Upload) -> u64 {
    unsigned(upload.bytes)
}

fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

const SEPARATORS: [(Separator, &str); 4] =
    [(Separator::Comma, ","), (Separator::Semicolon, ";"), (Separator::Pipe, "|"), (Separator::Tab, "tab")];

/// What a person said about a file.
pub(crate) fn format_choice(format: FileFormat) -> Result<FormatChoice, Problem> {
    let wrong = || Problem::field("separator", "A separator is , or ; or | or the word tab.");
    let separator = |text: String| {
        SEPARATORS.iter().find(|(_, written)| *written == text).map(|(separator, _)| *separator).ok_or_else(wrong)
    };
    let said = |text: Option<String>| text.filter(|text| !text.is_empty());
    Ok(FormatChoice {
        encoding: said(format.encoding),
        separator: said(format.separator).map(separator).transpose()?,
        header: format.header,
        sheet: said(format.sheet),
    })
}

/// What a file is written in.
pub(crate) fn detected(preview: &Preview) -> DetectedFormat {
    let format = &preview.format;
    let rows = i64::try_from(preview.rows).unwrap_or(i64::MAX);
    DetectedFormat {
        kind: match format.kind {
            FileKind::Csv => "csv",
            FileKind::Xlsx => "xlsx",
        }
        .to_owned(),
        encoding: format.encoding.as_ref().map(|name| name.to_lowercase()),
        separator: format.separator.and_then(|separator| {
            SEPARATORS.iter().find(|(known, _)| *known == separator).map(|(_, written)| (*written).to_owned())
        }),
        header: format.header_line.is_some(),
        sheet: format.sheet.clone(),
        sheets: format.sheets.clone(),
        rows: preview.rows_exact.then_some(rows),
        rows_about: (!preview.rows_exact).then_some(rows),
    }
}

fn target(field: &Field) -> ColumnTarget {
    match field {
        Field::Phone => ColumnTarget::Phone,
        Field::FirstName => ColumnTarget::FirstName,
        Field::LastName => ColumnTarget::LastName,
        Field::FullName => ColumnTarget::FullName,
        Field::TimeZone => ColumnTarget::TimeZone,
        Field::ExternalId => ColumnTarget::ExternalId,
        Field::Property { name } => ColumnTarget::Property { name: name.clone() },
        Field::Ignore => ColumnTarget::Skip,
    }
}

/// Where the columns go.
pub(crate) fn mapping(targets: Vec<ColumnTarget>) -> Mapping {
    let field = |target| match target {
        ColumnTarget::Phone => Field::Phone,
        ColumnTarget::FirstName => Field::FirstName,
        ColumnTarget::LastName => Field::LastName,
        ColumnTarget::FullName => Field::FullName,
        ColumnTarget::TimeZone => Field::TimeZone,
        ColumnTarget::ExternalId => Field::ExternalId,
        ColumnTarget::Property { name } => Field::Property { name },
        ColumnTarget::Skip => Field::Ignore,
    };
    Mapping(targets.into_iter().map(field).collect())
}

/// The columns, with their first numbers where they have some.
pub(crate) fn columns(preview: &Preview, country: Option<Country>) -> Vec<FileColumn> {
    preview.columns.iter().map(|column| file_column(preview, column, country)).collect()
}

fn file_column(preview: &Preview, column: &ColumnSuggestion, country: Option<Country>) -> FileColumn {
    let phone = column.field == Field::Phone;
    let written: Vec<&String> = if phone {
        preview.numbers.iter().map(|number| &number.written).collect()
    } else {
        column.samples.iter().collect()
    };
    let numbers: Vec<NumberPreview> = written.iter().map(|text| number(text, country)).collect();
    // Another column may be chosen: those that hold numbers at all are shown as such.
    let any = numbers.iter().any(|number| number.phone.is_some());
    FileColumn {
        index: column.column.saturating_sub(1),
        header: column.header.clone(),
        samples: column.samples.clone(),
        numbers: if phone || any { numbers } else { Vec::new() },
        suggestion: target(&column.field),
        because: column.reason.clone(),
        confidence: match column.confidence {
            Confidence::Low => 0.3,
            Confidence::Likely => 0.7,
            Confidence::Certain => 1.0,
        },
    }
}

fn number(text: &str, country: Option<Country>) -> NumberPreview {
    let parsed = PhoneNumber::parse(text, country);
    NumberPreview {
        text: text.to_owned(),
        phone: parsed.ok().map(|number| number.to_string()),
        problem: parsed.err().map(|error| error.to_string()),
    }
}

/// What deserves a look before the file is taken.
pub(crate) fn warnings(preview: &Preview, country: Option<Country>) -> Vec<String> {
    let mut found = Vec::new();
    let mangled = |number: &carillon_exchange::NumberPreview| {
        PhoneNumber::parse(&number.written, country) == Err(PhoneError::Mangled)
    };
    if let Some(first) = preview.numbers.iter().find(|number| mangled(number)) {
        found.push(format!(
            "A spreadsheet turned numbers into another form, such as {}: their digits are lost. Format the column as text there and save it again.",
            first.written
        ));
    }
    if preview.needs_country > 0 && country.is_none() {
        found.push("Some of the first numbers have no country code: choose the country they belong to.".to_owned());
    }
    if let Some(sheet) = preview.format.sheet.as_ref().filter(|_| preview.format.sheets.len() > 1) {
        found.push(format!("The workbook has {} sheets; only \"{sheet}\" is read.", preview.format.sheets.len()));
    }
    if preview.format.encoding.as_deref() == Some("windows-1252") {
        found.push(
            "The file is not UTF-8 and is read as Windows-1252: check that letters with accents look right.".to_owned(),
        );
    }
    found
}

impl From<DuplicateScope> for carillon_store::DuplicateScope {
    fn from(scope: DuplicateScope) -> Self {
        match scope {
            DuplicateScope::Campaign => Self::Campaign,
            DuplicateScope::OpenCampaigns => Self::OpenCampaigns,
            DuplicateScope::AllCampaigns => Self::AllCampaigns,
        }
    }
}

impl From<WorkState> for JobState {
    fn from(state: WorkState) -> Self {
        match state {
            WorkState::Waiting => Self::Waiting,
            WorkState::Running => Self::Running,
            WorkState::Done => Self::Done,
            WorkState::Failed => Self::Failed,
            WorkState::Canceled => Self::Canceled,
        }
    }
}

/// An import.
pub(crate) fn import(import: &carillon_store::Import) -> Import {
    Import {
        id: import.id.into(),
        campaign: import.campaign.into(),
        upload: match &import.source {
            ImportSource::Upload(id) => Some((*id).into()),
            ImportSource::Path(_) => None,
        },
        file_name: import.file_name.clone(),
        state: import.state.into(),
        bytes_done: unsigned(import.bytes_done),
        bytes_total: unsigned(import.bytes_total),
        rows_done: import.rows_done,
        rows_total: import.rows_total,
        pending: import.pending,
        skipped: import.skipped,
        error_code: import.error.as_ref().map(|(code, _)| code.clone()),
        error: import.error.as_ref().map(|(_, why)| why.clone()),
        created_at: import.created_at.into(),
        ended_at: import.ended_at.map(Into::into),
    }
}

/// An import as its campaign refers to it.
pub(crate) fn import_ref(import: &carillon_store::Import) -> ImportRef {
    ImportRef {
        id: import.id.into(),
        state: import.state.into(),
        rows_done: import.rows_done,
        rows_total: import.rows_total,
    }
}

/// Rows skipped for a reason.
pub(crate) fn skipped_group(reason: SkipReason, count: i64, rows: Vec<carillon_store::SkippedRow>) -> SkippedGroup {
    let row =
        |row: carillon_store::SkippedRow| SkippedRow { row: row.row, line: row.line, value: row.value, text: row.text };
    let hint = Some(reason.next_step()).filter(|hint| *hint != "Nothing.");
    SkippedGroup {
        reason: reason.into(),
        label: reason.label().to_owned(),
        count,
        hint: hint.map(str::to_owned),
        examples: rows.into_iter().map(row).collect(),
    }
}
