//! A contact as JSON: the chosen columns as fields.

use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::export::{pairs, seconds};
use crate::{Column, ExportError, ExportHandled, ExportRow, TableOptions};

/// Which fields contacts have.
pub(crate) struct Fields {
    columns: Vec<Column>,
    properties: Option<Vec<String>>,
}

impl Fields {
    /// All unless the options choose. Times are in UTC whatever zone they name.
    pub(crate) fn new(options: &TableOptions) -> Result<Self, ExportError> {
        options.time_zone()?;
        let columns = options.columns.clone().unwrap_or_else(|| Column::ALL.to_vec());
        Ok(Self { columns, properties: options.properties.clone() })
    }
}

/// A contact with the fields that are wanted, after those given.
pub(crate) struct Chosen<'a> {
    pub(crate) kind: Option<&'static str>,
    pub(crate) fields: &'a Fields,
    pub(crate) row: &'a ExportRow,
}

struct Seconds(u64);

impl Serialize for Seconds {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        seconds::serialize(&self.0, serializer)
    }
}

struct Pairs(Vec<(String, String)>);

impl Serialize for Pairs {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        pairs::serialize(&self.0, serializer)
    }
}

impl Serialize for Chosen<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if let Some(kind) = self.kind {
            map.serialize_entry("type", kind)?;
        }
        let mut handled = self.row.handled.as_ref();
        for column in &self.fields.columns {
            entry(&mut map, *column, self.row, &mut handled)?;
        }
        match &self.fields.properties {
            None => map.serialize_entry("properties", &Pairs(self.row.properties.clone()))?,
            Some(wanted) if wanted.is_empty() => {}
            Some(wanted) => {
                let of = |name: &String| self.row.properties.iter().find(|(other, _)| other == name).cloned();
                map.serialize_entry("properties", &Pairs(wanted.iter().filter_map(of).collect()))?;
            }
        }
        map.end()
    }
}

/// `handled`: the mark, until it was written: three columns ask for it.
fn entry<M: SerializeMap>(
    map: &mut M,
    column: Column,
    row: &ExportRow,
    handled: &mut Option<&ExportHandled>,
) -> Result<(), M::Error> {
    let name = column.code();
    match column {
        Column::Row => map.serialize_entry(name, &row.row),
        Column::FirstName => map.serialize_entry(name, &row.first_name),
        Column::LastName => map.serialize_entry(name, &row.last_name),
        Column::Phone => map.serialize_entry(name, &row.phone),
        Column::Status => map.serialize_entry(name, &row.status),
        Column::Result => map.serialize_entry(name, &row.result),
        Column::ReasonCategory => map.serialize_entry(name, &row.reason.category),
        Column::ReasonCode => map.serialize_entry(name, &row.reason.code),
        Column::Reason => map.serialize_entry(name, &row.reason.text),
        Column::Attempts => map.serialize_entry(name, &row.attempts),
        Column::FirstCallAt => map.serialize_entry(name, &row.first_call_at),
        Column::LastCallAt => map.serialize_entry(name, &row.last_call_at),
        Column::TalkSeconds => map.serialize_entry(name, &Seconds(row.talk_ms)),
        Column::Call => map.serialize_entry(name, &row.call),
        Column::Recording => map.serialize_entry(name, &row.recording),
        Column::Link => match &row.link {
            Some(link) => map.serialize_entry(name, link),
            None => Ok(()),
        },
        // Times are in UTC and say so.
        Column::Zone => Ok(()),
        Column::HandledAt | Column::HandledBy | Column::HandledNote => match handled.take() {
            Some(handled) => map.serialize_entry("handled", handled),
            None => Ok(()),
        },
        Column::Calls => map.serialize_entry(name, &row.calls),
        Column::ReadAt => match &row.read_at {
            Some(at) => map.serialize_entry(name, at),
            None => Ok(()),
        },
    }
}
