//! What a command tells the person when it can't do its work: what happened, what to do next, a stable code, and the exit code.

use std::fmt;

/// Exit codes of the command line; documented in `docs/guides/command-line.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Something failed.
    Failure = 1,
    /// An option's value can't be used.
    Usage = 2,
    /// The campaign was already called.
    AlreadyCalled = 3,
    /// The contact file can't be taken; nobody was called.
    BadFile = 4,
    /// The campaign did not complete in this run: stopped, or interrupted by Ctrl-C.
    NotCompleted = 5,
    /// `doctor` found something.
    Findings = 6,
    /// Another Carillon process calls from this data folder.
    FolderInUse = 7,
    /// No campaign, call or employee of that name or id.
    NotFound = 8,
}

/// A failed command.
#[derive(Debug)]
pub struct CliError {
    /// The exit code.
    pub exit: Exit,
    /// Stable code, lower snake case.
    pub code: String,
    /// What happened and what it means.
    pub message: String,
    /// What to do next.
    pub next: Option<String>,
}

impl CliError {
    /// With an exit code, a stable code and what happened.
    pub fn new(exit: Exit, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { exit, code: code.into(), message: message.into(), next: None }
    }

    /// Adds what to do next.
    pub fn next(mut self, next: impl Into<String>) -> Self {
        self.next = Some(next.into());
        self
    }
}

impl CliError {
    /// The calls could not begin: says so, and that the imported campaign waits for the same command.
    pub fn nobody_called(mut self, campaign: &str) -> Self {
        if !self.message.contains("Nobody was called") {
            self.message = format!("{}. Nobody was called.", self.message.trim_end_matches('.'));
        }
        let kept = format!("\"{campaign}\" is kept; the same command with the cause mended calls it.");
        self.next = Some(self.next.map_or(kept.clone(), |next| format!("{next} {kept}")));
        self
    }
}

impl fmt::Display for CliError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.message)?;
        if let Some(next) = &self.next {
            write!(f, "\n  {next}")?;
        }
        write!(f, "\n  (code {})", self.code)
    }
}

impl std::error::Error for CliError {}

/// Turns an error of a library crate into a failed command, keeping its whole chain of causes.
pub trait OrFail<T> {
    /// `code` is stable; the message is the error's own with its causes.
    fn or_fail(self, code: &str) -> Result<T, CliError>;
}

impl<T, E: std::error::Error> OrFail<T> for Result<T, E> {
    fn or_fail(self, code: &str) -> Result<T, CliError> {
        self.map_err(|error| CliError::new(Exit::Failure, code, chain(&error)))
    }
}

/// As [`OrFail`], for what a person gave as an option.
pub trait OrUsage<T> {
    /// `code` is stable; the message is the error's own with its causes.
    fn or_usage(self, code: &str) -> Result<T, CliError>;
}

impl<T, E: std::error::Error> OrUsage<T> for Result<T, E> {
    fn or_usage(self, code: &str) -> Result<T, CliError> {
        self.map_err(|error| CliError::new(Exit::Usage, code, chain(&error)))
    }
}

/// An error and its causes in one line.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        source = cause.source();
    }
    text
}
