//! What commands print: data to stdout, talk to stderr. The only place that prints.

mod live;
mod summary;
mod words;

use std::io::{IsTerminal, Write};

use serde_json::{Value, json};

use crate::error::{CliError, Exit};

pub use live::{LiveEvent, Reporter};
pub use summary::{Summary, counts_json};
pub use words::{counted, outcome_words};

/// Writes a line of data to stdout. A reader that has gone away (`| head`) is no fault of ours.
pub fn data(line: &str) {
    write_line(&mut std::io::stdout().lock(), line);
}

/// Writes a line of talk to stderr.
pub fn talk(line: &str) {
    write_line(&mut std::io::stderr().lock(), line);
}

/// Writes one JSON object as a line of data.
pub fn data_json(value: &Value) {
    data(&value.to_string());
}

fn write_line(out: &mut impl Write, line: &str) {
    let written = writeln!(out, "{line}").and_then(|()| out.flush());
    if let Err(error) = written
        && error.kind() != std::io::ErrorKind::BrokenPipe
    {
        tracing::warn!(%error, "could not print");
    }
}

/// Whether a person watches stderr.
pub fn is_terminal() -> bool {
    std::io::stderr().is_terminal()
}

/// Says what went wrong: for people on stderr, with `--json` also as the last object on stdout, unless a
/// summary was printed.
pub fn failed(error: &CliError, json: bool) {
    // These two come after a summary, and the summary stays the last object.
    let summarised = matches!(error.exit, Exit::NotCompleted | Exit::Findings);
    if json && !summarised {
        data_json(&json!({ "type": "error", "code": error.code, "message": error.message, "next": error.next }));
    }
    talk(&format!("error: {error}"));
}
