//! The record of what was said and heard.

use serde::{Deserialize, Serialize};

use crate::event::Moment;

/// Who spoke.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Speaker {
    /// The AI employee.
    Employee,
    /// The contact.
    Contact,
}

/// One utterance. The text is what was heard, not what was generated: an utterance cut off after its first word holds that word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turn {
    /// Who.
    pub speaker: Speaker,
    /// The words; `None` where speech was heard but nothing understood it.
    pub text: Option<String>,
    /// Start, in milliseconds since the answer.
    pub start_ms: Moment,
    /// End, in milliseconds since the answer; `None` while it lasts.
    pub end_ms: Option<Moment>,
}
