//! `carillon doctor`: recounts everything and compares.

use serde_json::json;

use super::context::{Context, WORKSPACE};
use crate::cli::DoctorArgs;
use crate::error::{CliError, Exit, OrFail};
use crate::report;

/// Runs the command.
pub async fn run(args: &DoctorArgs) -> Result<(), CliError> {
    let context = Context::open_existing(&args.data).await?;
    let found = context.store.doctor(WORKSPACE).await.or_fail("database")?;
    for finding in &found.findings {
        if args.json {
            report::data_json(&json!({ "type": "finding", "code": finding.code, "text": finding.text }));
        } else {
            report::data(&format!("{}: {}", finding.code, finding.text));
        }
    }
    if args.json {
        report::data_json(&json!({
            "type": "summary", "campaigns": found.campaigns, "contacts": found.contacts, "calls": found.calls, "events": found.events, "findings": found.findings.len(),
        }));
    } else {
        report::data(&format!(
            "{} campaigns, {} contacts, {} calls, {} events: {}",
            found.campaigns,
            found.contacts,
            found.calls,
            found.events,
            if found.findings.is_empty() {
                "rows, counters and events agree".to_owned()
            } else {
                format!("{} findings", found.findings.len())
            }
        ));
    }
    if found.findings.is_empty() {
        return Ok(());
    }
    Err(CliError::new(Exit::Findings, "doctor_findings", "Not everything agrees.")
        .next("Keep the data folder as it is and report the findings."))
}
