//! `--map FIELD=COLUMN`: what the columns of a contact file are.

use carillon_domain::template::variable_key;
use carillon_exchange::{Field, Mapping, Preview};

use crate::error::{CliError, Exit, OrUsage};

/// The suggestions with what was said otherwise. A column that was suggested for a field which another is said to be becomes a property.
pub fn mapping(preview: &Preview, said: &[String]) -> Result<Mapping, CliError> {
    let mut mapping = preview.suggested();
    let mut fixed = vec![false; mapping.0.len()];
    for text in said {
        let (field, column) = text.split_once('=').ok_or_else(|| {
            usage(format!("\"{text}\" is not of the form FIELD=COLUMN.")).next("Write for example --map phone=Mobile")
        })?;
        let (field, place) = (field_of(field.trim()), place(preview, column.trim())?);
        let names = |field: &Field| matches!(field, Field::FirstName | Field::LastName);
        for (other, suggested) in mapping.0.iter_mut().enumerate() {
            let same = *suggested == field
                || (*suggested == Field::FullName && names(&field))
                || (names(suggested) && field == Field::FullName);
            if other != place && !fixed[other] && same && field != Field::Ignore {
                *suggested = Field::Property { name: preview.columns[other].header.clone() };
            }
        }
        mapping.0[place] = field;
        fixed[place] = true;
    }
    mapping.validate().or_usage("mapping")?;
    Ok(mapping)
}

fn usage(message: String) -> CliError {
    CliError::new(Exit::Usage, "mapping", message)
}

fn field_of(text: &str) -> Field {
    match text {
        "phone" => Field::Phone,
        "first_name" => Field::FirstName,
        "last_name" => Field::LastName,
        "full_name" => Field::FullName,
        "time_zone" => Field::TimeZone,
        "external_id" => Field::ExternalId,
        "skip" => Field::Ignore,
        name => Field::Property { name: name.to_owned() },
    }
}

/// A column by its header, or by its number from 1.
fn place(preview: &Preview, text: &str) -> Result<usize, CliError> {
    let key = variable_key(text);
    let by_name = preview.columns.iter().position(|column| variable_key(&column.header) == key);
    let by_number = || text.parse::<usize>().ok()?.checked_sub(1).filter(|place| *place < preview.columns.len());
    by_name.filter(|_| !key.is_empty()).or_else(by_number).ok_or_else(|| {
        let headers: Vec<&str> = preview.columns.iter().map(|column| column.header.as_str()).collect();
        usage(format!("The file has no column \"{text}\".")).next(format!("Its columns are: {}", headers.join(", ")))
    })
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use carillon_exchange::{FormatChoice, inspect};

    use super::*;

    fn mapped(file: &str, said: &[&str]) -> Result<Vec<String>, String> {
        let preview = inspect(Cursor::new(file.as_bytes()), &FormatChoice::default(), None, None).expect("a file");
        let said: Vec<String> = said.iter().map(|text| (*text).to_owned()).collect();
        let name = |field: &Field| match field {
            Field::Property { name } => format!("{{{name}}}"),
            field => field.code().to_owned(),
        };
        let mapping = mapping(&preview, &said).map_err(|error| error.to_string())?;
        Ok(mapping.0.iter().map(name).collect())
    }

    #[test]
    fn what_is_said_goes_before_what_is_suggested() {
        let file = "Phone,Mobile,Name,Town\n+12125550101,+12125550102,Ada Larsen,Bonn\n";
        assert_eq!(mapped(file, &[]).unwrap(), ["phone", "{Mobile}", "full_name", "{Town}"]);
        assert_eq!(
            mapped(file, &["phone=mobile", "first_name=Name", "city=4"]).unwrap(),
            ["{Phone}", "phone", "first_name", "{city}"]
        );
        assert_eq!(mapped(file, &["skip=Phone", "phone=2"]).unwrap(), ["ignore", "phone", "full_name", "{Town}"]);
        assert!(mapped(file, &["phone=Fax"]).unwrap_err().contains("Its columns are: Phone, Mobile, Name, Town"));
        assert!(mapped(file, &["phone"]).unwrap_err().contains("FIELD=COLUMN"));
        assert!(mapped(file, &["skip=Phone"]).unwrap_err().contains("no column is the phone number"));
        assert!(
            mapped(file, &["a=Town", "a=Name"]).unwrap_err().contains("columns 3 and 4"),
            "nothing is taken silently"
        );
    }
}
