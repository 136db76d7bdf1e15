//! Texts with `{{variables}}` and defaults: `Hello {{first_name|there}}`.

use std::collections::BTreeSet;

/// A parsed text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Variable { name: String, default: Option<String> },
}

/// The text is not a usable template.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// `{{` without `}}`.
    #[error("the variable that begins at character {at} is not closed: write {{{{name}}}}")]
    Unclosed {
        /// 1-based character position.
        at: usize,
    },
    /// `{{}}` or a name with characters other than letters, digits, `_`, `-`, `.` and spaces.
    #[error("\"{name}\" is not a variable name")]
    BadName {
        /// What stood between the braces.
        name: String,
    },
}

/// A variable has no value in this row and no default.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no value for {{{{{name}}}}} and no default")]
pub struct MissingVariable {
    /// The variable's name.
    pub name: String,
}

impl Template {
    /// Reads `{{name}}` and `{{name|default}}`; names match columns without regard to case, blanks or underscores.
    pub fn parse(text: &str) -> Result<Template, TemplateError> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some(open) = rest.find("{{") {
            if open > 0 {
                parts.push(Part::Text(rest[..open].to_owned()));
            }
            let consumed = text.len() - rest.len() + open;
            let inner = &rest[open + 2..];
            let close =
                inner.find("}}").ok_or_else(|| TemplateError::Unclosed { at: text[..consumed].chars().count() + 1 })?;
            let (name, default) = match inner[..close].split_once('|') {
                Some((name, default)) => (name.trim(), Some(default.trim().to_owned())),
                None => (inner[..close].trim(), None),
            };
            let usable = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ' ');
            if name.is_empty() || !name.chars().all(usable) {
                return Err(TemplateError::BadName { name: name.to_owned() });
            }
            parts.push(Part::Variable { name: name.to_owned(), default });
            rest = &inner[close + 2..];
        }
        if !rest.is_empty() {
            parts.push(Part::Text(rest.to_owned()));
        }
        Ok(Template { parts })
    }

    /// The names of all variables.
    pub fn variables(&self) -> BTreeSet<&str> {
        self.parts
            .iter()
            .filter_map(|p| if let Part::Variable { name, .. } = p { Some(name.as_str()) } else { None })
            .collect()
    }

    /// The variables that have no default: a row without a value for one of them is skipped.
    pub fn required(&self) -> BTreeSet<&str> {
        self.parts
            .iter()
            .filter_map(|p| if let Part::Variable { name, default: None } = p { Some(name.as_str()) } else { None })
            .collect()
    }

    /// Every variable with its default, in the order of the text.
    pub fn defaults(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        self.parts.iter().filter_map(|p| match p {
            Part::Variable { name, default } => Some((name.as_str(), default.as_deref())),
            Part::Text(_) => None,
        })
    }

    /// The text with every variable filled from `value`; an empty value counts as none.
    pub fn fill(&self, value: impl Fn(&str) -> Option<String>) -> Result<String, MissingVariable> {
        let mut out = String::new();
        for part in &self.parts {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Variable { name, default } => match (value(name).filter(|v| !v.trim().is_empty()), default) {
                    (Some(value), _) => out.push_str(value.trim()),
                    (None, Some(default)) => out.push_str(default),
                    (None, None) => return Err(MissingVariable { name: name.clone() }),
                },
            }
        }
        Ok(out)
    }
}

/// The form under which variable names and column names are compared: `First Name`, `first_name` and `FIRSTNAME` are one.
pub fn variable_key(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn fills_values_and_defaults_and_names_what_is_missing() {
        let t = Template::parse("Hello {{first_name|there}}, your {{ product }} is ready.").expect("parses");
        let only_product = |n: &str| (n == "product").then(|| "bike".to_owned());
        assert_eq!(t.fill(only_product).as_deref(), Ok("Hello there, your bike is ready."));
        assert_eq!(t.required().into_iter().collect::<Vec<_>>(), ["product"]);
        assert_eq!(t.fill(|_| None), Err(MissingVariable { name: "product".into() }));
        assert_eq!(t.fill(|_| Some("  ".into())), Err(MissingVariable { name: "product".into() }), "blank is no value");
        assert_eq!(variable_key("First Name"), variable_key("first_name"));
    }

    #[test]
    fn faults_say_where() {
        assert_eq!(Template::parse("é {{name"), Err(TemplateError::Unclosed { at: 3 }));
        assert_eq!(Template::parse("{{}}"), Err(TemplateError::BadName { name: String::new() }));
        assert!(Template::parse("{{<b>}}").is_err());
    }

    proptest! {
        #[test]
        fn no_text_panics_and_text_without_braces_stays(text in ".{0,80}") {
            if let Ok(t) = Template::parse(&text) && !text.contains("{{") {
                prop_assert_eq!(t.fill(|_| None), Ok(text));
            }
        }
    }
}
