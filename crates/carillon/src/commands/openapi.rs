//! `carillon openapi`: the API's specification.

use crate::error::{CliError, OrFail};
use crate::report;

/// Runs the command.
pub fn run() -> Result<(), CliError> {
    report::data(carillon_api::openapi_json().or_fail("internal")?.trim_end());
    Ok(())
}
