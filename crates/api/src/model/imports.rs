//! Contact files in.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::codes::SkipReason;
use crate::ids::{CampaignId, ImportId, Time, UploadId};

/// An uploaded file.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Upload {
    /// Which.
    pub id: UploadId,
    /// Its name, as the browser gave it.
    #[schema(example = "contacts.csv")]
    pub name: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// Bytes that have come of it. With all of them it can be looked at and imported.
    pub received: u64,
    /// SHA-256 in hexadecimal digits, once it is whole.
    pub sha256: Option<String>,
    /// When it came, or began to.
    pub created_at: Time,
    /// Until when it is kept.
    pub expires_at: Time,
}

/// How a file is read, where the detection is to be overruled.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct FileFormat {
    /// `utf-8`, `utf-16le`, `utf-16be`, `windows-1252`.
    pub encoding: Option<String>,
    /// `,`, `;`, `|` or `tab`.
    pub separator: Option<String>,
    /// Whether the first row holds the columns' names.
    pub header: Option<bool>,
    /// The sheet of a workbook, by name; the first one unless given.
    pub sheet: Option<String>,
}

/// How to look at an uploaded file.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct UploadQuery {
    /// `utf-8`, `utf-16le`, `utf-16be`, `windows-1252`; detected unless given.
    pub encoding: Option<String>,
    /// `,`, `;`, `|` or `tab`; detected unless given.
    pub separator: Option<String>,
    /// Whether the first row holds the columns' names; detected unless given.
    pub header: Option<bool>,
    /// The sheet of a workbook, by name.
    pub sheet: Option<String>,
    /// Country of numbers without a country code, for the live preview.
    pub country: Option<String>,
    /// A campaign: the variables of its employee that no column gives are named.
    #[param(value_type = Option<CampaignId>)]
    pub campaign: Option<CampaignId>,
}

/// A file, looked at: format, columns, suggestions.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct UploadPreview {
    /// The file.
    pub upload: Upload,
    /// How it is read: detected, or as asked.
    pub format: DetectedFormat,
    /// The columns.
    pub columns: Vec<FileColumn>,
    /// Variables used by the campaign's employee that no column gives and that have no default: they keep the campaign from starting.
    pub missing_variables: Vec<String>,
    /// How many numbers of the first rows have no country code: with a country chosen they are read as its numbers, without one they are skipped.
    pub needs_country: usize,
    /// What deserves a look, in words.
    pub warnings: Vec<String>,
}

/// How a file is read.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DetectedFormat {
    /// `csv` or `xlsx`.
    #[schema(example = "csv")]
    pub kind: String,
    /// Encoding of a CSV.
    #[schema(example = "utf-8")]
    pub encoding: Option<String>,
    /// Separator of a CSV: `,`, `;`, `|` or `tab`.
    #[schema(example = ";")]
    pub separator: Option<String>,
    /// Whether the first row holds the columns' names.
    pub header: bool,
    /// The sheet that is read, of a workbook.
    pub sheet: Option<String>,
    /// All sheets of a workbook.
    pub sheets: Vec<String>,
    /// Rows with contacts; absent until the file was read to its end.
    pub rows: Option<i64>,
    /// About how many there are, by its first rows and its size; absent when `rows` is there.
    pub rows_about: Option<i64>,
}

/// Where a column goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "field", rename_all = "snake_case", deny_unknown_fields)]
pub enum ColumnTarget {
    /// The phone number; just one column.
    Phone,
    /// First name.
    FirstName,
    /// Last name.
    LastName,
    /// First and last name in one.
    FullName,
    /// Time zone, as IANA name.
    TimeZone,
    /// The contact's id in another system.
    ExternalId,
    /// A custom property, usable as `{{name}}`.
    Property {
        /// Its name.
        name: String,
    },
    /// Not imported.
    Skip,
}

/// A column of a file.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FileColumn {
    /// Its place, from 0.
    pub index: usize,
    /// Its name in the header, or `column_3`.
    pub header: String,
    /// The first values that are not empty, at most 3.
    pub samples: Vec<String>,
    /// The first values as phone numbers under the default country: of the column that is suggested as phone number, and of others that
    /// hold some.
    pub numbers: Vec<NumberPreview>,
    /// Where it should go.
    pub suggestion: ColumnTarget,
    /// Why, in words: "the header says so", "looks like phone numbers".
    pub because: String,
    /// How sure that is, 0 to 1.
    pub confidence: f64,
}

/// A value and the number made of it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct NumberPreview {
    /// As the file writes it.
    #[schema(example = "0151 2345678")]
    pub text: String,
    /// E.164; absent when it is none.
    #[schema(example = "+491512345678")]
    pub phone: Option<String>,
    /// What is wrong with it, in words.
    pub problem: Option<String>,
}

/// What to do with a number that stands twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DuplicateScope {
    /// Skipped when it stands in an earlier row of this file or campaign.
    #[default]
    Campaign,
    /// Also skipped when it is a contact of a campaign that is not over.
    OpenCampaigns,
    /// Also skipped when it is a contact of any campaign.
    AllCampaigns,
}

/// An import to be begun.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewImport {
    /// The file.
    pub upload: UploadId,
    /// How it is read, where the detection is to be overruled.
    #[serde(default)]
    pub format: FileFormat,
    /// Where each column goes, in the file's order; the suggestions unless given.
    #[serde(default)]
    pub mapping: Option<Vec<ColumnTarget>>,
    /// Country of numbers without a country code; the workspace's default country unless given.
    #[serde(default)]
    pub country: Option<String>,
    /// What to do with numbers that stand twice.
    #[serde(default)]
    pub duplicates: DuplicateScope,
}

/// How far a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    /// Waits for a process that does it.
    Waiting,
    /// Under way.
    Running,
    /// Done.
    Done,
    /// Ended with an error.
    Failed,
    /// Ended by a person.
    Canceled,
}

/// An import as its campaign refers to it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ImportRef {
    /// Which.
    pub id: ImportId,
    /// How far.
    pub state: JobState,
    /// Rows read so far.
    pub rows_done: i64,
    /// Rows of the file, or the best guess until it was read.
    pub rows_total: Option<i64>,
}

/// An import.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Import {
    /// Which.
    pub id: ImportId,
    /// Into which campaign.
    pub campaign: CampaignId,
    /// The uploaded file it reads; none when the command line named a file.
    pub upload: Option<UploadId>,
    /// Name of the file.
    pub file_name: String,
    /// How far.
    pub state: JobState,
    /// Bytes read so far.
    pub bytes_done: u64,
    /// Bytes of the file.
    pub bytes_total: u64,
    /// Rows read so far.
    pub rows_done: i64,
    /// Rows of the file, or the best guess until it was read.
    pub rows_total: Option<i64>,
    /// Of the rows so far, those that will be called.
    pub pending: i64,
    /// Of the rows so far, those that are skipped.
    pub skipped: i64,
    /// Why it failed: a stable code.
    pub error_code: Option<String>,
    /// Why it failed, in words, with line and column where that helps.
    pub error: Option<String>,
    /// When it was asked for.
    pub created_at: Time,
    /// When it ended.
    pub ended_at: Option<Time>,
}

/// Skipped rows of an import, grouped by reason, most frequent first.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SkippedRows {
    /// Rows of the file.
    pub total: i64,
    /// Those that will be called.
    pub pending: i64,
    /// Those that are skipped.
    pub skipped: i64,
    /// The reasons.
    pub groups: Vec<SkippedGroup>,
}

/// The rows skipped for one reason.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SkippedGroup {
    /// The reason.
    pub reason: SkipReason,
    /// What people read.
    pub label: String,
    /// How many.
    pub count: i64,
    /// What to do about it.
    pub hint: Option<String>,
    /// The first ones, at most 5.
    pub examples: Vec<SkippedRow>,
}

/// A skipped row.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SkippedRow {
    /// The contact's row.
    pub row: i64,
    /// Line of the file.
    pub line: i64,
    /// The value that is wrong.
    pub value: String,
    /// What is wrong with it, in words.
    pub text: String,
}

/// Which skipped rows to download.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct SkippedQuery {
    /// Only with this reason.
    pub reason: Option<String>,
}
