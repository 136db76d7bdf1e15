//! The fields of a contact, found in a row by a [`Mapping`].

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use carillon_domain::template::variable_key;

use crate::fields::{Field, Mapping};
use crate::guard::unguarded;
use crate::records::Record;

/// Where a contact's fields are found in a row.
#[derive(Debug, Clone)]
pub struct Columns {
    phone: usize,
    first_name: Option<usize>,
    last_name: Option<usize>,
    full_name: Option<usize>,
    time_zone: Option<usize>,
    external_id: Option<usize>,
    properties: Vec<(usize, Arc<str>)>,
    headers: Vec<String>,
    mapping: Mapping,
}

impl Columns {
    /// `mapping` was validated and has a field for each header.
    pub(crate) fn new(headers: Vec<String>, mapping: Mapping) -> Self {
        let mut columns = Self {
            phone: mapping.place(&Field::Phone).unwrap_or(0),
            first_name: mapping.place(&Field::FirstName),
            last_name: mapping.place(&Field::LastName),
            full_name: mapping.place(&Field::FullName),
            time_zone: mapping.place(&Field::TimeZone),
            external_id: mapping.place(&Field::ExternalId),
            properties: Vec::new(),
            headers,
            mapping,
        };
        for (column, field) in columns.mapping.0.iter().enumerate() {
            // Time zone and external id are usable as {{variables}} by their header too.
            let name = match field {
                Field::Property { name } => name.as_str(),
                Field::TimeZone | Field::ExternalId => columns.headers.get(column).map_or("", String::as_str),
                _ => "",
            };
            let taken = columns.properties.iter().any(|(_, other)| **other == *name);
            if !name.is_empty() && !taken {
                columns.properties.push((column, name.into()));
            }
        }
        columns
    }

    /// What each column is.
    pub fn mapping(&self) -> &Mapping {
        &self.mapping
    }

    /// The header, a name for each column; `column_N` for a column without one.
    pub fn headers(&self) -> &[String] {
        &self.headers
    }

    /// Names of the columns that are kept as properties, in the file's order.
    pub fn property_names(&self) -> impl Iterator<Item = &str> {
        self.properties.iter().map(|(_, name)| &**name)
    }

    /// Columns of the header and, where the row has a value beyond them, of the row: then a value holds a separator that is not
    /// quoted, and nobody can say which value belongs to which column.
    pub(crate) fn overflow(&self, row: &Record) -> Option<(usize, usize)> {
        let used =
            (0..row.len()).rev().find(|column| row.get(*column).is_some_and(|value| !value.trim().is_empty()))? + 1;
        let width = self.headers.len();
        (used > width).then_some((width, used))
    }

    pub(crate) fn phone<'a>(&self, row: &'a Record) -> &'a str {
        value(row, Some(self.phone))
    }

    /// Column of the phone numbers, from 1.
    pub(crate) fn phone_column(&self) -> usize {
        self.phone + 1
    }

    /// Column of a variable by its key, from 1; 0 when it has none.
    pub(crate) fn place_of(&self, key: &str) -> usize {
        let place = match key {
            "firstname" => self.first_name.or(self.full_name),
            "lastname" => self.last_name.or(self.full_name),
            "name" => self.full_name.or(self.first_name).or(self.last_name),
            _ => self.properties.iter().find(|(_, name)| variable_key(name) == key).map(|(column, _)| *column),
        };
        place.map_or(0, |place| place + 1)
    }

    /// Time zone as written, and its column from 1.
    pub(crate) fn time_zone<'a>(&self, row: &'a Record) -> Option<(&'a str, usize)> {
        let column = self.time_zone?;
        Some((value(row, Some(column)), column + 1)).filter(|(zone, _)| !zone.is_empty())
    }

    pub(crate) fn external_id(&self, row: &Record) -> Option<String> {
        let id = value(row, self.external_id);
        (!id.is_empty()).then(|| id.to_owned())
    }

    /// First and last name. A full name is split at its comma ("Hanson, Peter") or after its first word.
    pub(crate) fn names(&self, row: &Record) -> (String, String) {
        if let Some(full) = self.full_name {
            let full = value(row, Some(full));
            let (first, last) = match full.split_once(',') {
                Some((last, first)) => (first, last),
                None => full.split_once(char::is_whitespace).unwrap_or((full, "")),
            };
            return (one_line(first), one_line(last));
        }
        (one_line(value(row, self.first_name)), one_line(value(row, self.last_name)))
    }

    /// The values of all properties that are not empty.
    pub(crate) fn properties(&self, row: &Record) -> Vec<(Arc<str>, String)> {
        let named = self.properties.iter().map(|(column, name)| (name, value(row, Some(*column))));
        named.filter(|(_, value)| !value.is_empty()).map(|(name, value)| (Arc::clone(name), value.to_owned())).collect()
    }
}

pub(crate) fn value(row: &Record, column: Option<usize>) -> &str {
    unguarded(trimmed(column.and_then(|column| row.get(column)).unwrap_or("")))
}

/// Without blanks and without the mark with which each of several joined files began.
pub(crate) fn trimmed(value: &str) -> &str {
    value.trim_matches(|ch: char| ch.is_whitespace() || ch == '\u{feff}')
}

/// Names are spoken and shown in one line.
fn one_line(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The names of the columns: as written, `column_N` for one without, with a number behind it for the second of the same name (by the key
/// with which variables are matched).
pub(crate) fn headers(written: &[&str]) -> Vec<String> {
    let mut keys = HashSet::new();
    let mut next: HashMap<String, usize> = HashMap::new();
    let mut names = Vec::with_capacity(written.len());
    for (column, written) in written.iter().enumerate() {
        let usable = !variable_key(written).is_empty();
        let base = if usable { unguarded(written).to_owned() } else { format!("column_{}", column + 1) };
        let mut name = base.clone();
        let number = next.entry(variable_key(&base)).or_insert(2);
        while !keys.insert(variable_key(&name)) {
            name = format!("{base}_{number}");
            *number += 1;
        }
        names.push(name);
    }
    names
}
