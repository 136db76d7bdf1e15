//! What an export holds. Plain data: the store fills it, the writers of this crate write it, and it reads back equal from JSON.

use std::collections::BTreeMap;

use carillon_domain::{
    CallResult, CampaignStatus, ContactStatus, Counts, EndedBy, FailureCategory, FailureCode, SkipReason, Timestamp,
};
use serde::{Deserialize, Serialize};

/// Why an export could not be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// The file could not be written.
    #[error("the export could not be written: check that the folder exists and the disk has room")]
    Io(#[from] std::io::Error),
    /// The time zone that was asked for does not exist.
    #[error("there is no time zone {0:?}: write it as Europe/Berlin")]
    UnknownZone(String),
    /// A workbook could not be made.
    #[error("the workbook could not be made: {0}")]
    Workbook(String),
    /// A report could not be made.
    #[error("the PDF could not be made: {0}; this is a fault of Carillon, report it")]
    Pdf(String),
    /// A CSV file has one header for all rows, so all properties must be named before the first row.
    #[error(
        "row {row} has the property {name:?}, which the export's header does not name: this is a fault of Carillon, report it"
    )]
    UnknownProperty {
        /// The contact's row.
        row: u32,
        /// The property's name.
        name: String,
    },
}

impl ExportError {
    /// Stable code, for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Io(_) => "export_write_failed",
            Self::UnknownZone(_) => "export_unknown_zone",
            Self::Workbook(_) => "export_workbook_failed",
            Self::Pdf(_) => "export_pdf_failed",
            Self::UnknownProperty { .. } => "export_unknown_property",
        }
    }
}

impl From<csv::Error> for ExportError {
    fn from(error: csv::Error) -> Self {
        match error.into_kind() {
            csv::ErrorKind::Io(error) => Self::Io(error),
            other => Self::Io(std::io::Error::other(format!("{other:?}"))),
        }
    }
}

impl From<serde_json::Error> for ExportError {
    fn from(error: serde_json::Error) -> Self {
        Self::Io(error.into())
    }
}

/// Why a contact or call failed, or why a contact was skipped.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ExportReason {
    /// Code of the failure's category; none for skipped contacts.
    #[serde(rename = "reason_category")]
    pub category: Option<FailureCategory>,
    /// Stable code: of [`FailureCode`] or [`SkipReason`].
    #[serde(rename = "reason_code")]
    pub code: Option<String>,
    /// One plain sentence.
    #[serde(rename = "reason")]
    pub text: Option<String>,
}

impl ExportReason {
    /// A failure, in the words of its code.
    pub fn failure(code: FailureCode) -> Self {
        Self {
            category: Some(code.category()),
            code: Some(code.code().to_owned()),
            text: Some(code.label().to_owned()),
        }
    }

    /// A skipped contact, in the row's own words when it has some.
    pub fn skipped(reason: SkipReason, text: Option<&str>) -> Self {
        let text = text.filter(|text| !text.is_empty()).unwrap_or(reason.label());
        Self { category: None, code: Some(reason.code().to_owned()), text: Some(text.to_owned()) }
    }
}

/// One contact of a campaign.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ExportRow {
    /// Row of the contact in its campaign, from 1.
    pub row: u32,
    /// First name; empty when unknown.
    pub first_name: String,
    /// Last name; empty when unknown.
    pub last_name: String,
    /// E.164 with `+`; for a skipped row the phone cell as written.
    pub phone: String,
    /// Status.
    pub status: ContactStatus,
    /// Result of the call that settled the contact.
    pub result: Option<CallResult>,
    /// Why it failed or was skipped; empty otherwise.
    #[serde(flatten)]
    pub reason: ExportReason,
    /// Calls whose INVITE left.
    pub attempts: u32,
    /// Start of the first call.
    pub first_call_at: Option<Timestamp>,
    /// Start of the last call.
    pub last_call_at: Option<Timestamp>,
    /// Time from answer to end in milliseconds, of the last call; written as seconds.
    #[serde(rename = "talk_seconds", with = "seconds")]
    pub talk_ms: u64,
    /// Id of the last call.
    pub call: Option<String>,
    /// Address of the last call's page (`public_url` + `/calls/ID`).
    #[serde(default)]
    pub link: Option<String>,
    /// Where the recording of the last call is.
    pub recording: Option<String>,
    /// Who took the contact over by hand.
    #[serde(default)]
    pub handled: Option<ExportHandled>,
    /// When the row was read, for a campaign that still runs: its rows are not of one moment.
    #[serde(default)]
    pub read_at: Option<Timestamp>,
    /// Custom properties in the file's order.
    #[serde(with = "pairs")]
    pub properties: Vec<(String, String)>,
    /// Every attempt, oldest first.
    pub calls: Vec<ExportCall>,
}

/// The mark "handled by hand".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportHandled {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
    /// Their note; empty when there is none.
    pub note: String,
}

/// From when to when a running campaign was read, page by page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadSpan {
    /// Start of the first page.
    pub from: Timestamp,
    /// End of the last page.
    pub to: Timestamp,
}

/// One attempt to reach a contact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportCall {
    /// Id of the call.
    pub call: String,
    /// Which attempt of the contact it was, from 1.
    pub attempt: u32,
    /// When it was placed.
    pub started_at: Timestamp,
    /// When it rang first.
    pub ringing_at: Option<Timestamp>,
    /// When it was answered.
    pub answered_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Which side ended the line.
    pub ended_by: Option<EndedBy>,
    /// What came of it.
    pub result: Option<CallResult>,
    /// Why it failed; empty otherwise.
    #[serde(flatten)]
    pub reason: ExportReason,
    /// Final SIP status (RFC 3261).
    pub sip_status: Option<u16>,
    /// Its reason phrase.
    pub sip_reason: Option<String>,
    /// Q.850 cause of the Reason header (RFC 3326).
    pub q850_cause: Option<u16>,
    /// Time from answer to end in milliseconds; written as seconds.
    #[serde(rename = "talk_seconds", with = "seconds")]
    pub talk_ms: u64,
    /// Where the recording is.
    pub recording: Option<String>,
}

/// The campaign an export is of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportCampaign {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its status.
    pub status: CampaignStatus,
}

/// The seven counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ExportCounts {
    /// All contacts: the sum of the six others.
    pub total: i64,
    /// The six statuses.
    #[serde(flatten)]
    pub by_status: Counts,
}

impl From<Counts> for ExportCounts {
    fn from(by_status: Counts) -> Self {
        Self { total: by_status.total(), by_status }
    }
}

/// The head of a JSON export, and of the summary that commands print.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportSummary {
    /// The campaign.
    pub campaign: ExportCampaign,
    /// Contacts by status.
    pub counts: ExportCounts,
    /// Completed contacts by result.
    pub results: BTreeMap<CallResult, i64>,
    /// Failed contacts by category.
    pub failures: BTreeMap<FailureCategory, i64>,
    /// The filter, when only some of the contacts follow; the numbers are of the whole campaign all the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<serde_json::Value>,
}

/// Milliseconds in memory, seconds in files.
pub(crate) mod seconds {
    use serde::{Deserialize, Deserializer, Serializer};

    #[expect(clippy::cast_precision_loss, reason = "a talk is shorter than 2^52 ms")]
    pub(crate) fn serialize<S: Serializer>(ms: &u64, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(*ms as f64 / 1000.0)
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a float cast saturates; negative times do not exist"
    )]
    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
        Ok((f64::deserialize(deserializer)? * 1000.0).round() as u64)
    }
}

/// Pairs as an object that keeps their order.
pub(crate) mod pairs {
    use std::fmt;

    use serde::de::{MapAccess, Visitor};
    use serde::{Deserializer, Serializer};

    type Pairs = Vec<(String, String)>;

    pub(crate) fn serialize<S: Serializer>(pairs: &Pairs, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(pairs.iter().map(|(name, value)| (name, value)))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Pairs, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Pairs;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of strings")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs, A::Error> {
                let mut pairs = Pairs::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(pairs)
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}
