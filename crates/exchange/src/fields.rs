//! What a column of a contact file can be, and the names by which it is known.

use carillon_domain::template::variable_key;
use serde::{Deserialize, Serialize};

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

const TIME_ZONE: &[&str] =
    &["timezone", "tz", "iana", "ianatimezone", "zeitzone", "fuseauhoraire", "zonahoraria", "fusoorario", "tijdzone"];
const EXTERNAL_ID: &[&str] = &[
    "externalid",
    "externalreference",
    "contactid",
    "customerid",
    "customernumber",
    "clientid",
    "crmid",
    "recordid",
    "kundennummer",
    "kundennr",
    "klantnummer",
    "id",
];

/// What the values of a column are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "field", rename_all = "snake_case")]
pub enum Field {
    /// The number to call.
    Phone,
    /// First name.
    FirstName,
    /// Last name.
    LastName,
    /// First and last name in one.
    FullName,
    /// The contact's time zone by its IANA name (`Europe/Berlin`).
    TimeZone,
    /// The contact's id in another system.
    ExternalId,
    /// A custom property, usable as `{{variable}}`.
    Property {
        /// Its name.
        name: String,
    },
    /// Not imported.
    Ignore,
}

impl Field {
    /// Stable code, as in JSON.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::FirstName => "first_name",
            Self::LastName => "last_name",
            Self::FullName => "full_name",
            Self::TimeZone => "time_zone",
            Self::ExternalId => "external_id",
            Self::Property { .. } => "property",
            Self::Ignore => "ignore",
        }
    }
}

/// What each column of a file is, by its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Mapping(pub Vec<Field>);

/// Why a [`Mapping`] can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MappingError {
    /// Nothing is the phone number.
    #[error("no column is the phone number: choose one")]
    NoPhone,
    /// Two columns were said to be one field.
    #[error(
        "columns {first} and {second} are both {field}: choose one of them, and let the other be a property or leave it out"
    )]
    FieldTwice {
        /// Code of the field, or name of the property.
        field: String,
        /// The first column, from 1.
        first: usize,
        /// The second column, from 1.
        second: usize,
    },
    /// A full name beside a first or last name.
    #[error("column {column} is the full name, and another is the first or last name: choose one way")]
    NamesTwice {
        /// The column of the full name, from 1.
        column: usize,
    },
    /// A property without a name.
    #[error("column {column} can't be the property {name:?}: give it a name with a letter or digit")]
    PropertyName {
        /// Column, from 1.
        column: usize,
        /// Its name.
        name: String,
    },
    /// Not as many fields as the file has columns.
    #[error("the file has {columns} columns, but {fields} were described: look at the file again")]
    Width {
        /// Columns of the file.
        columns: usize,
        /// Fields described.
        fields: usize,
    },
}

impl MappingError {
    /// Stable code, for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoPhone => "mapping_no_phone",
            Self::FieldTwice { .. } => "mapping_field_twice",
            Self::NamesTwice { .. } => "mapping_names_twice",
            Self::PropertyName { .. } => "mapping_property_name",
            Self::Width { .. } => "mapping_width",
        }
    }
}

/// Variables that every contact has, whatever the columns of its file; by their key.
const BUILT_IN: [&str; 4] = ["firstname", "lastname", "name", "phone"];

impl Mapping {
    /// Checks that one column is the phone number and no two are the same field.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong.
    pub fn validate(&self) -> Result<(), MappingError> {
        for (column, field) in self.0.iter().enumerate() {
            if let Field::Property { name } = field
                && variable_key(name).is_empty()
            {
                return Err(MappingError::PropertyName { column: column + 1, name: name.clone() });
            }
            let same = |other: &Field| match (other, field) {
                (Field::Ignore, _) => false,
                (Field::Property { name }, Field::Property { name: wanted }) => {
                    variable_key(name) == variable_key(wanted)
                }
                (other, field) => other == field,
            };
            if let Some(first) = self.0[..column].iter().position(same) {
                let field = if let Field::Property { name } = field { name.clone() } else { field.code().to_owned() };
                return Err(MappingError::FieldTwice { field, first: first + 1, second: column + 1 });
            }
        }
        let part = self.place(&Field::FirstName).or(self.place(&Field::LastName));
        if let (Some(column), Some(_)) = (self.place(&Field::FullName), part) {
            return Err(MappingError::NamesTwice { column: column + 1 });
        }
        self.place(&Field::Phone).map(|_| ()).ok_or(MappingError::NoPhone)
    }

    /// The column of a field, from 0.
    pub(crate) fn place(&self, field: &Field) -> Option<usize> {
        self.0.iter().position(|other| other == field)
    }
}

/// Of the variables that texts use, those that no contact of a file with these property columns can have (B2).
pub fn missing_variables<'a>(used: impl IntoIterator<Item = &'a str>, property_names: &[String]) -> Vec<String> {
    let known = |name: &str| {
        let key = variable_key(name);
        BUILT_IN.contains(&key.as_str()) || property_names.iter().any(|column| variable_key(column) == key)
    };
    used.into_iter().filter(|name| !known(name)).map(str::to_owned).collect()
}

/// Whether a column of this name holds phone numbers.
pub(crate) fn is_phone_header(header: &str) -> bool {
    PHONE.contains(&variable_key(header).as_str())
}

/// Whether a header is one that some field is known by.
pub(crate) fn is_known_header(header: &str) -> bool {
    let key = variable_key(header);
    [PHONE, FIRST_NAME, LAST_NAME, FULL_NAME, TIME_ZONE, EXTERNAL_ID].iter().any(|names| names.contains(&key.as_str()))
}

/// The columns that names tell: phone, first, last and full name, time zone, external id.
#[derive(Debug, Default)]
pub(crate) struct Known {
    pub(crate) fields: Vec<(usize, Field)>,
    /// A second column known as a field that is taken.
    pub(crate) also: Vec<(usize, Field)>,
}

impl Known {
    pub(crate) fn of(headers: &[String]) -> Self {
        let keys: Vec<String> = headers.iter().map(|name| variable_key(name)).collect();
        let find = |names: &[&str]| names.iter().find_map(|name| keys.iter().position(|key| key == name));
        let (first, mut last, mut full) = (find(FIRST_NAME), find(LAST_NAME), find(FULL_NAME));
        if first.is_some() {
            // Beside a first name, "name" is the last name ("Vorname;Name"); with both there it says nothing new.
            last = last.or(full);
            full = None;
        } else if last.is_some() {
            full = None;
        }
        let found = [
            (find(PHONE), Field::Phone),
            (first, Field::FirstName),
            (last, Field::LastName),
            (full, Field::FullName),
            (find(TIME_ZONE), Field::TimeZone),
            (find(EXTERNAL_ID), Field::ExternalId),
        ];
        let fields: Vec<(usize, Field)> =
            found.into_iter().filter_map(|(column, field)| Some((column?, field))).collect();
        let taken = |column: usize| fields.iter().any(|(other, _)| *other == column);
        let lists = [(PHONE, Field::Phone), (FIRST_NAME, Field::FirstName), (LAST_NAME, Field::LastName)];
        let also = keys.iter().enumerate().filter(|(column, _)| !taken(*column)).filter_map(|(column, key)| {
            lists.iter().find(|(names, _)| names.contains(&key.as_str())).map(|(_, field)| (column, field.clone()))
        });
        Self { also: also.collect(), fields }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn property(name: &str) -> Field {
        Field::Property { name: name.to_owned() }
    }

    #[test]
    fn a_mapping_that_says_two_things_is_refused_with_both_columns() {
        let refused =
            |fields: &[Field]| Mapping(fields.to_vec()).validate().map_err(|error| (error.code(), error.to_string()));
        assert_eq!(refused(&[Field::Ignore, Field::Phone, property("City"), Field::Ignore]), Ok(()));
        assert_eq!(refused(&[Field::FirstName]).unwrap_err().0, "mapping_no_phone");
        let (code, text) = refused(&[Field::Phone, Field::Ignore, Field::Phone]).unwrap_err();
        assert_eq!(code, "mapping_field_twice");
        assert!(text.contains("columns 1 and 3 are both phone"), "{text}");
        assert_eq!(refused(&[Field::Phone, property("City"), property("city ")]).unwrap_err().0, "mapping_field_twice");
        assert_eq!(refused(&[Field::Phone, Field::FullName, Field::LastName]).unwrap_err().0, "mapping_names_twice");
        assert_eq!(refused(&[Field::Phone, property(" _ ")]).unwrap_err().0, "mapping_property_name");
        let json = serde_json::to_string(&Mapping(vec![Field::Phone, property("City"), Field::Ignore])).unwrap();
        assert_eq!(json, r#"[{"field":"phone"},{"field":"property","name":"City"},{"field":"ignore"}]"#);
    }

    #[test]
    fn variables_without_a_column_are_listed() {
        let columns = ["Appointment Date".to_owned()];
        let missing = missing_variables(["first_name", "appointment_date", "city", "name"], &columns);
        assert_eq!(missing, ["city"]);
    }
}
