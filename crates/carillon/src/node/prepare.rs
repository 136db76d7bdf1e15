//! What a claimed contact needs before its call can begin: its texts, filled and spoken. Done ahead, so that an answered call speaks at
//! once and the rate of calls does not depend on the voice.

use std::sync::Arc;

use carillon_conversation::Lines;
use carillon_domain::employee::Employee;
use carillon_domain::template::Template;
use carillon_store::Claimed;

use super::Shared;
use crate::variables::Values;

/// A contact ready to be called.
#[derive(Debug, Clone)]
pub(crate) struct Prepared {
    pub(crate) claimed: Claimed,
    pub(crate) lines: Lines,
    /// The three texts as sound, or why they could not be spoken.
    pub(crate) speech: Result<Speech, String>,
}

/// The sound of a call's texts.
#[derive(Debug, Clone)]
pub(crate) struct Speech {
    pub(crate) greeting: Arc<[i16]>,
    pub(crate) closing: Arc<[i16]>,
    pub(crate) closing_silent: Arc<[i16]>,
}

/// The employee's texts, parsed once for a campaign.
#[derive(Debug, Clone)]
pub(crate) struct Texts {
    pub(crate) employee: Employee,
    templates: [Template; 3],
}

impl Texts {
    pub(crate) fn new(employee: Employee) -> Result<Self, carillon_domain::template::TemplateError> {
        let templates = employee.texts()?;
        Ok(Self { employee, templates })
    }

    /// The texts for one contact. A variable without value and default was skipped at the import; should one come up all the same, it is
    /// left out rather than read aloud in braces.
    pub(crate) fn fill(&self, claimed: &Claimed) -> Lines {
        let value = |name: &str| value_of(claimed, name);
        let fill = |template: &Template| {
            template.fill(value).or_else(|_| template.fill(|name| Some(value(name).unwrap_or_else(|| " ".into()))))
        };
        let [greeting, closing, closing_silent] = &self.templates;
        let filled = |template| fill(template).unwrap_or_default();
        Lines {
            greeting: filled(greeting),
            closing: filled(closing),
            closing_silent: filled(closing_silent),
            listen_ms: self.employee.listen_ms,
        }
    }
}

fn value_of(claimed: &Claimed, name: &str) -> Option<String> {
    let values = Values {
        first_name: &claimed.first_name,
        last_name: &claimed.last_name,
        phone: Some(claimed.phone.to_string()),
    };
    values.get(name, claimed.properties.iter().map(|(column, value)| (column.as_str(), value.as_str())))
}

/// Fills and speaks the texts of one contact.
pub(crate) async fn prepare(shared: &Shared, texts: &Texts, claimed: Claimed) -> Prepared {
    let lines = texts.fill(&claimed);
    let speech = async {
        let greeting = shared.voice.speak(&lines.greeting).await?;
        let closing = shared.voice.speak(&lines.closing).await?;
        let closing_silent = shared.voice.speak(&lines.closing_silent).await?;
        Ok::<_, carillon_providers::SpeechError>(Speech { greeting, closing, closing_silent })
    };
    let speech = speech.await.map_err(|error| {
        tracing::error!(%error, row = claimed.row, "the employee's texts could not be spoken");
        error.to_string()
    });
    Prepared { claimed, lines, speech }
}
