//! Statements that are put together from fixed fragments and numbers; texts are always bound.

use super::statement::{Statement, built};
use crate::session::Key;

/// A statement under construction. `$1` is the workspace, `$2` the campaign.
#[derive(Debug)]
pub(crate) struct Built {
    text: String,
    key: Key,
    texts: Vec<String>,
}

/// A place in a statement to go back to.
pub(crate) struct Mark(usize, usize);

impl Built {
    pub(crate) fn new(key: Key) -> Built {
        Built { text: String::new(), key, texts: Vec::new() }
    }

    /// Appends a fragment. Never anything a person wrote.
    pub(crate) fn push(&mut self, fragment: &str) {
        self.text.push_str(fragment);
    }

    /// Binds a text and gives its parameter.
    pub(crate) fn text(&mut self, value: &str) -> String {
        self.texts.push(value.to_owned());
        format!("${}", self.texts.len() + 2)
    }

    pub(crate) fn mark(&self) -> Mark {
        Mark(self.text.len(), self.texts.len())
    }

    pub(crate) fn back_to(&mut self, mark: Mark) {
        self.text.truncate(mark.0);
        self.texts.truncate(mark.1);
    }

    /// Puts words before the statement.
    #[cfg(test)]
    pub(crate) fn after(mut self, words: &str) -> Built {
        self.text.insert_str(0, words);
        self
    }

    pub(crate) fn statement(self) -> Statement {
        let mut statement = built(self.text).bind(self.key.ws).bind(self.key.campaign);
        for text in self.texts {
            statement = statement.bind(text);
        }
        statement
    }
}
