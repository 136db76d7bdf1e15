//! A statement with its values, kept apart from the library's own until it runs, so that several can run as one.

use std::borrow::Cow;
use std::fmt::Write as _;

use serde::Serialize;
use sqlx::AssertSqlSafe;
use sqlx::types::Json;

use super::Db;
use crate::error::Fault;

/// The library's statement.
pub(crate) type Query = sqlx::query::Query<'static, Db, <Db as sqlx::Database>::Arguments>;

/// What can be bound.
#[derive(Debug)]
pub(crate) enum Value {
    Int(Option<i64>),
    Text(Option<String>),
    Json(Option<serde_json::Value>),
    /// A value that could not be written as JSON, and why.
    Broken(String),
}

/// A statement; values are bound by position: `$1` is the first.
#[derive(Debug)]
pub(crate) struct Statement {
    text: Cow<'static, str>,
    values: Vec<Value>,
    /// Its plan is kept for the next time.
    kept: bool,
}

/// A statement; values are bound by position.
pub(crate) fn sql(text: &'static str) -> Statement {
    Statement { text: Cow::Borrowed(text), values: Vec::new(), kept: true }
}

/// A statement put together by the program; planned anew with its values each time, since a plan for any values would be one for none.
pub(crate) fn built(text: String) -> Statement {
    Statement { text: Cow::Owned(text), values: Vec::new(), kept: false }
}

impl Statement {
    pub(crate) fn bind(mut self, value: impl Into<Value>) -> Statement {
        self.values.push(value.into());
        self
    }

    pub(crate) fn into_query(self) -> Result<Query, Fault> {
        let query = match self.text {
            Cow::Borrowed(text) => sqlx::query::<Db>(text),
            Cow::Owned(text) => sqlx::query::<Db>(AssertSqlSafe(text)),
        };
        with_values(query.persistent(self.kept), self.values)
    }
}

/// Several statements as one, in their order, for a database that takes such: the answer is that of the last. Each one's `$n` are moved
/// behind the values of those before it.
pub(crate) fn joined(statements: Vec<Statement>) -> Result<Query, Fault> {
    let mut text = String::with_capacity(statements.iter().map(|s| s.text.len() + 2).sum());
    let mut values = Vec::new();
    for statement in statements {
        if !text.is_empty() {
            text.push_str("; ");
        }
        push_moved(&mut text, &statement.text, values.len());
        values.extend(statement.values);
    }
    with_values(sqlx::query::<Db>(AssertSqlSafe(text)), values)
}

fn push_moved(text: &mut String, part: &str, by: usize) {
    let mut pieces = part.split('$');
    text.push_str(pieces.next().unwrap_or_default());
    for piece in pieces {
        let digits = piece.len() - piece.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (number, rest) = piece.split_at(digits);
        match number.parse::<usize>() {
            Ok(number) => write!(text, "${}{rest}", number + by).unwrap_or_default(),
            Err(_) => write!(text, "${piece}").unwrap_or_default(),
        }
    }
}

fn with_values(mut query: Query, values: Vec<Value>) -> Result<Query, Fault> {
    for value in values {
        query = match value {
            Value::Int(value) => query.bind(value),
            Value::Text(value) => query.bind(value),
            Value::Json(value) => query.bind(value.map(Json)),
            Value::Broken(why) => return Err(Fault::Db(sqlx::Error::Encode(why.into()))),
        };
    }
    Ok(query)
}

impl From<i64> for Value {
    fn from(value: i64) -> Value {
        Value::Int(Some(value))
    }
}

impl From<Option<i64>> for Value {
    fn from(value: Option<i64>) -> Value {
        Value::Int(value)
    }
}

impl From<String> for Value {
    fn from(value: String) -> Value {
        Value::Text(Some(value))
    }
}

impl From<Option<String>> for Value {
    fn from(value: Option<String>) -> Value {
        Value::Text(value)
    }
}

impl From<&'static str> for Value {
    fn from(value: &'static str) -> Value {
        Value::Text(Some(value.to_owned()))
    }
}

impl From<Option<&'static str>> for Value {
    fn from(value: Option<&'static str>) -> Value {
        Value::Text(value.map(str::to_owned))
    }
}

impl<T: Serialize> From<Json<T>> for Value {
    fn from(Json(value): Json<T>) -> Value {
        serde_json::to_value(value)
            .map_or_else(|error| Value::Broken(error.to_string()), |value| Value::Json(Some(value)))
    }
}

impl From<Option<Json<serde_json::Value>>> for Value {
    fn from(value: Option<Json<serde_json::Value>>) -> Value {
        Value::Json(value.map(|Json(value)| value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parameters_of_a_later_statement_come_after_those_of_the_ones_before() {
        let mut text = String::new();
        push_moved(&mut text, "UPDATE t SET a = $12, b = '$' || $1", 3);
        assert_eq!(text, "UPDATE t SET a = $15, b = '$' || $4");
    }
}
