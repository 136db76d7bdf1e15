//! Which value a `{{variable}}` has for a contact: its names, its number, or a column of the file.

use carillon_domain::template::variable_key;

/// What a contact's variables are made of.
pub struct Values<'a> {
    /// First name; empty when unknown.
    pub first_name: &'a str,
    /// Last name; empty when unknown.
    pub last_name: &'a str,
    /// The number, when there is one.
    pub phone: Option<String>,
}

impl Values<'_> {
    /// The value of a variable; `None` when it has none or only blanks. `properties` are the other columns.
    pub fn get<'p>(&self, name: &str, properties: impl Iterator<Item = (&'p str, &'p str)>) -> Option<String> {
        let key = variable_key(name);
        let value = match key.as_str() {
            "firstname" => self.first_name.to_owned(),
            "lastname" => self.last_name.to_owned(),
            "name" => format!("{} {}", self.first_name, self.last_name),
            "phone" => self.phone.clone()?,
            _ => properties.into_iter().find(|(column, _)| variable_key(column) == key)?.1.to_owned(),
        };
        let value = value.trim();
        (!value.is_empty()).then(|| value.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_numbers_and_columns_are_found_however_they_are_written() {
        let values = Values { first_name: "Ada", last_name: "", phone: Some("+14155550100".into()) };
        let columns = || [("Appointment Date", "Friday"), ("empty", " ")].into_iter();
        assert_eq!(values.get("first name", columns()).as_deref(), Some("Ada"));
        assert_eq!(values.get("NAME", columns()).as_deref(), Some("Ada"));
        assert_eq!(values.get("appointment_date", columns()).as_deref(), Some("Friday"));
        assert_eq!(values.get("last_name", columns()), None);
        assert_eq!(values.get("empty", columns()), None, "blanks are no value");
    }
}
