//! Results as a table: which columns, and what stands in them. CSV and XLSX write the same.

use std::borrow::Cow;
use std::collections::HashMap;

use carillon_domain::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::{ExportCall, ExportError, ExportRow};

macro_rules! columns {
    ($($(#[$doc:meta])* $name:ident = $code:literal;)*) => {
        /// A column of a table of results; properties come after these.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Column { $($(#[$doc])* $name,)* }

        impl Column {
            /// All, in the order in which they are offered.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The header.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code),* }
            }
        }
    };
}

columns! {
    /// Row in the campaign.
    Row = "row";
    /// First name.
    FirstName = "first_name";
    /// Last name.
    LastName = "last_name";
    /// Number.
    Phone = "phone";
    /// Status as people read it.
    Status = "status";
    /// Code of the result.
    Result = "result";
    /// Code of the failure's category.
    ReasonCategory = "reason_category";
    /// Code of the reason.
    ReasonCode = "reason_code";
    /// The reason in a sentence.
    Reason = "reason";
    /// Calls whose INVITE left.
    Attempts = "attempts";
    /// Start of the first call.
    FirstCallAt = "first_call_at";
    /// Start of the last call.
    LastCallAt = "last_call_at";
    /// Seconds from answer to end of the last call.
    TalkSeconds = "talk_seconds";
    /// Id of the last call.
    Call = "call";
    /// Recording of the last call.
    Recording = "recording";
    /// Address of the last call's page.
    Link = "link";
    /// Time zone of the times.
    Zone = "zone";
    /// When somebody took the contact over by hand.
    HandledAt = "handled_at";
    /// Who did.
    HandledBy = "handled_by";
    /// Their note.
    HandledNote = "handled_note";
    /// Every attempt in one cell.
    Calls = "calls";
    /// When the row was read.
    ReadAt = "read_at";
}

/// What a table of results shows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TableOptions {
    /// Columns in the order wanted; in tables the first fifteen of [`Column::ALL`] unless given, in JSON all of them.
    pub columns: Option<Vec<Column>>,
    /// Properties in the order wanted; all unless given.
    pub properties: Option<Vec<String>>,
    /// IANA name of the zone in which times are written, with their offset; UTC unless given.
    pub zone: Option<String>,
    /// A mark at the start by which spreadsheets know UTF-8 (CSV only).
    pub bom: bool,
}

impl TableOptions {
    /// The zone by its name.
    pub(crate) fn time_zone(&self) -> Result<TimeZone, ExportError> {
        let name = self.zone.as_deref().unwrap_or("UTC");
        TimeZone::get(name).map_err(|_| ExportError::UnknownZone(name.to_owned()))
    }
}

/// Columns written unless others are asked for.
pub const DEFAULT_COLUMNS: usize = 15;

/// One cell.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell<'a> {
    Text(Cow<'a, str>),
    Integer(u32),
    /// Milliseconds, written as seconds.
    Seconds(u64),
    Empty,
}

impl<'a> From<&'a str> for Cell<'a> {
    fn from(text: &'a str) -> Self {
        if text.is_empty() { Self::Empty } else { Self::Text(text.into()) }
    }
}

impl From<String> for Cell<'_> {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

/// The columns of one table.
pub(crate) struct Layout {
    columns: Vec<Column>,
    /// Where each property's value stands among the properties; `None` for one that is not wanted.
    places: HashMap<String, Option<usize>>,
    pub(crate) header: Vec<String>,
    zone: TimeZone,
    zone_name: String,
}

impl Layout {
    pub(crate) fn new(property_names: &[String], options: &TableOptions) -> Result<Self, ExportError> {
        let columns = options.columns.clone().unwrap_or_else(|| Column::ALL[..DEFAULT_COLUMNS].to_vec());
        let wanted = options.properties.as_deref().unwrap_or(property_names);
        let mut header: Vec<String> = columns.iter().map(|column| column.code().to_owned()).collect();
        for name in wanted {
            let mut column = name.clone();
            while header.contains(&column) || column.is_empty() {
                column.insert_str(0, "property_");
            }
            header.push(column);
        }
        let place = |name: &String| wanted.iter().position(|other| other == name);
        let places = property_names.iter().map(|name| (name.clone(), place(name))).collect();
        let zone_name = options.zone.clone().unwrap_or_else(|| "UTC".to_owned());
        let zone = options.time_zone()?;
        Ok(Self { columns, places, header, zone, zone_name })
    }

    /// The cells of a row, in the header's order.
    pub(crate) fn cells<'a>(&self, row: &'a ExportRow) -> Result<Vec<Cell<'a>>, ExportError> {
        let mut cells: Vec<Cell<'a>> = self.columns.iter().map(|column| self.cell(*column, row)).collect();
        cells.resize(self.header.len(), Cell::Empty);
        for (name, value) in &row.properties {
            let place = self
                .places
                .get(name)
                .ok_or_else(|| ExportError::UnknownProperty { row: row.row, name: name.clone() })?;
            if let Some(place) = place {
                cells[self.columns.len() + place] = value.as_str().into();
            }
        }
        Ok(cells)
    }

    fn cell<'a>(&self, column: Column, row: &'a ExportRow) -> Cell<'a> {
        let text = |text: &'a Option<String>| text.as_deref().map_or(Cell::Empty, Cell::from);
        let time = |at: Option<Timestamp>| at.map_or(Cell::Empty, |at| self.time(at).into());
        let handled = row.handled.as_ref();
        match column {
            Column::Row => Cell::Integer(row.row),
            Column::FirstName => row.first_name.as_str().into(),
            Column::LastName => row.last_name.as_str().into(),
            Column::Phone => row.phone.as_str().into(),
            Column::Status => row.status.label().into(),
            Column::Result => row.result.map_or(Cell::Empty, |result| result.code().into()),
            Column::ReasonCategory => row.reason.category.map_or(Cell::Empty, |category| category.code().into()),
            Column::ReasonCode => text(&row.reason.code),
            Column::Reason => text(&row.reason.text),
            Column::Attempts => Cell::Integer(row.attempts),
            Column::FirstCallAt => time(row.first_call_at),
            Column::LastCallAt => time(row.last_call_at),
            Column::TalkSeconds => Cell::Seconds(row.talk_ms),
            Column::Call => text(&row.call),
            Column::Recording => text(&row.recording),
            Column::Link => text(&row.link),
            Column::Zone => self.zone_name.clone().into(),
            Column::HandledAt => time(handled.map(|handled| handled.at)),
            Column::HandledBy => handled.map_or(Cell::Empty, |handled| handled.by.as_str().into()),
            Column::HandledNote => handled.map_or(Cell::Empty, |handled| handled.note.as_str().into()),
            Column::Calls => {
                let calls: Vec<String> = row.calls.iter().map(|call| self.call(call)).collect();
                if calls.is_empty() { Cell::Empty } else { calls.join("; ").into() }
            }
            Column::ReadAt => time(row.read_at),
        }
    }

    fn call(&self, call: &ExportCall) -> String {
        let outcome = call.result.map(|result| result.code()).or(call.reason.code.as_deref()).unwrap_or("in progress");
        format!("{} {outcome} {} s", self.time(call.started_at), seconds(call.talk_ms))
    }

    /// RFC 3339 in the table's zone.
    pub(crate) fn time(&self, at: Timestamp) -> String {
        if self.zone_name == "UTC" {
            return at.to_string();
        }
        match jiff::Timestamp::from_microsecond(at.as_micros()) {
            Ok(instant) => {
                instant.to_zoned_datetime(self.zone.clone()).strftime("%Y-%m-%dT%H:%M:%S%.3f%:z").to_string()
            }
            Err(_) => at.to_string(),
        }
    }
}

/// Seconds with as many decimals as there are, without a float's noise.
pub(crate) fn seconds(ms: u64) -> String {
    let text = format!("{}.{:03}", ms / 1000, ms % 1000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
