//! Numbers as people write them.

use carillon_domain::phone::Country;
use carillon_domain::{PhoneNumber, WorkspaceId};

use crate::problem::Problem;
use crate::state::AppState;

/// The country asked for, or the workspace's default country.
pub(crate) async fn country(
    state: &AppState,
    workspace: WorkspaceId,
    asked: Option<&str>,
) -> Result<Option<Country>, Problem> {
    let wrong = |_| Problem::field("country", "This is not a country; write two letters such as US.");
    if let Some(text) = asked.map(str::trim).filter(|text| !text.is_empty()) {
        return text.parse().map(Some).map_err(wrong);
    }
    let found = state.store.workspace_fetch(workspace).await?;
    let default = found.and_then(|workspace| workspace.settings.default_country);
    default.map(|text| text.parse().map_err(wrong)).transpose()
}

/// One number, in any usual writing.
pub(crate) async fn one(
    state: &AppState,
    workspace: WorkspaceId,
    field: &str,
    text: &str,
    asked: Option<&str>,
) -> Result<PhoneNumber, Problem> {
    let country = country(state, workspace, asked).await?;
    PhoneNumber::parse(text, country).map_err(|error| Problem::field(field, format!("{error}.")))
}
