//! What is wrong with a setting that a person chose.

/// A setting that can't be taken: what is wrong and what to write instead, with a code that stays the same for programs.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{words}")]
pub struct SettingError {
    code: &'static str,
    words: String,
}

impl SettingError {
    pub(crate) fn new(code: &'static str, words: impl Into<String>) -> Self {
        Self { code, words: words.into() }
    }

    /// The stable code: lower snake case, such as `window_never_open`.
    pub const fn code(&self) -> &'static str {
        self.code
    }
}

/// [`crate::campaign::CampaignSettings::validate`] speaks in words alone.
impl From<SettingError> for String {
    fn from(error: SettingError) -> String {
        error.words
    }
}

/// `value` lies in `range`, or the error that says which bounds hold for `what`.
pub(crate) fn within<T>(
    code: &'static str,
    what: &str,
    value: T,
    range: std::ops::RangeInclusive<T>,
) -> Result<(), SettingError>
where
    T: PartialOrd + std::fmt::Display,
{
    if range.contains(&value) {
        return Ok(());
    }
    Err(SettingError::new(code, format!("{what} must be {} to {}, not {value}", range.start(), range.end())))
}
