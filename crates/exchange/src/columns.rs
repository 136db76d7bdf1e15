//! Which column of a contact file is what, from its header.

use std::sync::Arc;

use carillon_domain::template::variable_key;
use carillon_domain::{PhoneError, PhoneNumber};

use crate::ContactFileError;
use crate::guard::unguarded;
use crate::records::Record;

// Names are compared without case, blanks and punctuation: "Phone Number", "phone_number" and "PhoneNumber" are one. Where two columns
// of a file are known, the one named earlier in the list is taken and the other stays a property.
const PHONE: &[&str] = &[
    "phone",
    "phonenumber",
    "telephone",
    "telephonenumber",
    "mobile",
    "mobilephone",
    "mobilenumber",
    "cell",
    "cellphone",
    "cellnumber",
    "tel",
    "telno",
    "telnumber",
    "phoneno",
    "phone1",
    "phone1value",
    "primaryphone",
    "contactphone",
    "contactnumber",
    "callnumber",
    "msisdn",
    "e164",
    "telefon",
    "telefonnummer",
    "handy",
    "handynummer",
    "mobil",
    "mobiltelefon",
    "mobilnummer",
    "rufnummer",
    "téléphone",
    "numérodetéléphone",
    "numéro",
    "téléphoneportable",
    "portable",
    "teléfono",
    "telefono",
    "númerodeteléfono",
    "móvil",
    "movil",
    "celular",
    "telefone",
    "cellulare",
    "numeroditelefono",
    "telefoon",
    "telefoonnummer",
    "mobiel",
    "puhelin",
    "telefonszám",
    "homephone",
    "workphone",
    "businessphone",
    "phone2",
    "nummer",
    "number",
];
const FIRST_NAME: &[&str] = &[
    "firstname",
    "first",
    "givenname",
    "given",
    "forename",
    "fname",
    "vorname",
    "prénom",
    "prenom",
    "nombre",
    "primernombre",
    "nome",
    "primeironome",
    "voornaam",
    "förnamn",
    "fornavn",
    "imię",
    "etunimi",
];
const LAST_NAME: &[&str] = &[
    "lastname",
    "last",
    "surname",
    "familyname",
    "family",
    "lname",
    "nachname",
    "familienname",
    "nom",
    "nomdefamille",
    "apellido",
    "apellidos",
    "cognome",
    "sobrenome",
    "apelido",
    "achternaam",
    "efternamn",
    "etternavn",
    "efternavn",
    "nazwisko",
    "sukunimi",
];
const FULL_NAME: &[&str] = &[
    "name",
    "fullname",
    "contactname",
    "contact",
    "customername",
    "customer",
    "clientname",
    "client",
    "displayname",
    "nomcomplet",
    "nombrecompleto",
    "nomecompleto",
    "nomecognome",
    "vollständigername",
];

/// Whether a column of this name holds phone numbers.
pub(crate) fn is_phone_header(header: &str) -> bool {
    PHONE.contains(&variable_key(header).as_str())
}

/// Whether a value can only be a phone number: digits with the usual punctuation, or what a spreadsheet made of one.
pub(crate) fn looks_like_phone(value: &str) -> bool {
    let digits = value.chars().filter(char::is_ascii_digit).count();
    digits >= 5 && unguarded(value).chars().all(|ch| ch.is_ascii_digit() || "+-()./ \u{a0}".contains(ch))
        || PhoneNumber::parse(value, None) == Err(PhoneError::Mangled)
}

/// Where a contact's fields are found in a row.
#[derive(Debug, Clone)]
pub struct Columns {
    phone: usize,
    first_name: Option<usize>,
    last_name: Option<usize>,
    full_name: Option<usize>,
    properties: Vec<(usize, Arc<str>)>,
    /// Columns of the header.
    width: usize,
}

/// What the first row of a file is.
pub(crate) enum FirstRow {
    Header(Columns),
    /// One column of bare numbers: the row is a contact already.
    Contact(Columns),
}

impl Columns {
    pub(crate) fn of(first: &Record) -> Result<FirstRow, ContactFileError> {
        let headers: Vec<&str> = first.iter().map(str::trim).collect();
        // A separator at the end of each line makes no column.
        let used = headers.iter().rposition(|name| !name.is_empty()).map_or(0, |last| last + 1);
        let headers = &headers[..used];
        let keys: Vec<String> = headers.iter().map(|name| variable_key(name)).collect();
        let find = |names: &[&str]| names.iter().find_map(|name| keys.iter().position(|key| key == name));
        let Some(phone) = find(PHONE) else {
            return match headers {
                [only] if looks_like_phone(only) => Ok(FirstRow::Contact(Self::bare())),
                several if several.iter().any(|value| looks_like_phone(value)) => Err(ContactFileError::NoHeader),
                names => Err(ContactFileError::NoPhoneColumn { columns: shown(names) }),
            };
        };
        let (first_name, mut last_name, mut full_name) = (find(FIRST_NAME), find(LAST_NAME), find(FULL_NAME));
        if first_name.is_some() {
            // Beside a first name, "name" is the last name ("Vorname;Name"); with both there it says nothing new.
            last_name = last_name.or(full_name);
            full_name = None;
        } else if last_name.is_some() {
            full_name = None;
        }
        let taken = [Some(phone), first_name, last_name, full_name];
        let mut columns = Self { phone, first_name, last_name, full_name, properties: Vec::new(), width: used };
        for (column, name) in headers.iter().enumerate().filter(|(column, _)| !taken.contains(&Some(*column))) {
            let name = columns.own_name(column, name);
            columns.properties.push((column, name));
        }
        Ok(FirstRow::Header(columns))
    }

    fn bare() -> Self {
        Self { phone: 0, first_name: None, last_name: None, full_name: None, properties: Vec::new(), width: 1 }
    }

    /// A property's name: as written, `column_N` for a column without one, with a number behind it for the second of the same name.
    fn own_name(&self, column: usize, written: &str) -> Arc<str> {
        let base = if written.is_empty() { format!("column_{}", column + 1) } else { unguarded(written).to_owned() };
        let taken = |name: &str| self.properties.iter().any(|(_, other)| &**other == name);
        let mut name = base.clone();
        for n in 2.. {
            if !taken(&name) {
                break;
            }
            name = format!("{base}_{n}");
        }
        name.into()
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
        (used > self.width).then_some((self.width, used))
    }

    pub(crate) fn phone<'a>(&self, row: &'a Record) -> &'a str {
        value(row, Some(self.phone))
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

    /// The values of all other columns that are not empty.
    pub(crate) fn properties(&self, row: &Record) -> Vec<(Arc<str>, String)> {
        let named = self.properties.iter().map(|(column, name)| (name, value(row, Some(*column))));
        named.filter(|(_, value)| !value.is_empty()).map(|(name, value)| (Arc::clone(name), value.to_owned())).collect()
    }
}

fn value(row: &Record, column: Option<usize>) -> &str {
    unguarded(column.and_then(|column| row.get(column)).unwrap_or("").trim())
}

/// Names are spoken and shown in one line.
fn one_line(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Enough of the header to recognise it.
fn shown(names: &[&str]) -> Vec<String> {
    let mut shown: Vec<String> = names.iter().take(12).map(|name| name.chars().take(40).collect()).collect();
    if names.len() > shown.len() {
        shown.push(format!("and {} more", names.len() - shown.len()));
    }
    shown
}
