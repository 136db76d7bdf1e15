//! An AI employee: who speaks in a call, and what it says. The first cut is scripted: greeting, listening, closing line.

use serde::{Deserialize, Serialize};

use crate::template::{Template, TemplateError};

/// One version of an employee. Stored as JSON; unknown keys are refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Employee {
    /// Name, unique in a workspace; also how it calls itself.
    pub name: String,
    /// Language tag (BCP 47).
    pub language: String,
    /// First sentence, with `{{variables}}`.
    pub greeting: String,
    /// Said when the contact has spoken and fallen silent.
    pub closing: String,
    /// Said when the contact stayed silent.
    pub closing_silent: String,
    /// Longest wait for the contact's first word, in milliseconds after the greeting.
    pub listen_ms: u32,
}

impl Employee {
    /// The employee of a fresh install; its greeting works with a file of bare numbers.
    pub fn sample() -> Employee {
        Employee {
            name: "Ava".into(),
            language: "en-US".into(),
            greeting: "Hello {{first_name|there}}! This is Ava, an automated assistant from Carillon. I am calling to confirm your appointment. Does the time still suit you?".into(),
            closing: "Thank you. I have noted that. Have a nice day. Goodbye.".into(),
            closing_silent: "I could not hear you. We will try again another time. Goodbye.".into(),
            listen_ms: 6_000,
        }
    }

    /// The texts with variables, parsed.
    pub fn texts(&self) -> Result<[Template; 3], TemplateError> {
        Ok([Template::parse(&self.greeting)?, Template::parse(&self.closing)?, Template::parse(&self.closing_silent)?])
    }
}
