use std::collections::BTreeMap;

use carillon_domain::ids::{ImportId, UploadId};
use carillon_domain::{CampaignId, SkipReason, Timestamp};

use super::{NewContact, WorkState};

/// An uploaded contact file. The file itself lies in the data folder, under its id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// Which.
    pub id: UploadId,
    /// Number of the data folder in which it lies.
    pub folder: i64,
    /// Its name, as the browser gave it. Never a path.
    pub name: String,
    /// Its size.
    pub bytes: i64,
    /// SHA-256 in hexadecimal digits; none while parts of it are missing.
    pub sha256: Option<String>,
    /// When it came, or began to.
    pub created_at: Timestamp,
    /// Who sent it.
    pub created_by: String,
    /// When an import last took it.
    pub used_at: Option<Timestamp>,
}

/// Which numbers are skipped because they stand elsewhere too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DuplicateScope {
    /// Those of an earlier row of the campaign.
    #[default]
    Campaign,
    /// Also those of contacts of campaigns that are not over.
    OpenCampaigns,
    /// Also those of contacts of any campaign.
    AllCampaigns,
}

impl DuplicateScope {
    pub(crate) fn number(self) -> i64 {
        match self {
            DuplicateScope::Campaign => 1,
            DuplicateScope::OpenCampaigns => 2,
            DuplicateScope::AllCampaigns => 3,
        }
    }

    pub(crate) fn from_number(number: i64) -> Option<Self> {
        [Self::Campaign, Self::OpenCampaigns, Self::AllCampaigns].into_iter().find(|scope| scope.number() == number)
    }
}

/// Where an import's file lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImportSource {
    /// It was uploaded.
    Upload(UploadId),
    /// Anywhere on the machine of the data folder: an absolute path.
    Path(String),
}

/// An import to be begun.
#[derive(Debug, Clone, PartialEq)]
pub struct NewImport {
    /// Made by `Store::next_id`.
    pub id: ImportId,
    /// Into which Draft.
    pub campaign: CampaignId,
    /// Number of the data folder of the process that can read the file.
    pub folder: i64,
    /// Where the file lies.
    pub source: ImportSource,
    /// Its name, for people.
    pub file_name: String,
    /// SHA-256 in hexadecimal digits.
    pub file_hash: String,
    /// Its size.
    pub bytes: i64,
    /// How it is read: kept for the one who reads it.
    pub plan: serde_json::Value,
    /// Names of its columns.
    pub headers: Vec<String>,
    /// Column of the phone numbers, from 1.
    pub phone_column: i64,
    /// Names of the properties that it brings, in its order.
    pub property_names: Vec<String>,
    /// Which numbers are skipped because they stand elsewhere too.
    pub duplicates: DuplicateScope,
    /// Contacts before its first; `None`: all that the campaign has. Rows that are there already are left alone.
    pub rows_before: Option<i64>,
    /// Rows of the file, or the best guess.
    pub rows: Option<i64>,
    /// The file was read to its end, and `rows` is exact.
    pub checked: bool,
    /// This process begins with it at once; else any of the folder does.
    pub ours: bool,
    /// Who asks.
    pub by: String,
    /// When.
    pub now: Timestamp,
}

/// An import.
#[derive(Debug, Clone, PartialEq)]
pub struct Import {
    /// Which.
    pub id: ImportId,
    /// Into which campaign.
    pub campaign: CampaignId,
    /// Number of the data folder.
    pub folder: i64,
    /// Where the file lies.
    pub source: ImportSource,
    /// Its name, for people.
    pub file_name: String,
    /// SHA-256 in hexadecimal digits.
    pub file_hash: String,
    /// How far.
    pub state: WorkState,
    /// Contacts of the campaign before its first.
    pub rows_before: i64,
    /// How it is read.
    pub plan: serde_json::Value,
    /// Names of its columns.
    pub headers: Vec<String>,
    /// Whether the file was read to its end once.
    pub checked: bool,
    /// Bytes of the file read so far.
    pub bytes_done: i64,
    /// Its size.
    pub bytes_total: i64,
    /// Rows taken so far.
    pub rows_done: i64,
    /// Rows of the file; a guess until it is checked.
    pub rows_total: Option<i64>,
    /// Of the rows so far, those that will be called.
    pub pending: i64,
    /// Of the rows so far, those that are skipped.
    pub skipped: i64,
    /// These by reason.
    pub skips: BTreeMap<SkipReason, i64>,
    /// Why it failed: a stable code and words.
    pub error: Option<(String, String)>,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// By whom.
    pub created_by: String,
    /// When it was over.
    pub ended_at: Option<Timestamp>,
    /// Rises with every change.
    pub version: i64,
}

impl Import {
    /// The campaign's rows that are its own so far: the first, and the last.
    pub fn rows(&self) -> (i64, i64) {
        (self.rows_before + 1, self.rows_before + self.rows_done)
    }
}

/// A row of a contact file on its way in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRow {
    /// The contact.
    pub contact: NewContact,
    /// Column (from 1) and value that are the cause, when the file's reader skips it; else those of its number.
    pub cause: Option<(i64, String)>,
}

/// Rows of a contact file, and where its reader stands behind them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileBatch {
    /// The rows.
    pub rows: Vec<FileRow>,
    /// Rows of the file up to here.
    pub rows_done: i64,
    /// Bytes of the file up to here.
    pub bytes_done: i64,
}

/// A row that an import skipped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SkippedRow {
    /// The contact's row.
    pub row: i64,
    /// Line of the file, from 1.
    pub line: i64,
    /// Column of the cause, from 1.
    pub column: i64,
    /// The value that is the cause, shortened.
    pub value: String,
    /// Why.
    pub reason: SkipReason,
    /// Why, in words.
    pub text: String,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
}

/// How an import ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImportEnd {
    /// All rows are in.
    Done,
    /// The file can't be taken: a stable code, and why in words.
    Failed(String, String),
    /// A person ended it.
    Canceled,
}
